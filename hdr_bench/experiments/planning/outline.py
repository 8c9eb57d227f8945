"""Trials of a case, enumerated according to its protocol."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hdr_bench.datasets import Dataset
from hdr_bench.estimators.parameter_checks import DataShape
from hdr_bench.records.case import Case
from hdr_bench.records.protocol import Kind, Protocol
from hdr_bench.records.trial import Search, Trial


@dataclass(frozen=True, eq=False)
class Outline:
    """Outline of a case's trials: the first trial, and how many more its protocol creates.

    Attributes
    ----------
    first : Trial
        Trial with the first seed.
    case : Case
    protocol : Protocol
    dataset : Dataset
    repeats : int
    most_repeats : int or None
        Including those that run only if the first ones differ much.
    folds : int
        0 for protocols without folds.
    candidates : int or None
        Number of candidates drawn at random from a grid; None for all.
    """

    first: Trial
    case: Case
    protocol: Protocol
    dataset: Dataset
    repeats: int
    most_repeats: int | None
    folds: int
    candidates: int | None

    @property
    def sizes(self) -> list[int]:
        """Numbers of training images of a learning curve, within the number available."""
        most = self.first.samples
        return [size for size in self.protocol.sizes or () if most is None or size <= most]

    @property
    def n_trials(self) -> int:
        """Number of trials, including those that depend on the first ones."""
        if self.first.protocol in {"holdout", "validation"} and self.has_one_fit:
            return 1
        repeats = max(self.repeats, self.most_repeats or 0)
        return repeats * {"cross-validation": self.folds, "learning-curve": len(self.sizes)}.get(self.protocol.kind, 1)

    @property
    def has_one_fit(self) -> bool:
        """Whether all seeds of a hold-out give the same fit."""
        return self.first.is_deterministic and not self.draws_images

    @property
    def draws_images(self) -> bool:
        """Whether the seed also determines the training images: their number is what is compared."""
        return self.protocol.held_out is not None and self.case.samples is not None

    @property
    def data(self) -> DataShape:
        """Shape of the data that the estimator is fitted on; with several fits, of the fit on the fewest images."""
        part = self.dataset.train
        n = min(self.sizes) if self.sizes else self.first.samples or len(part)
        # Rounding up gives the largest fold.
        left_out = -(-n // self.folds) if self.folds else 0
        if self.first.samples is None and self.protocol.held_out is not None:
            left_out = math.ceil(n * self.protocol.held_out)
        return DataShape(part.X.shape[1], len(self.dataset.class_names), n - left_out)

    def trial(self, repeat: int, **changes: Any) -> Trial:
        """Return the first trial with the seed of another repeat, and other changes.

        Parameters
        ----------
        repeat : int
            Number of the repeat, from 0.
        **changes
            Other fields of the trial to change.

        Returns
        -------
        trial : Trial
        """
        return self.first.model_copy(update={"seed": self.first.seed + repeat, **changes})


def _holdout(outline: Outline) -> Iterator[Trial]:
    if outline.has_one_fit:
        yield outline.first.model_copy(update={"seed": 0})
        return
    yield from _seeds(outline, range(outline.repeats))


def conditional_trials(outline: Outline) -> Iterator[Trial]:
    """Yield the trials with further seeds; none if the caller has set the number of seeds.

    Parameters
    ----------
    outline : Outline

    Yields
    ------
    trial : Trial
    """
    if outline.most_repeats is not None and not outline.has_one_fit:
        yield from _seeds(outline, range(outline.repeats, outline.most_repeats))


def _seeds(outline: Outline, repeats: range) -> Iterator[Trial]:
    for repeat in repeats:
        shuffle_seed = outline.first.seed + repeat if outline.protocol.shuffle else None
        changes = {"sample_seed": outline.first.seed + repeat} if outline.draws_images else {}
        yield outline.trial(repeat, shuffle_seed=shuffle_seed, **changes)


def _cross_validation(outline: Outline) -> Iterator[Trial]:
    # The seed also determines the folds, so repeats of a deterministic method differ too.
    for repeat in range(outline.repeats):
        for fold in range(outline.folds):
            yield outline.trial(repeat, fold=fold, folds=outline.folds)


def _grid_search(outline: Outline) -> Iterator[Trial]:
    strategy = outline.protocol.strategy or "grid"
    search = Search(grid=outline.case.grid, folds=outline.folds, strategy=strategy, candidates=outline.candidates)
    for repeat in range(outline.repeats):
        yield outline.trial(repeat, search=search)


def _learning_curve(outline: Outline) -> Iterator[Trial]:
    for size in outline.sizes:
        for repeat in range(outline.repeats):
            # The seed also determines the images.
            yield outline.trial(repeat, samples=size, sample_seed=outline.first.seed + repeat)


EXPAND: dict[Kind, Callable[[Outline], Iterator[Trial]]] = {
    "holdout": _holdout,
    "cross-validation": _cross_validation,
    "grid-search": _grid_search,
    "learning-curve": _learning_curve,
    "validation": _holdout,
}
"""Functions that create the trials of each protocol."""
