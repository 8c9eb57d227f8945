"""Fits of a grid search: which there are, round by round, as far as the outcomes of earlier ones decide it.

scikit-learn's own search decides how successive halving goes on: it is fitted on the numbers of the images, with the
scores of fits that have run.
"""

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import ParameterGrid, ParameterSampler, StratifiedKFold

from hdr_bench.records.result import Result
from hdr_bench.records.trial import Search, SearchFit, Trial


@dataclass(frozen=True, eq=False)
class Group:
    """Fits of a candidate in a round.

    Attributes
    ----------
    number : int
        Place of the candidate in the order of the grid, from 0.
    params : dict
        The candidate.
    fits : mapping of str to Trial
        One per fold, by key.
    """

    number: int
    params: dict[str, Any]
    fits: Mapping[str, Trial]


@dataclass(frozen=True, eq=False)
class Rounds:
    """Rounds of a search.

    Attributes
    ----------
    rounds : tuple of tuple of Group
        Each round's candidates in the order in which they are begun. Of successive halving, those after the first round
        without all of its outcomes have as many candidates as they will have, but not the same ones.
    best : Group or None
        The candidate that is chosen; None if fits are missing, or none can be chosen.
    """

    rounds: tuple[tuple[Group, ...], ...]
    best: Group | None = None


def candidates_of(search: Search, seed: int) -> list[dict[str, Any]]:
    """Return the candidates that a search is to try: all of its grid, or so many drawn at random.

    Parameters
    ----------
    search : Search
    seed : int
        Of the draw, if only some of the grid are tried.

    Returns
    -------
    candidates : list of dict
        Parameters and their values.
    """
    candidates = list(ParameterGrid(search.grid))
    if search.candidates is None or search.candidates >= len(candidates):
        return candidates
    return list(ParameterSampler(search.grid, search.candidates, random_state=seed))


def search_of(trial: Trial) -> Search:
    """Return the search of a trial that has one.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    search : Search

    Raises
    ------
    ValueError
        If it has none.
    """
    if trial.search is None:
        raise ValueError(f"{trial.case}: this trial is no grid search")
    return trial.search


def plan_rounds(trial: Trial, labels: NDArray[np.int64], outcomes: Mapping[str, Result]) -> Rounds:
    """Enumerate the fits of a search.

    Parameters
    ----------
    trial : Trial
        With the search.
    labels : ndarray of shape (n,), int64
        Of the trial's training images; looked at for successive halving.
    outcomes : mapping of str to Result
        Results of the fits so far, by their keys.

    Returns
    -------
    rounds : Rounds
    """
    search = search_of(trial)
    if search.strategy == "halving":
        return _halving(trial, labels, outcomes)
    make, candidates = _maker_of_fits(trial), candidates_of(search, trial.seed)
    groups = tuple(
        Group(number, params, dict(make(params, fold, None) for fold in range(search.folds)))
        for number, params in enumerate(candidates)
    )
    best = _first_of_the_best(groups, outcomes)
    if trial.time_limit is None:
        return Rounds((groups,), best)
    # What time leaves out is then left out by chance, not by its place in the grid.
    order = np.random.default_rng(trial.seed).permutation(len(groups))
    return Rounds((tuple(groups[place] for place in order),), best)


def accuracies_of(group: Group, outcomes: Mapping[str, Result]) -> list[float]:
    """Return a candidate's accuracy on each fold; NaN where its fit failed, or has not run.

    Parameters
    ----------
    group : Group
    outcomes : mapping of str to Result
        By the keys of the fits.

    Returns
    -------
    accuracies : list of float
    """
    return [_accuracy(outcomes.get(key)) for key in group.fits]


def _accuracy(result: Result | None) -> float:
    return math.nan if result is None or result.scores is None else result.scores.accuracy


def _first_of_the_best(groups: Sequence[Group], outcomes: Mapping[str, Result]) -> Group | None:
    """Return the candidate with the highest mean; of equally good ones the first in the grid, as scikit-learn does."""
    means = np.average([accuracies_of(group, outcomes) for group in groups], axis=1)
    if np.isnan(means).all():
        return None
    return groups[int(np.nanargmax(means))]


def _maker_of_fits(trial: Trial) -> Callable[[dict[str, Any], int, int | None], tuple[str, Trial]]:
    """Return a function that makes a fit from a candidate, a fold, and a round's images; with its key."""
    search, key = search_of(trial), trial.key
    # Its published figures are the search's.
    shared = trial.model_copy(update={"search": None, "folds": search.folds, "published": ()})

    def make(params: dict[str, Any], fold: int, samples: int | None) -> tuple[str, Trial]:
        named = SearchFit(search=key, params=params, samples=samples)
        fit = shared.model_copy(update={"fold": fold, "search_fit": named})
        return fit.key, fit

    return make


class _Candidate(ClassifierMixin, BaseEstimator):
    """Stand-in for a candidate in scikit-learn's search: it learns nothing."""

    def __init__(self, number: int = 0) -> None:
        self.number = number

    def fit(self, X: Any, y: Any) -> "_Candidate":
        del X, y
        return self


def _halving(trial: Trial, labels: NDArray[np.int64], outcomes: Mapping[str, Result]) -> Rounds:
    # scikit-learn asks for this import before it lets go of the class.
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    search, make = search_of(trial), _maker_of_fits(trial)
    candidates = candidates_of(search, trial.seed)
    cut = StratifiedKFold(search.folds, shuffle=True, random_state=trial.seed)
    rows = np.arange(len(labels))[:, None]
    fold_of = np.empty(len(labels), np.intp)
    for fold, (_, tested) in enumerate(cut.split(rows, labels)):
        fold_of[tested] = fold
    rounds: list[dict[int, dict[str, Trial]]] = []
    missing: list[str] = []

    def look_up(estimator: _Candidate, X: NDArray[np.intp], y: Any) -> float:
        del y
        sizes = halving.n_resources_
        if len(rounds) < len(sizes):
            rounds.append({})
        key, fit = make(candidates[estimator.number], int(fold_of[X[0, 0]]), sizes[-1])
        rounds[-1].setdefault(estimator.number, {})[key] = fit
        if key not in outcomes:
            missing.append(key)
            return 0.0
        return _accuracy(outcomes[key])

    halving = HalvingGridSearchCV(
        _Candidate(),
        {"number": range(len(candidates))},
        factor=3,
        cv=cut,
        scoring=look_up,
        random_state=trial.seed,
        refit=False,
        return_train_score=False,
    )
    with warnings.catch_warnings():
        # Of scores that are no numbers: those of fits that failed.
        warnings.simplefilter("ignore", UserWarning)
        halving.fit(rows, labels)
    planned = tuple(
        tuple(Group(number, candidates[number], fits) for number, fits in groups.items()) for groups in rounds
    )
    if missing:
        return Rounds(planned)
    chosen = halving.cv_results_["params"][halving.best_index_]["number"]
    best = next(group for group in planned[-1] if group.number == chosen)
    return Rounds(planned, None if math.isnan(halving.best_score_) else best)
