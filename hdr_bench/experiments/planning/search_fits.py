"""Fits of a grid search, enumerated round by round as far as the outcomes of earlier fits decide them.

The course of successive halving is decided by scikit-learn's own search: it is fitted on the indices of the images,
with the scores of finished fits.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from joblib import parallel_config
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold

from hdr_bench.experiments.planning.search_candidates import candidates_of, identity_of
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Search, SearchFit, Trial


@dataclass(frozen=True, eq=False)
class CandidateFits:
    """Fits of a candidate in a round, created on first access, as a grid may have very many.

    Attributes
    ----------
    number : int
        Position of the candidate in the grid, from 0.
    params : dict
        The candidate.
    samples : int or None
        Number of images in the round, for successive halving.
    folds : int
    search_trial : Trial
        What the fits have in common.
    search_key : str
        Key of the search's trial.
    """

    number: int
    params: dict[str, Any]
    samples: int | None
    folds: int
    search_trial: Trial
    search_key: str

    @cached_property
    def fits(self) -> dict[str, Trial]:
        """One fit per fold, by key."""
        named = SearchFit(search=self.search_key, params=self.params, samples=self.samples)
        # The fits share the set of given names, which copying would duplicate.
        common, given = vars(self.search_trial), self.search_trial.model_fields_set
        each = [{**common, "fold": fold, "search_fit": named} for fold in range(self.folds)]
        fits = [Trial.model_construct(given, **values) for values in each]
        return {fit.key: fit for fit in fits}

    @cached_property
    def identity(self) -> str:
        """Identity of its fits among those of the search: a grid that repeats a value repeats candidates."""
        return identity_of(self.params, self.samples)


@dataclass(frozen=True, eq=False)
class Rounds:
    """Rounds of a search.

    Attributes
    ----------
    rounds : tuple of tuple of CandidateFits
        Candidates of each round in starting order. For successive halving, rounds after the first one with missing
        outcomes have the right number of candidates, but not the right candidates; after a round in which every fit
        failed, there are no more rounds.
    best : CandidateFits or None
        The selected candidate; None if fits are missing, or no candidate can be selected.
    """

    rounds: tuple[tuple[CandidateFits, ...], ...]
    best: CandidateFits | None = None


class Candidates:
    """Candidates of a search with their fits, which are created once, however often rounds are planned.

    Parameters
    ----------
    trial : Trial
        Trial with the search.
    """

    def __init__(self, trial: Trial) -> None:
        self.trial, self.search = trial, search_of(trial)
        self.params = candidates_of(self.search, trial.seed)
        self._key = trial.key
        # The published figures belong to the search.
        common = {"search": None, "folds": self.search.folds, "published": (), "fold": 0, "search_fit": None}
        self._common = trial.model_copy(update=common)
        self._made: dict[tuple[int, int | None], CandidateFits] = {}

    def fits(self, number: int, samples: int | None = None) -> CandidateFits:
        """Return the fits of a candidate in a round.

        Parameters
        ----------
        number : int
            Position of the candidate in the grid, from 0.
        samples : int, optional
            Number of images in the round, for successive halving.

        Returns
        -------
        fits : CandidateFits
        """
        made = self._made.get((number, samples))
        if made is None:
            folds = self.search.folds
            made = CandidateFits(number, self.params[number], samples, folds, self._common, self._key)
            self._made[number, samples] = made
        return made


def search_of(trial: Trial) -> Search:
    """Return the search of a grid search trial.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    search : Search

    Raises
    ------
    ValueError
        If the trial is not a grid search.
    """
    if trial.search is None:
        raise ValueError(f"{trial.case}: this trial is not a grid search")
    return trial.search


def plan_rounds(candidates: Candidates, labels: NDArray[np.int64], outcomes: Mapping[str, Result]) -> Rounds:
    """Enumerate the fits of a search.

    Parameters
    ----------
    candidates : Candidates
    labels : ndarray of shape (n,), int64
        Labels of the trial's training images, used for successive halving.
    outcomes : mapping of str to Result
        Results of the fits so far, by key.

    Returns
    -------
    rounds : Rounds
    """
    trial = candidates.trial
    if candidates.search.strategy == "halving":
        return _halving(candidates, labels, outcomes)
    all_fits = tuple(map(candidates.fits, range(len(candidates.params))))
    best = _first_of_the_best(all_fits, outcomes)
    if trial.time_limit is None:
        return Rounds((all_fits,), best)
    # Candidates omitted for lack of time are then random rather than the end of the grid.
    order = np.random.default_rng(trial.seed).permutation(len(all_fits))
    return Rounds((tuple(all_fits[place] for place in order),), best)


def accuracies_of(candidate: CandidateFits, outcomes: Mapping[str, Result]) -> list[float]:
    """Return a candidate's accuracy on each fold; NaN if its fit failed or has not run.

    Parameters
    ----------
    candidate : CandidateFits
    outcomes : mapping of str to Result
        By key of the fit.

    Returns
    -------
    accuracies : list of float
    """
    return [_accuracy(outcomes.get(key)) for key in candidate.fits]


def _accuracy(result: Result | None) -> float:
    return math.nan if result is None or result.scores is None else result.scores.accuracy


def _first_of_the_best(candidates: Sequence[CandidateFits], outcomes: Mapping[str, Result]) -> CandidateFits | None:
    """Return the candidate with the highest mean; ties go to the first in the grid, as in scikit-learn."""
    # Avoid creating the fits of candidates that were not started.
    begun = {identity_of(fit.params, fit.samples) for each in outcomes.values() if (fit := each.trial.search_fit)}
    tried = [each for each in candidates if begun and each.identity in begun]
    if not tried:
        return None
    means = np.average([accuracies_of(each, outcomes) for each in tried], axis=1)
    return None if np.isnan(means).all() else tried[int(np.nanargmax(means))]


class _Candidate(ClassifierMixin, BaseEstimator):
    """Stand-in for a candidate in scikit-learn's search, which learns nothing."""

    def __init__(self, number: int = 0) -> None:
        self.number = number

    def fit(self, X: Any, y: Any) -> "_Candidate":
        del X, y
        return self


