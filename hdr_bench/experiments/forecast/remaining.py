"""Remaining time of a run, from its open and running trials, at the current speed of the machine."""

import math
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.messages import Stage
from hdr_bench.experiments.planning.search_state import seconds_of
from hdr_bench.records.result import Result
from hdr_bench.records.trial import SearchFit, Trial

_RECENT = 3
"""Number of recent trials whose slowdown defines the machine's speed, as other programs come and go."""

_AT_LEAST = 0.25
"""Minimum remaining time of a trial as a share of its time so far, even if it is overdue."""


@dataclass(frozen=True)
class RemainingTime:
    """Remaining time of a run.

    Attributes
    ----------
    seconds : float
        For the trials about which something is known.
    unknown : tuple of str
        Cases with trials about which nothing is known.
    """

    seconds: float
    unknown: tuple[str, ...] = ()


class Remaining:
    """Tracker of the remaining time, from trials of the same case or expected times, within the time limits.

    A fit within a grid search counts as a trial; the limit of its search applies to all its fits together. Durations
    are those on an otherwise idle machine, derived from processor time, multiplied by the slowdown of the latest
    trials. For a running trial, its time so far counts; if it runs alone and reports its epochs, they determine its
    remaining time. Several concurrent trials end sooner than in sequence, but none before its own time.

    Parameters
    ----------
    trials : tuple of Trial
        Including the fits within grid searches; for successive halving, their final number.
    expected : mapping of str to float
        Seconds by key, as far as known.
    """

    def __init__(self, trials: tuple[Trial, ...], expected: Mapping[str, float]) -> None:
        self._open = {trial.key: trial for trial in trials}
        self._expected = expected
        self._took: dict[_Kind, _Mean] = {}
        self._spent: dict[str, float] = {}
        self._recent: deque[tuple[float, float]] = deque(maxlen=_RECENT)
        self._all_took = 0.0
        self._start = time.monotonic()
        self._count = len(trials)
        self._running: dict[str, _Running] = {}

    def trial(self, trial: Trial) -> None:
        """Record a trial that starts running.

        Parameters
        ----------
        trial : Trial
        """
        self._running[trial.key] = _Running(trial, time.monotonic())
        if trial.key not in self._open and (other := self._not_chosen(trial)) is not None:
            del self._open[other]
            self._open[trial.key] = trial

    def _not_chosen(self, trial: Trial) -> str | None:
        """Return the key of the fit expected in place of this one, if halving continued with other candidates."""
        fit = trial.search_fit
        if fit is None:
            return None
        for key, other in self._open.items():
            expected = other.search_fit
            if key not in self._running and expected is not None and _round_of(expected) == _round_of(fit):
                return key
        return None

    def stage(self, stage: Stage) -> None:
        """Record the stage of the trial that started last.

        Parameters
        ----------
        stage : Stage
        """
        if self._running:
            next(reversed(self._running.values())).at(stage)

    def done(self, result: Result) -> None:
        """Record a trial that ended.

        Parameters
        ----------
        result : Result
        """
        trial = result.trial
        self._open.pop(trial.key, None)
        running = self._running.pop(trial.key, None)
        if trial.search is not None:
            self._end_search(trial, 0.0 if running is None else running.elapsed)
            return
        alone = costs_alone(result).total
        self._took.setdefault(_kind_of(trial), _Mean()).add(alone)
        self._recent.append((result.seconds, alone))
        self._all_took += result.seconds
        if trial.search_fit is not None:
            search = trial.search_fit.search
            self._spent[search] = self._spent.get(search, 0.0) + seconds_of(result)

    def _end_search(self, trial: Trial, seconds: float) -> None:
        """Record that a search ended: the time of its final fit, and that the fits cut off by its limit never run."""
        if seconds:
            self._took.setdefault(_kind_of(trial), _Mean()).add(seconds)
            self._all_took += seconds
        for key in [key for key, each in self._open.items() if _owner_of(key, each) == trial.key]:
            del self._open[key]

    @property
    def left(self) -> RemainingTime:
        """Current remaining time."""
        # Called from a drawing thread while trials begin and end.
        running, stretch = dict(self._running), self._stretch
        known: list[float] = []
        unknown: dict[str, None] = {}
        of_owner: dict[str, float] = {}
        for key, trial in tuple(self._open.items()):
            likely = self._likely(key, trial, stretch)
            seconds = running[key].left(likely) if key in running else likely
            if seconds is None:
                unknown[trial.case] = None
                continue
            known.append(seconds)
            owner = _owner_of(key, trial)
            most = math.inf if trial.time_limit is None else max(trial.time_limit - self._spent.get(owner, 0.0), 0.0)
            of_owner[owner] = min(of_owner.get(owner, 0.0) + seconds, most)
        return RemainingTime(max(sum(of_owner.values()) * self._pace(running), *known, 0.0), tuple(unknown))

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    @property
    def counts(self) -> tuple[int, int]:
        """Number of finished trials, and of all trials."""
        return self._count - len(self._open), self._count

    def _pace(self, running: Mapping[str, "_Running"]) -> float:
        """Return the seconds that pass per second of a trial: 0.5 if two run concurrently."""
        worked = self._all_took + sum(each.elapsed for each in running.values())
        return min(self.elapsed / worked, 1.0) if worked else 1.0 / max(len(running), 1)

    @property
    def _stretch(self) -> float:
        took, alone = (sum(column) for column in zip(*self._recent, strict=True)) if self._recent else (0.0, 0.0)
        return max(took / alone, 1.0) if alone else 1.0

    def _likely(self, key: str, trial: Trial, stretch: float) -> float | None:
        """Return the seconds of a trial at the machine's current speed; None if nothing is known about its case."""
        took = self._took.get(_kind_of(trial))
        alone = took.value if took else self._expected.get(key, self._by_other_fits(trial))
        if alone is None:
            return None
        likely = stretch * alone
        return likely if trial.time_limit is None else min(likely, trial.time_limit)

    def _by_other_fits(self, trial: Trial) -> float | None:
        """Return the seconds of a search's fit, or of its final one, from fits on other numbers of images."""
        if trial.search is None and trial.search_fit is None:
            return None
        sizes = {kind.samples: took.value for kind, took in self._took.items() if kind.is_fit_of(trial.case)}
        if not sizes:
            return None
        largest = max(sizes, key=lambda samples: samples or 0)
        if trial.search is not None:
            return sizes[largest] * trial.search.folds / (trial.search.folds - 1)
        samples = None if trial.search_fit is None else trial.search_fit.samples
        return sizes[largest] * (samples / largest if samples and largest else 1.0)


