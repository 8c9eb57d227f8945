"""A grid search in this process: every candidate's scores and times kept, within the time that a trial has."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, ParameterGrid, ParameterSampler, StratifiedKFold

from hdr_bench.experiments.result import Candidate, Searched
from hdr_bench.experiments.trial import Search

OnFit = Callable[[int, int], None]
# A trial predicts too, and its process ends: what a search leaves of the time limit for that.
_SHARE_OF_TIME = 0.9


class BoundedGridSearchCV(GridSearchCV):
    """scikit-learn's grid search over a list of candidates, which begins none that the time would not hold.

    It tries at least one candidate, and expects the next one to take as long as the longest so far, and the final
    fit as long as one of that candidate's folds, enlarged to all images.

    Parameters
    ----------
    deadline : float
        On the clock of `time.monotonic`; infinite for no limit.
    """

    def __init__(
        self, estimator: Any, param_grid: Any, *, deadline: float = math.inf, scoring: Any = None, cv: Any = None
    ) -> None:
        super().__init__(estimator, param_grid, scoring=scoring, cv=cv, error_score=np.nan)
        self.deadline = deadline

    def _run_search(self, evaluate_candidates: Callable[[list[dict[str, Any]]], Any]) -> None:
        longest = 0.0
        for candidate in ParameterGrid(self.param_grid):
            refit = longest / (self.cv.n_splits - 1)
            if longest and time.monotonic() + longest + refit > self.deadline:
                return
            start = time.monotonic()
            evaluate_candidates([candidate])
            longest = max(longest, time.monotonic() - start)


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
    """
    candidates = [
        {in_pipeline(model, name): value for name, value in candidate.items()}
        for candidate in chosen_candidates(search, seed)
    ]
    cv = StratifiedKFold(search.folds, shuffle=True, random_state=seed)
    grid = [{name: [value] for name, value in candidate.items()} for candidate in candidates]
    if search.strategy == "halving":
        return _halving(model, grid, cv, seed, _Counted(on_fit, 0))
    scoring = _Counted(on_fit, len(candidates) * search.folds)
    if seconds_left is None:
        return BoundedGridSearchCV(model, grid, scoring=scoring, cv=cv)
    # What is left out is then left out by chance, not by its place in the grid.
    order = np.random.default_rng(seed).permutation(len(grid))
    deadline = time.monotonic() + _SHARE_OF_TIME * seconds_left
    return BoundedGridSearchCV(model, [grid[place] for place in order], deadline=deadline, scoring=scoring, cv=cv)


def chosen_candidates(search: Search, seed: int) -> list[dict[str, Any]]:
    """Return the candidates that a search is to try: all of its grid, or so many drawn at random."""
    candidates = list(ParameterGrid(search.grid))
    if search.candidates is None or search.candidates >= len(candidates):
        return candidates
    return list(ParameterSampler(search.grid, search.candidates, random_state=seed))


def searched(fitted: Any, search: Search, seconds: float) -> Searched:
    """Return what a fitted search tried and chose; `seconds` is what its fit took."""
    names = {in_pipeline(fitted.estimator, name): name for name in search.grid}
    tried = tuple(_candidates(fitted, names))
    n_candidates = len(ParameterGrid(search.grid))
    asked = min(search.candidates or n_candidates, n_candidates)
    return Searched(
        chosen={names[name]: value for name, value in fitted.best_params_.items()},
        score=float(fitted.best_score_),
        candidates=tried,
        n_candidates=n_candidates,
        is_limited=search.strategy == "grid" and len(tried) < asked,
        search_seconds=seconds - fitted.refit_time_,
        refit_seconds=float(fitted.refit_time_),
    )


def in_pipeline(model: Any, name: str) -> str:
    """Return the name that a parameter of the estimator itself has in a pipeline."""
    if name in model.get_params() or not hasattr(model, "steps"):
        return name
    return f"{model.steps[-1][0]}__{name}"


class _Counted:
    """The accuracy as a scorer of scikit-learn's, which tells of each fit that it judges."""

    def __init__(self, on_fit: OnFit, fits: int) -> None:
        self._on_fit, self._fits, self._done = on_fit, fits, 0

    def __call__(self, model: Any, X: Any, y: Any) -> float:
        result = float(accuracy_score(y, model.predict(X)))
        self._done += 1
        self._on_fit(self._done, self._fits)
        return result


def _halving(model: Any, grid: list[dict[str, list[Any]]], cv: Any, seed: int, scoring: _Counted) -> Any:
    # scikit-learn asks for this import before it lets go of the class.
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    return HalvingGridSearchCV(
        model, grid, factor=3, cv=cv, scoring=scoring, random_state=seed, return_train_score=False
    )


def _candidates(fitted: Any, names: dict[str, str]) -> Iterator[Candidate]:
    results = fitted.cv_results_
    for place, params in enumerate(results["params"]):
        scores = [float(results[f"split{fold}_test_score"][place]) for fold in range(fitted.n_splits_)]
        yield Candidate(
            params={names[name]: value for name, value in params.items()},
            scores=tuple(None if math.isnan(value) else value for value in scores),
            fit_seconds=float(results["mean_fit_time"][place]),
            score_seconds=float(results["mean_score_time"][place]),
            iteration=int(results["iter"][place]) if "iter" in results else None,
            samples=int(results["n_resources"][place]) if "n_resources" in results else None,
        )
