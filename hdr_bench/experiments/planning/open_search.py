"""A grid search on its way: the fits that have run, those that may begin now, and what came out of them all."""

from collections import deque
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hdr_bench.experiments.planning.search_fits import Group, plan_rounds, search_of
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

# The last fit and its measurements need time too: what a search leaves of the time limit for them.
_SHARE_OF_TIME = 0.9
# Candidates differ in what they take, by so much and more.
_MARGIN = 1.5


class OpenSearch:
    """Search of a trial whose fits run one by one, anywhere.

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
        Of fits that have run before.
    """

    def __init__(self, trial: Trial, labels: NDArray[np.int64], outcomes: Iterable[Result] = ()) -> None:
        self.trial = trial
        self._search, self._labels = search_of(trial), labels
        self._outcomes = {result.trial.key: result for result in outcomes}
        self._running: dict[str, None] = {}
        self._plan()

    @property
    def outcomes(self) -> Mapping[str, Result]:
        """Results of the fits that have run, by their keys."""
        return self._outcomes

    @property
    def rounds(self) -> tuple[tuple[Group, ...], ...]:
        """Candidates of each round, in the order in which they are begun."""
        return self._rounds

    @property
    def fits(self) -> dict[str, Trial]:
        """All fits by their keys; of successive halving, as many as there will be."""
        return {key: fit for groups in self._rounds for group in groups for key, fit in group.fits.items()}

    @property
    def missing(self) -> dict[str, Trial]:
        """Fits without an outcome, by their keys; under a time limit some of them may never begin."""
        return {key: fit for key, fit in self.fits.items() if key not in self._outcomes}

    @property
    def spent(self) -> float:
        """Seconds of all fits so far."""
        return self._spent

    @property
    def seconds_of_next(self) -> float | None:
        """Seconds that a fit may take that begins now; None without a limit."""
        limit = self.trial.time_limit
        return None if limit is None else _SHARE_OF_TIME * limit - self._spent

    @property
    def is_complete(self) -> bool:
        """No fit runs, and none may begin."""
        return not self._running and not self._may_go_on()

    def next_fit(self) -> Trial | None:
        """Return a fit that begins now; None if none may at the moment.

        Returns
        -------
        fit : Trial or None
        """
        if not self._may_go_on():
            return None
        while not self._ready and self._waiting:
            self._begin(self._waiting.popleft())
        if not self._ready:
            return None
        key = next(iter(self._ready))
        self._running[key] = None
        return self._ready.pop(key)

    def record(self, result: Result) -> None:
        """Note the outcome of a fit.

        Parameters
        ----------
        result : Result
        """
        key = result.trial.key
        self._outcomes[key] = result
        self._running.pop(key, None)
        self._count(key, result)
        if not (self._running or self._ready or self._waiting):
            # The next round of successive halving, if there is one.
            self._plan()

    def choose(self) -> Group | None:
        """Return the best candidate, by scikit-learn's rule; None if none could be fitted on every fold.

        Returns
        -------
        best : Group or None
        """
        return plan_rounds(self.trial, self._labels, self._outcomes).best

    def _plan(self) -> None:
        """Look for the first round with fits that have no outcome, and go on with what was begun in it."""
        self._rounds = plan_rounds(self.trial, self._labels, self._outcomes).rounds
        self._number_of = {key: group.number for groups in self._rounds for group in groups for key in group.fits}
        self._spent, self._seconds = 0.0, dict[int, list[float]]()
        for key, result in self._outcomes.items():
            self._count(key, result)
        self._waiting: deque[Group] = deque()
        self._ready: dict[str, Trial] = {}
        for groups in self._rounds:
            for group in groups:
                if any(key in self._outcomes for key in group.fits):
                    self._begin(group)
                else:
                    self._waiting.append(group)
            if self._ready or self._waiting:
                return

    def _count(self, key: str, result: Result) -> None:
        seconds = seconds_of(result)
        self._spent += seconds
        self._seconds.setdefault(self._number_of[key], []).append(seconds)

    def _begin(self, group: Group) -> None:
        # A grid that names a value twice has a candidate twice, whose fits are the same.
        for key, fit in group.fits.items():
            if key not in self._outcomes and key not in self._running:
                self._ready[key] = fit

    def _may_go_on(self) -> bool:
        """Whether a fit may begin now: of a candidate that was begun, or of another one."""
        left = self.seconds_of_next
        if left is not None and left <= 0:
            return False
        return bool(self._ready) or (bool(self._waiting) and self._holds_another(left))

    def _holds_another(self, left: float | None) -> bool:
        """Whether the time that is left holds another candidate beside what runs."""
        if left is None or self._search.strategy == "halving":
            return True
        if not self._seconds:
            # Of the first candidate nothing is known until one of its fits has ended.
            return not self._running
        folds = self._search.folds
        longest = max(folds * sum(took) / len(took) for took in self._seconds.values())
        ahead = longest * (1 + len(self._running) / folds)
        return _MARGIN * (ahead + longest / (folds - 1)) <= left


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
