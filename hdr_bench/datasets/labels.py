"""Labels as numbers, and a split that keeps their shares."""

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import DatasetError


def encode_labels(name: str, labels: NDArray[np.generic]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return integer labels as 0 to k-1, and the name of each class: the label as it came.

    Raises
    ------
    DatasetError
        If the labels are not integers.
    """
    if not np.issubdtype(labels.dtype, np.integer):
        floating = np.issubdtype(labels.dtype, np.floating) and bool(np.isfinite(labels.astype(np.float64)).all())
        numeric = floating and np.array_equal(labels, np.floor(labels.astype(np.float64)))
        if not numeric:
            raise DatasetError(
                f"{name}: the labels are not integers: {labels.dtype}, e.g. {_first(labels)}; number the classes, e.g. "
                "class_names, labels = numpy.unique(labels, return_inverse=True)"
            )
    values, encoded = np.unique(labels.astype(np.int64), return_inverse=True)
    return encoded.reshape(-1).astype(np.int64), tuple(str(value) for value in values)


def stratified_split(
    name: str, labels: NDArray[np.int64], test_size: float, random_state: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of the train and the test part, in order, each class cut by the same share.

    `test_size` is a share of the images, or an integer number of them.

    Raises
    ------
    DatasetError
        If a class has too few images to be in both parts.
    """
    from sklearn.model_selection import train_test_split

    try:
        train, test = train_test_split(
            np.arange(len(labels)), test_size=test_size, stratify=labels, random_state=random_state
        )
    except ValueError as error:
        raise DatasetError(f"{name}: cannot cut {len(labels)} images into a train and a test part: {error}") from error
    return np.sort(train), np.sort(test)


def _first(labels: NDArray[np.generic]) -> str:
    return repr(labels.reshape(-1)[0].item()) if labels.size else "none"
