"""A grid search in this process: every candidate's scores and times kept, within the time that a trial has."""

import math
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, ParameterGrid, ParameterSampler, StratifiedKFold

from hdr_bench.experiments.planning.grid_names import in_pipeline, settable
from hdr_bench.records.copying import make_clonable
from hdr_bench.records.result import Candidate, SearchResult
from hdr_bench.records.trial import Search

OnFit = Callable[[int, int], None]
# A trial predicts too, and its process ends: what a search leaves of the time limit for that.
_SHARE_OF_TIME = 0.9
# Candidates differ in what they take, by so much and more.
_MARGIN = 1.5


class BoundedGridSearchCV(GridSearchCV):
    """scikit-learn's grid search over a list of candidates, which begins none that the time would not hold.

    It tries at least one candidate, and expects of the next one half as much again as the longest so far took, and of
    the final fit as much as of one of its folds, enlarged to all images. Of candidates equally good the first wins.

    Parameters
    ----------
    estimator : estimator
    candidates : list of dict
    scoring : callable
    cv : StratifiedKFold
    deadline : float
        On the clock of `time.monotonic`; infinite for no limit.
    order : sequence of int
        In which the candidates are tried.
    """

    def __init__(
        self, estimator: Any, candidates: Any, *, scoring: Any, cv: Any, deadline: float, order: Sequence[int]
    ) -> None:
        super().__init__(estimator, {}, scoring=scoring, cv=cv, error_score=np.nan, refit=self._first_of_the_best)
        self.candidates = candidates
        self.deadline = deadline
        self.order = order

    def _run_search(self, evaluate_candidates: Callable[[list[dict[str, Any]]], Any]) -> None:
        self.failed_: list[dict[str, Any]] = []
        if math.isinf(self.deadline):
            evaluate_candidates(self.candidates)
            return
        longest = 0.0
        for tried, place in enumerate(self.order):
            expected = _MARGIN * (longest + longest / (self.cv.n_splits - 1))
            if tried and monotonic() + expected > self.deadline:
                return
            start = monotonic()
            try:
                evaluate_candidates([self.candidates[place]])
            except ValueError:
                # scikit-learn wants one fit at least to go well, of the candidates that it is given at a time.
                self.failed_.append(self.candidates[place])
                if len(self.failed_) == len(self.candidates):
                    raise
            longest = max(longest, monotonic() - start)

    def _first_of_the_best(self, results: dict[str, Any]) -> int:
        scores = np.nan_to_num(results["mean_test_score"], nan=-np.inf)
        best = np.flatnonzero(scores == scores.max())
        return int(min(best, key=lambda row: self.candidates.index(results["params"][row])))


def make_search(model: Any, search: Search, seed: int, seconds_left: float | None, on_fit: OnFit) -> Any:
    """Return the unfitted search of a trial.

    Parameters
    ----------
    model : estimator
    search : Search
    seed : int
        Of the cut into folds, of the candidates' choice, and of their order where time is limited.
    seconds_left : float or None
        What the trial's time limit leaves.
    on_fit : callable
        Told the number of fits done and of all.

    Returns
    -------
    search : estimator

    Raises
    ------
    HdrBenchError
        If a value of the grid cannot be made.
    """
    make_clonable(model)
    given = candidates_of(search, seed)
    candidates = [settable(model, candidate) for candidate in given]
    cv = StratifiedKFold(search.folds, shuffle=True, random_state=seed)
    if search.strategy == "halving":
        return _with_words(_halving(model, candidates, cv, seed, _Counted(on_fit, 0)), candidates, given)
    # What time leaves out is then left out by chance, not by its place in the grid.
    order = np.random.default_rng(seed).permutation(len(candidates)).tolist()
    deadline = math.inf if seconds_left is None else monotonic() + _SHARE_OF_TIME * seconds_left
    scoring = _Counted(on_fit, len(candidates) * search.folds)
    bounded = BoundedGridSearchCV(model, candidates, scoring=scoring, cv=cv, deadline=deadline, order=order)
    return _with_words(bounded, candidates, given)


def _with_words(searching: Any, candidates: list[dict[str, Any]], given: list[dict[str, Any]]) -> Any:
    """Let a search know what the suite calls the values that were made of what it describes, as classes are."""
    searching.words_ = {
        id(made): word
        for candidate, words in zip(candidates, given, strict=True)
        for made, word in zip(candidate.values(), words.values(), strict=True)
        if made is not word
    }
    return searching


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


def search_result(fitted: Any, search: Search, seconds: float) -> SearchResult:
    """Return what a fitted search tried and chose; `seconds` is what its fit took.

    Parameters
    ----------
    fitted : estimator
        The fitted search.
    search : Search
    seconds : float
        Wall time of the whole fit.

    Returns
    -------
    result : SearchResult

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    names = {in_pipeline(fitted.estimator, name): name for name in search.grid}

    def as_given(params: dict[str, Any]) -> dict[str, Any]:
        return {names[name]: fitted.words_.get(id(value), value) for name, value in params.items()}

    tried = tuple(_candidates(fitted, as_given))
    n_candidates = len(ParameterGrid(search.grid))
    asked = min(search.candidates or n_candidates, n_candidates)
    return SearchResult(
        chosen=as_given(fitted.best_params_),
        score=float(fitted.cv_results_["mean_test_score"][fitted.best_index_]),
        candidates=tried,
        n_candidates=n_candidates,
        is_limited=search.strategy == "grid" and len(tried) < asked,
        search_seconds=seconds - fitted.refit_time_,
        refit_seconds=float(fitted.refit_time_),
    )


class _Counted:
    """The accuracy as a scorer of scikit-learn's, which tells of each fit that it evaluates."""

    def __init__(self, on_fit: OnFit, fits: int) -> None:
        self._on_fit, self._fits, self._done = on_fit, fits, 0

    def __call__(self, model: Any, X: Any, y: Any) -> float:
        result = float(accuracy_score(y, model.predict(X)))
        self._done += 1
        self._on_fit(self._done, self._fits)
        return result


def _halving(model: Any, candidates: list[dict[str, Any]], cv: Any, seed: int, scoring: _Counted) -> Any:
    # scikit-learn asks for this import before it lets go of the class.
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    grid = [{name: [value] for name, value in candidate.items()} for candidate in candidates]
    return HalvingGridSearchCV(
        model, grid, factor=3, cv=cv, scoring=scoring, random_state=seed, return_train_score=False
    )


def _candidates(fitted: Any, as_given: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[Candidate]:
    results = fitted.cv_results_
    for place, params in enumerate(results["params"]):
        scores = [float(results[f"split{fold}_test_score"][place]) for fold in range(fitted.n_splits_)]
        yield Candidate(
            params=as_given(params),
            scores=tuple(None if math.isnan(value) else value for value in scores),
            fit_seconds=float(results["mean_fit_time"][place]),
            score_seconds=float(results["mean_score_time"][place]),
            iteration=int(results["iter"][place]) if "iter" in results else None,
            samples=int(results["n_resources"][place]) if "n_resources" in results else None,
        )
    for params in getattr(fitted, "failed_", ()):
        yield Candidate(
            params=as_given(params),
            scores=(None,) * fitted.n_splits_,
            fit_seconds=0.0,
            score_seconds=0.0,
        )
