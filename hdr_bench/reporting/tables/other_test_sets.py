"""Tables of a run's other test sets: accuracy on each, the drop there, and how methods compare there."""

import math
from collections.abc import Sequence

import pandas as pd

from hdr_bench.names import abbreviate
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.result import Result
from hdr_bench.records.text import join_notes
from hdr_bench.reporting.comparisons.other_test_sets import Drop, Transfer
from hdr_bench.reporting.comparisons.pairs import Comparisons, Pair
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.tables.pairs import pairs_table, write_p
from hdr_bench.reporting.tables.table import (
    METHOD,
    Column,
    Mark,
    Table,
    interval_writer,
    make_table,
    percent_writer,
    write_count,
)
from hdr_bench.reporting.tables.values import difference_writer

OWN = "Own test part"
_LEARNED = " †"
"""What stands behind the name of a test set that a method learned images of."""
_VALUES = ("accuracy", "accuracy_low", "accuracy_high")


def accuracies_table(summary: pd.DataFrame, transfer: Transfer, records: Sequence[Result]) -> Table | None:
    """Return the accuracy of each method on its own test part and on each other test set that one was evaluated on.

    Parameters
    ----------
    summary : DataFrame
        Of the methods' own data, as `summarise` returns it.
    transfer : Transfer
        The run's other test sets.
    records : sequence of Result
        The run's.

    Returns
    -------
    table : Table or None
        A row for each method, a column for each test set; None if the suite has no other test set.
    """
    if not transfer.summaries:
        return None
    # Methods on folds are evaluated on no other test set.
    labels = list(next(iter(transfer.summaries.values()))["case"])
    evaluated = {name: of_one for name, of_one in transfer.summaries.items() if of_one["accuracy"].notna().any()}
    of_sets = {OWN: summary[summary["case"].isin(labels)], **evaluated}
    learned = {each.test_set for record in records for each in record.evaluations if each.has_learned_images}
    rows = pd.DataFrame({"case": labels})
    for name, of_one in of_sets.items():
        values = of_one.drop_duplicates("case").set_index("case")[list(_VALUES)].reindex(labels)
        rows = rows.join(values.add_prefix(f"{name}: ").reset_index(drop=True))
    heads = {name: _head(name, of_one, _LEARNED if name in learned else "") for name, of_one in of_sets.items()}
    columns = [METHOD, *(_accuracy_column(name, of_one, heads[name]) for name, of_one in of_sets.items())]
    marks = {heads[name]: _marks(labels, transfer.pairs[name]) for name in evaluated}
    note = (
        "Accuracy in percent with its 95 % interval; each method is fitted once per seed, on its own training part. "
        "The most accurate on a test set is bold; those that do not differ measurably from it are in italics (paired "
        "by images, after Benjamini and Hochberg's correction)."
    )
    if learned.intersection(evaluated):
        note += f"{_LEARNED}: a method learned from some of these images; the list has their number."
    return make_table("test-sets", "Other test sets", rows, columns, note, marks)


def _accuracy_column(name: str, summary: pd.DataFrame, head: str) -> Column:
    percent = percent_writer(int(summary["n_test"].max()))
    write_ends = interval_writer(percent)

    def write(accuracy: float, low: float, high: float) -> str:
        return MISSING if math.isnan(accuracy) else f"{percent(accuracy)} ({write_ends(low, high)})"

    return Column(head, tuple(f"{name}: {value}" for value in _VALUES), write)


def _head(name: str, summary: pd.DataFrame, mark: str = "") -> str:
    counts = sorted({int(count) for count in summary["n_test"] if count})
    unit = f"{' or '.join(f'{count:,}' for count in counts)} images, %" if counts else "%"
    return f"{name}{mark} ({unit})"


def _marks(labels: Sequence[str], pairs: Sequence[Pair]) -> dict[int, Mark]:
    """Return the marks of the most accurate method of a test set, and of those that are not told apart from it."""
    if not pairs:
        return {}
    # The pairs of the most accurate one come first.
    best = pairs[0].first
    peers = {pair.second for pair in pairs if pair.first == best and not pair.is_told_apart}
    marks: dict[int, Mark] = {}
    for place, label in enumerate(labels):
        if label == best:
            marks[place] = "best"
        elif label in peers:
            marks[place] = "like the best"
    return marks


def describe_test_sets(transfer: Transfer, records: Sequence[Result]) -> tuple[str, ...]:
    """Say which data the other test sets come from, what a reader must know about them, and which were not evaluated.

    Parameters
    ----------
    transfer : Transfer
    records : sequence of Result
        The run's.

    Returns
    -------
    points : tuple of str
        A sentence for each.
    """
    found: dict[str, None] = {}
    for name in transfer.summaries:
        evaluations = [each for record in records for each in record.evaluations if each.test_set == name]
        for each in evaluations:
            described = f"{name}: {each.dataset}" if each.status == "ok" else f"{name}: {each.status}, {each.error}"
            found[f"{join_notes([described, *each.notes])}."] = None
        if not evaluations:
            found[f"No method was evaluated on {name}: run the suite again."] = None
    return tuple(found)


