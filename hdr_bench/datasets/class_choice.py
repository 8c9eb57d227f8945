"""Selection of some classes of a data set, in a given order."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hdr_bench.datasets.assembly import rebuild_dataset
from hdr_bench.datasets.dataset import Dataset, Part
from hdr_bench.exceptions import DatasetError, UnknownNameError, shown
from hdr_bench.records.text import list_first

_SHOWN_CLASSES = 20


def check_classes(classes: Any) -> tuple[str, ...]:
    """Check the names of classes to keep, which in Python may be anything, and return them.

    Parameters
    ----------
    classes : sequence of str

    Returns
    -------
    classes : tuple of str

    Raises
    ------
    DatasetError
        If they are not a list of at least two names, each given once.
    """
    needed = "give the names of at least two classes in a list, e.g. ['0', '1']"
    if isinstance(classes, str) or not isinstance(classes, Sequence):
        raise DatasetError(f"classes must be a list, got {shown(classes)}; {needed}")
    for name in classes:
        if not isinstance(name, str):
            raise DatasetError(f"classes must be strings, got {shown(name)}; write it as {str(name)!r}")
    if len(classes) < 2:
        raise DatasetError(f"classes must have at least two names, got {shown(list(classes))}; {needed}")
    twice = [name for place, name in enumerate(classes) if name in classes[:place]]
    if twice:
        raise DatasetError(f"classes has {twice[0]!r} twice; give each name once")
    return tuple(classes)


def keep_classes(dataset: Dataset, classes: Sequence[str]) -> Dataset:
    """Return a data set with the images of some of its classes, numbered in the order given.

    Parameters
    ----------
    dataset : Dataset
    classes : sequence of str
        Class names of the data set, at least two.

    Returns
    -------
    dataset : Dataset
        With a note about what was left out.

    Raises
    ------
    DatasetError
        If `classes` are not at least two distinct names, or a part has no image of these classes.
    UnknownNameError
        If the data set has no class with one of the names.
    """
    chosen = check_classes(classes)
    for name in chosen:
        if name not in dataset.class_names:
            raise UnknownNameError(f"class of {dataset.name}:", name, dataset.class_names)
    if chosen == dataset.class_names:
        return dataset
    numbers = np.full(len(dataset.class_names), -1, dtype=np.int64)
    numbers[[dataset.class_names.index(name) for name in chosen]] = np.arange(len(chosen))
    train, test = (_renumber(part, numbers) for part in (dataset.train, dataset.test))
    for part, what in ((train, "training"), (test, "test")):
        if not len(part):
            raise DatasetError(f"{dataset.name}: no {what} image belongs to the classes {list_first(chosen, repr)}")
    left_out = len(dataset.train) + len(dataset.test) - len(train) - len(test)
    note = f"classes kept: {list_first(chosen, str, _SHOWN_CLASSES)}; {left_out:,} images of other classes left out"
    return rebuild_dataset(dataset, train, test, chosen, note)


def _renumber(part: Part, numbers: np.ndarray[Any, np.dtype[np.int64]]) -> Part:
    labels = numbers[part.labels]
    kept = part.take(np.flatnonzero(labels >= 0))
    return Part(kept.images, numbers[kept.labels])
