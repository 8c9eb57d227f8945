"""Tables of what methods cost: time, memory and size, searches."""

from collections.abc import Callable, Iterator

import pandas as pd

from hdr_bench.records.lost_time import DISTURBED_FROM
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.costs import (
    FEWEST,
    TOLERANCE,
    single_fit_ratio,
    with_costs,
)
from hdr_bench.reporting.disturbed import disturbed_times
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

_TIMES = ("fit_seconds", "fit_cpu_seconds", "predict_seconds", "latency_seconds", "latency_p95_seconds")
_SEARCHES = ("search_seconds", "refit_seconds")
_PEAKS = ("fit_peak_bytes", "predict_peak_bytes")
_RANKED_TIMES = ("fit_seconds", "predict_seconds")
_COUNTS = ("parameters", "multiply_accumulates", "stored_variables")


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
    shown = with_costs(summary, results, _TIMES)
    is_repeated = bool((shown["fit_seconds_fits"] > 1).any())
    fits = [Column("Fits", ("fit_seconds_fits",), write_count)] if is_repeated else []
    columns = [
        METHOD,
        *_starred_columns("fit_seconds", is_repeated),
        *fits,
        _median_column("fit_cpu_seconds"),
        *_starred_columns("predict_seconds", is_repeated),
        _starred_column("latency_seconds"),
        _starred_column("latency_p95_seconds"),
        Column("Engine", ("engine",), lambda engine: engine or MISSING, "left"),
    ]
    marks = _time_marks(summary, results)
    note = " ".join(_time_notes(shown, results, is_repeated, any(marks.values())))
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
    shown = with_costs(summary, results, (*_PEAKS, "size_bytes"))
    is_repeated = bool((shown["fit_peak_bytes_fits"] > 1).any())
    columns = [
        METHOD,
        *(column for measure in _PEAKS for column in _with_range(measure, is_repeated)),
        _median_column("size_bytes"),
        *(Column(METRICS[name].head, (METRICS[name].column,), value_writer(METRICS[name])) for name in _COUNTS),
    ]
    note = (
        "Peaks are resident memory above what the process had just before the call. Parameters only if a method learns "
        "a fixed number of them, multiply-accumulates (for one image) if it does a fixed number of them. Stored "
        "variables are the numbers that predictions need: what was learnt, and training images that are kept."
    )
    marks = {METRICS[measure].head: least_marks(summary, results, measure) for measure in _PEAKS}
    note += f" {_MEDIANS}" if is_repeated else ""
    note += f" {_marking_rule(*_PEAKS)}" if any(marks.values()) else ""
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
    shown = with_costs(summary, contents.results, _SEARCHES).assign(searched=searched)
    columns = [
        METHOD,
        Column("Searched", ("searched",), str, "left"),
        Column("Chosen", ("chosen",), describe_choice, "left"),
        Column("Accuracy over folds (%)", ("search_score",), fixed_writer(2, 100)),
        Column("Tried", ("n_tried",), write_count),
        Column("Of", ("n_candidates",), write_count),
        *map(_starred_column, _SEARCHES),
    ]
    note = "Chosen by the mean accuracy over the folds of the training part; the test part had no say."
    if (failed := summary["n_failed"].fillna(0).sum()) > 0:
        note += f" With {failed:.0f} of the candidates every fit failed."
    if summary["search_is_limited"].any():
        limited = "; ".join(summary.loc[summary["search_is_limited"], "case"])
        note += f" The time limit left no time for the other candidates, in an order drawn at random: {limited}."
    if shown[[f"{measure}_is_disturbed" for measure in _SEARCHES]].to_numpy().any():
        note += f" {DISTURBED.strip()} {_DISTURBED_NOTE}"
    return make_table("search", "Grid search", shown, columns, note)


def _time_marks(summary: pd.DataFrame, results: pd.DataFrame) -> dict[str, dict[int, Mark]]:
    if not is_one_machine(results):
        return {}
    return {METRICS[measure].head: least_marks(summary, results, measure) for measure in _RANKED_TIMES}


