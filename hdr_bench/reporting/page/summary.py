"""A report in a few facts, kept beside it, for the index of several reports."""

from typing import Any

from hdr_bench.records.base import Record
from hdr_bench.records.trial import FROM_FILE
from hdr_bench.reporting.comparisons.pairs import Comparisons
from hdr_bench.reporting.comparisons.reproduction import Reproduction
from hdr_bench.reporting.comparisons.reproductions import VERDICT_RULE, count_verdicts
from hdr_bench.reporting.comparisons.standing import standings
from hdr_bench.reporting.numbers import percent_places
from hdr_bench.reporting.page.provenance import clock_seconds, trial_seconds
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.reproductions import published_table

_LISTED = ("worse", "not equal", "inconclusive")


class Departure(Record):
    """A published figure that was not reached, or may not have been, as the report's table has it.

    Attributes
    ----------
    method, figure, published, measured, verdict, reason : str
    """

    method: str
    figure: str
    published: str
    measured: str
    verdict: str
    reason: str


class RunSummary(Record):
    """A report in a few facts.

    Attributes
    ----------
    suite, title, authors, source : str
    best, accuracy : str
        The row that the report opens with, on the data set that most rows are ranked on, and its accuracy in percent.
        Empty if no row is ranked.
    verdicts : dict of str to int
        How many published figures got which verdict.
    verdict_rule : int
        Version of the rule that gave them; see `hdr_bench.reporting.comparisons.reproductions.VERDICT_RULE`. Summaries
        of an earlier version do not say it: 1.
    departures : tuple of Departure
        The published figures whose verdict is "worse", "not equal" or "inconclusive".
    n_trials, n_bad : int
        Trials of the run, and those of them that failed.
    is_reduced : bool
        Some of them ran at a reduced size.
    clock_seconds, trial_seconds : float or None
        Time on the clock in which at least one trial ran, and the trials' own wall times added up; None in summaries
        of an earlier version.
    seconds : float or None
        In summaries of an earlier version alone: the trials' wall times, each divided by the trials at a time.
    budget : float or None
        Seconds that the suite states.
    machines : tuple of str
    code : tuple of str
        Versions of the code that computed the results, as `hdr_bench.records.environment.Environment.code` has them;
        none in summaries of an earlier version.
    finished : str
        When the last trial ended, in UTC.
    """

    suite: str
    title: str
    authors: str
    source: str
    best: str
    accuracy: str
    verdicts: dict[str, int]
    verdict_rule: int = 1
    departures: tuple[Departure, ...] = ()
    n_trials: int
    n_bad: int
    is_reduced: bool
    clock_seconds: float | None = None
    trial_seconds: float | None = None
    seconds: float | None = None
    budget: float | None
    machines: tuple[str, ...]
    code: tuple[str, ...] = ()
    finished: str


def summary_of(contents: RunContents, compared: Comparisons, figures: tuple[Reproduction, ...]) -> RunSummary:
    """Return a run's report in a few facts.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods.
    figures : tuple of Reproduction
        Its published figures.

    Returns
    -------
    summary : RunSummary
    """
    suite, results, records = contents.run.suite, contents.every_result, contents.trial_records
    results = results[~results["estimator"].astype(str).str.startswith(FROM_FILE)]
    leading = max(standings(contents, compared), key=lambda each: len(each.labels), default=None)
    best = None if leading is None else leading.row(leading.best)
    return RunSummary(
        suite=suite.name,
        title=suite.title,
        authors=suite.authors,
        source=suite.source,
        best="" if leading is None else leading.best,
        accuracy="" if best is None else f"{100 * best['accuracy']:.{percent_places(int(best['n_test']))}f}",
        verdicts=count_verdicts(figures),
        verdict_rule=VERDICT_RULE,
        departures=_departures(figures),
        n_trials=len(results),
        n_bad=int((results["status"] != "ok").sum()),
        is_reduced=bool(results["is_reduced"].eq(True).any()),
        clock_seconds=round(clock_seconds(records), 1),
        trial_seconds=round(trial_seconds(records), 1),
        budget=suite.budget,
        machines=tuple(dict.fromkeys(_machine(record.environment) for record in records)),
        code=tuple(dict.fromkeys(record.environment.code for record in records)),
        finished=max(record.finished for record in records),
    )


def summary_json(contents: RunContents, compared: Comparisons, figures: tuple[Reproduction, ...]) -> bytes:
    """Return the summary as the file holds it.

    Parameters
    ----------
    contents : RunContents
        The run.
    compared : Comparisons
        Of its methods.
    figures : tuple of Reproduction
        Its published figures.

    Returns
    -------
    content : bytes
    """
    return (summary_of(contents, compared, figures).model_dump_json(indent=1) + "\n").encode()


def _departures(figures: tuple[Reproduction, ...]) -> tuple[Departure, ...]:
    table = published_table(figures)
    rows = [] if table is None else [dict(zip(table.heads, row, strict=True)) for row in table.rows]
    return tuple(
        Departure(
            method=row["Method"],
            figure=row["Figure (unit)"],
            published=row["Published"],
            measured=row["Measured"],
            verdict=row["Verdict"],
            reason=row["Reason"],
        )
        for row in rows
        if row["Verdict"] in _LISTED
    )


def _machine(environment: Any) -> str:
    return f"{environment.cpu}, {environment.cores} cores"