def _halving(candidates: Candidates, labels: NDArray[np.int64], outcomes: Mapping[str, Result]) -> Rounds:
    # scikit-learn requires this import before the class can be imported.
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    cut = StratifiedKFold(candidates.search.folds, shuffle=True, random_state=candidates.trial.seed)
    rows = np.arange(len(labels))[:, None]
    fold_of = np.empty(len(labels), np.intp)
    for fold, (_, tested) in enumerate(cut.split(rows, labels)):
        fold_of[tested] = fold
    rounds: list[dict[int, CandidateFits]] = []

    def look_up(estimator: _Candidate, X: NDArray[np.intp], y: Any) -> float:
        del y
        sizes = halving.n_resources_
        if len(rounds) < len(sizes):
            rounds.append({})
        fits = candidates.fits(estimator.number, sizes[-1])
        rounds[-1][estimator.number] = fits
        outcome = outcomes.get(tuple(fits.fits)[fold_of[X[0, 0]]])
        return 0.0 if outcome is None else _accuracy(outcome)

    halving = HalvingGridSearchCV(
        _Candidate(),
        {"number": range(len(candidates.params))},
        factor=3,
        cv=cut,
        scoring=look_up,
        random_state=candidates.trial.seed,
        refit=False,
        return_train_score=False,
    )
    # In this process, even if joblib sends the run's own fits elsewhere: `look_up` writes into this process.
    with parallel_config("sequential"), warnings.catch_warnings():
        # About scores that are NaN, which are those of failed fits.
        warnings.simplefilter("ignore", UserWarning)
        halving.fit(rows, labels)
    planned = tuple(tuple(each.values()) for each in rounds)
    for place, each in enumerate(planned):
        keys = [key for fits in each for key in fits.fits]
        if not all(key in outcomes for key in keys):
            return Rounds(planned)
        if all(math.isnan(_accuracy(outcomes[key])) for key in keys):
            # scikit-learn's search raises an exception here.
            return Rounds(planned[: place + 1])
    chosen = halving.cv_results_["params"][halving.best_index_]["number"]
    best = next(fits for fits in planned[-1] if fits.number == chosen)
    return Rounds(planned, None if math.isnan(halving.best_score_) else best)
