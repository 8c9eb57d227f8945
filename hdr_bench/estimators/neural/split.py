"""Split into training and held-out images, and labels as indices, without importing torch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from hdr_bench.error_text import error_line
from hdr_bench.exceptions import shown

Rows = NDArray[Any]
Codes = NDArray[np.int64]


def hold_out(rows: Rows, codes: Codes, share: float, seed: int) -> tuple[Rows, Codes, Rows, Codes]:
    """Hold out a stratified fraction of the training images.

    Parameters
    ----------
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    codes : ndarray of shape (n,)
        Indices of their labels in the classes.
    share : float
        Above 0 and below 1.
    seed : int
        Seed of the random choice.

    Returns
    -------
    rows, codes : ndarray
        Remaining training images and labels, in their original order.
    held_rows, held_codes : ndarray
        Held-out images and labels.

    Raises
    ------
    ValueError
        If the fraction is not between 0 and 1, or leaves a class without images on either side.
    """
    if not 0 < share < 1:
        raise ValueError(f"validation_fraction must be between 0 and 1, or None, got {shown(share)}")
    try:
        places = train_test_split(np.arange(len(rows)), test_size=share, stratify=codes, random_state=seed)
    except ValueError as error:
        raise ValueError(
            f"validation_fraction={shown(share)} cannot be held out of {len(rows)} images: {error_line(error)}; "
            "use more images, another fraction, or validation_data"
        ) from error
    train, held = (np.sort(part) for part in places)
    return rows[train], codes[train], rows[held], codes[held]


def codes_of(labels: NDArray[Any], classes: NDArray[Any]) -> Codes:
    """Return the indices of labels in the sorted classes.

    Parameters
    ----------
    labels : ndarray of shape (n,)
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    codes : ndarray of shape (n,)

    Raises
    ------
    ValueError
        If a label is not one of the classes.
    """
    unknown = np.setdiff1d(labels, classes)
    if len(unknown):
        raise ValueError(f"y has labels that are not among the classes {classes.tolist()}: {unknown[:5].tolist()}")
    return np.searchsorted(classes, labels).astype(np.int64)