def list_accuracies(transfer: Transfer, summary: pd.DataFrame) -> str:
    """Return the accuracy of each method on each other test set in words.

    Parameters
    ----------
    transfer : Transfer
    summary : DataFrame
        Of the methods' own data, as `summarise` returns it: why a trial failed is listed with it, once.

    Returns
    -------
    text : str
        A line for each test set; empty without any.
    """
    listed = frozenset(map(str, summary["problem"]))
    return "\n".join(_accuracies_on(name, of_one, listed) for name, of_one in transfer.summaries.items())


def _accuracies_on(name: str, summary: pd.DataFrame, listed: frozenset[str]) -> str:
    percent = percent_writer(int(summary["n_test"].max()))
    rows = summary.to_dict("records")
    values = [f"{row['case']} {percent(row['accuracy'])}" for row in rows if row["n_trials"]]
    # Most problems are those of the images, which are the same for all methods.
    problems = dict.fromkeys(str(row["problem"]) for row in rows if row["problem"])
    values += [abbreviate(problem) for problem in problems if problem not in listed]
    return f"{_head(name, summary)}: {'; '.join(values) or MISSING}"


def drops_table(transfer: Transfer) -> Table | None:
    """Return the drop of each method on each other test set, with its test.

    Parameters
    ----------
    transfer : Transfer
        The run's other test sets.

    Returns
    -------
    table : Table or None
        A row for each method and test set; None if there is none.
    """
    if not transfer.drops:
        return None
    points = difference_writer(METRICS["accuracy"], min(drop.n_test for drop in transfer.drops))
    columns = [
        Column("Test set", ("test_set",), str, "left"),
        METHOD,
        Column("Drop (points)", ("drop",), points),
        Column("95 % interval", ("low", "high"), lambda low, high: f"{points(low)} to {points(high)}"),
        Column("Images, own", ("n_own",), write_count),
        Column("Images", ("n_test",), write_count),
        Column("p", ("p_value",), write_p),
        Column("p (Benjamini-Hochberg)", ("p_benjamini_hochberg",), write_p),
        Column("Verdict", ("verdict", "is_stochastic", "is_one_seed"), _verdict, "left"),
    ]
    tests = "; ".join(dict.fromkeys(drop.difference.test for drop in transfer.drops))
    note = (
        "Drop: accuracy on the test part of the method's own data minus that on the other test set, in percentage "
        f"points. The images differ, so the two are not paired; the fits are the same. Tests: {tests}. “Less” and "
        "“more accurate”: the p-value is at most 5 % after Benjamini and Hochberg's correction over all drops. "
        "The intervals are each drop's own, not corrected. “One seed”: a stochastic method was fitted once, and the "
        "verdict is about that fit."
    )
    return make_table("drops", "Drop on other test sets", _drop_rows(transfer.drops), columns, note)


def _drop_rows(drops: Sequence[Drop]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "test_set": drop.test_set,
                "case": drop.label,
                "drop": drop.difference.value,
                "low": drop.difference.low,
                "high": drop.difference.high,
                "n_own": drop.n_own,
                "n_test": drop.n_test,
                "p_value": drop.difference.p_value,
                "p_benjamini_hochberg": drop.corrected,
                "verdict": drop.verdict,
                "is_stochastic": drop.is_stochastic,
                "is_one_seed": drop.is_one_seed,
                "test": drop.difference.test,
            }
            for drop in drops
        ]
    )


def _verdict(verdict: str, is_stochastic: bool, is_one_seed: bool) -> str:
    missing = f"too few {'seeds or images' if is_stochastic and not is_one_seed else 'images'} to say"
    return (missing if verdict == "too few" else verdict) + (" (one seed)" if is_one_seed else "")


def pairs_on_test_sets_table(transfer: Transfer) -> Table | None:
    """Return every pair of methods on each other test set, paired by its images.

    Parameters
    ----------
    transfer : Transfer
        The run's other test sets.

    Returns
    -------
    table : Table or None
        A row for each pair and test set; None if there is none.
    """
    tables = {
        name: pairs_table(Comparisons(pairs, {}, {}), int(transfer.summaries[name]["n_test"].max()))
        for name, pairs in transfer.pairs.items()
    }
    found = {name: table for name, table in tables.items() if table is not None}
    if not found:
        return None
    first = next(iter(found.values()))
    exact = pd.concat([table.exact.assign(test_set=name) for name, table in found.items()], ignore_index=True)
    return Table(
        name="test-set-pairs",
        title="Pairs of methods on other test sets",
        heads=("Test set", *first.heads),
        rows=tuple((name, *row) for name, table in found.items() for row in table.rows),
        exact=exact[["test_set", *first.exact.columns]],
        note=f"{first.note} The correction is over all pairs of all these test sets.",
        aligned=("left", *first.aligned),
        labels=tuple(label for table in found.values() for label in table.labels),
    )
