"""Where a run is: a bar on a terminal, plain lines elsewhere, or nothing."""

import time
from typing import TYPE_CHECKING, Protocol

from hdr_bench.experiments.trial import Result, Trial

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Progress(Protocol):
    """What a runner tells as it goes."""

    def begin(self, total: int, kept: int) -> None:
        """Say that `total` trials are to be run, and `kept` more are there already."""

    def trial(self, trial: Trial) -> None:
        """Say that a trial begins."""

    def step(self, name: str) -> None:
        """Say that a step of the trial begins."""

    def done(self, result: Result) -> None:
        """Say that the trial ended."""

    def end(self) -> None:
        """Say that nothing more comes."""


class NoProgress:
    """Says nothing."""

    def begin(self, total: int, kept: int) -> None:
        """Say nothing."""

    def trial(self, trial: Trial) -> None:
        """Say nothing."""

    def step(self, name: str) -> None:
        """Say nothing."""

    def done(self, result: Result) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


class LineProgress:
    """A line when a trial begins and one when it ends, for logs."""

    def __init__(self, console: "Console") -> None:
        self._console = console

    def begin(self, total: int, kept: int) -> None:
        """Print how many trials there are."""
        self._total, self._count, self._start = total, 0, time.monotonic()
        self._print(f"{counted(total)} to run" + (f", {kept} already there" if kept else ""))

    def trial(self, trial: Trial) -> None:
        """Count the trial, and print its name."""
        self._count += 1
        self._trial, self._trial_start = trial, time.monotonic()
        self._print(f"[{self._count}/{self._total}] {described(trial)}: started")

    def step(self, name: str) -> None:
        """Print nothing: a step is short."""

    def done(self, result: Result) -> None:
        """Print what came out, and what time is left."""
        now = time.monotonic()
        left = (now - self._start) / self._count * (self._total - self._count)
        self._print(
            f"[{self._count}/{self._total}] {described(self._trial)}: {outcome(result)}, "
            f"{now - self._trial_start:.1f} s; elapsed {clock(now - self._start)}, remaining about {clock(left)}"
        )

    def end(self) -> None:
        """Print nothing."""

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class BarProgress:
    """A bar with method, step, elapsed and remaining time, for terminals."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._bar: RichProgress | None = None

    def begin(self, total: int, kept: int) -> None:
        """Draw the bar."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.fields[method]}", markup=False), TextColumn("{task.fields[step]}", style="dim"),
            BarColumn(), MofNCompleteColumn(), TextColumn("elapsed"), TimeElapsedColumn(),
            TextColumn("remaining"), TimeRemainingColumn(), console=self._console,
        )  # fmt: skip
        self._task: TaskID = self._bar.add_task("", total=total, method="starting", step="")
        self._bar.start()

    def trial(self, trial: Trial) -> None:
        """Show the method."""
        self._trial = trial
        self._update(method=described(trial), step="")

    def step(self, name: str) -> None:
        """Show the step."""
        self._update(step=name)

    def done(self, result: Result) -> None:
        """Move on, with a line above the bar where something went wrong."""
        if self._bar is None:
            return
        if result.status != "ok":
            self._bar.console.print(f"{described(self._trial)}: {outcome(result)}", markup=False, style="red")
        self._bar.advance(self._task)

    def end(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._update(method="done", step="")
            self._bar.stop()

    def _update(self, **fields: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, **fields)  # type: ignore[arg-type]  # fields of our own


def described(trial: Trial) -> str:
    """Return the method and, where it matters, the seed."""
    return trial.case if trial.is_deterministic else f"{trial.case} (seed {trial.seed})"


def outcome(result: Result) -> str:
    """Return accuracy, or what went wrong."""
    if result.scores is None:
        return f"{result.status}: {result.error}"
    return f"accuracy {result.scores.accuracy:.4f}"


def counted(trials: int) -> str:
    """Return a number of trials in words, e.g. ``1 trial``."""
    return f"{trials} trial" if trials == 1 else f"{trials} trials"


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds, e.g. ``1:05``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
