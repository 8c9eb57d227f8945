"""Files of the training and the test part of one data set, distinguished by the words in their names."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.exceptions import DatasetError

PART_OF_WORD = {
    "train": "train",
    "training": "train",
    "tra": "train",
    "test": "test",
    "testing": "test",
    "tes": "test",
    "t10k": "test",
    "val": "valid",
    "valid": "valid",
    "validation": "valid",
    "dev": "valid",
    "extra": "extra",
    "submission": "submission",
    "unlabeled": "unlabelled",
    "unlabelled": "unlabelled",
}
"""Part that each word in a file name, in lower case, stands for."""

_COMPRESSIONS = frozenset({"gz", "bz", "xz", "zip", "2"})
_WORD = re.compile(r"[a-z]+(?:10k)?|\d+")


@dataclass(frozen=True)
class PartFiles:
    """The files of a data set.

    Attributes
    ----------
    train : Path
    test : Path or None
    left_out : tuple of Path
        Files of other parts, which are not read.
    """

    train: Path
    test: Path | None = None
    left_out: tuple[Path, ...] = ()


def part_of(name: str) -> str | None:
    """Return the part that a file name indicates.

    Parameters
    ----------
    name : str

    Returns
    -------
    part : str or None
        None if it does not indicate a part.

    Examples
    --------
    >>> part_of("mnist_train.csv"), part_of("usps.t.bz2"), part_of("optdigits.tes"), part_of("mnist.csv")
    ('train', 'test', 'test', None)
    """
    parts = [PART_OF_WORD[word] for word in _words(name) if word in PART_OF_WORD]
    return parts[0] if parts else None


def find_partner(path: Path) -> Path | None:
    """Return the file of the test part beside a file of the training part, by name.

    Parameters
    ----------
    path : Path
        File of the training part, or one whose name does not indicate a part.

    Returns
    -------
    partner : Path or None
        The file whose name differs only in the word for the part, such as ``mnist_test.csv`` for
        ``mnist_train.csv``, or ``usps.t.bz2`` for ``usps.bz2``; None if there is none.

    Raises
    ------
    DatasetError
        If there are several.
    """
    if part_of(path.name) not in {"train", None}:
        return None
    wanted = _outline(path.name)
    beside = [
        other
        for other in sorted(path.parent.iterdir())
        if part_of(other.name) == "test" and _outline(other.name) == wanted and other.is_file()
    ]
    if len(beside) > 1:
        raise DatasetError(
            f"{path}: several files beside it may be its test part: {', '.join(each.name for each in beside)}; put the "
            "two that belong together into their own folder"
        )
    return beside[0] if beside else None


def choose_files(folder: Path, files: Iterable[Path], what: str, is_labelled: Callable[[Path], bool]) -> PartFiles:
    """Choose the files of the training and the test part among those in a folder.

    Parameters
    ----------
    folder : Path
        The folder, for errors.
    files : iterable of Path
        Files in the folder, of one format.
    what : str
        What errors call them, in the plural.
    is_labelled : callable
        Whether a file whose name does not indicate a part may be the training part.

    Returns
    -------
    files : PartFiles

    Raises
    ------
    DatasetError
        If it is unclear which file is meant.
    """
    by_part: dict[str | None, list[Path]] = {}
    for path in sorted(files):
        by_part.setdefault(part_of(path.name), []).append(path)
    train = by_part.get("train") or [path for path in by_part.get(None, []) if is_labelled(path)]
    test = by_part.get("test", [])
    if len(train) != 1 or len(test) > 1:
        listed = ", ".join(path.name for path in sorted(files))
        raise DatasetError(
            f"{folder}: it is unclear which of its {what} are the training and the test part: {listed}; expected one "
            "with 'train' in its name and at most one with 'test', or name the file itself"
        )
    left_out = tuple(path for part in ("valid", "extra") for path in by_part.get(part, []))
    return PartFiles(train[0], test[0] if test else None, left_out)


def _words(name: str) -> list[str]:
    # LIBSVM's test parts end in .t; some names use capitals instead of "_".
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", re.sub(r"\.t(?=\.|$)", ".test", name))
    return _WORD.findall(spaced.lower())


def _outline(name: str) -> tuple[str, ...]:
    """Return the words of a name without those for the part and the compression."""
    return tuple(word for word in _words(name) if word not in PART_OF_WORD and word not in _COMPRESSIONS)
