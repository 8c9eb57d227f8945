"""The images that an audit looks at: one part of a data set, or both, and the images that its methods learn from.

A label is judged by methods that have not learned from its image. Of the training part, they learn from the other folds
of it. Of the test part too, since more images make better judges: both parts are joined, the folds are cut of all
images, and those of the test part are looked at.
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
"""Images that are looked at: of one part, or of both."""

PARTS: tuple[AuditedPart, ...] = get_args(AuditedPart)


@dataclass(frozen=True, eq=False)
class AuditedData:
    """Images that an audit looks at.

    Attributes
    ----------
    dataset : Dataset
        As it comes.
    part : {"train", "test", "all"}
        Images that are looked at.
    origin : DatasetChoice
        What the data set was asked for as.
    """

    dataset: Dataset
    part: AuditedPart
    origin: DatasetChoice

    @property
    def is_joined(self) -> bool:
        """Methods learn from both parts."""
        return self.part != "train"

    @cached_property
    def source(self) -> Dataset:
        """The data set whose training part is cut into folds; its rows are what this class calls rows."""
        if not self.is_joined:
            return self.dataset
        parts = (self.dataset.train, self.dataset.test)
        joined = Part(np.concatenate([each.images for each in parts]), np.concatenate([each.labels for each in parts]))
        note = "both parts joined, of which the folds are cut"
        return replace(self.dataset.with_parts(joined, self.dataset.test), notes=(*self.dataset.notes, note))

    @property
    def choice(self) -> DatasetChoice:
        """What a suite names: the data set by its name, or both parts joined as they are made here."""
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
        """Return which rows are among the images that are looked at.

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
        """Return the part that a row is of, and its index in it.

        Parameters
        ----------
        row : int

        Returns
        -------
        part : {"train", "test"}
        index : int
            From 0.

        Examples
        --------
        >>> data = load_audited("digits-8x8", "all")
        >>> data.place_of(len(data.dataset.train) + 2)
        ('test', 2)
        """
        n_train = len(self.dataset.train)
        return ("train", row) if row < n_train else ("test", row - n_train)


def load_audited(dataset: str | Dataset, part: str = "train") -> AuditedData:
    """Load the data set of an audit.

    Parameters
    ----------
    dataset : str or Dataset
        As `hdr_bench.load_dataset` takes it, the dotted path of a function that returns one, or one made in code.
    part : {"train", "test", "all"}, default="train"
        Images to look at.

    Returns
    -------
    data : AuditedData

    Raises
    ------
    UnknownNameError
        If there is no such data set or part.
    DatasetError, DatasetNotFoundError
        If it cannot be used.
    """
    for known in PARTS:
        if part == known:
            choice = DatasetChoice.model_validate(dataset)
            return AuditedData(load_choice(choice), known, choice)
    raise UnknownNameError("part", part, PARTS)
