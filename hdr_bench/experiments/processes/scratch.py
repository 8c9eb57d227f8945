"""The folder of a host's temporary files, under a name that is short enough for sockets."""

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.files import clear_leftovers
from hdr_bench.process_tree import name_of_owner

_PREFIX = "hdr-bench-"
# Of the path of a socket (104 on macOS, 108 on Linux, with a zero at the end).
_MOST_CHARACTERS = 103
# What libraries make for sockets in a trial's own folder, which is in the host's: torch's names are the longest.
_LONGEST = _MOST_CHARACTERS - len("/trial-12345678/torch-shm-dir-123456/manager.sock")
_SHORT = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  # what is made there is private
_LINK = "t"


@dataclass(frozen=True)
class Scratch:
    """A host's temporary folder.

    Attributes
    ----------
    path : str
        What temporary files are put into: the folder itself, or a symbolic link to it from a shorter place.
    made : tuple of str
        What is removed when the host ends.
    """

    path: str
    made: tuple[str, ...]

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        for folder in self.made:
            shutil.rmtree(folder, ignore_errors=True)


def make_scratch() -> Scratch:
    """Make a folder where this process's temporary files go, for a host and its trials.

    If its path is too long for sockets, a short link leads to it. If there is no place for a link, the path stays long.

    Returns
    -------
    scratch : Scratch

    Raises
    ------
    OSError
        If it cannot be made.
    """
    folder = _make(None)
    if len(folder) <= _LONGEST:
        return Scratch(folder, (folder,))
    for place in _short_places():
        with suppress(OSError):
            return _link(folder, place)
    return Scratch(folder, (folder,))


def fits_socket(folder: str) -> bool:
    """Whether a path in this folder of multiprocessing's is short enough for a socket.

    Parameters
    ----------
    folder : str

    Returns
    -------
    fits_socket : bool
    """
    return len(f"{folder}/listener-12345678") <= _MOST_CHARACTERS


def data_folder() -> "tempfile.TemporaryDirectory[str]":
    """Make a folder for a data set that trials are given; should this process be killed, a later run removes it.

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
    # A method may have removed the whole folder, of which `tempfile` takes no note.
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
    # A process's number has 7 digits at most.
    longest = _LONGEST - len(f"/{_PREFIX}1234567.12345678-12345678/{_LINK}")
    return [place for place in places if place and len(place) <= longest]
