"""Tables of errors under each corruption, and of what is lost against the images before."""

from collections.abc import Callable, Mapping

import pandas as pd

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.comparisons.robustness.order import by_harm, by_mean_error
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.statistics.crossed_values import Values
from hdr_bench.reporting.tables.table import Column, Mark, Table, make_table, percent_writer
from hdr_bench.reporting.tables.values import difference_writer

BEFORE, MEAN = "As they came", "Mean of the corruptions"
_SEVERITIES = (
    "In brackets: the severities that the error is the mean of, each with the same weight; the mean of the corruptions "
    "weighs each of them the same."
)


def corruption_errors_table(robustness: Robustness) -> Table | None:
    """Return the error of each method under each corruption, the methods with the least mean first.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row for each corruption, the most harmful first, a column for each method; None without corruptions.
    """
    rows = {BEFORE: robustness.before, **{each.title: each.errors for each in by_harm(robustness.corruptions)}}
    pairs = {each.title: robustness.pairs.of_each[each.name] for each in robustness.corruptions}
    if len(robustness.corruptions) > 1:
        rows[MEAN] = robustness.means
        pairs[MEAN] = robustness.pairs.of_mean
    note = (
        "Error in percent, the mean over seeds. The most accurate method under a corruption is bold; those that are "
        "not told apart from it are in italics (paired by images; Benjamini and Hochberg's correction over all pairs "
        f"and corruptions, and for the means over their pairs). {_SEVERITIES}{_others(robustness)}"
    )
    return _table("corruptions", "Error under corruptions", "%", robustness, rows, percent_writer, note, pairs)


def corruption_drops_table(robustness: Robustness) -> Table | None:
    """Return what each method loses under each corruption, in points of accuracy.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        As `corruption_errors_table`, without the images as they came.
    """
    rows = {each.title: _lost(each.errors, robustness.before) for each in by_harm(robustness.corruptions)}
    if len(robustness.corruptions) > 1:
        rows[MEAN] = _lost(robustness.means, robustness.before)
    note = (
        "Drop: accuracy on the clean images minus accuracy on the same images corrupted, in percentage points, "
        f"the mean over seeds. {_SEVERITIES}{_others(robustness)}"
    )

    def points(n_images: int) -> Callable[[float], str]:
        return difference_writer(METRICS["accuracy"], n_images)

    return _table("corruption-drops", "Drop under corruptions", "points", robustness, rows, points, note, {})


def _lost(errors: Mapping[str, Values], before: Mapping[str, Values]) -> dict[str, float]:
    return {label: each.mean - before[label].mean for label, each in errors.items() if label in before}


def _others(robustness: Robustness) -> str:
    if not robustness.left_out:
        return ""
    return f" Not in this table, since they are of other images: {'; '.join(robustness.left_out)}."


def _table(
    name: str,
    title: str,
    unit: str,
    robustness: Robustness,
    rows: Mapping[str, Mapping[str, Values] | Mapping[str, float]],
    writer: Callable[[int], Callable[[float], str]],
    note: str,
    pairs: Mapping[str, tuple[Pair, ...]],
) -> Table | None:
    if not robustness.corruptions:
        return None
    labels = by_mean_error(robustness.corruptions)
    n_images = next(iter(robustness.before.values())).values.shape[1]
    frame = pd.DataFrame(
        [
            {"corruption": head, **{label: _value(errors.get(label)) for label in labels}}
            for head, errors in rows.items()
        ]
    )
    write = writer(n_images)
    # A method may be called as the first column is.
    columns = [Column(f"Corruption ({n_images:,} images)", ("corruption",), str, "left")]
    columns += [Column(f"{label} ({unit})", (label,), write) for label in labels if label != "corruption"]
    marks: dict[str, dict[int, Mark]] = {}
    for place, head in enumerate(rows):
        for label, mark in _marks(pairs.get(head, ())).items():
            marks.setdefault(f"{label} ({unit})", {})[place] = mark
    return make_table(name, title, frame, columns, note, marks)


def _value(errors: Values | float | None) -> float:
    if errors is None:
        return float("nan")
    return errors if isinstance(errors, float) else errors.mean


def _marks(pairs: tuple[Pair, ...]) -> dict[str, Mark]:
    """Return the marks of the most accurate method, whose pairs come first, and of those like it."""
    if not pairs:
        return {}
    best = pairs[0].first
    alike = {pair.second: pair for pair in pairs if pair.first == best and not pair.is_told_apart}
    return {best: "best", **dict.fromkeys(alike, "like the best")}
