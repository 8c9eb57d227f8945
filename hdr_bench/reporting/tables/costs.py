"""Tables of what methods cost: time, memory and size, searches."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

import pandas as pd

from hdr_bench.records.cost_metrics import compared_costs, tabled_metrics
from hdr_bench.records.grid import tables_of
from hdr_bench.records.lost_time import DISTURBED_FROM
from hdr_bench.records.metric_types import Kind, Metric
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparability import disturbed_times
from hdr_bench.reporting.comparisons.costs import (
    FEWEST,
    TOLERANCE,
    single_fit_ratio,
    with_costs,
)
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.cost_marks import is_one_machine, least_marks
from hdr_bench.reporting.tables.table import (
    DISTURBED,
    METHOD,
    Column,
    Mark,
    Table,
    fixed_writer,
    interval_writer,
    make_table,
    write_count,
)
from hdr_bench.reporting.tables.values import describe_choice, value_writer


def time_table(summary: pd.DataFrame, results: pd.DataFrame) -> Table:
    """Return what fits and predictions take, what a single image does, and the library that computed.

    Parameters
    ----------
    summary, results : DataFrame
        As `summarise` and `load_results` return them.

    Returns
    -------
    table : Table
        A row for each of the summary: medians in seconds and milliseconds, with ranges if anything was repeated.
    """
    times = tabled_metrics("seconds")
    shown = with_costs(summary, results, [metric.column for metric in times])
    first, *others = [_cost_columns(metric, shown) for metric in times]
    fits = [Column("Fits", ("fit_seconds_fits",), write_count)] if _is_repeated(shown, times[0]) else []
    engine = Column("Engine", ("engine",), lambda engine: engine or MISSING, "left")
    columns = [METHOD, *first, *fits, *chain(*others), engine]
    marks = _least_marks(summary, results, times) if is_one_machine(results) else {}
    note = " ".join(_time_notes(shown, results, marks))
    return make_table("time", "Time", shown, columns, note, marks)


def memory_table(summary: pd.DataFrame, results: pd.DataFrame) -> Table:
    """Return peaks of memory and the pickled size, parameters and operations.

    Parameters
    ----------
    summary, results : DataFrame
        As `summarise` and `load_results` return them.

    Returns
    -------
    table : Table
        A row for each of the summary: medians in MB (10^6 bytes), with ranges if anything was repeated, and counts.
    """
    sizes = tabled_metrics("bytes")
    shown = with_costs(summary, results, [metric.column for metric in sizes])
    counts = [Column(metric.head, (metric.column,), value_writer(metric)) for metric in tabled_metrics("count")]
    columns = [METHOD, *chain(*(_cost_columns(metric, shown) for metric in sizes)), *counts]
    note = (
        "Peaks are resident memory above that of the process just before the call. Parameters are given if a method "
        "learns a fixed number of them, multiply-accumulates (for one image) if it computes a fixed number of them. "
        "Stored variables are the numbers that predictions need: what was learned, and stored training images."
    )
    marks = _least_marks(summary, results, sizes)
    note += f" {_MEDIANS}" if any(_is_repeated(shown, metric) for metric in sizes) else ""
    note += f" {_marking_rule('bytes')}" if any(marks.values()) else ""
    return make_table("memory", "Memory", shown, columns, note, marks)


def search_table(summary: pd.DataFrame, contents: RunContents) -> Table:
    """Return what each grid search tried and chose, its accuracy over the folds, and what search and final fit took.

    Parameters
    ----------
    summary : DataFrame
        The rows of searches, of what `summarise` returns.
    contents : RunContents
        The run.

    Returns
    -------
    table : Table
        A row for each.
    """
    searched = [_describe_grid(contents, label) for label in summary["case"]]
    times = tabled_metrics("seconds", "searched")
    shown = with_costs(summary, contents.results, [metric.column for metric in times]).assign(searched=searched)
    columns = [
        METHOD,
        Column("Searched", ("searched",), str, "left"),
        Column("Chosen", ("chosen",), describe_choice, "left"),
        Column("Accuracy over folds (%)", ("search_score",), fixed_writer(2, 100)),
        Column("Tried", ("n_tried",), write_count),
        Column("Of", ("n_candidates",), write_count),
        *map(_value_column, times),
    ]
    note = "Chosen by the mean accuracy over the folds of the training part; the test part was not used."
    if (failed := summary["n_failed"].fillna(0).sum()) > 0:
        note += f" With {failed:.0f} of the candidates every fit failed."
    if summary["search_is_limited"].any():
        limited = "; ".join(summary.loc[summary["search_is_limited"], "case"])
        note += f" The time limit left no time for the other candidates, in an order drawn at random: {limited}."
    if _is_any_disturbed(shown, times):
        note += f" {DISTURBED.strip()} {_DISTURBED_NOTE}"
    return make_table("search", "Grid search", shown, columns, note)


def _least_marks(summary: pd.DataFrame, results: pd.DataFrame, metrics: Sequence[Metric]) -> dict[str, dict[int, Mark]]:
    """Return the marks of the costs that methods are compared by, by the heads of their columns."""
    compared = [metric for metric in metrics if metric.cost is not None and metric.cost.is_compared]
    return {metric.head: least_marks(summary, results, metric.name) for metric in compared}


def _time_notes(shown: pd.DataFrame, results: pd.DataFrame, marks: Mapping[str, Mapping[int, Mark]]) -> Iterator[str]:
    yield (
        "Wall time unless stated otherwise; CPU is the processor time of all threads. “Predict all” is one call with "
        "the whole test part, “one image” the median of up to 100 calls with one image. The engine is the library that "
        "did the computation. The fit of a grid search includes the search and the final fit."
    )
    times = tabled_metrics("seconds")
    if any(_is_repeated(shown, metric) for metric in times):
        yield _MEDIANS
        good = results[results["status"] == "ok"]
        if disturbed_times(good, "fit").any() or disturbed_times(good, "predict").any():
            yield "Where a method has undisturbed fits or predictions, only these count."
    if _is_any_disturbed(shown, times):
        yield f"{DISTURBED.strip()} {_DISTURBED_NOTE}"
    if _lacks_waits(results):
        yield _UNMEASURED_NOTE
    if not is_one_machine(results):
        yield "Processors or threads differ between the trials, so the times are not ranked."
    if any(marks.values()):
        yield _marking_rule("seconds")


_MEDIANS = "Medians over the fits, with the range (smallest–largest)."
_DISTURBED_NOTE = (
    f"Disturbed: other work had the processors for more than {100 * DISTURBED_FROM:.0f} % of the time that the call "
    "would have taken alone (in results without this measurement: other trials shared the machine). Such times say "
    "little and are not ranked. Results of earlier versions do not record this for calls with one image."
)

_UNMEASURED_NOTE = (
    "On a GPU, on systems other than Linux, and in earlier versions, the time that fits and predictions waited for "
    "processors is not measured: other work than the trials of this run may have disturbed them."
)


def _lacks_waits(results: pd.DataFrame) -> bool:
    """Whether of some of the times it was not measured how long they waited."""
    # Of predictions that came from a file there are no times.
    good = results[(results["status"] == "ok") & results["fit_seconds"].notna()]
    waits = good.reindex(columns=["fit_wait_share", "predict_wait_share"])
    return bool(waits.isna().to_numpy().any())


def range_head(measure: str) -> str:
    """Return the head of the column of a cost's range.

    Parameters
    ----------
    measure : str
        A name of the table of metrics.

    Returns
    -------
    head : str

    Examples
    --------
    >>> range_head("fit_seconds")
    'Fit, range (s)'
    """
    metric = METRICS[measure]
    return f"{metric.label}, range ({metric.unit})"


def _is_repeated(shown: pd.DataFrame, metric: Metric) -> bool:
    """Whether a cost was measured of several fits of some method."""
    return bool((shown[f"{metric.column}_fits"] > 1).any())


def _is_any_disturbed(shown: pd.DataFrame, times: Sequence[Metric]) -> bool:
    """Whether a method has no undisturbed value of some of the times."""
    return bool(shown[[f"{metric.column}_is_disturbed" for metric in times]].to_numpy().any())


def _marking_rule(kind: Kind) -> str:
    """State the rule of the marks of costs of a kind."""
    ratios = [(METRICS[name].call, single_fit_ratio(name)) for name in compared_costs(kind)]
    (call, ratio), *others = [(call, ratio) for call, ratio in ratios if call is not None and math.isfinite(ratio)]
    few = ", ".join([f"{ratio:g} times as much to {call}", *(f"{ratio:g} times to {call}" for call, ratio in others)])
    return (
        "The smallest value is bold; values that do not clearly differ from it are in italics. Two costs clearly "
        f"differ if, with at least {FEWEST} undisturbed fits each, their ranges do not overlap and their medians "
        f"differ by more than {100 * TOLERANCE:.0f} %; with fewer fits, if one is more than {few}. Dummies and "
        "incomplete rows are not ranked."
    )


def _cost_columns(metric: Metric, shown: pd.DataFrame) -> list[Column]:
    """Return the column of a median, and that of its range, if methods are compared by it and it was repeated."""
    column = _value_column(metric)
    if metric.cost is None or not metric.cost.is_compared or not _is_repeated(shown, metric):
        return [column]
    names = tuple(f"{metric.column}_{end}" for end in ("low", "high", "fits"))
    return [column, Column(range_head(metric.name), names, _range_writer(value_writer(metric)))]


def _value_column(metric: Metric) -> Column:
    """Return the column of a median; that of a wall time has a star behind those that are disturbed."""
    write = value_writer(metric)
    if metric.disturbing_call is None or metric.clock == "processor":
        return Column(metric.head, (metric.column,), write, "point")

    def with_star(seconds: float, is_disturbed: bool) -> str:
        return write(seconds) + (DISTURBED if is_disturbed else "")

    return Column(metric.head, (metric.column, f"{metric.column}_is_disturbed"), with_star, "point")


def _range_writer(write: Callable[[float], str]) -> Callable[[float, float, float], str]:
    """Return what writes a range; nothing of a single fit."""
    both = interval_writer(write)
    return lambda low, high, n_fits: both(low, high) if n_fits > 1 else MISSING


def _describe_grid(contents: RunContents, label: str) -> str:
    trial = contents.good_records(label)[0].trial
    tables = tables_of(trial.search.grid) if trial.search else {}
    return "; or ".join(
        "; ".join(f"{name}: {', '.join(map(str, values))}" for name, values in table.items())
        for table in tables.values()
    )
