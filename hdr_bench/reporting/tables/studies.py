"""Tables of studies: all of them, a row each; and one of them, a row for each level."""

import math
from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from hdr_bench.records.metric_types import Metric
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.costs import costs_of
from hdr_bench.reporting.comparisons.studies import StudyOutcome
from hdr_bench.reporting.comparisons.study_claims import describe_verdict
from hdr_bench.reporting.numbers import MISSING, significant
from hdr_bench.reporting.tables.table import Column, Table, interval_writer, make_table, percent_writer, write_count
from hdr_bench.reporting.tables.values import value_writer

_PLURALS = {
    "t-test over images and seeds": "t-tests over images and seeds",
    "McNemar's test, mid-p": "McNemar's tests, mid-p",
}

_OVERVIEW_NOTE = (
    "Each study compares the levels of one factor on held-out training images. Lead: difference between the two most "
    "accurate levels, with its 95 % interval over images and, of stochastic methods, seeds. Detectable: smallest "
    "difference between these two that their test, corrected for all pairs, would have found with a probability of "
    "about 80 %. What a source found holds if the levels that it prefers are better than all others, and in part if "
    "one is better than some and no other is better; that all are alike holds if each pair is as good within its "
    "margin. It is judged by the accuracy on the held-out images unless another figure is named; those figures are "
    "compared by Welch's t-tests over the seeds."
)


_POWER_NOTE = (
    "The probability is approximate: simulated studies are in reports/statistics/studies.md. None is stated if nothing "
    "varies between the two levels, or if seeds or images are too few: if it would exceed any difference that is "
    "possible. An interval of 100 points or more is not stated either."
)


def studies_table(outcomes: Sequence[StudyOutcome]) -> Table | None:
    """Return what each study found, beside what its source found.

    Parameters
    ----------
    outcomes : sequence of StudyOutcome
        Of a run.

    Returns
    -------
    table : Table or None
        None without studies.
    """
    if not outcomes:
        return None
    frame = pd.DataFrame([_overview(outcome) for outcome in outcomes])
    percents = percent_writer(int(frame["n_test"].max()))
    columns = [
        Column("Study", ("study",), str, "left"),
        Column("Highest", ("level",), str, "left"),
        Column("Accuracy (%)", ("accuracy",), percents, "point"),
        Column("The source", ("claim",), str, "wide"),
        Column("Here", ("verdict",), str, "wide"),
        Column("Lead (points)", ("lead",), percents, "point"),
        Column("95 % interval", ("lead_low", "lead_high"), _lead_writer(percents)),
        Column("Detectable", ("detectable",), percents, "point"),
    ]
    return make_table("studies", "Studies", frame, columns, f"{_OVERVIEW_NOTE} {_POWER_NOTE}")


def _lead_writer(write: Callable[[float], str]) -> Callable[[float, float], str]:
    """Return what writes the interval of a difference, whose lower end may be below zero."""

    def write_ends(low: float, high: float) -> str:
        ends = (f"{'−' if end < 0 else ''}{write(abs(end))}" for end in (low, high))
        return MISSING if math.isnan(low) else " to ".join(ends)

    return write_ends


def _overview(outcome: StudyOutcome) -> dict[str, object]:
    study, order = outcome.study, outcome.order
    pair = outcome.pair(*order[:2]) if len(order) > 1 else None
    difference = None if pair is None else pair.difference
    return {
        "study": study.name,
        "level": order[0] if order else MISSING,
        "accuracy": float(outcome.row(order[0])["accuracy"]) if order else math.nan,
        "n_test": int(outcome.rows["n_test"].max()),
        "lead": math.nan if difference is None else difference.value,
        "lead_low": math.nan if difference is None or not difference.has_interval else difference.low,
        "lead_high": math.nan if difference is None or not difference.has_interval else difference.high,
        "detectable": outcome.next_detectable,
        "claim": study.claim or ", ".join(study.claimed) or MISSING,
        "verdict": describe_verdict(outcome) or MISSING,
    }


