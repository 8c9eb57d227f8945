"""Blocks of code in pages of Markdown; called with a page, it runs them in the working folder.

A comment before a block says what becomes of it: ``<!-- not run: why -->``, or ``<!-- file: NAME -->`` for one that is
saved under that name before the blocks after it run.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<what>not run|file): (?P<detail>.+?) -->\n *)?"
    r"```(?P<language>[^\n`]*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
_RUN = {"python", "sh"}


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    text: str
    reason: str = ""
    file: str = ""

    @property
    def is_run(self):
        return self.language in _RUN and not self.reason and not self.file

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def find_pages():
    """Return the pages that people write: those in `generated` are made of others."""
    written = [
        path
        for path in (ROOT / "docs").rglob("*.md")
        if path.relative_to(ROOT).parts[1] not in {"generated", "gallery"}
    ]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted(written)]


def read_blocks(page):
    text = page.read_text(encoding="utf-8")
    return [_block(page, text, found) for found in _BLOCK.finditer(text)]


def run_blocks(blocks):
    """Run them in the working folder, one after the other; those of Python share their names, as in a notebook."""
    names = {"__name__": "__main__"}
    for block in blocks:
        print(block, flush=True)
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.is_run and block.language == "python":
            exec(compile(block.text, str(block), "exec"), names)
        elif block.is_run:
            subprocess.run(["bash", "-e", "-c", block.text], check=True)


def _block(page, text, found):
    body = "\n".join(line.removeprefix(found["indent"]) for line in found["text"].splitlines()) + "\n"
    return Block(
        page,
        text.count("\n", 0, found.start("text")),
        found["language"].strip(),
        body,
        reason=found["detail"] if found["what"] == "not run" else "",
        file=found["detail"] if found["what"] == "file" else "",
    )


if __name__ == "__main__":
    run_blocks(read_blocks(Path(sys.argv[1])))
