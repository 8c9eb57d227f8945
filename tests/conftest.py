"""What tests of several folders share."""

import os

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
