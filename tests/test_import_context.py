"""Where a process looks for modules: the user's own folders last, whoever starts it."""

import sys
from pathlib import Path

import pytest

from hdr_bench.import_context import ImportContext, own_modules, path_of_libraries


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder, on the import path of nobody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    return tmp_path


def test_a_suites_folder_comes_before_the_working_folder_and_both_come_last(here):
    before = list(sys.path)
    with own_modules(here / "suites"):
        assert sys.path == [*before, str(here / "suites"), str(here)]
        assert ImportContext.current().path == tuple(sys.path)
        # Within another, as a suite is planned within a run.
        with own_modules(here / "suites"):
            assert sys.path == [*before, str(here / "suites"), str(here)]
        with own_modules(None):
            assert sys.path[-1] == str(here)
        sys.path.insert(0, "added")
    assert sys.path == ["added", *before]


def test_a_callers_order_is_kept(here, monkeypatch):
    # As Python begins the path of a script, and of a session.
    for first in (str(here), ""):
        monkeypatch.setattr(sys, "path", [first, *sys.path])
        before = list(sys.path)
        with own_modules(here):
            assert sys.path == before
        with own_modules(here / "suites"):
            assert sys.path == [*before, str(here / "suites")]
        monkeypatch.setattr(sys, "path", sys.path[1:])


def test_processes_that_need_libraries_alone_do_not_look_into_own_folders(here, monkeypatch, tmp_path):
    script = here / "scripts" / "run.py"
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(script), raising=False)
    others = list(sys.path)
    monkeypatch.setattr(sys, "path", ["", str(script.parent), str(here), *others])
    with own_modules(here / "suites"):
        assert path_of_libraries() == others
    # What this library itself is imported from stays where it is.
    library = str(Path(__file__).resolve().parents[1])
    monkeypatch.chdir(library)
    monkeypatch.setattr(sys, "path", [library, *others])
    assert path_of_libraries()[0] == library
