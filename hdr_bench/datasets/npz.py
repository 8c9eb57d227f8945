"""Arrays in a NumPy ``.npz`` file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.arrays import Member
from hdr_bench.datasets.assembly import add_blank_warnings, assemble_dataset
from hdr_bench.datasets.checks import as_images, check_pixels
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.datasets.file_kinds import describe_file
from hdr_bench.datasets.labels import encode_labels
from hdr_bench.datasets.npz_members import check_declared, list_members, read_member
from hdr_bench.datasets.paths import expand_path
from hdr_bench.datasets.source import ReadOptions, Source, cut_dataset, key_of, refuse_cut, stamp_of
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.names import visible
from hdr_bench.records.text import list_first

SPLIT_NAMES = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)
WHOLE_NAMES = (("images", "labels"), ("x", "y"))
_PART_WORDS = ("train", "test", "val", "extra")
_SHOWN_ARRAYS = 20
_Members = dict[str, Member]


def npz_source(file: str, options: ReadOptions) -> Source:
    """Return the source of ``npz:FILE``.

    Parameters
    ----------
    file : str
        The place, as the user wrote it.
    options : ReadOptions

    Returns
    -------
    source : Source

    Raises
    ------
    DatasetNotFoundError
        If the file does not exist.
    DatasetError
        If it is a folder, or a file of another kind.
    """
    path = expand_path(file)
    if not path.exists():
        raise DatasetNotFoundError(f"{path}: there is no such file")
    if path.is_dir():
        raise DatasetError(f"{path}: a folder, not an .npz file; pictures in it: folder:{path}, IDX files: idx:{path}")
    if path.suffix.lower() != ".npz":
        raise DatasetError(f"{path}: {describe_file(path)}")
    return Source(
        key=key_of(f"npz:{path}", options),
        stamp=stamp_of([path], path.parent),
        read=lambda: read_npz(f"npz:{path}", path, options),
    )


def is_npz_file(path: Path) -> bool:
    """Whether a path leads to a file that is named as ``.npz`` files are.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_npz : bool
    """
    return path.suffix.lower() == ".npz" and path.is_file()


def read_npz(name: str, path: Path, options: ReadOptions) -> Dataset:
    """Read the arrays of a file: train and test (Keras's or MedMNIST's names), or one whole that is cut.

    Other arrays are not read.

    Parameters
    ----------
    name : str
        What the data set is called.
    path : Path
        The file.
    options : ReadOptions

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If the file is damaged, its arrays have other names, or they do not fit each other.
    """
    members = _members(path)
    for names in SPLIT_NAMES:
        if set(names) <= members.keys():
            refuse_cut(name, options)
            return add_blank_warnings(_read_split(name, path, members, names))
    for images_name, labels_name in WHOLE_NAMES:
        if {images_name, labels_name} <= members.keys():
            images, raw_labels = _images_and_labels(path, members[images_name], members[labels_name])
            labels, class_names = encode_labels(f"{path}: {labels_name}", raw_labels)
            unread = _unread_remarks(members, (images_name, labels_name))
            return add_blank_warnings(cut_dataset(name, images, labels, class_names, options, *unread))
    for names in SPLIT_NAMES:
        if set(names) & members.keys():
            raise DatasetError(f"{path}: {_lacking(members, names)}")
    allowed = " or ".join("/".join(names) for names in (*SPLIT_NAMES, *WHOLE_NAMES))
    held = _describe_arrays(members, sorted(members)) or "nothing"
    raise DatasetError(
        f"{path}: it holds {held}; needed are the arrays {allowed}; save images and labels together in one file, "
        "under such names"
    )


def _lacking(members: _Members, names: tuple[str, str, str, str]) -> str:
    """Say what a file of two parts lacks, and what does not fit in the parts that are there."""
    images, labels = WHOLE_NAMES[0] if names[0].endswith("images") else WHOLE_NAMES[1]
    missing = " and ".join(name for name in names if name not in members)
    there = [name for name in names if name in members]
    sentences = [f"it holds {_describe_arrays(members, there)}, but not {missing}"]
    for part in (names[:2], names[2:]):
        shapes = [members[name].shape for name in part if name in members]
        if len(shapes) == 2 and all(shapes) and shapes[0][0] != shapes[1][0]:
            sentences.append(
                f"{part[0]} has {shapes[0][0]:,} images, and {part[1]} {shapes[1][0]:,} labels: one label per image is "
                "needed"
            )
    advice = f"save all four arrays in one file, or {images} and {labels} alone, of which a test part is cut"
    return "; ".join([*sentences, advice])


def _read_split(name: str, path: Path, members: _Members, names: tuple[str, str, str, str]) -> Dataset:
    train_images, train_labels = _images_and_labels(path, members[names[0]], members[names[1]])
    test_images, test_labels = _images_and_labels(path, members[names[2]], members[names[3]])
    n = len(train_labels)
    labels, class_names = encode_labels(f"{path}: {names[1]}", np.concatenate([train_labels, test_labels]))
    parts = (Part(train_images, labels[:n]), Part(test_images, labels[n:]))
    return assemble_dataset(name, *parts, class_names, *_unread_remarks(members, names))


def _images_and_labels(path: Path, images: Member, labels: Member) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Return images of shape (n, height, width) and labels of shape (n,); their shapes are compared before any is read.

    Raises
    ------
    DatasetError
        If the arrays are neither, or do not fit each other.
    """
    n_labels = _count_labels(f"{path}: {labels.name}", labels.shape)
    _check_first_axis(path, images, n_labels)
    for member in (images, labels):
        check_declared(f"{path}: {member.name}", member)
    check_pixels(f"{path}: {images.name}", images.dtype)
    raw_labels = read_member(path, labels).reshape(-1)
    return as_images(f"{path}: {images.name}", read_member(path, images)), raw_labels


