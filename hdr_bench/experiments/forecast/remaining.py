"""Remaining time of a run: of its open trials, those that run among them, at the speed that the machine has now."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.messages import Stage
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

_RECENT = 3
"""Trials by whose stretch the machine's speed is known: neighbours come and go."""

_AT_LEAST = 0.25
"""Share of its time so far that a trial still takes at least, also one that should have ended."""


@dataclass(frozen=True)
class RemainingTime:
    """Time that a run still takes.

    Attributes
    ----------
    seconds : float
        Of the trials of which something is known.
    unknown : tuple of str
        Cases with trials of which nothing is known.
    """

    seconds: float
    unknown: tuple[str, ...] = ()


class Remaining:
    """Tracker of the time that is left: of each trial what the same case's took, or what is expected, within its limit.

    Durations are those of a machine that does nothing else, as far as processor time tells them; they are stretched by
    what the last trials took beyond that. Of a trial that runs its time so far counts; if it runs alone, and counts its
    epochs, these say what is left. Several at a time end sooner than one after the other, but none before its own time.

    Parameters
    ----------
    trials : tuple of Trial
    expected : mapping of str to float
        Seconds by key, as far as they are known.
    """

    def __init__(self, trials: tuple[Trial, ...], expected: Mapping[str, float]) -> None:
        self._open = {trial.key: trial for trial in trials}
        self._expected = expected
        self._took: dict[str, list[float]] = {}
        self._recent: deque[tuple[float, float]] = deque(maxlen=_RECENT)
        self._all_took = 0.0
        self._start = time.monotonic()
        self._count = len(trials)
        self._running: dict[str, _Running] = {}

    def trial(self, trial: Trial) -> None:
        """Note a trial that runs from now on.

        Parameters
        ----------
        trial : Trial
        """
        self._running[trial.key] = _Running(trial, time.monotonic())

    def stage(self, stage: Stage) -> None:
        """Note how far the last trial that began is.

        Parameters
        ----------
        stage : Stage
        """
        if self._running:
            next(reversed(self._running.values())).at(stage)

    def done(self, result: Result) -> None:
        """Note a trial that ended.

        Parameters
        ----------
        result : Result
        """
        self._open.pop(result.trial.key, None)
        self._running.pop(result.trial.key, None)
        alone = costs_alone(result).total
        self._took.setdefault(result.trial.case, []).append(alone)
        self._recent.append((result.seconds, alone))
        self._all_took += result.seconds

    @property
    def left(self) -> RemainingTime:
        """Time that is left now."""
        # It is asked from a thread that draws, while trials begin and end.
        running, stretch = dict(self._running), self._stretch
        known: list[float] = []
        unknown: dict[str, None] = {}
        for key, trial in tuple(self._open.items()):
            likely = self._likely(key, trial, stretch)
            seconds = running[key].left(likely) if key in running else likely
            if seconds is None:
                unknown[trial.case] = None
            else:
                known.append(seconds)
        return RemainingTime(max(sum(known) * self._pace(running), *known, 0.0), tuple(unknown))

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    @property
    def counts(self) -> tuple[int, int]:
        """Trials that ended, and all of them."""
        return self._count - len(self._open), self._count

    def _pace(self, running: Mapping[str, "_Running"]) -> float:
        """Return the seconds that pass for each second of a trial: 0.5 if two run at a time."""
        worked = self._all_took + sum(each.elapsed for each in running.values())
        return min(self.elapsed / worked, 1.0) if worked else 1.0 / max(len(running), 1)

    @property
    def _stretch(self) -> float:
        took, alone = (sum(column) for column in zip(*self._recent, strict=True)) if self._recent else (0.0, 0.0)
        return max(took / alone, 1.0) if alone else 1.0

    def _likely(self, key: str, trial: Trial, stretch: float) -> float | None:
        """Return the seconds that a trial takes at the machine's speed; None if nothing is known of its case."""
        took = self._took.get(trial.case) or ([self._expected[key]] if key in self._expected else [])
        if not took:
            return None
        likely = stretch * sum(took) / len(took)
        return likely if trial.time_limit is None else min(likely, trial.time_limit)


class _Running:
    """The trial that runs: since when, and since when and how far its epochs, or a search's fits, are counted."""

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
        """Note how far it is; within a search its fits count, not the epochs of each."""
        now = time.monotonic()
        if not stage.done:
            self._since = now
        elif self._name.startswith("search") and stage.name != self._name:
            return
        # Networks fitted one after the other count from 1 again; how many there are is not known.
        self._is_again = stage.name == self._name and (self._is_again or stage.done <= self._done)
        self._name, self._done, self._counted = stage.name, stage.done, now
        self._total = 0 if self._is_again else stage.total

    def left(self, likely: float | None) -> float | None:
        """Return the seconds that it still takes, if it takes `likely` in all; None if nothing is known."""
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
