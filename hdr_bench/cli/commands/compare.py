"""The command `compare`, which reports what changed between two runs."""

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.output import make_console
from hdr_bench.exceptions import ComparisonError
from hdr_bench.records.cost_metrics import cost_terms
from hdr_bench.records.metrics import METRICS

if TYPE_CHECKING:
    from rich.console import Console

    from hdr_bench.reporting.comparisons.runs import Change, Comparison

_HEADS = ("Before\n(%)", "After\n(%)", "p\n(Holm)")
# Columns shown on the narrowest terminal: both accuracies.
_KEPT = 2
_STYLES = {"worse": "red", "better": "green", "same": "", "not compared": "dim"}


def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of the earlier run.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of the later run.")],
    across_machines: Annotated[
        bool,
        typer.Option("--across-machines", help="Compare times even if processors or threads differ."),
    ] = False,
    tolerance: Annotated[
        float, typer.Option(min=0, help="Relative increase in time or memory that is tolerated.")
    ] = 0.1,
) -> None:
    """Report what changed between two runs.

    Exit code 1 if anything got worse, 2 if nothing could be compared.
    """
    from hdr_bench.reporting.comparisons.runs import compare_runs

    comparison = compare_runs(run_a, run_b, across_machines=across_machines, tolerance=tolerance)
    _print_comparison(comparison, make_console())
    if comparison.is_empty:
        raise ComparisonError(f"nothing in {run_a} and {run_b} could be compared, for the reasons above")
    if comparison.is_worse:
        raise typer.Exit(ExitCode.WORSE)


def _print_comparison(comparison: "Comparison", console: "Console") -> None:
    from hdr_bench.reporting.comparisons.costs import COSTS
    from hdr_bench.reporting.narrow_table import ConsoleColumn, fit_table

    lines = _lines(comparison)
    cases = list(dict.fromkeys(change.case for change in comparison.changes))
    if cases:
        by_case = [{each.measure: each for each in comparison.changes if each.case == case} for case in cases]
        cells = zip(*map(_row, by_case), strict=True)
        columns = [
            ConsoleColumn(head, each) for head, each in zip((*_HEADS, *map(_cost_head, COSTS)), cells, strict=True)
        ]
        fitted = fit_table([Text(case) for case in cases], columns, console, kept=_KEPT)
        console.print(fitted.table)
        lines = [fitted.note, *lines] if fitted.note else lines
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _row(changes: "dict[str, Change]") -> tuple[Text, ...]:
    """Return the row of a method from its changes by measure."""
    from hdr_bench.reporting.comparisons.costs import COSTS

    accuracy = changes.get("accuracy")
    return *_accuracy(accuracy), Text(_p_value(accuracy)), *(_medians(changes.get(measure)) for measure in COSTS)


def _cost_head(measure: str) -> str:
    metric = METRICS[measure]
    return f"{(metric.call or metric.label).capitalize()}\n({metric.unit})"


def _accuracy(change: "Change | None") -> tuple[Text, Text]:
    if change is None:
        return Text("–"), Text("–")
    return Text(f"{100 * change.before:.2f}"), Text(f"{100 * change.after:.2f}", style=_STYLES[change.verdict])


def _medians(change: "Change | None") -> Text:
    if change is None or change.verdict == "not compared":
        return Text("–")
    before, after = _figures(change)
    return Text(f"{before}\n→ {after}", style=_STYLES[change.verdict])


def _figures(change: "Change") -> tuple[str, str]:
    """Return both medians as text, in the unit of their metric."""
    from hdr_bench.reporting.tables.values import value_writer

    write = value_writer(METRICS[change.measure])
    return write(change.before), write(change.after)


def _p_value(change: "Change | None") -> str:
    if change is None or math.isnan(change.p_value):
        return "–"
    return "<0.001" if change.p_value < 0.001 else f"{change.p_value:.3f}"


def _p_relation(change: "Change") -> str:
    """Return the p-value as part of a sentence: equal to a number, or below it."""
    written = _p_value(change)
    return f"p < {written.removeprefix('<')}" if written.startswith("<") else f"p = {written}"


def _lines(comparison: "Comparison") -> list[str]:
    """Describe what got worse or better, what is new or gone, and what was not compared."""
    lines = []
    for verdict in ("worse", "better"):
        lines += [
            f"{verdict}: {_describe_change(change)}" for change in comparison.changes if change.verdict == verdict
        ]
    lines += _describe_omissions(comparison)
    lines += [f"new: {case}" for case in comparison.new]
    lines += [f"gone: {case}" for case in comparison.gone]
    lines += [f"note: {remark}" for remark in comparison.remarks]
    lines.append("accuracy in %, then medians before → after")
    compared = [change for change in comparison.changes if change.verdict != "not compared"]
    if not any(change.measure in {"accuracy", "status"} for change in compared):
        lines.append("no accuracy was compared")
    if compared and not any(change.verdict in {"worse", "better"} for change in compared):
        is_all = len(compared) == len(comparison.changes)
        lines.append(f"nothing {'' if is_all else 'that was compared '}got worse or better beyond chance")
    return lines


def _describe_omissions(comparison: "Comparison") -> list[str]:
    """List the methods that were not compared for each reason, with the measures unless none was compared."""
    refused: dict[str, dict[str, list[str]]] = {}
    for change in comparison.changes:
        if change.verdict == "not compared":
            refused.setdefault(change.note, {}).setdefault(change.case, []).append(change.measure)
    counts = Counter(change.case for change in comparison.changes)
    return [
        f"not compared: {'; '.join(_with_measures(*each, counts) for each in cases.items())}: {note}"
        for note, cases in refused.items()
    ]


def _with_measures(case: str, measures: list[str], counts: "Counter[str]") -> str:
    if len(measures) == counts[case]:
        return case
    return f"{case} ({', '.join(map(_in_words, measures))})"


def _in_words(measure: str) -> str:
    return measure if measure in {"status", "accuracy"} else cost_terms(measure).words


def _describe_change(change: "Change") -> str:
    if change.measure == "status":
        return f"{change.case}: {change.note}"
    if change.measure == "accuracy":
        return (
            f"{change.case}, accuracy: {100 * change.before:.2f} to {100 * change.after:.2f} %, {_p_relation(change)}"
            + (f" ({change.note})" if change.note else "")
        )
    before, after = _figures(change)
    unit = METRICS[change.measure].unit
    return f"{change.case}, {_in_words(change.measure)}: {before} to {after} {unit} ({change.note})"
