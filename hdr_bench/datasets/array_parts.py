"""Assignment of the arrays in NumPy files to images, labels and parts, by their names.

One file may hold all arrays, or each its own: ``x.npy`` and ``y.npy``, or Kuzushiji-MNIST's ``kmnist-train-imgs.npz``
and its three companions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hdr_bench.datasets.array_names import ArrayName, PartName, Role, counterpart, parse_array_name
from hdr_bench.datasets.stored_arrays import StoredArray, list_arrays
from hdr_bench.exceptions import DatasetError
from hdr_bench.names import visible
from hdr_bench.records.text import list_first

SPLIT_NAMES = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)
WHOLE_NAMES = (("images", "labels"), ("x", "y"))
_NEEDED = (
    f"expected the arrays {' or '.join('/'.join(names) for names in (*SPLIT_NAMES, *WHOLE_NAMES))}; save images and "
    "labels together in one .npz file, under such names"
)
_SHOWN_ARRAYS = 20
_PART_WORDS = ("train", "test", "val", "extra")
_Key = tuple[PartName, Role]
_Named = dict[_Key, StoredArray]


@dataclass(frozen=True)
class ImagesAndLabels:
    """Two arrays that belong together.

    Attributes
    ----------
    images, labels : StoredArray
    """

    images: StoredArray
    labels: StoredArray


@dataclass(frozen=True)
class ArrayParts:
    """Arrays of a data set by part.

    Attributes
    ----------
    train : ImagesAndLabels
        All images, if there is only one part.
    test : ImagesAndLabels or None
    notes, warnings : tuple of str
        About arrays that are not read.
    files : tuple of Path
        Files that hold the arrays.
    """

    train: ImagesAndLabels
    test: ImagesAndLabels | None
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    files: tuple[Path, ...]


def find_parts(path: Path) -> ArrayParts:
    """Return by part the arrays of a file, or of all files of the data set that it belongs to.

    Parameters
    ----------
    path : Path
        An ``.npz`` or ``.npy`` file.

    Returns
    -------
    parts : ArrayParts

    Raises
    ------
    DatasetError
        If a file is damaged, or images or their labels are missing.
    """
    arrays = list_arrays(path)
    if len(arrays) == 1:
        parts = _parts_of(path, _of_files(path, arrays[0]), ())
        return replace(
            parts, notes=(f"read from {list_first(sorted(each.name for each in parts.files))}", *parts.notes)
        )
    _check_names(path, arrays)
    named = _by_name(arrays) or _by_position(arrays)
    return _parts_of(path, named, [array for array in arrays if array not in named.values()])


def _parts_of(path: Path, named: _Named, unnamed: Sequence[StoredArray]) -> ArrayParts:
    pairs = {
        part: ImagesAndLabels(named[part, "images"], named[part, "labels"])
        for part in dict.fromkeys(part for part, _ in named)
        if (part, "images") in named and (part, "labels") in named
    }
    first: PartName = "train" if "train" in pairs else ""
    second = _test_part(pairs, named) if first else None
    is_incomplete = bool(first) and second is None and any(part == "test" for part, _ in named)
    if first not in pairs or is_incomplete:
        raise DatasetError(f"{path}: {_describe_lack(named, unnamed)}")
    chosen = [pairs[first], *([pairs[second]] if second else [])]
    read = [array for pair in chosen for array in (pair.images, pair.labels)]
    notes, warnings = _describe_unread([array for array in (*named.values(), *unnamed) if array not in read])
    if second == "valid":
        notes = ("the validation part is the test part, since there is no other", *notes)
    files = tuple(dict.fromkeys(array.path for array in read))
    return ArrayParts(chosen[0], chosen[1] if second else None, notes, warnings, files)


def _test_part(pairs: Mapping[PartName, ImagesAndLabels], named: _Named) -> PartName | None:
    if "test" in pairs:
        return "test"
    has_test = any(part == "test" for part, _ in named)
    return "valid" if "valid" in pairs and not has_test else None


def _by_name(arrays: Sequence[StoredArray]) -> _Named:
    """Return the arrays whose names are only a part and a role; of several, the one with the most usual word."""
    named: _Named = {}
    parsed = [(parse_array_name(array.name), array) for array in arrays]
    for name, array in sorted(parsed, key=lambda pair: pair[0].rank):
        if name.role is not None and not name.prefix:
            named.setdefault((name.part, name.role), array)
    return named


def _by_position(arrays: Sequence[StoredArray]) -> _Named:
    """Return images and labels that were saved without names, as `numpy.savez(file, images, labels)` does."""
    if sorted(array.name for array in arrays) != ["arr_0", "arr_1"]:
        return {}
    first, second = sorted(arrays, key=lambda array: array.name)
    is_clear = len(first.shape) > 1 and len(second.shape) == 1 and first.shape[0] == second.shape[0]
    return {("", "images"): first, ("", "labels"): second} if is_clear else {}


def _of_files(path: Path, array: StoredArray) -> _Named:
    """Return the single arrays of a file and of the files beside it whose names differ only in part and role.

    Raises
    ------
    DatasetError
        If none of them holds the file's labels, or images.
    """
    own = parse_array_name(path.stem)
    named: _Named = {(own.part, own.role or "images"): array}
    for other, name in _files_beside(path, own):
        arrays = list_arrays(other)
        if len(arrays) == 1:
            named.setdefault((name.part, name.role or "images"), arrays[0])
    if (own.part, "labels") not in named or (own.part, "images") not in named:
        raise DatasetError(_describe_lone(path, array))
    return named


def _files_beside(path: Path, own: ArrayName) -> Iterator[tuple[Path, ArrayName]]:
    parsed = [(other, parse_array_name(other.stem)) for other in sorted(path.parent.iterdir()) if other != path]
    for other, name in sorted(parsed, key=lambda pair: pair[1].rank):
        is_alike = name.prefix == own.prefix and other.suffix.lower() == path.suffix.lower() and other.is_file()
        # A file without a part in its name is not a companion of files with one.
        if is_alike and bool(name.part) == bool(own.part):
            yield other, name


def _check_names(path: Path, arrays: Sequence[StoredArray]) -> None:
    """Check that no two arrays have names that differ only in case.

    Raises
    ------
    DatasetError
        If there are two such arrays.
    """
    if len({array.name.lower() for array in arrays}) < len(arrays):
        names = ", ".join(sorted(array.name for array in arrays))
        raise DatasetError(
            f"{path}: arrays whose names are the same, or differ only in case: {names}; keep one of each"
        )


def _describe_lone(path: Path, array: StoredArray) -> str:
    is_labels = len(array.shape) < 2 or parse_array_name(path.stem).role == "labels"
    beside = "images" if is_labels else f"labels, such as {counterpart(path.stem)}{path.suffix}"
    return (
        f"{path}: it holds only {visible(array.name)} {array.shape}, and there is no file beside it with its {beside}; "
        f"{_NEEDED}"
    )


def _describe_lack(named: _Named, unnamed: Sequence[StoredArray]) -> str:
    """Describe what is missing: an array of a part if there are parts, otherwise any known names."""
    parts = {key: array for key, array in named.items() if key[0]}
    if not parts:
        arrays = sorted([*named.values(), *unnamed], key=lambda array: array.name)
        held = _list_arrays(arrays) or "nothing"
        return f"it holds {held}; {_NEEDED}"
    style = next((names for names in SPLIT_NAMES if any(array.name.lower() in names for array in parts.values())), None)
    train_images, train_labels, test_images, test_labels = style or SPLIT_NAMES[0]
    wanted: dict[_Key, str] = {
        ("train", "images"): train_images,
        ("train", "labels"): train_labels,
        ("test", "images"): test_images,
        ("test", "labels"): test_labels,
    }
    missing = " and ".join(name for key, name in wanted.items() if key not in parts)
    images, labels = WHOLE_NAMES[0] if style == SPLIT_NAMES[1] else WHOLE_NAMES[1]
    return (
        f"it holds {_list_arrays(list(parts.values()))}, but not {missing}; save all four arrays in one file, or "
        f"only {images} and {labels}, from which a test part is split off"
    )


def _describe_unread(arrays: Sequence[StoredArray]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return notes and warnings about the arrays that are not read; a warning if they belong to a part of the data."""
    in_order = sorted(arrays, key=lambda array: array.name)
    parts = [array for array in in_order if any(word in array.name.lower() for word in _PART_WORDS)]
    others = [array for array in in_order if array not in parts]
    notes = (f"arrays that were not read: {_list_arrays(others)}",) if others else ()
    warnings = (f"arrays of a part that is not used: {_list_arrays(parts)}",) if parts else ()
    return notes, warnings


def _list_arrays(arrays: Sequence[StoredArray]) -> str:
    return list_first(arrays, lambda array: f"{visible(array.name)} {array.shape}", _SHOWN_ARRAYS)
