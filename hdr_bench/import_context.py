"""Import context of a process: its working folder, its import path, its environment, and the user's own modules."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hdr_bench.exceptions import WorkingFolderError

# The folder that this library is imported from.
_LIBRARY = Path(__file__).resolve().parents[1]
# The folders of the suites' files that this process has looked for modules in.
_suites: set[str] = set()


@dataclass(frozen=True)
class ImportContext:
    """Import context that a trial's process takes over from the process that requested the trial.

    Attributes
    ----------
    folder : str
        Working folder.
    path : tuple of str
        Folders that are searched for modules: `sys.path`.
    environ : dict of str to str
        Environment variables.
    """

    folder: str
    path: tuple[str, ...]
    environ: dict[str, str]

    @classmethod
    def current(cls) -> Self:
        """Return the context of this process.

        Returns
        -------
        context : ImportContext

        Raises
        ------
        WorkingFolderError
            If the working folder was removed.
        """
        return cls(_working_folder(), tuple(sys.path), dict(os.environ))

    def apply(self) -> None:
        """Apply the context to this process."""
        os.chdir(self.folder)
        sys.path[:] = self.path
        # One by one: a library may hold a reference to the mapping.
        for name in set(os.environ) - set(self.environ):
            del os.environ[name]
        os.environ.update(self.environ)


@contextmanager
def own_modules(folder: Path | None) -> Iterator[None]:
    """Search a suite's folder, then the working folder, for modules as well while the block lasts.

    They come last, so that a module there never shadows one of Python's or of an installed library. The rest of the
    caller's import path keeps its order.

    Parameters
    ----------
    folder : Path or None
        Folder of the suite's file; None for a suite without a file.

    Raises
    ------
    WorkingFolderError
        If the working folder was removed.
    """
    before, here = list(sys.path), _working_folder()
    _suites.update(() if folder is None else [str(folder.resolve())])
    during = before[:-1] if before and _is_here(before[-1]) else list(before)
    for own in ([] if folder is None else [str(folder.resolve())]) + [here]:
        if not any(_is_same(entry, own) for entry in during):
            during.append(own)
    sys.path[:] = during
    try:
        yield
    finally:
        # Entries that a module added in the meantime remain.
        sys.path[:] = [*(entry for entry in sys.path if entry not in during), *before]


def path_of_libraries() -> list[str]:
    """Return the import path for a process that needs this library, but none of the user's modules.

    The working folder and the folders of the script and the suites are left out: a starting interpreter would import
    a ``sitecustomize`` from them.

    Returns
    -------
    path : list of str

    Raises
    ------
    WorkingFolderError
        If the working folder was removed.
    """
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    own = [_working_folder(), *_suites, *([str(Path(script).parent)] if script else [])]
    entries = [entry for entry in sys.path if entry]
    return [entry for entry in entries if _is_librarys(entry) or not any(_is_same(entry, folder) for folder in own)]


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109  # for os.chdir
    except FileNotFoundError as error:
        raise WorkingFolderError(
            "the working folder no longer exists; change to another one and run the command again"
        ) from error


def _is_here(entry: str) -> bool:
    return _is_same(entry, os.curdir)


def _is_same(entry: str, folder: str) -> bool:
    return os.path.realpath(entry or os.curdir) == os.path.realpath(folder)


def _is_librarys(entry: str) -> bool:
    return Path(entry).resolve() == _LIBRARY
