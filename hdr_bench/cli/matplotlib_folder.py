"""A temporary folder for matplotlib's settings and font list, if its own cannot be written."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def matplotlib_folder() -> Iterator[None]:
    """Give matplotlib a temporary folder for the block, if it would otherwise create one itself and warn about it.

    Processes started within the block share the folder, and read the font list that the first of them made.
    """
    if "matplotlib" in sys.modules or _has_own():
        yield
        return
    before = os.environ.get("MPLCONFIGDIR")
    with tempfile.TemporaryDirectory(prefix="hdr-bench-matplotlib-", ignore_cleanup_errors=True) as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("MPLCONFIGDIR")
            if before is not None:
                os.environ["MPLCONFIGDIR"] = before


def _has_own() -> bool:
    """Return whether matplotlib's own folders are writable; matplotlib creates them if they are missing."""
    named = os.environ.get("MPLCONFIGDIR")
    if named:
        return _can_be_written(Path(named))
    homes = (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"))
    return all(_can_be_written(Path(os.environ.get(name) or Path("~").expanduser() / below)) for name, below in homes)


def _can_be_written(folder: Path) -> bool:
    try:
        while not os.path.lexists(folder):
            folder = folder.parent
        return folder.is_dir() and os.access(folder, os.W_OK)
    except OSError:
        return False