def _time_notes(shown: pd.DataFrame, results: pd.DataFrame, is_repeated: bool, is_marked: bool) -> Iterator[str]:
    yield (
        "Wall time unless said; CPU is the processor time of all threads. “Predict all” is one call for the whole test "
        "part, “one image” the median of up to 100 calls with a single one. The engine is the library that computed. "
        "The fit of a grid search is the search with the final fit."
    )
    if is_repeated:
        yield _MEDIANS
        good = results[results["status"] == "ok"]
        if disturbed_times(good, "fit").any() or disturbed_times(good, "predict").any():
            yield "Of methods with undisturbed fits or predictions, only these count."
    if shown[[f"{measure}_is_disturbed" for measure in _TIMES]].to_numpy().any():
        yield f"{DISTURBED.strip()} {_DISTURBED_NOTE}"
    if _lacks_waits(results):
        yield _UNMEASURED_NOTE
    if not is_one_machine(results):
        yield "Processors or threads differ between the trials: the times do not rank."
    if is_marked:
        yield _marking_rule(*_RANKED_TIMES)


_MEDIANS = "Medians over the fits, with the range (smallest–largest)."
_DISTURBED_NOTE = (
    f"Disturbed: something else had the processors for more than {100 * DISTURBED_FROM:.0f} % of the time that the "
    "call would have taken alone (of results without this measurement: other trials shared the machine). Such times "
    "say little, and do not rank. Of calls with a single image, results of earlier versions do not tell."
)

_UNMEASURED_NOTE = (
    "Of fits and predictions on a GPU, of other systems than Linux, and of earlier versions, it is not measured how "
    "long they waited for processors: whether something else than the trials of the run disturbed them is not known."
)


def _lacks_waits(results: pd.DataFrame) -> bool:
    """Whether of some of the times it was not measured how long they waited."""
    good = results[results["status"] == "ok"]
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


def _marking_rule(fit: str, predict: str) -> str:
    """State the rule of the marks."""
    return (
        f"The least is bold; in italics what is not measured apart from it. Measured apart, with at least {FEWEST} "
        f"undisturbed fits each: the ranges do not overlap, and the medians differ by more than "
        f"{100 * TOLERANCE:.0f} %; with fewer: more than {single_fit_ratio(fit):g} times as much to fit, "
        f"{single_fit_ratio(predict):g} times to predict. Dummies and incomplete rows are not ranked."
    )


def _starred_columns(measure: str, is_repeated: bool) -> list[Column]:
    """Return the columns of a time, with a star behind those that are disturbed."""
    _, *rest = _with_range(measure, is_repeated)
    return [_starred_column(measure), *rest]


def _starred_column(measure: str) -> Column:
    write = value_writer(METRICS[measure])

    def with_star(seconds: float, is_disturbed: bool) -> str:
        return write(seconds) + (DISTURBED if is_disturbed else "")

    return Column(METRICS[measure].head, (measure, f"{measure}_is_disturbed"), with_star, "point")


def _median_column(measure: str) -> Column:
    return Column(METRICS[measure].head, (measure,), value_writer(METRICS[measure]), "point")


def _with_range(measure: str, is_repeated: bool) -> list[Column]:
    """Return the column of a median, and if anything was measured more than once, that of its range."""
    if not is_repeated:
        return [_median_column(measure)]
    metric, names = METRICS[measure], (f"{measure}_low", f"{measure}_high", f"{measure}_fits")
    return [_median_column(measure), Column(range_head(measure), names, _range_writer(value_writer(metric)))]


def _range_writer(write: Callable[[float], str]) -> Callable[[float, float, float], str]:
    """Return what writes a range; nothing of a single fit."""
    both = interval_writer(write)
    return lambda low, high, n_fits: both(low, high) if n_fits > 1 else MISSING


def _describe_grid(contents: RunContents, label: str) -> str:
    trial = contents.good_records(label)[0].trial
    grid = trial.search.grid if trial.search else {}
    return "; ".join(f"{name}: {', '.join(map(str, values))}" for name, values in grid.items())
