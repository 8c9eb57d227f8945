"""Data sets made from arrays, which are checked against each other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.checks import check_class_names, check_part
from hdr_bench.datasets.content_warnings import warn_of_blanks, warn_of_classes, warn_of_shared_images
from hdr_bench.datasets.dataset import Dataset, Part, doubts_of, fingerprint_of
from hdr_bench.exceptions import DatasetError


def make_dataset(
    name: str,
    train: Part,
    test: Part,
    class_names: Sequence[str],
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Dataset:
    """Check the arrays against each other, and return them as a `Dataset`.

    Its warnings are those given, and warnings about classes that only one part has, test images that are also training
    images, the findings of `find_doubts`, and blank images.

    Parameters
    ----------
    name : str
        What reports call it.
    train : Part
        What methods learn from.
    test : Part
        What they are evaluated on.
    class_names : sequence of str
        One per label, in the order of the labels.
    notes : sequence of str, default=()
        What a reader of results must know of these data.
    warnings : sequence of str, default=()
        What is doubtful about them, beside what is found here.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If counts, shapes, types or labels do not match.
    """
    return add_blank_warnings(assemble_dataset(name, train, test, class_names, notes, warnings))


def assemble_dataset(
    name: str,
    train: Part,
    test: Part,
    class_names: Sequence[str],
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Dataset:
    """Return arrays as a `Dataset`, as `make_dataset` does, but without warnings about blank images.

    Parameters
    ----------
    name : str
        What reports call it.
    train : Part
        What methods learn from.
    test : Part
        What they are evaluated on.
    class_names : sequence of str
        One per label, in the order of the labels.
    notes : sequence of str, default=()
        What a reader of results must know of these data.
    warnings : sequence of str, default=()
        What is doubtful about them, beside what is found here.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If counts, shapes, types or labels do not match.
    """
    check_class_names(name, class_names)
    for part, what in ((train, "training"), (test, "test")):
        check_part(name, part.images, part.labels, what, len(class_names))
    if train.images.shape[1:] != test.images.shape[1:] or train.images.dtype != test.images.dtype:
        raise DatasetError(
            f"{name}: the training images are {_describe_images(train.images)}, the test images "
            f"{_describe_images(test.images)}; both parts must have the same shape and type"
        )
    if len(np.unique(train.labels)) < 2:
        raise DatasetError(f"{name}: all training images are of one class; a classifier needs at least two")
    names = tuple(class_names)
    doubts = (*warnings, *_find_warnings(train, test, names))
    return Dataset(name, train, test, names, fingerprint_of(train, test), tuple(notes), doubts)


def rebuild_dataset(dataset: Dataset, train: Part, test: Part, class_names: Sequence[str], note: str) -> Dataset:
    """Return a data set with other images or classes; its warnings are determined again.

    Parameters
    ----------
    dataset : Dataset
    train, test : Part
    class_names : sequence of str
        One per label, in the order of the labels.
    note : str
        What was changed.

    Returns
    -------
    dataset : Dataset

    Raises
    ------
    DatasetError
        If counts, shapes, types or labels do not match.
    """
    earlier = {
        *_find_warnings(dataset.train, dataset.test, dataset.class_names),
        *_blank_warnings(dataset.train, dataset.test),
    }
    warnings = [warning for warning in dataset.warnings if warning not in earlier]
    changed = make_dataset(dataset.name, train, test, class_names, (*dataset.notes, note), warnings)
    return replace(changed, cut_note=dataset.cut_note)


def add_blank_warnings(dataset: Dataset) -> Dataset:
    """Return a data set with a warning about its blank images, if it has any.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    dataset : Dataset
    """
    blanks = _blank_warnings(dataset.train, dataset.test)
    return replace(dataset, warnings=(*dataset.warnings, *blanks))


def _find_warnings(train: Part, test: Part, class_names: tuple[str, ...]) -> tuple[str, ...]:
    return (
        *warn_of_classes(train.labels, test.labels, class_names),
        *warn_of_shared_images(train.images, test.images),
        *doubts_of(train, test),
    )


def _blank_warnings(train: Part, test: Part) -> tuple[str, ...]:
    return (*warn_of_blanks(train.images, "training"), *warn_of_blanks(test.images, "test"))


def _describe_images(images: NDArray[np.generic]) -> str:
    height, width = images.shape[1:]
    return f"{height}x{width} {images.dtype}"
