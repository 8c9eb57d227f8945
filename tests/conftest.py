"""What tests of several folders share."""

import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

# They are for the processes of trials to import, beside a library that is not installed.
collect_ignore = ["standins"]


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """A function that has a folder made by the first of the processes that test, for all of them."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, make):
        folder = shared / "once" / name
        folder.parent.mkdir(exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                make(unfinished := folder.with_name(f"{name}-unfinished"))
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture
def helpers():
    """The folder of the modules that trials of tests import."""
    return Path(__file__).parent / "helpers"


@pytest.fixture(scope="module")
def standins():
    """The classes derived from other libraries', and what stands for CatBoost where it is not installed."""
    folder, before, modules = Path(__file__).parent / "standins", list(sys.path), set(sys.modules)
    sys.path.append(str(folder))
    yield
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
