"""A report in a few facts, kept beside it, for the index of several reports."""

from typing import Any

import pandas as pd

from hdr_bench.experiments.record import Record
from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.frame import largest_cost_set
from hdr_bench.reporting.provenance import seconds_of
from hdr_bench.reporting.published import Reproduction
from hdr_bench.reporting.tables.table import percent_places

SUMMARY = "summary.json"


class RunSummary(Record):
    """A report in a few facts.

    Attributes
    ----------
    suite, title, authors, source : str
    best, accuracy : str
        The most accurate ranked row of those that most others compare with, by data and size; its accuracy in
        percent. Empty if no row is ranked.
    verdicts : dict of str to int
        How many published figures got which verdict.
    n_trials, n_bad : int
        Trials of the run, and those of them that did not go well.
    is_reduced : bool
        Some of them ran at a reduced size.
    seconds : float
        Wall time of all trials; of those at a time, once.
    budget : float or None
        Seconds that the suite states.
    machines : tuple of str
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
    n_trials: int
    n_bad: int
    is_reduced: bool
    seconds: float
    budget: float | None
    machines: tuple[str, ...]
    finished: str


def summary_of(contents: RunContents, found: tuple[Reproduction, ...]) -> RunSummary:
    """Return a run's report in a few facts."""
    suite, results, records = contents.run.suite, contents.results, list(contents.records.values())
    best = _most_accurate(contents.summary[contents.summary["is_ranked"]])
    return RunSummary(
        suite=suite.name,
        title=suite.title,
        authors=suite.authors,
        source=suite.source,
        best="" if best is None else str(best["case"]),
        accuracy="" if best is None else f"{100 * best['accuracy']:.{percent_places(int(best['n_test']))}f}",
        verdicts=_counted(found),
        n_trials=len(results),
        n_bad=int((results["status"] != "ok").sum()),
        is_reduced=bool(results["is_reduced"].eq(True).any()),
        seconds=round(seconds_of(records), 1),
        budget=suite.budget,
        machines=tuple(dict.fromkeys(_machine(record.environment) for record in records)),
        finished=max(record.finished for record in records),
    )


def written_summary(contents: RunContents, found: tuple[Reproduction, ...]) -> bytes:
    """Return the summary as the file holds it."""
    return (summary_of(contents, found).model_dump_json(indent=1) + "\n").encode()


def _most_accurate(rows: pd.DataFrame) -> pd.Series | None:
    """Return the most accurate of the rows that most others compare with; None for no row."""
    if not len(rows):
        return None
    alike = rows[rows["cost_set"] == largest_cost_set(rows)] if (rows["cost_set"] != "").any() else rows
    return alike.sort_values("accuracy", ascending=False, kind="stable").iloc[0]


def _counted(found: tuple[Reproduction, ...]) -> dict[str, int]:
    verdicts: list[Any] = [each.verdict for each in found]
    return {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}


def _machine(environment: Any) -> str:
    return f"{environment.cpu}, {environment.cores} cores"
