"""State of a grid search in progress: finished fits, fits that may begin now, and the outcome."""

from collections import deque
from collections.abc import Iterable, Mapping
from copy import copy

import numpy as np
from numpy.typing import NDArray

from hdr_bench.experiments.planning.search_candidates import identity_of
from hdr_bench.experiments.planning.search_fits import CandidateFits, Candidates, plan_rounds
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

# The final fit and its measurements need time too; this is the share of the time limit reserved for them.
_SHARE_OF_TIME = 0.9
# Candidates differ in run time, by this factor and more.
_MARGIN = 1.5


class SearchState:
    """State of a search whose fits run one by one, anywhere.

    Under a time limit, a grid search starts no candidate that would not fit into the remaining time, but tries at least
    one. It expects the next candidate to take half as much again as the longest so far, and the final fit to take as
    much as one of its folds, scaled to all images. The time of each fit and its evaluation counts, whenever and
    wherever it ran; for a failed fit, that of its process.

    Parameters
    ----------
    trial : Trial
        Trial with the search.
    labels : ndarray of shape (n,), int64
        Labels of the trial's training images.
    outcomes : iterable of Result
        Results of fits that have run before. For successive halving, results are ignored if they belong to rounds after
        the first incomplete one.
    """

    def __init__(self, trial: Trial, labels: NDArray[np.int64], outcomes: Iterable[Result] = ()) -> None:
        self.trial = trial
        self._candidates, self._labels = Candidates(trial), labels
        self._outcomes = {result.trial.key: result for result in outcomes}
        self._running: dict[str, CandidateFits] = {}
        self._plan()

    @property
    def outcomes(self) -> Mapping[str, Result]:
        """Results of finished fits, by key."""
        return self._outcomes

    @property
    def rounds(self) -> tuple[tuple[CandidateFits, ...], ...]:
        """Candidates of each round in starting order."""
        return self._rounds

    @property
    def best(self) -> CandidateFits | None:
        """Best candidate by scikit-learn's rule; None if none could be fitted on every fold."""
        if self._candidates.search.strategy == "halving":
            return self._best
        return plan_rounds(self._candidates, self._labels, self._outcomes).best

    @property
    def n_candidates(self) -> int:
        """Number of candidates to try."""
        return len(self._candidates.params)

    @property
    def n_fits(self) -> int:
        """Number of fits; for successive halving, the final number."""
        distinct = sum(len({candidate.identity for candidate in each}) for each in self._rounds)
        return distinct * self._candidates.search.folds

    @property
    def n_missing(self) -> int:
        """Number of fits without an outcome."""
        return self.n_fits - len(self._outcomes)

    @property
    def fits(self) -> dict[str, Trial]:
        """All fits by key; for successive halving, their final number."""
        return {key: fit for each in self._rounds for candidate in each for key, fit in candidate.fits.items()}

    @property
    def missing(self) -> dict[str, Trial]:
        """Fits without an outcome, by key; under a time limit, some of them may never begin."""
        return {key: fit for key, fit in self.fits.items() if key not in self._outcomes}

    @property
    def spent(self) -> float:
        """Total seconds of the fits so far."""
        return self._spent

    @property
    def seconds_left(self) -> float | None:
        """Seconds remaining for fits; None without a limit."""
        limit = self.trial.time_limit
        return None if limit is None else _SHARE_OF_TIME * limit - self._spent

    @property
    def is_complete(self) -> bool:
        """Whether no fit is running and none may begin."""
        return not self._running and not self._may_begin()

    def copy(self) -> "SearchState":
        """Return an independent copy of the state.

        Returns
        -------
        state : SearchState
        """
        other = copy(self)
        other._outcomes, other._running = dict(self._outcomes), dict(self._running)
        other._ready, other._waiting = dict(self._ready), deque(self._waiting)
        other._seconds = {identity: list(seconds) for identity, seconds in self._seconds.items()}
        return other

    def next_fit(self) -> Trial | None:
        """Return the fit to start now; None if none may start at the moment.

        Returns
        -------
        fit : Trial or None
        """
        if not self._may_begin():
            return None
        while not self._ready and self._waiting:
            self._begin(self._waiting.popleft())
        if not self._ready:
            return None
        key = next(iter(self._ready))
        candidate = self._running[key] = self._ready.pop(key)
        return candidate.fits[key]

    def seconds_for(self, fit: Trial) -> float | None:
        """Return the seconds that a fit which starts now may take; None without a limit.

        A candidate needs all of its folds, and the fits that run concurrently need time too: each gets a share of the
        remaining time.

        Parameters
        ----------
        fit : Trial
            Most recent fit returned by `next_fit`.

        Returns
        -------
        seconds : float or None
        """
        left = self.seconds_left
        if left is None:
            return None
        open_folds = sum(key not in self._outcomes for key in self._running[fit.key].fits)
        return left / max(open_folds, len(self._running))

    def record(self, result: Result) -> None:
        """Record the outcome of a fit.

        Parameters
        ----------
        result : Result
        """
        key = result.trial.key
        self._outcomes[key] = result
        self._running.pop(key, None)
        self._count(result)
        if not (self._running or self._ready or self._waiting):
            # Continue with the next round of successive halving, if there is one.
            self._plan()

    def _plan(self) -> None:
        """Find the first round with missing outcomes, and continue with the candidates started in it."""
        planned = plan_rounds(self._candidates, self._labels, self._outcomes)
        self._rounds, self._best = planned.rounds, planned.best
        known, self._outcomes = self._outcomes, {}
        self._waiting: deque[CandidateFits] = deque()
        self._ready: dict[str, CandidateFits] = {}
        begun: dict[str, list[Result]] = {}
        for result in known.values():
            begun.setdefault(_identity_of(result), []).append(result)
        for candidates in self._rounds:
            for candidate in candidates:
                results = begun.get(candidate.identity, ())
                self._outcomes |= {each.trial.key: each for each in results if each.trial.key in candidate.fits}
            for candidate in candidates:
                if candidate.identity in begun:
                    self._begin(candidate)
                else:
                    self._waiting.append(candidate)
            if self._ready or self._waiting:
                break
        self._spent, self._seconds = 0.0, dict[str, list[float]]()
        for result in self._outcomes.values():
            self._count(result)

    def _count(self, result: Result) -> None:
        seconds = seconds_of(result)
        self._spent += seconds
        self._seconds.setdefault(_identity_of(result), []).append(seconds)

    def _begin(self, candidate: CandidateFits) -> None:
        # A grid that repeats a value has a candidate twice, with the same fits.
        for key in candidate.fits:
            if key not in self._outcomes and key not in self._running:
                self._ready[key] = candidate

    def _may_begin(self) -> bool:
        """Return whether a fit may start now, of a candidate in progress or of another one."""
        left = self.seconds_left
        if left is not None and left <= 0:
            return False
        return bool(self._ready) or (bool(self._waiting) and self._suffices_for_another(left))

    def _suffices_for_another(self, left: float | None) -> bool:
        """Return whether the remaining time suffices for another candidate besides those in progress."""
        if left is None or self._candidates.search.strategy == "halving":
            return True
        if not self._seconds:
            # Nothing is known about the first candidate until one of its fits has finished.
            return not self._running
        folds = self._candidates.search.folds
        longest = max(folds * sum(took) / len(took) for took in self._seconds.values())
        ahead = longest * (1 + len(self._running) / folds)
        return _MARGIN * (ahead + longest / (folds - 1)) <= left


def _identity_of(result: Result) -> str:
    fit = result.trial.search_fit
    return "" if fit is None else identity_of(fit.params, fit.samples)


def seconds_of(result: Result) -> float:
    """Return the seconds of a fit within a search, including its evaluation; for a failed fit, those of its process.

    Parameters
    ----------
    result : Result

    Returns
    -------
    seconds : float
    """
    cost = result.measurements
    return result.seconds if cost is None else cost.fit_seconds + cost.predict_seconds
