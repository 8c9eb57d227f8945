"""Folder for a host's temporary files, with a path short enough for sockets."""

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.files import clear_leftovers
from hdr_bench.process_tree import name_of_owner

_PREFIX = "hdr-bench-"
# Maximum length of a socket's path (104 on macOS, 108 on Linux, including a terminating zero).
_MOST_CHARACTERS = 103
# Longest path that libraries create for sockets in a trial's own folder within the host's: torch's.
_LONGEST = _MOST_CHARACTERS - len("/trial-12345678/torch-shm-dir-123456/manager.sock")
_SHORT = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  # created with private permissions
_LINK = "t"


@dataclass(frozen=True)
class Scratch:
    """Temporary folder of a host.

    Attributes
    ----------
    path : str
        Where temporary files are created: the folder itself, or a shorter symbolic link to it.
    made : tuple of str
        Paths to remove when the host ends.
    """

    path: str
    made: tuple[str, ...]

    def remove(self) -> None:
        """Remove the folder with its contents."""
        for folder in self.made:
            shutil.rmtree(folder, ignore_errors=True)


def make_scratch() -> Scratch:
    """Create a folder for temporary files of this process, for a host and its trials.

    If its path is too long for sockets, a short link to it is used; if no link can be created, the long path.

    Returns
    -------
    scratch : Scratch

    Raises
    ------
    OSError
        If the folder cannot be created.
    """
    folder = _make(None)
    if len(folder) <= _LONGEST:
        return Scratch(folder, (folder,))
    for place in _short_places():
        with suppress(OSError):
            return _link(folder, place)
    return Scratch(folder, (folder,))


def fits_socket(folder: str) -> bool:
    """Return whether paths of multiprocessing in this folder are short enough for a socket.

    Parameters
    ----------
    folder : str

    Returns
    -------
    fits_socket : bool
    """
    return len(f"{folder}/listener-12345678") <= _MOST_CHARACTERS


def data_folder() -> "tempfile.TemporaryDirectory[str]":
    """Create a folder for a data set of trials; if this process is killed, a later run removes it.

    Returns
    -------
    folder : tempfile.TemporaryDirectory
    """
    return tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{name_of_owner()}-")


def clear_scratch() -> None:
    """Remove the folders of hosts that were killed together with the process that used them."""
    for place in {tempfile.gettempdir(), *_short_places()}:
        clear_leftovers(Path(place), _PREFIX)


def _make(place: str | None) -> str:
    # A method may have removed the whole folder, which `tempfile` does not notice.
    Path(place or tempfile.gettempdir()).mkdir(parents=True, exist_ok=True)
    return tempfile.mkdtemp(prefix=f"{_PREFIX}{name_of_owner()}-", dir=place)


def _link(folder: str, place: str) -> Scratch:
    short = _make(place)
    try:
        Path(short, _LINK).symlink_to(folder)
    except OSError:
        Path(short).rmdir()
        raise
    return Scratch(f"{short}/{_LINK}", (short, folder))


def _short_places() -> list[str]:
    places = (os.environ.get("XDG_RUNTIME_DIR", ""), *_SHORT)
    # A process ID has at most 7 digits.
    longest = _LONGEST - len(f"/{_PREFIX}1234567.12345678-12345678/{_LINK}")
    return [place for place in places if place and len(place) <= longest]
