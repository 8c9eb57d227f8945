"""Progress of a run: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hdr_bench.experiments.forecast.remaining import Remaining
from hdr_bench.experiments.messages import Stage
from hdr_bench.names import abbreviate, shorten
from hdr_bench.records.quantities import clock
from hdr_bench.records.result import Result
from hdr_bench.records.text import pluralize
from hdr_bench.records.trial import Trial

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import ProgressColumn, TaskID

_LINE_EVERY_SECONDS = 10.0
_LONGEST_VALUE = 40


class LineProgress:
    """Lines for logs on the start, stage and end of trials, at most one per 10 seconds except for failures.

    Parameters
    ----------
    console : rich.console.Console
    every : float, default=10
        Minimum number of seconds between two lines.
    """

    def __init__(self, console: "Console", every: float = _LINE_EVERY_SECONDS) -> None:
        self._console, self._every, self._last = console, every, -float("inf")

    def begin(self, trials: tuple[Trial, ...], stored: int, expected: Mapping[str, float]) -> None:
        """Print the number of trials.

        Parameters
        ----------
        trials : tuple of Trial
            Trials to run, including the fits within grid searches.
        stored : int
            Number of further trials that are stored already.
        expected : mapping of str to float
            Expected seconds of trials, by key.
        """
        self._remaining = Remaining(trials, expected)
        n_fits = sum(trial.search_fit is not None for trial in trials)
        fits = f" with {pluralize(n_fits, 'fit')} within grid searches" if n_fits else ""
        there = f", {stored} already stored" if stored else ""
        self._print(f"{pluralize(len(trials) - n_fits, 'trial')} to run{fits}{there}")

    def prepare(self, text: str) -> None:
        """Print what is being made before the trials.

        Parameters
        ----------
        text : str
        """
        if self._is_due():
            self._print(text)

    def trial(self, trial: Trial) -> None:
        """Remember the trial for its stages.

        Parameters
        ----------
        trial : Trial
        """
        self._trial = trial
        self._remaining.trial(trial)

    def stage(self, stage: Stage) -> None:
        """Print the stage of the trial.

        Parameters
        ----------
        stage : Stage
        """
        self._remaining.stage(stage)
        if self._is_due():
            self._say(f"{describe_trial(self._trial)}: {stage}")

    def done(self, result: Result) -> None:
        """Print the outcome and the remaining time.

        Parameters
        ----------
        result : Result
        """
        self._remaining.done(result)
        done, total = self._remaining.counts
        if self._is_due() or result.status != "ok" or done == total:
            self._say(f"{describe_trial(result.trial)}: {describe_outcome(result)}, {result.seconds:.1f} s")

    def end(self) -> None:
        """Print nothing."""

    def _say(self, text: str) -> None:
        done, total = self._remaining.counts
        words = [
            f"elapsed {clock(self._remaining.elapsed)}",
            *filter(None, [describe_remaining(self._remaining)]),
        ]
        self._print(f"[{done}/{total}] {text}; {', '.join(words)}")

    def _is_due(self) -> bool:
        return time.monotonic() - self._last >= self._every

    def _print(self, line: str) -> None:
        self._last = time.monotonic()
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class BarProgress:
    """Progress bar for terminals, with method, stage, elapsed and remaining time.

    Parameters
    ----------
    console : rich.console.Console
    """

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._bar: RichProgress | None = None

    def begin(self, trials: tuple[Trial, ...], stored: int, expected: Mapping[str, float]) -> None:
        """Draw the bar.

        Parameters
        ----------
        trials : tuple of Trial
            Trials to run.
        stored : int
            Number of further trials that are stored already.
        expected : mapping of str to float
            Expected seconds of trials, by key.
        """
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._remaining = Remaining(trials, expected)
        columns = [
            TextColumn("{task.fields[method]}", markup=False),
            TextColumn("{task.fields[stage]}", style="dim"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("elapsed"),
            TimeElapsedColumn(),
            make_remaining_column(self._remaining),
        ]
        self._bar = Progress(*columns, console=self._console)
        self._task: TaskID = self._bar.add_task("", total=len(trials), method="starting", stage="")
        self._bar.start()

    def prepare(self, text: str) -> None:
        """Show what is being made before the trials.

        Parameters
        ----------
        text : str
        """
        self._update(method=text, stage="")

    def trial(self, trial: Trial) -> None:
        """Show the method.

        Parameters
        ----------
        trial : Trial
        """
        if self._bar is not None:
            self._remaining.trial(trial)
        self._update(method=describe_trial(trial), stage="")

    def stage(self, stage: Stage) -> None:
        """Show the stage.

        Parameters
        ----------
        stage : Stage
        """
        if self._bar is not None:
            self._remaining.stage(stage)
        self._update(stage=str(stage))

    def done(self, result: Result) -> None:
        """Advance the bar; if the trial failed, print a line above it.

        Parameters
        ----------
        result : Result
        """
        if self._bar is None:
            return
        self._remaining.done(result)
        if result.status != "ok":
            line = f"{describe_trial(result.trial)}: {describe_outcome(result)}"
            self._bar.console.print(line, markup=False, highlight=False, style="red")
        done, total = self._remaining.counts
        self._bar.update(self._task, completed=done, total=total)
        self._update(method=describe_trial(result.trial), stage="done")

    def end(self) -> None:
        """Leave the bar on screen."""
        if self._bar is not None:
            self._update(method="done", stage="")
            self._bar.stop()

    def _update(self, **fields: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, **fields)  # type: ignore[arg-type]  # custom fields


def make_remaining_column(remaining: Remaining) -> "ProgressColumn":
    """Return a progress bar column with the remaining time, updated once per second.

    Parameters
    ----------
    remaining : Remaining

    Returns
    -------
    column : rich.progress.ProgressColumn
    """
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Column(ProgressColumn):
        max_refresh = 1.0

        def render(self, task: object) -> Text:
            return Text(describe_remaining(remaining))

    return Column()


def describe_remaining(remaining: Remaining) -> str:
    """Describe the remaining time; empty if nothing is known.

    Parameters
    ----------
    remaining : Remaining

    Returns
    -------
    text : str
    """
    left = remaining.left
    if not left.unknown:
        return f"remaining about {clock(left.seconds)}"
    if not left.seconds:
        return ""
    methods = "1 method" if len(left.unknown) == 1 else f"{len(left.unknown):,} methods"
    return f"remaining {clock(left.seconds)} and {methods} not timed yet"


def describe_trial(trial: Trial) -> str:
    """Describe a trial: method and, if relevant, seed, candidate of a search, fold, and number of images.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    text : str
    """
    details = []
    if trial.protocol == "learning-curve":
        details.append(f"{trial.samples:,} images")
    if not trial.is_deterministic or trial.protocol != "holdout":
        details.append(f"seed {trial.seed}")
    if trial.search_fit is not None:
        values = trial.search_fit.params.items()
        details.append(
            abbreviate(", ".join(f"{name} = {shorten(str(value), _LONGEST_VALUE)}" for name, value in values))
        )
    if trial.fold is not None:
        details.append(f"fold {trial.fold + 1} of {trial.folds}")
    return f"{trial.case} ({', '.join(details)})" if details else trial.case


def describe_outcome(result: Result) -> str:
    """Describe an outcome in one line: the accuracy, or what went wrong; the report has the full error.

    Parameters
    ----------
    result : Result

    Returns
    -------
    text : str
    """
    if result.scores is None:
        return abbreviate(f"{result.status}: {result.error}")
    return f"accuracy {result.scores.accuracy:.4f}"
