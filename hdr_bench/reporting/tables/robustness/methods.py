"""Tables of each method's robustness: mean errors, mean corruption errors, ranks, images that stay wrong."""

import math
from collections.abc import Callable

import pandas as pd

from hdr_bench.records.text import pluralize
from hdr_bench.reporting.comparisons.robustness.corruption_errors import corruption_title
from hdr_bench.reporting.comparisons.robustness.order import by_mean_error
from hdr_bench.reporting.comparisons.robustness.ranks import RankRange
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.statistics.crossed_values import Estimate, Values, estimate
from hdr_bench.reporting.statistics.uncertainty import Uncertainty
from hdr_bench.reporting.tables.table import (
    METHOD,
    Column,
    Table,
    fixed_writer,
    interval_writer,
    make_table,
    percent_writer,
)

_SHARE = ("error", "low", "high")
_CHANGES = {"up": "gains places", "down": "loses places", "same": "none", "not told apart": "not told apart"}


def robustness_table(robustness: Robustness) -> Table | None:
    """Return each method's mean error under corruptions, its mean corruption errors and its ranks.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row for each method, that with the least mean error first; None without corruptions.
    """
    labels = [label for label in by_mean_error(robustness.corruptions) if label in robustness.means]
    if not labels:
        return None
    rows = pd.DataFrame([_row(robustness, label) for label in labels])
    percent = percent_writer(next(iter(robustness.means.values())).values.shape[1])
    columns = [
        METHOD,
        Column("Error before (%)", ("before",), percent),
        Column("Mean error under corruptions (%)", _SHARE, _with_interval(percent)),
        Column("mCE (%)", ("mce", "mce_low", "mce_high"), _with_interval(fixed_writer(1, 100))),
        Column("Relative mCE (%)", ("relative", "relative_low", "relative_high"), _with_interval(fixed_writer(1, 100))),
        Column("Rank before", ("rank_before_first", "rank_before_last"), _write_rank),
        Column("Rank under corruptions", ("rank_first", "rank_last"), _write_rank),
        Column("Change", ("change",), str, "left"),
    ]
    return make_table("robustness", "Robustness to corruptions", rows, columns, _note(robustness))


def _note(robustness: Robustness) -> str:
    error, ranks = robustness.corruption_error, robustness.ranks
    sentences = [
        f"Means over {pluralize(len(robustness.corruptions), 'corruption')}, with 95 % intervals over images and "
        "seeds. mCE, after Hendrycks and Dietterich (2019): the errors under a corruption as a share of those of the "
        f"reference, {error.reference or MISSING}, the mean over corruptions; below 100 % is more robust than the "
        "reference. Relative mCE: the same of what is lost against the images before. The reference has no interval: "
        "it is 100 % by definition."
    ]
    if error.reference and error.n_corruptions < len(robustness.corruptions):
        sentences.append(
            f"The mCE is over {pluralize(error.n_corruptions, 'corruption')}, those under which the reference errs."
        )
    if error.left_out and error.reference:
        n_measured = len(robustness.corruptions) - len(error.left_out)
        names = "; ".join(map(corruption_title, error.left_out))
        sentences.append(
            f"The relative one is over {pluralize(n_measured, 'corruption')}, without those under which the reference "
            f"loses nothing measurable: {names}."
        )
    if ranks is not None:
        sentences.append(
            "Ranks are as far apart as the methods are told apart: “2–4” has one method above it and the ranks are "
            "those that it may have. A method gains or loses places only if it has no rank in common before and under "
            f"corruptions. Kendall's tau-b between both orders of the accuracies: {ranks.tau:.2f}."
        )
        sentences += [_describe_reversed(robustness)]
    return " ".join(filter(None, sentences))


def _describe_reversed(robustness: Robustness) -> str:
    pairs = robustness.ranks.reversed if robustness.ranks is not None else ()
    if not pairs:
        return "No two methods are told apart one way before and the other way under corruptions."
    named = "; ".join(f"{first} before, {second} under corruptions" for first, second in pairs)
    return f"Told apart both times, the more accurate one being another: {named}."


def _row(robustness: Robustness, label: str) -> dict[str, object]:
    values = robustness.means[label]
    ranks = {each.label: each for each in robustness.ranks.changes} if robustness.ranks is not None else {}
    row: dict[str, object] = {"case": label, "before": robustness.before[label].mean}
    row |= dict(zip(_SHARE, _of_mean(values), strict=True))
    figures = {"mce": robustness.corruption_error.mean, "relative": robustness.corruption_error.relative}
    for name, found in figures.items():
        ends = _of_ratio(found.get(label))
        row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
    change = ranks.get(label)
    row |= _rank_columns("rank_before", change.before if change else None)
    row |= _rank_columns("rank", change.after if change else None)
    row["change"] = _CHANGES[change.verdict] if change else MISSING
    return row


def _rank_columns(name: str, ranks: RankRange | None) -> dict[str, float]:
    first, last = ranks or (math.nan, math.nan)
    return {f"{name}_first": first, f"{name}_last": last}


def _of_mean(values: Values) -> tuple[float, float, float]:
    """Return a mean error with the interval that every share of a report has."""
    found = estimate([values])
    uncertainty = Uncertainty(found.variance, found.freedom, "images and seeds")
    return found.value, *uncertainty.interval(found.value, values.values.shape[1])


def _of_ratio(found: Estimate | None) -> tuple[float, float, float]:
    """Return a ratio and its interval, which is missing if the ratio is known."""
    if found is None:
        return math.nan, math.nan, math.nan
    return (found.value, *found.interval()) if found.variance else (found.value, math.nan, math.nan)


def _with_interval(write: Callable[[float], str]) -> Callable[[float, float, float], str]:
    """Return what writes a figure with its interval behind, if it has one."""
    write_ends = interval_writer(write)

    def written(value: float, low: float, high: float) -> str:
        return write(value) if math.isnan(low) else f"{write(value)} ({write_ends(low, high)})"

    return written


def _write_rank(first: float, last: float) -> str:
    if math.isnan(first):
        return MISSING
    return f"{first:.0f}" if first == last else f"{first:.0f}–{last:.0f}"


def still_wrong_table(robustness: Robustness) -> Table | None:
    """Return the errors under corruptions, split: images that were wrong before, and those that became wrong.

    Parameters
    ----------
    robustness : Robustness
        Of a run.

    Returns
    -------
    table : Table or None
        A row for each method, that with the least mean error first; None without corruptions.
    """
    splits = {each.label: each for each in robustness.still_wrong}
    labels = [label for label in by_mean_error(robustness.corruptions) if label in splits]
    if not labels:
        return None
    rows = pd.DataFrame(
        [
            {
                "case": label,
                "before": splits[label].before,
                "after": splits[label].after,
                "still": splits[label].still,
                "newly": splits[label].newly,
                "share_still": splits[label].share_still,
            }
            for label in labels
        ]
    )
    percent = percent_writer(max(each.n_test for each in splits.values()))
    columns = [
        METHOD,
        Column("Wrong before (%)", ("before",), percent),
        Column("Wrong under a corruption (%)", ("after",), percent),
        Column("of these, wrong before (%)", ("still",), percent),
        Column("of these, newly wrong (%)", ("newly",), percent),
        Column("Wrong before that stay wrong (%)", ("share_still",), fixed_writer(0, 100)),
    ]
    note = (
        "Shares of all images, the mean over seeds and over the corruptions, each with the same weight; the last "
        "column is a share of the images that the method got wrong before any corruption."
    )
    return make_table("still-wrong", "Images that were wrong before", rows, columns, note)
