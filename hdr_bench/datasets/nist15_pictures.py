"""NIST-15 as its source published it: a folder of pictures named ``PREFIX_LABEL_NUMBER.png``."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hdr_bench.datasets.folder_scan import name_some, scan_folder
from hdr_bench.datasets.memory_room import check_room
from hdr_bench.datasets.pictures import name_picture_errors
from hdr_bench.exceptions import DatasetError

COUNTS = {
    "0": 5294,
    "1": 5756,
    "2": 4688,
    "3": 5269,
    "4": 4735,
    "5": 4037,
    "6": 4890,
    "7": 4279,
    "8": 5115,
    "9": 5032,
    "A": 4919,
    "B": 3684,
    "C": 7986,
    "D": 3578,
    "E": 3793,
}
"""Number of pictures of each class."""

SIDE = 64
REPOSITORY = "https://github.com/NiallD565/DigitRecognition"
REMEDY = f"give the folder Dataset of {REPOSITORY}, complete and unchanged"
# Nine digits are more than any file system's names need, and keep the conversion short.
_NAME = re.compile(r".+_([0-9A-E])_([0-9]{1,9})\.png", re.DOTALL)


@dataclass(frozen=True, order=True)
class Character:
    """Place of a picture in NIST-15: by its label, then its number.

    Attributes
    ----------
    label : str
        ``"0"`` to ``"9"`` or ``"A"`` to ``"E"``, in the order of their characters.
    number : int
        Number within the class.
    path : Path
    """

    label: str
    number: int
    path: Path


def find_pictures(folder: Path) -> Path | None:
    """Return the folder that holds pictures of NIST-15: the given one, or the repository's folder below it.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    folder : Path or None
        None if neither holds a picture with such a name.
    """
    for place in (folder, folder / "Dataset"):
        if place.is_dir() and any(_NAME.fullmatch(path.name) for path in place.iterdir()):
            return place
    return None


def read_characters(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read one of the three equal channels of each picture, in the order of labels and numbers.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    images : ndarray of shape (n, 64, 64)
    labels : ndarray of shape (n,)
        From 0 for ``"0"`` to 14 for ``"E"``.

    Raises
    ------
    DatasetError
        If pictures are missing, or have other names, another size, or channels that differ.
    """
    characters = in_order(folder, scan_folder(folder, "the pictures of NIST-15").pictures)
    _check_counts(folder, characters)
    check_room(str(folder), len(characters) * SIDE * SIDE)
    images = np.empty((len(characters), SIDE, SIDE), np.uint8)
    for place, character in enumerate(characters):
        images[place] = _read_channel(character.path)
    codes = {label: code for code, label in enumerate(COUNTS)}
    return images, np.array([codes[character.label] for character in characters], np.uint8)


def in_order(folder: Path, pictures: Sequence[Path]) -> list[Character]:
    """Return pictures in the order of NIST-15, as their names give it.

    Parameters
    ----------
    folder : Path
        The folder that holds them.
    pictures : sequence of Path

    Returns
    -------
    characters : list of Character

    Raises
    ------
    DatasetError
        If a name does not have the form ``PREFIX_LABEL_NUMBER.png``.

    Examples
    --------
    >>> names = ["KBND_A_2.png", "KBND_A_10.png", "KBND_9_0.png"]
    >>> [each.path.name for each in in_order(Path("Dataset"), [Path("Dataset", name) for name in names])]
    ['KBND_9_0.png', 'KBND_A_2.png', 'KBND_A_10.png']
    """
    named = {path: _NAME.fullmatch(path.name) for path in pictures}
    others = [path for path, name in named.items() if name is None]
    if others:
        raise DatasetError(
            f"{folder}: {len(others):,} of {len(pictures):,} pictures are not named PREFIX_LABEL_NUMBER.png, with a "
            f"label from 0 to 9 or A to E: {name_some(others, folder)}; {REMEDY}"
        )
    return sorted(Character(name[1], int(name[2]), path) for path, name in named.items() if name is not None)


def _check_counts(folder: Path, characters: Sequence[Character]) -> None:
    counts = Counter(character.label for character in characters)
    others = [f"{counts[label]:,} of {label} instead of {n:,}" for label, n in COUNTS.items() if counts[label] != n]
    if others:
        raise DatasetError(
            f"{folder}: NIST-15 has {sum(COUNTS.values()):,} pictures, but this folder holds {len(characters):,}: "
            f"{', '.join(others)}; {REMEDY}"
        )


def _read_channel(path: Path) -> NDArray[np.uint8]:
    with path.open("rb") as file, name_picture_errors(path), Image.open(file, formats=("PNG",)) as picture:
        width, height = picture.size
        if (width, height) != (SIDE, SIDE):
            raise DatasetError(f"{path}: {height}x{width} pixels, but NIST-15 has {SIDE}x{SIDE}; {REMEDY}")
        channels = np.asarray(picture.convert("RGB"))
    channel = channels[:, :, 0]
    if not (channels == channel[:, :, None]).all():
        raise DatasetError(f"{path}: its three channels differ, but those of NIST-15 are equal; {REMEDY}")
    return channel
