"""The page of the corruptions: its table is that of the library, and its gallery is there."""

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "robustness"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the documentation is not part of a source distribution")


def test_the_pages_table_is_the_librarys():
    script = runpy.run_path(str(FOLDER / "draw_corruptions.py"))
    page = (FOLDER / "corruptions.md").read_text(encoding="utf-8")
    assert f"{script['BEGIN']}\n{script['describe_corruptions']()}\n{script['END']}" in page


def test_the_gallery_is_there_and_small():
    assert 20_000 < (FOLDER / "corruptions.png").stat().st_size < 300_000
    assert "](corruptions.png)" in (FOLDER / "corruptions.md").read_text(encoding="utf-8")
