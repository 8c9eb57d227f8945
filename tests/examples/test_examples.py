"""Each page of the gallery runs as a user would run it, and its checks against published numbers hold."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(EXAMPLES.rglob("plot_*.py"))


@pytest.mark.examples
@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_runs_without_warnings(script, tmp_path):
    # Where there is a screen, matplotlib warns that Agg cannot show figures.
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    ran = subprocess.run(
        [sys.executable, "-W", "error", script],
        cwd=tmp_path,
        # Many small products with several threads wait for each other where other tests run beside them.
        env={**environment, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_begins_with_a_title_and_a_paragraph(script):
    """What sphinx-gallery reads: without them it stops."""
    _, docstring, *_ = script.read_text(encoding="utf-8").split('"""')
    title, underline, empty, paragraph, *_ = docstring.strip().splitlines()
    assert set(underline) == {"="}
    assert len(underline) == len(title)
    assert empty == ""
    assert paragraph


def test_every_folder_of_pages_has_a_header():
    folders = {script.parent for script in SCRIPTS}
    assert EXAMPLES in folders
    for folder in folders:
        assert (folder / "GALLERY_HEADER.rst").is_file()
