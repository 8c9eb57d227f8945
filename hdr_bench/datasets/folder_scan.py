"""A single scan of a folder of pictures: pictures, other files, broken links."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.paths import is_file, is_folder, special_kind
from hdr_bench.datasets.pictures import EXTENSIONS
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.names import visible
from hdr_bench.records.text import list_first, pluralize

# What systems and programs leave beside pictures; names that start with a dot, such as ._1.png, are ignored too.
PASSED_OVER = frozenset({"__macosx", "@eadir", "thumbs.db", "desktop.ini", "lost+found", "$recycle.bin"})
# Extensions of files that accompany data and are not pictures.
DOCUMENTS = frozenset(
    {"", ".md", ".rst", ".txt", ".csv", ".tsv", ".json", ".yaml", ".yml", ".toml", ".xml", ".html", ".htm", ".log"}
)
_EXAMPLES = 3
# Links multiply the paths to a folder: two links in each of thirty nested folders make a billion.
_MOST_VISITS = 100
# No layout of data is this deep, and Python's recursion limit is near 1,000.
_MOST_LEVELS = 50
# A folder's device and inode.
_Place = tuple[int, int]


@dataclass(frozen=True)
class Folder:
    """A folder with all that is below it.

    Attributes
    ----------
    path : Path
    pictures : tuple of Path
        Pictures directly in it, sorted by name.
    others : tuple of Path
        Other files directly in it.
    broken : tuple of Path
        Broken links in it.
    special : tuple of Path
        Pipes, sockets and devices in it.
    folders : tuple of Folder
        Folders in it, sorted by name.
    """

    path: Path
    pictures: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()
    broken: tuple[Path, ...] = ()
    special: tuple[Path, ...] = ()
    folders: tuple["Folder", ...] = ()

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.name

    def walk(self) -> Iterator["Folder"]:
        """Yield this folder and all below it.

        Yields
        ------
        folder : Folder
        """
        yield self
        for folder in self.folders:
            yield from folder.walk()

    def all_pictures(self) -> tuple[Path, ...]:
        """Return the pictures in this folder and in all below it.

        Returns
        -------
        paths : tuple of Path
        """
        return tuple(path for folder in self.walk() for path in folder.pictures)

    def all_others(self) -> tuple[Path, ...]:
        """Return the files that are not pictures in this folder and in all below it.

        Returns
        -------
        paths : tuple of Path
        """
        return tuple(path for folder in self.walk() for path in folder.others)


def scan_folder(root: Path, purpose: str) -> Folder:
    """Scan a folder and everything below it, without opening any file.

    Parameters
    ----------
    root : Path
    purpose : str
        What is expected, for the error if there is no such folder.

    Returns
    -------
    folder : Folder

    Raises
    ------
    DatasetNotFoundError
        If the folder does not exist.
    DatasetError
        If it is a file, cannot be read, holds broken links, pipes or devices, contains itself through a link, or is too
        deep.
    """
    if not root.exists():
        raise DatasetNotFoundError(f"{root}: there is no such folder; expected {purpose}")
    if not root.is_dir():
        raise DatasetError(f"{root}: {describe_file(root)}")
    folder = _scan(root, (), Counter())
    special = [path for each in folder.walk() for path in each.special]
    if special:
        raise DatasetError(
            f"{root}: it holds {special_kind(special[0])} or the like, neither file nor folder: "
            f"{name_some(special, root)}; remove them"
        )
    broken = [path for each in folder.walk() for path in each.broken]
    if broken:
        raise DatasetError(
            f"{root}: {pluralize(len(broken), 'broken link')}: {name_some(broken, root)}; repair or remove them"
        )
    return folder


def name_some(paths: Sequence[Path | PurePath], root: Path) -> str:
    """Return the first of `paths`, relative to `root`, followed by ``...`` if there are more.

    Parameters
    ----------
    paths : sequence of Path or PurePath
    root : Path
        A folder that holds them.

    Returns
    -------
    names : str
    """
    return list_first(paths, lambda path: visible(path.relative_to(root).as_posix()), _EXAMPLES)


def is_document(path: Path) -> bool:
    """Whether a file accompanies data, such as README.md or labels.csv.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_document : bool
    """
    return path.suffix.lower() in DOCUMENTS


def _scan(path: Path, above: tuple[_Place, ...], visits: Counter[_Place]) -> Folder:
    here, entries = _look_into(path)
    visits[here] += 1
    if here in above:
        raise DatasetError(f"{path}: a link to a folder that contains it; remove it")
    if visits[here] > _MOST_VISITS:
        raise DatasetError(f"{path}: links lead to this folder in more than {_MOST_VISITS} ways; remove some")
    if len(above) >= _MOST_LEVELS:
        raise DatasetError(f"{path}: more than {_MOST_LEVELS} nested folders; give one closer to the pictures")
    pictures, others, broken, special, folders = [], [], [], [], []
    for entry in entries:
        if is_folder(entry):
            folders.append(_scan(Path(entry.path), (*above, here), visits))
        elif entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110  # a path costs ten times as much
            broken.append(Path(entry.path))
        elif not is_file(entry):
            special.append(Path(entry.path))
        elif _is_picture(entry.name):
            pictures.append(Path(entry.path))
        else:
            others.append(Path(entry.path))
    return Folder(path, tuple(pictures), tuple(others), tuple(broken), tuple(special), tuple(folders))


def _look_into(path: Path) -> tuple[_Place, list[os.DirEntry[str]]]:
    try:
        seen = path.stat()
        with os.scandir(path) as scan:
            entries = [entry for entry in scan if not _is_passed_over(entry.name)]
    except PermissionError as error:
        raise DatasetError(f"{path}: no permission to read this folder; change its mode or choose another") from error
    return (seen.st_dev, seen.st_ino), sorted(entries, key=lambda entry: entry.name)


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name.casefold() in PASSED_OVER


def _is_picture(name: str) -> bool:
    # A name, not a path: there may be a hundred thousand, and a path costs ten times as much to create.
    return os.path.splitext(name)[1].lower() in EXTENSIONS  # noqa: PTH122