def study_table(outcome: StudyOutcome) -> Table | None:
    """Return the levels of a study, in the suite's order.

    Parameters
    ----------
    outcome : StudyOutcome
        Of a run.

    Returns
    -------
    table : Table or None
        None if no level has a result.
    """
    rows = outcome.rows
    if rows["accuracy"].isna().all():
        return None
    watched = [METRICS[name] for name in outcome.study.watch if name != "accuracy"]
    costs = [metric for metric in watched if metric.kind in {"seconds", "bytes"}]
    letters = [outcome.letters.get(label, MISSING) for label in rows["level"]]
    rows = rows.assign(letters=letters, **dict(_cost_columns(outcome, costs)))
    if outcome.by_figure is not None:
        rows = rows.assign(judged_by=rows["level"].map(outcome.by_figure.mean))
    percents = percent_writer(int(rows["n_test"].max()))
    columns = [
        Column("Level", ("level",), str, "left"),
        Column("Accuracy (%)", ("accuracy",), percents, "point"),
        Column("95 % interval", ("accuracy_low", "accuracy_high"), interval_writer(percents)),
        Column("Seeds", ("accuracy_min", "accuracy_max", "n_trials"), _range_writer(percents)),
        Column("Alike", ("letters",), str, "left"),
        *_figure_columns(outcome, percents),
        *(_column(metric, rows, is_cost=metric in costs) for metric in watched),
    ]
    if len(set(rows["n_train"].dropna())) > 1:
        columns.append(Column("Training images", ("n_train",), write_count))
    parameters = METRICS["parameters"]
    if rows[parameters.column].notna().any() and parameters not in watched:
        columns.append(Column(parameters.head, (parameters.column,), value_writer(parameters)))
    return make_table("study", outcome.study.name, rows, columns, " ".join(_notes(outcome)))


def _notes(outcome: StudyOutcome) -> Iterator[str]:
    """Yield what the columns are: of deterministic levels, with one fit each, nothing is over seeds."""
    pairs, has_seeds = outcome.pairs, bool((outcome.rows["n_trials"] > 1).any())
    over = "images and seeds" if has_seeds else "images"
    yield (
        f"Accuracy on held-out training images, the same for all levels{' and seeds' if has_seeds else ''}, with its "
        f"95 % interval over {over}."
    )
    if outcome.is_one_seed:
        yield "Of a level with one seed, the interval assumes how much seeds differ; its tests are of this fit alone."
    if pairs:
        tests = " and ".join(dict.fromkeys(_PLURALS.get(pair.difference.test, pair.difference.test) for pair in pairs))
        corrected = ", corrected by Benjamini and Hochberg's procedure within the study" if len(pairs) > 1 else ""
        yield f"Levels that share a letter are not told apart: {tests}{corrected}."
    if has_seeds:
        yield "Costs are medians over the fits, with their range."


def _figure_columns(outcome: StudyOutcome, percents: Callable[[float], str]) -> Iterator[Column]:
    if outcome.by_figure is not None and outcome.by_figure.values:
        write = percents if outcome.figure.kind == "share" else significant
        yield Column(outcome.figure.head, ("judged_by",), write, "point")


def _cost_columns(outcome: StudyOutcome, costs: list[Metric]) -> "Iterator[tuple[str, pd.Series]]":
    """Yield the median, the least and the greatest value of each cost."""
    for metric in costs:
        found = costs_of(outcome.results, metric.column)
        for name, value in (("median", "median"), ("low", "low"), ("high", "high")):
            values = {label: getattr(cost, value) for label, cost in found.items()}
            yield f"{metric.column}_{name}", outcome.rows["case"].map(values)


def _column(metric: Metric, rows: pd.DataFrame, *, is_cost: bool) -> Column:
    write = value_writer(metric, int(rows["n_test"].max()))
    if not is_cost:
        return Column(metric.head, (metric.column,), write, "point")
    names = tuple(f"{metric.column}_{name}" for name in ("median", "low", "high"))

    def with_range(median: float, low: float, high: float) -> str:
        written = write(median), write(low), write(high)
        return written[0] if len(set(written)) == 1 else "{} ({}–{})".format(*written)

    return Column(metric.head, names, with_range)


def _range_writer(write: Callable[[float], str]) -> Callable[[float, float, float], str]:
    """Return what writes the range over several seeds with their number."""

    def write_range(low: float, high: float, n_trials: float) -> str:
        if math.isnan(low):
            return MISSING
        return f"{n_trials:.0f}" if n_trials < 2 else f"{n_trials:.0f} ({write(low)}–{write(high)})"

    return write_range
