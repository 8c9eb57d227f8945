"""Where a process is: its working folder, import path and environment, and where it looks for the user's modules."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# The folder that this library is imported from.
_LIBRARY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Place:
    """What a trial's process takes over from the one that asked for it.

    Attributes
    ----------
    folder : str
        Working folder.
    path : tuple of str
        Where modules are looked for.
    environ : dict of str to str
        Environment variables.
    """

    folder: str
    path: tuple[str, ...]
    environ: dict[str, str]

    @classmethod
    def here(cls) -> Self:
        """Return this process's."""
        return cls(os.getcwd(), tuple(sys.path), dict(os.environ))  # noqa: PTH109  # for os.chdir

    def enter(self) -> None:
        """Make this process be there."""
        os.chdir(self.folder)
        sys.path[:] = self.path
        # One by one: a library may hold on to the mapping.
        for name in set(os.environ) - set(self.environ):
            del os.environ[name]
        os.environ.update(self.environ)


@contextmanager
def own_modules(folder: Path | None) -> Iterator[None]:
    """While the block lasts, look for modules also in a suite's folder, then in the working folder.

    They come after all other places, so that a module there which is named like one of Python's, or of an installed
    library, takes no one's place. What the caller's import path holds otherwise stays in its order.

    Parameters
    ----------
    folder : Path or None
        Of the suite's file; None for a suite without one.
    """
    before, here = list(sys.path), str(Path.cwd())
    during = before[:-1] if before and _is_here(before[-1]) else list(before)
    for own in ([] if folder is None else [str(folder.resolve())]) + [here]:
        if not any(_is_same(entry, own) for entry in during):
            during.append(own)
    sys.path[:] = during
    try:
        yield
    finally:
        # What a module has added meanwhile remains.
        sys.path[:] = [*(entry for entry in sys.path if entry not in during), *before]


def path_of_libraries() -> list[str]:
    """Return the import path for a process that needs this library, and none of the user's modules.

    The working folder and a script's own, with which Python begins the path, come last.
    """
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    own = [str(Path.cwd()), *([str(Path(script).parent)] if script else [])]
    entries = [entry for entry in sys.path if entry]
    last = [entry for entry in entries if any(_is_same(entry, folder) for folder in own) and not _is_librarys(entry)]
    return [*(entry for entry in entries if entry not in last), *last]


def _is_here(entry: str) -> bool:
    return _is_same(entry, os.curdir)


def _is_same(entry: str, folder: str) -> bool:
    return os.path.realpath(entry or os.curdir) == os.path.realpath(folder)


def _is_librarys(entry: str) -> bool:
    return Path(entry).resolve() == _LIBRARY