def _check_first_axis(path: Path, images: Member, n_labels: int) -> None:
    shape = images.shape
    is_last = len(shape) > 2 and shape[-1] == n_labels
    if is_last and shape[0] != n_labels:
        raise DatasetError(
            f"{path}: {images.name} has shape {shape}, with its {n_labels} images along the last axis; save it with "
            f"the images first: numpy.moveaxis({images.name}, -1, 0)"
        )
    if is_last and len(set(shape)) == 1:
        raise DatasetError(
            f"{path}: {images.name} has shape {shape}, so that it is not clear along which axis the images are; save "
            f"them as rows of shape {(n_labels, shape[1] * shape[2])}"
        )
    if not shape or shape[0] != n_labels:
        raise DatasetError(
            f"{path}: {images.name} has shape {shape}, but there are {n_labels} labels; one label per image is needed"
        )


def _count_labels(name: str, shape: tuple[int, ...]) -> int:
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1):
        return shape[0]
    raise DatasetError(
        f"{name} has shape {shape}, but one label per image is needed, shape (n,); if each row has a 1 in the "
        "column of its class (one-hot), save labels.argmax(axis=1)"
    )


def _unread_remarks(members: _Members, names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return notes and warnings of the arrays that are not read; those of a part of the data are warned of."""
    rest = [key for key in sorted(members) if key not in names]
    parts = [key for key in rest if any(word in key for word in _PART_WORDS)]
    others = [key for key in rest if key not in parts]
    notes = (f"arrays that were not read: {_describe_arrays(members, others)}",) if others else ()
    warnings = (f"arrays of a part that was left out: {_describe_arrays(members, parts)}",) if parts else ()
    return notes, warnings


def _describe_arrays(members: _Members, keys: Sequence[str]) -> str:
    return list_first(keys, lambda key: f"{visible(key)} {members[key].shape}", _SHOWN_ARRAYS)


def _members(path: Path) -> _Members:
    members = list_members(path)
    lowered = {member.name.lower(): member for member in members}
    if len(lowered) < len(members):
        names = ", ".join(sorted(member.name for member in members))
        raise DatasetError(
            f"{path}: arrays whose names are alike, or differ in capitals only: {names}; keep one of each"
        )
    return lowered
