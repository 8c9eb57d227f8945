"""Main table: every method by its error, most accurate first, with what it costs."""

import math
from dataclasses import dataclass, fields

import pandas as pd

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.baselines import Baseline
from hdr_bench.reporting.comparisons.costs import Cost, costs_of, with_costs
from hdr_bench.reporting.comparisons.pairs import Comparisons
from hdr_bench.reporting.numbers import MISSING, write_cost
from hdr_bench.reporting.tables.accuracy import best_marks, ranking_notes
from hdr_bench.reporting.tables.cost_marks import is_one_machine, least_marks
from hdr_bench.reporting.tables.table import (
    DISTURBED,
    METHOD,
    Column,
    Mark,
    Table,
    interval_writer,
    make_table,
    percent_writer,
)

ERROR, INTERVAL, ALIKE = "Error (%)", "95 % interval (%)", "Alike"
"""Heads of the columns of the error, of its interval, and of the letters for what is not told apart."""

COSTS = {
    "fit_seconds": "Train",
    "predict_seconds": "Predict",
    "fit_peak_bytes": "Memory to train",
    "size_bytes": "On disk",
}
"""The costs that are shown, with what their columns are called."""

# The largest value of a column has at least one digit before the point, and the rest of it stays readable.
_UNITS = {
    "seconds": ((1.0, "s"), (1e-3, "ms")),
    "bytes": ((1e10, "GB"), (1e6, "MB"), (1e3, "kB")),
}
_SIZE_OF = {"s": 1.0, "ms": 1e-3, "GB": 1e9, "MB": 1e6, "kB": 1e3}


@dataclass(frozen=True, eq=False)
class MainTable(Table):
    """The main table, with what its row graphics are drawn from.

    Attributes
    ----------
    rules : frozenset of int
        The rows above which there is a rule: every method above differs from every one below.
    fits : tuple of tuple of float
        Per row, the error of each seed or fold, a share; empty for a single one.
    costs : tuple of tuple of Cost or None
        Per row, what it costs, in the order of `COSTS`; None for what was not measured.
    ranges : tuple of tuple of str
        Per row, the range of each cost over the fits, as text; empty for a single fit.
    dummies : frozenset of int
        The rows of dummies and baselines.
    """

    rules: frozenset[int] = frozenset()
    fits: tuple[tuple[float, ...], ...] = ()
    costs: tuple[tuple[Cost | None, ...], ...] = ()
    ranges: tuple[tuple[str, ...], ...] = ()
    dummies: frozenset[int] = frozenset()


def main_table(
    summary: pd.DataFrame, results: pd.DataFrame, compared: Comparisons, baselines: tuple[Baseline, ...] = ()
) -> MainTable:
    """Return every method with its error, interval, letters and costs, the most accurate first.

    Parameters
    ----------
    summary, results : DataFrame
        As `summarise` and `load_results` return them.
    compared : Comparisons
        Of its methods.
    baselines : tuple of Baseline, optional
        What one and the same answer reaches, as the last rows.

    Returns
    -------
    table : MainTable
        A row for each of the summary; rows without an accuracy, then dummies and baselines, last.
    """
    rows = _sort_by_error(with_costs(summary, results, list(COSTS)))
    rows = rows.assign(
        error_low=1 - rows["accuracy_high"],
        error_high=1 - rows["accuracy_low"],
        letters=[compared.letters.get(label, "") for label in rows["case"]],
    )
    percent = percent_writer(int(rows["n_test"].max()))
    units = {name: _choose_unit(METRICS[name].kind, rows[name]) for name in COSTS}
    columns = [
        METHOD,
        Column(ERROR, ("error_rate",), percent),
        Column(INTERVAL, ("error_low", "error_high"), interval_writer(percent)),
        Column(ALIKE, ("letters",), lambda letters: letters or MISSING, "left"),
        *(_cost_column(name, _head(name, rows, units[name]), units[name]) for name in COSTS),
    ]
    marks: dict[str, dict[int, Mark]] = {ERROR: best_marks(rows, compared)}
    marks |= {_head(name, rows, units[name]): _least(rows, results, name) for name in COSTS}
    note = " ".join([*_notes(rows, compared), *map(_describe_baseline, baselines)])
    rows = _with_baselines(rows, baselines)
    table = make_table("main", "Error and costs", rows, columns, note, marks)
    costs = [costs_of(results, name) for name in COSTS]
    labels = list(rows["case"])
    return MainTable(
        **{field.name: getattr(table, field.name) for field in fields(Table)},
        rules=_rules(labels, compared),
        dummies=frozenset(place for place, is_dummy in enumerate(rows["is_dummy"]) if is_dummy),
        fits=tuple(_fits(results, label) for label in labels),
        costs=tuple(tuple(each.get(label) for each in costs) for label in labels),
        ranges=tuple(
            tuple(_range(each.get(label), units[name]) for each, name in zip(costs, COSTS, strict=True))
            for label in labels
        ),
    )


