"""Pages that are made before each build: from commands, records, the import contract, and files of the repository."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from architecture import draw_architecture
from command_reference import write_command_reference
from error_rate_summary import write_error_rates
from repository_links import ROOT, SHOWN_FILES, rewrite_links
from sphinx.application import Sphinx
from suite_reference import write_suite_reference

DOCS = ROOT / "docs"
GENERATED = DOCS / "generated"
PUBLISHED = ROOT / "build" / "docs" / "published"


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the pages made before each build, and links of all Markdown pages rewritten.

    Parameters
    ----------
    app : Sphinx

    Returns
    -------
    metadata : dict of str to bool
    """
    app.connect("config-inited", lambda *_: write_pages())
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages() -> None:
    """Write all generated pages, and copy the reports that are published with them."""
    for name, text in _pages():
        _write_if_changed(GENERATED / name, text)
    for report in (ROOT / "reports").rglob("report.html"):
        copy = PUBLISHED / report.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(report, copy)


def _pages() -> Iterator[tuple[str, str]]:
    yield "command-line.md", write_command_reference()
    yield "suite-format.md", write_suite_reference()
    yield "error-rates-summary.md", write_error_rates()
    yield "architecture.svg.html", draw_architecture()
    for origin, page in SHOWN_FILES.items():
        if page.startswith("generated/"):
            text = (ROOT / origin).read_text(encoding="utf-8")
            yield f"{Path(page).name}.md", rewrite_links(text, origin=origin, page=page)


def _write_if_changed(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _rewrite(app: Sphinx, page: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(page))
    if path.suffix == ".md" and not page.startswith("generated/"):
        source[0] = rewrite_links(source[0], origin=str(path.relative_to(ROOT)), page=page)
