"""Each block of code in README and documentation does what its page says: it runs, or at least could be run."""

import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer.main

from hdr_bench import load_suite
from hdr_bench.cli import app
from tests.helpers import code_blocks
from tests.helpers.code_blocks import find_pages, read_blocks

LANGUAGES = {"python", "sh", "toml", "text", "nginx", "{toctree}", "{include} ../generated/error-rates-summary.md"}
LANGUAGES |= {"{raw} html"}
BLOCKS = [block for page in find_pages() for block in read_blocks(page)]
PAGES = [page for page in find_pages() if any(block.is_run for block in read_blocks(page))]


def blocks_in(language):
    chosen = [block for block in BLOCKS if block.language == language]
    return pytest.mark.parametrize("block", chosen, ids=map(str, chosen))


@pytest.mark.examples
@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(code_blocks.ROOT)) for page in PAGES])
def test_the_blocks_of_a_page_run_one_after_the_other(page, tmp_path):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ran = subprocess.run(
        [sys.executable, "-W", "error", code_blocks.__file__, page],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_there_are_pages_and_blocks_to_run():
    assert len(PAGES) > 10
    assert {"python", "sh"} == {block.language for block in BLOCKS if block.is_run}


def test_each_block_says_what_it_is():
    """A block that is indented, or without a language, would be passed over by the tests."""
    assert {str(block): block.language for block in BLOCKS if block.language not in LANGUAGES} == {}
    for page in find_pages():
        lines = page.read_text(encoding="utf-8").splitlines()
        fences = sum(line.lstrip().startswith("```") for line in lines)
        assert fences == 2 * len(read_blocks(page)), page


@blocks_in("sh")
def test_commands_and_their_options_exist(block):
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["hdr-bench"]:
            parse(words[1:])


def parse(words):
    group = typer.main.get_command(app)
    context = group.make_context("hdr-bench", [], resilient_parsing=True)
    name, command, rest = group.resolve_command(context, words)
    assert command is not None, "No such command"
    if hasattr(command, "commands"):
        context = command.make_context(name, [], parent=context, resilient_parsing=True)
        name, command, rest = command.resolve_command(context, rest)
    assert command is not None, "No such command"
    command.make_context(name, list(rest))


@pytest.mark.parametrize("words", ["quick run", "run quick --dry", "data fetches mnist"])
def test_a_command_that_does_not_exist_would_be_found(words):
    with pytest.raises(Exception, match=r"No such (command|option)"):
        parse(words.split())


@blocks_in("toml")
def test_suites_are_read(block, tmp_path):
    """A part of a suite is read as part of one, beside the modules of its page."""
    for beside in read_blocks(block.page):
        if beside.file.endswith(".py"):
            (tmp_path / beside.file).write_text(beside.text)
    (tmp_path / "part.toml").write_text(complete(block.text))
    assert load_suite(tmp_path / "part.toml").cases


def complete(part):
    content = tomllib.loads(part)
    lines = [
        f'{key} = "{value}"' for key, value in (("title", "A part"), ("dataset", "mnist-5k")) if key not in content
    ]
    lines.append(part)
    if "case" not in content:
        lines.append('[[case]]\nname = "CNN"\nestimator = "cnn"')
    named = [anchor["test_set"] for anchor in content.get("anchor", [])]
    lines += [f'[[test_set]]\nname = "{name}"\nattack = "fgsm"\neps = 0.1' for name in named]
    return "\n".join(lines)
