"""Peculiarities of EMNIST (Cohen, Afshar, Tapson and van Schaik, 2017): transposed images, a file of class names."""

from pathlib import Path

from hdr_bench.datasets.idx_sets import IdxSet
from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError

# The longest mapping has 62 lines of three numbers.
_LONGEST_MAPPING = 10_000


def find_mapping(idx_set: IdxSet) -> Path | None:
    """Return the file beside a set that maps labels to characters, e.g. ``emnist-letters-mapping.txt``.

    Parameters
    ----------
    idx_set : IdxSet

    Returns
    -------
    path : Path or None
        None if there is none, or the set is not from EMNIST.
    """
    path = idx_set.folder / f"{idx_set.name}-mapping.txt"
    return path if idx_set.is_emnist and path.is_file() else None


def name_classes(idx_set: IdxSet, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a set's classes: the characters of its mapping, otherwise the labels themselves.

    Parameters
    ----------
    idx_set : IdxSet
    values : tuple of str
        The labels, in order.

    Returns
    -------
    class_names : tuple of str

    Raises
    ------
    DatasetError
        If the mapping cannot be read, or lacks a label.
    """
    path = find_mapping(idx_set)
    if path is None:
        return values
    characters = read_mapping(path)
    missing = [value for value in values if value not in characters]
    if missing:
        raise DatasetError(
            f"{path}: it has no line for the label {missing[0]}; download it again, or remove it to name classes by "
            "their numbers"
        )
    return tuple(characters[value] for value in values)


def read_mapping(path: Path) -> dict[str, str]:
    """Return the character of each label; for a class of both cases, as in ``1 65 97``, the capital letter.

    Parameters
    ----------
    path : Path

    Returns
    -------
    characters : dict of str to str
        By label.

    Raises
    ------
    DatasetError
        If a line is anything other than a label and one or two character codes.
    """
    if regular_size(path) > _LONGEST_MAPPING:
        raise DatasetError(
            f"{path}: longer than {_LONGEST_MAPPING:,} bytes, too long for a mapping from EMNIST; remove it"
        )
    characters = {}
    for number, line in enumerate(path.read_text(encoding="latin-1").splitlines(), start=1):
        fields = line.split()
        if not fields:
            continue
        if len(fields) < 2 or not all(field.isdecimal() and field.isascii() for field in fields):
            raise DatasetError(
                f"{path}: line {number} is {line[:40]!r}; expected a label and the code of its character, e.g. "
                "'1 65'; download it again, or remove it"
            )
        characters[fields[0]] = _character(path, number, fields[1])
    return characters


def _character(path: Path, number: int, code: str) -> str:
    if len(code) > 3 or not 32 < int(code) < 127:
        raise DatasetError(
            f"{path}: line {number} has the code {code[:40]}; expected the ASCII code of a digit or letter, 48 to "
            "122; download it again, or remove it"
        )
    return chr(int(code))
