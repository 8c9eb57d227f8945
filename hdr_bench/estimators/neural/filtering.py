"""Choice of the images that are hard for networks, from a stream of images with the networks' answers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.neural.split import Codes, Rows


@dataclass(frozen=True)
class Answered:
    """Images with the answers of networks.

    Attributes
    ----------
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    codes : ndarray of shape (n,)
        Indices of the labels.
    answers : sequence of ndarray of shape (n,)
        Indices of the classes that each network predicts.
    """

    rows: Rows
    codes: Codes
    answers: Sequence[NDArray[np.int64]]


Filter = Callable[[Iterable[Answered], int], tuple[Rows, Codes]]
"""Choice of a number of images from batches."""


class Collection:
    """Images collected up to a number.

    Parameters
    ----------
    most : int
        Number of images at which it is full.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.n = 0
        self._parts: list[tuple[Rows, Codes]] = []

    @property
    def is_full(self) -> bool:
        """Whether no more images are collected."""
        return self.n == self.most

    def add(self, batch: Answered, chosen: NDArray[np.bool_]) -> None:
        """Collect the chosen images of a batch, as many as there is room for.

        Parameters
        ----------
        batch : Answered
        chosen : ndarray of shape (n,)
        """
        places = np.flatnonzero(chosen)[: self.most - self.n]
        if len(places):
            self._parts.append((batch.rows[places], batch.codes[places]))
            self.n += len(places)

    def images(self, most: int) -> tuple[Rows, Codes]:
        """Return the images in the order in which they were collected.

        Parameters
        ----------
        most : int
            Maximum number of images.

        Returns
        -------
        rows : ndarray of shape (n, n_features)
        codes : ndarray of shape (n,)
        """
        if not self._parts:
            return np.empty((0, 0), np.float32), np.empty(0, np.int64)
        rows, codes = (np.concatenate(parts) for parts in zip(*self._parts, strict=True))
        return rows[:most], codes[:most]


def wrong_and_right(batches: Iterable[Answered], n: int) -> tuple[Rows, Codes]:
    """Return images of which the first network classifies one half wrongly and the other half correctly.

    Parameters
    ----------
    batches : iterable of Answered
        Read until there are enough images.
    n : int
        Maximum number of images.

    Returns
    -------
    rows : ndarray of shape (n, n_features)
        Fewer if there are not enough wrong ones; none at all if there are none.
    codes : ndarray of shape (n,)
    """
    wrong, right = Collection(n // 2), Collection(n // 2)
    for batch in batches:
        is_right = batch.answers[0] == batch.codes
        wrong.add(batch, ~is_right)
        right.add(batch, is_right)
        if wrong.is_full and right.is_full:
            break
    fewer = min(wrong.n, right.n)
    if not fewer:
        return np.empty((0, 0), np.float32), np.empty(0, np.int64)
    parts = [collection.images(fewer) for collection in (wrong, right)]
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([codes for _, codes in parts])


def disagreements(batches: Iterable[Answered], n: int) -> tuple[Rows, Codes]:
    """Return images on which two networks disagree.

    Parameters
    ----------
    batches : iterable of Answered
        Read until there are enough images.
    n : int
        Maximum number of images.

    Returns
    -------
    rows : ndarray of shape (n, n_features)
    codes : ndarray of shape (n,)
    """
    disputed = Collection(n)
    for batch in batches:
        first, second = batch.answers
        disputed.add(batch, first != second)
        if disputed.is_full:
            break
    return disputed.images(n)
