"""Training images and those held out, and labels as numbers; no torch here."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from hdr_bench.error_text import error_line
from hdr_bench.exceptions import shown

Rows = NDArray[Any]
Codes = NDArray[np.int64]


def hold_out(rows: Rows, codes: Codes, share: float, seed: int) -> tuple[Rows, Codes, Rows, Codes]:
    """Hold out a stratified share of the training images.

    Parameters
    ----------
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    codes : ndarray of shape (n,)
        Places of their labels in the classes.
    share : float
        Above 0 and below 1.
    seed : int
        Of the choice.

    Returns
    -------
    rows, codes : ndarray
        What is left to learn from, in the order that it came in.
    held_rows, held_codes : ndarray
        What is held out.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1, or leaves a class without images on either side.
    """
    if not 0 < share < 1:
        raise ValueError(f"validation_fraction must be between 0 and 1, or None, got {shown(share)}")
    try:
        places = train_test_split(np.arange(len(rows)), test_size=share, stratify=codes, random_state=seed)
    except ValueError as error:
        raise ValueError(
            f"validation_fraction={shown(share)} cannot be held out of {len(rows)} images: {error_line(error)}; "
            "give more images, another share, or validation_data"
        ) from error
    train, held = (np.sort(part) for part in places)
    return rows[train], codes[train], rows[held], codes[held]


def codes_of(labels: NDArray[Any], classes: NDArray[Any]) -> Codes:
    """Return the places of labels in the sorted classes.

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
        If a label is no class.
    """
    unknown = np.setdiff1d(labels, classes)
    if len(unknown):
        raise ValueError(f"y holds labels that are none of the classes {classes.tolist()}: {unknown[:5].tolist()}")
    return np.searchsorted(classes, labels).astype(np.int64)
