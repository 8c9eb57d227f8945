"""Encoding of labels as numbers, and stratified splits."""

import math
import reprlib

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import DatasetError, shown
from hdr_bench.records.text import list_first


def encode_labels(name: str, labels: NDArray[np.generic]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Encode integer labels as 0 to k-1, and return the name of each class: its original label.

    Parameters
    ----------
    name : str
        What errors call the data set.
    labels : ndarray
        Of shape (n,).

    Returns
    -------
    labels_and_names : tuple of ndarray or tuple of str

    Raises
    ------
    DatasetError
        If the labels are not integers of up to 64 bits.
    """
    if not _are_integers(labels):
        raise DatasetError(
            f"{name}: the labels are not integers: {labels.dtype}, e.g. {_first_label(labels)}; number the classes, "
            "e.g. class_names, labels = numpy.unique(labels, return_inverse=True)"
        )
    values, encoded = np.unique(labels.astype(np.int64), return_inverse=True)
    return encoded.reshape(-1).astype(np.int64), tuple(str(value) for value in values)


def stratified_split(
    name: str, labels: NDArray[np.int64], class_names: tuple[str, ...], test_size: float, random_state: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the sorted indices of the train and the test part of a stratified split.

    Parameters
    ----------
    name : str
        What errors call the data set.
    labels : ndarray
        Class indices of shape (n,).
    class_names : tuple of str
    test_size : float or int
        Share of the images, or number of images.
    random_state : int
        Seed of the split.

    Returns
    -------
    train_and_test : tuple of ndarray

    Raises
    ------
    DatasetError
        If a class has too few images to be in both parts, or a part would have too few for all classes.
    """
    from sklearn.model_selection import train_test_split

    _check_cut(name, labels, class_names, test_size)
    try:
        train, test = train_test_split(
            np.arange(len(labels)), test_size=test_size, stratify=labels, random_state=random_state
        )
    except ValueError as error:
        raise DatasetError(
            f"{name}: cannot split {len(labels)} images into a train and a test part: {error}"
        ) from error
    return np.sort(train), np.sort(test)


def _check_cut(name: str, labels: NDArray[np.int64], class_names: tuple[str, ...], test_size: float) -> None:
    counts = np.bincount(labels, minlength=len(class_names))
    cannot = f"{name}: cannot split {len(labels)} images into a train and a test part"
    lone = np.flatnonzero(counts == 1)
    if len(lone):
        named = list_first(lone.tolist(), lambda label: shown(class_names[label]))
        raise DatasetError(
            f"{cannot}: {len(lone):,} of {int((counts > 0).sum()):,} classes have only one image ({named}); add "
            "images, leave those classes out, or provide both parts yourself"
        )
    n_test = math.ceil(test_size * len(labels)) if isinstance(test_size, float) else test_size
    n_classes = int((counts > 0).sum())
    if min(n_test, len(labels) - n_test) < n_classes:
        raise DatasetError(
            f"{cannot} of {len(labels) - n_test} and {n_test} images, since each needs at least {n_classes}, one per "
            "class; choose another test_size, or add images"
        )


def _are_integers(labels: NDArray[np.generic]) -> bool:
    if labels.dtype.kind == "i":
        return True
    if labels.dtype.kind not in "uf" or not labels.size:
        return labels.dtype.kind in "uf"
    # Floating-point labels must be whole; both must fit into int64.
    is_whole = labels.dtype.kind == "u" or bool((labels == np.floor(labels.astype(np.float64))).all())
    largest = max(abs(float(labels.min())), abs(float(labels.max())))
    return is_whole and largest < 2**63


def _first_label(labels: NDArray[np.generic]) -> str:
    return reprlib.repr(labels.reshape(-1)[0].item()) if labels.size else "none"