@dataclass(frozen=True)
class _Kind:
    """Trials with similar run times: those of a case, or fits of a search on the same number of images."""

    case: str
    is_fit: bool
    samples: int | None

    def is_fit_of(self, case: str) -> bool:
        return self.is_fit and self.case == case


class _Mean:
    """Mean time of the trials of a kind."""

    def __init__(self) -> None:
        self._total, self._count = 0.0, 0

    def add(self, seconds: float) -> None:
        self._total, self._count = self._total + seconds, self._count + 1

    @property
    def value(self) -> float:
        return self._total / self._count


def _kind_of(trial: Trial) -> _Kind:
    fit = trial.search_fit
    return _Kind(trial.case, fit is not None, None if fit is None else fit.samples)


def _round_of(fit: SearchFit) -> tuple[str, int | None]:
    return fit.search, fit.samples


def _owner_of(key: str, trial: Trial) -> str:
    """Return the key of the trial whose time limit applies: for a fit within a search, that of its search."""
    return key if trial.search_fit is None else trial.search_fit.search


class _Running:
    """A running trial, with its start, and the start and progress of its epoch count."""

    def __init__(self, trial: Trial, start: float) -> None:
        self.trial = trial
        self._start = self._since = self._counted = start
        self._name, self._is_again = "", False
        self._done = self._total = 0

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._start

    def at(self, stage: Stage) -> None:
        """Record its stage."""
        now = time.monotonic()
        if not stage.done:
            self._since = now
        # Networks fitted one after the other count from 1 again, and their number is unknown.
        self._is_again = stage.name == self._name and (self._is_again or stage.done <= self._done)
        self._name, self._done, self._counted = stage.name, stage.done, now
        self._total = 0 if self._is_again else stage.total

    def left(self, likely: float | None) -> float | None:
        """Return its remaining seconds if it takes `likely` in total; None if nothing is known."""
        elapsed = self.elapsed
        left = self._by_count()
        if left is None and likely is not None:
            left = max(likely - elapsed, _AT_LEAST * elapsed)
        limit = self.trial.time_limit
        return left if left is None or limit is None else min(left, max(limit - elapsed, 0.0))

    def _by_count(self) -> float | None:
        if not (self._done and self._total):
            return None
        each = (self._counted - self._since) / self._done
        return max(each * (self._total - self._done) - (time.monotonic() - self._counted), 0.0)
