"""The names that users import from the package itself."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hdr_bench
from hdr_bench.reporting import displays

STUB = Path(hdr_bench.__file__).with_suffix(".pyi")
# What a display of one's own is made of is looked for where displays are.
BASES = {"BaseDisplay", "Display", "ResultsDisplay"}
DISPLAYS = set(displays.__all__) - BASES


def test_each_public_name_is_there_and_listed():
    for name in hdr_bench.__all__:
        assert getattr(hdr_bench, name) is not None
    assert set(hdr_bench.__all__) <= set(dir(hdr_bench))
    assert {"__version__", "add_dataset", "fetch_dataset", "list_suites", "make_transformer"} < set(hdr_bench.__all__)


def test_every_display_is_public():
    assert {name for name in hdr_bench.__all__ if "Display" in name} == DISPLAYS
    assert hdr_bench.AccuracyDisplay is displays.AccuracyDisplay


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="load_datasets"):
        hdr_bench.load_datasets  # noqa: B018  # the attribute is asked for


def test_the_stub_says_no_name_twice():
    names = [
        alias.name
        for node in ast.parse(STUB.read_text()).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert len(names) == len(set(names)) == len(hdr_bench.__all__) - 1


def test_a_star_import_brings_them_all():
    script = "from hdr_bench import *; print(Suite.__module__, sorted(name for name in dir() if 'Display' in name))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == f"hdr_bench.records.suite {sorted(DISPLAYS)}\n"
