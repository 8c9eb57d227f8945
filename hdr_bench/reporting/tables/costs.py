"""Tables of what methods cost: time, memory and size, searches."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from hdr_bench.records.lost_time import DISTURBED_FROM
from hdr_bench.reporting.comparisons.costs import (
    FEWEST,
    SINGLE,
    TOLERANCE,
    Cost,
    costs_of,
    least_of,
    with_costs,
)
from hdr_bench.reporting.disturbed import disturbed_times
from hdr_bench.reporting.numbers import MISSING, significant, write_time
from hdr_bench.reporting.run import RunContents
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

_TIMES = ("fit_seconds", "fit_cpu_seconds", "predict_seconds", "latency_seconds", "latency_p95_seconds")
_SEARCHES = ("search_seconds", "refit_seconds")
_SIZES = ("fit_peak_bytes", "predict_peak_bytes", "size_bytes")


def time_table(summary: pd.DataFrame, results: pd.DataFrame) -> Table:
    """Return seconds of fit and predict, milliseconds of a single image, and the library that computed."""
    shown = with_costs(summary, results, _TIMES)
    is_repeated = bool((shown["fit_seconds_fits"] > 1).any())
    fits = [Column("Fits", ("fit_seconds_fits",), write_count)] if is_repeated else []
    columns = [
        METHOD,
        *_starred("Fit (s)", "fit_seconds", is_repeated),
        *fits,
        Column("Fit, CPU (s)", ("fit_cpu_seconds",), write_time, "point"),
        *_starred("Predict all (s)", "predict_seconds", is_repeated),
        _starred_column("One image (ms)", "latency_seconds", _in_milliseconds),
        _starred_column("95th percentile (ms)", "latency_p95_seconds", _in_milliseconds),
        Column("Engine", ("engine",), lambda engine: engine or MISSING, "left"),
    ]
    marks = _time_marks(summary, results)
    note = " ".join(_time_notes(shown, results, is_repeated, any(marks.values())))
    return make_table("time", "Time", shown, columns, note, marks)


def memory_table(summary: pd.DataFrame, results: pd.DataFrame) -> Table:
    """Return peaks of memory and the pickled size in MB (10^6 bytes), parameters and operations."""
    shown = with_costs(summary, results, _SIZES)
    is_repeated = bool((shown["fit_peak_bytes_fits"] > 1).any())
    columns = [
        METHOD,
        *_with_range("Fit peak (MB)", "fit_peak_bytes", _in_megabytes, is_repeated),
        *_with_range("Predict peak (MB)", "predict_peak_bytes", _in_megabytes, is_repeated),
        Column("Pickled (MB)", ("size_bytes",), _in_megabytes, "point"),
        Column("Parameters", ("n_parameters",), write_count),
        Column("Multiply-accumulates", ("n_multiply_accumulates",), write_count),
        Column("Stored variables", ("n_stored_variables",), write_count),
    ]
    note = (
        "Peaks are resident memory above what the process had just before the call. Parameters only if a method learns "
        "a fixed number of them, multiply-accumulates (for one image) if it does a fixed number of them. Stored "
        "variables are the numbers that predictions need: what was learnt, and training images that are kept."
    )
    marks = {
        "Fit peak (MB)": least_marks(summary, results, "fit_peak_bytes"),
        "Predict peak (MB)": least_marks(summary, results, "predict_peak_bytes"),
    }
    note += f" {_MEDIANS}" if is_repeated else ""
    note += f" {_marked('fit_peak_bytes', 'predict_peak_bytes')}" if any(marks.values()) else ""
    return make_table("memory", "Memory", shown, columns, note, marks)


def search_table(summary: pd.DataFrame, contents: RunContents) -> Table:
    """Return what each grid search tried and chose, its accuracy over the folds, and what search and final fit took."""
    searched = [_searched(contents, label) for label in summary["case"]]
    shown = with_costs(summary, contents.results, _SEARCHES).assign(searched=searched)
    columns = [
        METHOD,
        Column("Searched", ("searched",), str, "left"),
        Column("Chosen", ("chosen",), _as_words, "left"),
        Column("Accuracy over folds (%)", ("search_score",), fixed_writer(2, 100)),
        Column("Tried", ("n_tried",), write_count),
        Column("Of", ("n_candidates",), write_count),
        _starred_column("Search (s)", "search_seconds", write_time),
        _starred_column("Final fit (s)", "refit_seconds", write_time),
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


def is_one_machine(results: pd.DataFrame) -> bool:
    """Whether all trials that did not fail ran on processors of one kind, with as many threads."""
    good = results[results["status"] == "ok"]
    return len(set(good["cpu"])) <= 1 and len(set(good["threads"])) <= 1


def least_marks(summary: pd.DataFrame, results: pd.DataFrame, measure: str) -> dict[int, Mark]:
    """Return the row of the least cost, and those that are not measured apart from it.

    Of each set of rows whose costs compare: the same data, as many images to train and to evaluate on; only
    of rows that are ranked. Nothing of sets in which no row is measured apart from the least, as `is_apart` decides.

    Parameters
    ----------
    summary, results : DataFrame
        As `summarise` and `load_results` return them.
    measure : str
        In seconds or bytes; times that are disturbed are left out.

    Returns
    -------
    marks : dict of int to {"best", "like the best"}
        By the row's place in the summary.
    """
    costs = costs_of(results, measure)
    marks: dict[int, Mark] = {}
    for name in filter(None, dict.fromkeys(summary["cost_set"])):
        is_in_set = (summary["cost_set"] == name) & summary["is_ranked"] & ~summary["is_dummy"]
        places = [
            place for place in np.flatnonzero(is_in_set).tolist() if _is_ranked(costs, summary["case"].iloc[place])
        ]
        marks |= _marks_of(places, [costs[summary["case"].iloc[place]] for place in places])
    return marks


def _is_ranked(costs: dict[str, Cost], case: str) -> bool:
    return case in costs and not costs[case].is_disturbed


def _marks_of(places: list[int], costs: list[Cost]) -> dict[int, Mark]:
    if len(costs) < 2:
        return {}
    least, alike = least_of(costs)
    if len(alike) == len(costs) - 1:
        return {}
    marks: dict[int, Mark] = {places[number]: "like the best" for number in alike}
    return {**marks, places[least]: "best"}


def _time_marks(summary: pd.DataFrame, results: pd.DataFrame) -> dict[str, dict[int, Mark]]:
    if not is_one_machine(results):
        return {}
    return {
        "Fit (s)": least_marks(summary, results, "fit_seconds"),
        "Predict all (s)": least_marks(summary, results, "predict_seconds"),
    }


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
        yield _marked("fit_seconds", "predict_seconds")


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


def _marked(fit: str, predict: str) -> str:
    """State the rule of the marks."""
    return (
        f"The least is bold; in italics what is not measured apart from it. Measured apart, with at least {FEWEST} "
        f"undisturbed fits each: the ranges do not overlap, and the medians differ by more than "
        f"{100 * TOLERANCE:.0f} %; with fewer: more than {SINGLE[fit]:g} times as much to fit, "
        f"{SINGLE[predict]:g} times to predict. Dummies and incomplete rows are not ranked."
    )


def _starred(head: str, measure: str, is_repeated: bool) -> list[Column]:
    """Return the columns of a time, with a star behind those that are disturbed."""
    _, *rest = _with_range(head, measure, write_time, is_repeated)
    return [_starred_column(head, measure, write_time), *rest]


def _starred_column(head: str, measure: str, write: Callable[[float], str]) -> Column:
    def with_star(seconds: float, is_disturbed: bool) -> str:
        return write(seconds) + (DISTURBED if is_disturbed else "")

    return Column(head, (measure, f"{measure}_is_disturbed"), with_star, "point")


def _with_range(head: str, measure: str, write: Callable[[float], str], is_repeated: bool) -> list[Column]:
    """Return the column of a median, and if anything was measured more than once, that of its range."""
    name, _, unit = head.partition(" (")
    found = [Column(head, (measure,), write, "point")]
    if is_repeated:
        ends, n_fits = (f"{measure}_low", f"{measure}_high"), f"{measure}_fits"
        found.append(Column(f"{name}, range ({unit}", (*ends, n_fits), _range_writer(write)))
    return found


def _range_writer(write: Callable[[float], str]) -> Callable[[float, float, float], str]:
    """Return what writes a range; nothing of a single fit."""
    both = interval_writer(write)
    return lambda low, high, n_fits: both(low, high) if n_fits > 1 else MISSING


def _searched(contents: RunContents, label: str) -> str:
    trial = contents.good_records(label)[0].trial
    grid = trial.search.grid if trial.search else {}
    return "; ".join(f"{name}: {', '.join(map(str, values))}" for name, values in grid.items())


def _as_words(chosen: str) -> str:
    """Write chosen parameters, kept as JSON, as a user would; those of several seeds one after the other."""
    found = [json.loads(part) for part in chosen.split("\n")]
    return "; ".join(", ".join(f"{name} = {value}" for name, value in params.items()) for params in found)


def _in_milliseconds(seconds: float) -> str:
    return write_time(1e3 * seconds)


def _in_megabytes(count: float) -> str:
    return significant(count / 1e6)
