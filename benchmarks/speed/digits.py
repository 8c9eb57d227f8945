"""MNIST as the comparisons take it: raw pixels, and pixels divided by 255."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def raw_digits(n: int = 60_000) -> Arrays:
    """Return the first `n` training images with their labels, and the 10,000 test images with theirs."""
    from hdr_bench import load_dataset

    digits = load_dataset("mnist")
    return digits.train.X[:n], digits.train.y[:n], digits.test.X, digits.test.y


def scaled_digits(n: int = 60_000) -> Arrays:
    """Return the same as float32, divided by 255: what the peers are given."""
    X, y, X_test, y_test = raw_digits(n)
    return X.astype(np.float32) / 255, y, X_test.astype(np.float32) / 255, y_test
