"""Data of an audit: the images that are audited, and the images that the methods learn from.

A label is checked by methods that were not fitted on its image. For the training part, they are fitted on its other
folds. For the test part, both parts are joined and split into folds, since more training images make better
predictions; only the test images are audited.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset, Part
from hdr_bench.exceptions import UnknownNameError
from hdr_bench.experiments.planning.trial_data import load_choice
from hdr_bench.records.protocol import DatasetChoice

AuditedPart = Literal["train", "test", "all"]
"""Part that is audited, or both parts."""

PARTS: tuple[AuditedPart, ...] = get_args(AuditedPart)


@dataclass(frozen=True, eq=False)
class AuditedData:
    """Data of an audit.

    Attributes
    ----------
    dataset : Dataset
        Original data set.
    part : {"train", "test", "all"}
        Images that are audited.
    origin : DatasetChoice
        How the data set was requested.
    """

    dataset: Dataset
    part: AuditedPart
    origin: DatasetChoice

    @property
    def is_joined(self) -> bool:
        """Whether the methods learn from both parts."""
        return self.part != "train"

    @cached_property
    def source(self) -> Dataset:
        """The data set whose training part is split into folds; rows refer to this part."""
        if not self.is_joined:
            return self.dataset
        parts = (self.dataset.train, self.dataset.test)
        joined = Part(np.concatenate([each.images for each in parts]), np.concatenate([each.labels for each in parts]))
        note = "both parts joined, of which the folds are cut"
        return replace(self.dataset.with_parts(joined, self.dataset.test), notes=(*self.dataset.notes, note))

    @property
    def choice(self) -> DatasetChoice:
        """Data set for a suite: its name, or the joined parts made here."""
        return DatasetChoice.model_validate(self.source) if self.is_joined else self.origin

    @property
    def images(self) -> NDArray[np.generic]:
        """The images of all rows: shape (n, height, width)."""
        return self.source.train.images

    @property
    def labels(self) -> NDArray[np.int64]:
        """Their labels: shape (n,)."""
        return self.source.train.labels

    def is_looked_at(self, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which rows are audited.

        Parameters
        ----------
        rows : ndarray of shape (n,), intp

        Returns
        -------
        is_looked_at : ndarray of shape (n,), bool
        """
        if self.part != "test":
            return np.ones(len(rows), np.bool_)
        return rows >= len(self.dataset.train)

    def place_of(self, row: int) -> tuple[Literal["train", "test"], int]:
        """Return the part of a row, and its index in that part.

        Parameters
        ----------
        row : int

        Returns
        -------
        part : {"train", "test"}
        index : int
            Index from 0.

        Examples
        --------
        >>> data = load_audited("digits-8x8", "all")
        >>> data.place_of(len(data.dataset.train) + 2)
        ('test', 2)
        """
        n_train = len(self.dataset.train)
        return ("train", row) if row < n_train else ("test", row - n_train)


def load_audited(dataset: str | Dataset, part: str = "train") -> AuditedData:
    """Load the data of an audit.

    Parameters
    ----------
    dataset : str or Dataset
        Name as in `hdr_bench.load_dataset`, dotted path of a function that returns a data set, or a `Dataset`.
    part : {"train", "test", "all"}, default="train"
        Images to audit.

    Returns
    -------
    data : AuditedData

    Raises
    ------
    UnknownNameError
        If the data set or part is unknown.
    DatasetError, DatasetNotFoundError
        If the data set cannot be used.
    """
    for known in PARTS:
        if part == known:
            choice = DatasetChoice.model_validate(dataset)
            return AuditedData(load_choice(choice), known, choice)
    raise UnknownNameError("part", part, PARTS)