def _sort_by_error(summary: pd.DataFrame) -> pd.DataFrame:
    """Sort by error, the least first; dummies, and rows without an accuracy, stand last."""
    order = ["is_dummy", "error_rate"]
    return summary.sort_values(order, kind="stable", na_position="last", ignore_index=True)


def _with_baselines(rows: pd.DataFrame, baselines: tuple[Baseline, ...]) -> pd.DataFrame:
    """Add a row for each baseline, which costs nothing that was measured."""
    if not baselines:
        return rows
    undisturbed = {f"{name}_is_disturbed": False for name in COSTS}
    added = [
        {
            "case": each.label,
            "method": each.label,
            "error_rate": 1 - each.accuracy,
            "error_low": 1 - each.high,
            "error_high": 1 - each.low,
            "letters": "",
            "is_dummy": True,
            **undisturbed,
        }
        for each in baselines
    ]
    return pd.concat([rows, pd.DataFrame(added).reindex(columns=rows.columns)], ignore_index=True)


def _describe_baseline(baseline: Baseline) -> str:
    return f"{baseline.label}: always answering {baseline.answer}; a baseline, outside the ranking."


def _choose_unit(kind: str, values: "pd.Series[float]") -> str:
    """Return the unit of a column by its largest value."""
    largest = float(values.max()) if values.notna().any() else math.inf
    named = _UNITS[kind]
    return next((unit for least, unit in named if largest >= least), named[-1][1])


def _head(name: str, rows: pd.DataFrame, unit: str) -> str:
    counts = {int(count) for count in rows.loc[rows["n_test"] > 0, "n_test"]}
    what = f" {counts.pop():,}" if name == "predict_seconds" and len(counts) == 1 else ""
    return f"{COSTS[name]}{what} ({unit})"


def _cost_column(name: str, head: str, unit: str) -> Column:
    def write(value: float, is_disturbed: bool) -> str:
        star = DISTURBED if is_disturbed and METRICS[name].kind == "seconds" else ""
        return _write(value, unit) + star

    return Column(head, (name, f"{name}_is_disturbed"), write, "point")


def _least(rows: pd.DataFrame, results: pd.DataFrame, name: str) -> dict[int, Mark]:
    if METRICS[name].kind == "seconds" and not is_one_machine(results):
        return {}
    return least_marks(rows, results, name)


def _range(cost: Cost | None, unit: str) -> str:
    if cost is None or len(cost.values) < 2:
        return ""
    low, high = (_write(value, unit) for value in (cost.low, cost.high))
    return f"{low}–{high}" if low != high else ""


def _write(value: float, unit: str) -> str:
    return write_cost(value / _SIZE_OF[unit])


def _fits(results: pd.DataFrame, label: str) -> tuple[float, ...]:
    trials = results[(results["label"] == label) & (results["status"] == "ok")]
    return tuple(1 - trials["accuracy"].astype(float)) if len(trials) > 1 else ()


def _rules(labels: list[str], compared: Comparisons) -> frozenset[int]:
    """Return the rows above which there is a rule, rows outside the ranking left out of account."""
    apart = {frozenset((pair.first, pair.second)) for pair in compared.pairs if pair.is_told_apart}
    ranked = [row for row, label in enumerate(labels) if compared.letters.get(label)]
    return frozenset(
        row
        for place, row in enumerate(ranked)
        if place
        and all(
            frozenset((labels[above], labels[below])) in apart for above in ranked[:place] for below in ranked[place:]
        )
    )


def _notes(rows: pd.DataFrame, compared: Comparisons) -> list[str]:
    notes = ["Dot: mean error; bar: 95 % interval."]
    if (rows["n_trials"] > 1).any():
        notes = ["Dot: mean error; bar: 95 % interval; ticks: single seeds or folds."]
        notes.append("Costs: medians over the fits, with their range.")
    if compared.pairs:
        notes.append(
            "Methods without a common letter under “Alike” differ in error; at each rule, every method above differs "
            "from every one below."
        )
    times = [name for name in COSTS if METRICS[name].kind == "seconds"]
    if rows[[f"{name}_is_disturbed" for name in times]].to_numpy().any():
        notes.append(f"{DISTURBED.strip()} Disturbed: other work had the processors; such times do not rank.")
    return [*notes, *_elsewhere(rows, compared), *ranking_notes(rows)]


def _elsewhere(rows: pd.DataFrame, compared: Comparisons) -> list[str]:
    """Name the rows that are ranked on other images than most, and have no letter for that."""
    if not compared.pairs:
        return []
    labels = [str(row["case"]) for row in rows.to_dict("records") if row["is_ranked"] and not row["letters"]]
    return [f"Not compared with the others: {'; '.join(labels)}."] if labels else []
