"""A grid search on its way: the fits that have run, those that may begin now, and what came out of them all."""

from collections import deque
from collections.abc import Iterable, Mapping
from copy import copy

import numpy as np
from numpy.typing import NDArray

from hdr_bench.experiments.planning.search_fits import CandidateFits, Candidates, identity_of, plan_rounds
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

# The last fit and its measurements need time too: what a search leaves of the time limit for them.
_SHARE_OF_TIME = 0.9
# Candidates differ in what they take, by so much and more.
_MARGIN = 1.5


class SearchState:
    """State of a search whose fits run one by one, anywhere.

    Under a time limit a grid search begins no candidate that the time would not hold: at least one is tried; of the
    next one it expects half as much again as the longest so far took, and of the last fit as much as of one of its
    folds, enlarged to all images. The seconds of fits with their evaluation count, whenever and wherever they ran; of a
    fit that failed, those of its process.

    Parameters
    ----------
    trial : Trial
        With the search.
    labels : ndarray of shape (n,), int64
        Of the trial's training images.
    outcomes : iterable of Result
        Of fits that have run before; of successive halving, what belongs to no round before the first that lacks some
        is left out.
    """

    def __init__(self, trial: Trial, labels: NDArray[np.int64], outcomes: Iterable[Result] = ()) -> None:
        self.trial = trial
        self._candidates, self._labels = Candidates(trial), labels
        self._outcomes = {result.trial.key: result for result in outcomes}
        self._running: dict[str, CandidateFits] = {}
        self._plan()

    @property
    def outcomes(self) -> Mapping[str, Result]:
        """Results of the fits that have run, by their keys."""
        return self._outcomes

    @property
    def rounds(self) -> tuple[tuple[CandidateFits, ...], ...]:
        """Candidates of each round, in the order in which they are begun."""
        return self._rounds

    @property
    def best(self) -> CandidateFits | None:
        """Best candidate, by scikit-learn's rule; None if none could be fitted on every fold."""
        if self._candidates.search.strategy == "halving":
            return self._best
        return plan_rounds(self._candidates, self._labels, self._outcomes).best

    @property
    def n_candidates(self) -> int:
        """Candidates that are to be tried."""
        return len(self._candidates.params)

    @property
    def n_fits(self) -> int:
        """Number of fits; of successive halving, as many as there will be."""
        distinct = sum(len({candidate.identity for candidate in each}) for each in self._rounds)
        return distinct * self._candidates.search.folds

    @property
    def n_missing(self) -> int:
        """Number of fits without an outcome."""
        return self.n_fits - len(self._outcomes)

    @property
    def fits(self) -> dict[str, Trial]:
        """All fits by their keys; of successive halving, as many as there will be."""
        return {key: fit for each in self._rounds for candidate in each for key, fit in candidate.fits.items()}

    @property
    def missing(self) -> dict[str, Trial]:
        """Fits without an outcome, by their keys; under a time limit some of them may never begin."""
        return {key: fit for key, fit in self.fits.items() if key not in self._outcomes}

    @property
    def spent(self) -> float:
        """Seconds of all fits so far."""
        return self._spent

    @property
    def seconds_left(self) -> float | None:
        """Seconds that are left for fits; None without a limit."""
        limit = self.trial.time_limit
        return None if limit is None else _SHARE_OF_TIME * limit - self._spent

    @property
    def is_complete(self) -> bool:
        """No fit runs, and none may begin."""
        return not self._running and not self._may_begin()

    def copy(self) -> "SearchState":
        """Return a state that goes on by itself.

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
        """Return a fit that begins now; None if none may at the moment.

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
        """Return the seconds that a fit which begins now may take; None without a limit.

        A candidate needs all of its folds, and those that run beside it need their time too: each has a share of what
        is left.

        Parameters
        ----------
        fit : Trial
            The last one that `next_fit` has returned.

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
        """Note the outcome of a fit.

        Parameters
        ----------
        result : Result
        """
        key = result.trial.key
        self._outcomes[key] = result
        self._running.pop(key, None)
        self._count(result)
        if not (self._running or self._ready or self._waiting):
            # The next round of successive halving, if there is one.
            self._plan()

    def _plan(self) -> None:
        """Look for the first round with fits that have no outcome, and go on with what was begun in it."""
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
        # A grid that names a value twice has a candidate twice, whose fits are the same.
        for key in candidate.fits:
            if key not in self._outcomes and key not in self._running:
                self._ready[key] = candidate

    def _may_begin(self) -> bool:
        """Whether a fit may begin now: of a candidate that was begun, or of another one."""
        left = self.seconds_left
        if left is not None and left <= 0:
            return False
        return bool(self._ready) or (bool(self._waiting) and self._suffices_for_another(left))

    def _suffices_for_another(self, left: float | None) -> bool:
        """Whether the time that is left is enough for another candidate beside what runs."""
        if left is None or self._candidates.search.strategy == "halving":
            return True
        if not self._seconds:
            # Of the first candidate nothing is known until one of its fits has ended.
            return not self._running
        folds = self._candidates.search.folds
        longest = max(folds * sum(took) / len(took) for took in self._seconds.values())
        ahead = longest * (1 + len(self._running) / folds)
        return _MARGIN * (ahead + longest / (folds - 1)) <= left


def _identity_of(result: Result) -> str:
    fit = result.trial.search_fit
    return "" if fit is None else identity_of(fit.params, fit.samples)


def seconds_of(result: Result) -> float:
    """Return the seconds of a fit inside a search, with its evaluation; of a failed one, those of its process.

    Parameters
    ----------
    result : Result

    Returns
    -------
    seconds : float
    """
    cost = result.measurements
    return result.seconds if cost is None else cost.fit_seconds + cost.predict_seconds
