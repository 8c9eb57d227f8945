"""Tables of what methods cost: time, memory and size, searches."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from hdr_bench.reporting.compare import COSTS, WITHOUT_REPEATS
from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.statistics import pooled_spread
from hdr_bench.reporting.tables.table import (
    DISTURBED,
    METHOD,
    MISSING,
    Column,
    Mark,
    Table,
    fixed_writer,
    make_table,
    significant,
    write_count,
    write_time,
)

TOLERANCE = 0.1
"""Share within which costs are not told apart, however sure the difference is."""


def time_table(summary: pd.DataFrame, results: pd.DataFrame) -> Table:
    """Return seconds of fit and predict, milliseconds of a single image, and the library that computed."""
    columns = [
        Column("Method", ("starred",), str, "left"),
        Column("Fit (s)", ("fit_seconds",), write_time, "point"),
        Column("Fit, CPU (s)", ("fit_cpu_seconds",), write_time, "point"),
        Column("Predict all (s)", ("predict_seconds",), write_time, "point"),
        Column("One image (ms)", ("latency_seconds",), _in_milliseconds, "point"),
        Column("95th percentile (ms)", ("latency_p95_seconds",), _in_milliseconds, "point"),
        Column("Engine", ("engine",), lambda engine: engine or MISSING, "left"),
    ]
    note = (
        "Wall time unless said; CPU is the processor time of all threads. “Predict all” is one call for the whole test "
        "part, “one image” the median of up to 100 calls with a single one. The engine is the library that computed. "
        "The fit of a grid search is the search with the final fit."
    )
    disturbed = summary["is_time_disturbed"]
    starred = summary["case"].where(~disturbed, summary["case"] + DISTURBED)
    if disturbed.any():
        note += (
            f" {DISTURBED.strip()} Other trials shared the machine meanwhile: these times say little, and do not rank."
        )
    marks: dict[str, dict[int, Mark]] = {}
    if is_one_machine(results):
        marks = {
            "Fit (s)": least_marks(summary, results, "fit_seconds"),
            "Predict all (s)": least_marks(summary, results, "predict_seconds"),
        }
        note += f" {_MARKED}" if any(marks.values()) else ""
    else:
        note += " Processors or threads differ between the trials: the times do not rank."
    table = make_table("time", "Time", summary.assign(starred=starred), columns, note, marks)
    return replace(table, exact=table.exact.assign(starred=summary["case"]).rename(columns={"starred": "method"}))


def memory_table(summary: pd.DataFrame, results: pd.DataFrame) -> Table:
    """Return peaks of memory and the pickled size in MB (10^6 bytes), parameters and operations."""
    columns = [
        METHOD,
        Column("Fit peak (MB)", ("fit_peak_bytes",), _in_megabytes, "point"),
        Column("Predict peak (MB)", ("predict_peak_bytes",), _in_megabytes, "point"),
        Column("Pickled (MB)", ("size_bytes",), _in_megabytes, "point"),
        Column("Parameters", ("n_parameters",), write_count),
        Column("Multiply-accumulates", ("n_multiply_accumulates",), write_count),
        Column("Stored variables", ("n_stored_variables",), write_count),
    ]
    note = (
        "Peaks are resident memory above what the process had just before the call. Parameters only where a method "
        "learns a fixed number of them, multiply-accumulates (for one image) where it does a fixed number of them. "
        "Stored variables are the numbers that predictions need: what was learnt, and training images that are kept."
    )
    marks = {
        "Fit peak (MB)": least_marks(summary, results, "fit_peak_bytes"),
        "Predict peak (MB)": least_marks(summary, results, "predict_peak_bytes"),
    }
    note += f" {_MARKED}" if any(marks.values()) else ""
    return make_table("memory", "Memory", summary, columns, note, marks)


def search_table(summary: pd.DataFrame, contents: RunContents) -> Table:
    """Return what each grid search tried and chose, its accuracy over the folds, and what search and final fit took."""
    searched = [_searched(contents, label) for label in summary["case"]]
    columns = [
        METHOD,
        Column("Searched", ("searched",), str, "left"),
        Column("Chosen", ("chosen",), _as_words, "left"),
        Column("Accuracy over folds (%)", ("search_score",), fixed_writer(2, 100)),
        Column("Tried", ("n_tried",), write_count),
        Column("Of", ("n_candidates",), write_count),
        Column("Search (s)", ("search_seconds",), write_time, "point"),
        Column("Final fit (s)", ("refit_seconds",), write_time, "point"),
    ]
    note = "Chosen by the mean accuracy over the folds of the training part; the test part had no say."
    if (failed := summary["n_failed"].fillna(0).sum()) > 0:
        note += f" With {failed:.0f} of the candidates no fit went well."
    if summary["search_is_limited"].any():
        limited = "; ".join(summary.loc[summary["search_is_limited"], "case"])
        note += f" The time limit left no time for the other candidates, in an order drawn at random: {limited}."
    return make_table("search", "Grid search", summary.assign(searched=searched), columns, note)


def is_one_machine(results: pd.DataFrame) -> bool:
    """Whether all trials that went well ran on processors of one kind, with as many threads."""
    good = results[results["status"] == "ok"]
    return len(set(good["cpu"])) <= 1 and len(set(good["threads"])) <= 1


def least_marks(summary: pd.DataFrame, results: pd.DataFrame, measure: str) -> dict[int, Mark]:
    """Return the row of the least cost, and those that the noise of the repeats does not tell from it.

    Of each set of rows whose costs compare: the same data, as many images to learn from and to judge. Noise is the
    pooled standard deviation of the logarithm over each method's trials, at a level of 5 %; where nothing was measured
    twice, a ratio under 2. A difference of a tenth is never told, nor one below `COSTS`.
    """
    marks: dict[int, Mark] = {}
    for name in dict.fromkeys(summary["cost_set"]):
        if name:
            rows = np.flatnonzero(summary["cost_set"] == name)
            found = _least_of(summary.iloc[rows], results, measure)
            marks |= {int(rows[place]): mark for place, mark in found.items()}
    return marks


def _least_of(summary: pd.DataFrame, results: pd.DataFrame, measure: str) -> dict[int, Mark]:
    shown = summary[summary[measure].notna() & ~(summary["is_time_disturbed"] & measure.endswith("seconds"))]
    if len(shown) < 2:
        return {}
    values, trials = shown[measure].to_numpy(float), shown["n_trials"].to_numpy(float)
    best = int(values.argmin())
    spread, freedom = pooled_spread(_logarithms(results, list(shown["case"]), measure))
    quantile = float(student.ppf(0.975, freedom)) if freedom else 0.0
    noise = quantile * spread * np.sqrt(1 / trials + 1 / trials[best]) if freedom else math.log(WITHOUT_REPEATS)
    ratio = np.log(np.maximum(values, _TINY) / max(values[best], _TINY))
    is_like = (ratio <= np.maximum(noise, math.log1p(TOLERANCE))) | (values - values[best] <= COSTS.get(measure, 0.0))
    rows = np.flatnonzero(summary["case"].isin(shown["case"])).tolist()
    marks: dict[int, Mark] = {row: "like the best" for row, like in zip(rows, is_like, strict=True) if like}
    return {**marks, rows[best]: "best"}


_TINY = 1e-9
_MARKED = (
    "The least is bold; in italics what the noise of the repeats does not tell from it (where nothing was measured "
    "twice: less than twice as much)."
)


def _logarithms(results: pd.DataFrame, labels: list[str], measure: str) -> list[NDArray[np.float64]]:
    good = results[(results["status"] == "ok") & results["label"].isin(labels)]
    return [
        np.log(np.maximum(trials[measure].to_numpy(float), _TINY)) for _, trials in good.groupby("label", sort=False)
    ]


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
