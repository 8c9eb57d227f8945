"""Tables of how right methods are: accuracy with its interval, and the other scores."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from hdr_bench.records.metric_types import Metric
from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.comparisons.pairs import Comparisons
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.statistics.crossed import ONE_SEED_SPREAD
from hdr_bench.reporting.tables.table import (
    METHOD,
    Column,
    Mark,
    Table,
    interval_writer,
    make_table,
    percent_writer,
)
from hdr_bench.reporting.tables.values import value_writer

INTERVAL, ALIKE = "95 % interval", "Alike"
"""Heads of the columns of the accuracy's interval, and of the letters for what is not told apart."""


def accuracy_table(summary: pd.DataFrame, compared: Comparisons) -> Table:
    """Return accuracy with its interval, letters for what is not told apart, error, and the range over trials.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.
    compared : Comparisons
        Of its methods.

    Returns
    -------
    table : Table
        A row for each of the summary.
    """
    percent = percent_writer(int(summary["n_test"].max()))
    accuracy, error = METRICS["accuracy"].head, METRICS["error"].head
    columns = [
        METHOD,
        Column(accuracy, ("accuracy",), percent),
        Column(INTERVAL, ("accuracy_low", "accuracy_high"), interval_writer(percent)),
        Column(ALIKE, ("letters",), lambda letters: letters or MISSING, "left"),
        Column(error, ("error_rate",), percent),
    ]
    if (summary["n_planned"] > 1).any():
        columns += [
            Column("Trials", ("trials",), str, "left"),
            Column("Lowest to highest (%)", ("accuracy_min", "accuracy_max", "n_trials"), _range_writer(percent)),
            Column("Std. dev. (%)", ("accuracy_std",), percent),
        ]
    rows = summary.assign(letters=[compared.letters.get(label, "") for label in summary["case"]])
    marks = best_marks(summary, compared)
    note = " ".join(
        [*_interval_notes(set(summary["accuracy_basis"])), *_letter_notes(compared), *ranking_notes(summary)]
    )
    return make_table("accuracy", "Accuracy", rows, columns, note, {accuracy: marks, error: marks})


def _range_writer(write: Callable[[float], str]) -> Callable[[float, float, float], str]:
    """Return what writes the range over several trials; there is none over a single one."""
    write_ends = interval_writer(write)
    return lambda low, high, n_trials: write_ends(low, high) if n_trials > 1 else MISSING


def _interval_notes(bases: set[str]) -> list[str]:
    """Say what the intervals of a table hold, for each thing that they are computed from."""
    notes = []
    if bases & {"images", "images and seeds", "one seed", "stored accuracies"}:
        notes.append(
            "The 95 % interval is Wilson's. It covers the choice of test images and, for stochastic methods, of seeds: "
            "the number of images in it is the one that gives the variance of both, with Student's quantile."
        )
    if "one seed" in bases:
        notes.append(
            "For a stochastic method with a single seed, the standard deviation over seeds is taken as "
            f"{ONE_SEED_SPREAD:.0%} of p (1 - p), p its accuracy.".replace("%", "\N{NO-BREAK SPACE}%")
        )
    if "stored accuracies" in bases:
        notes.append(
            "The predictions of some methods are not stored: their intervals are computed from the accuracies of the "
            "seeds alone, and a little too wide."
        )
    if "folds" in bases:
        notes.append(
            "For folds, the variance is that of their accuracies, enlarged because they share training images (Nadeau "
            "and Bengio 2003)."
        )
    return notes


def _letter_notes(compared: Comparisons) -> list[str]:
    """Say what the letters mean."""
    if not compared.pairs:
        return []
    return [
        "Two methods without a common letter under “Alike” differ in accuracy: of all such findings in this "
        "report, 5 % are expected to be wrong (Benjamini and Hochberg 1995). The most accurate is bold; those that "
        "share a letter with it are in italics."
    ]


def ranking_notes(summary: pd.DataFrame) -> list[str]:
    """Say which rows are outside the ranking, and why.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.

    Returns
    -------
    notes : list of str
        A sentence, or nothing.
    """
    outside = summary[~summary["is_ranked"] & summary["accuracy"].notna()]
    if not len(outside):
        return []
    named = "; ".join(f"{row['case']} ({_why_outside(row)})" for row in outside.to_dict("records"))
    return [f"Outside the ranking: {named}."]


def _why_outside(row: dict[Any, Any]) -> str:
    if not row["is_complete"]:
        return str(row["trials"])
    if row.get("is_of_study", False):
        return "chosen in its study"
    return "a dummy" if row["is_dummy"] else "reduced size"


def scores_table(summary: pd.DataFrame) -> Table:
    """Return the scores beside accuracy: by class, by the scores of classes, and how good the probabilities are.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.

    Returns
    -------
    table : Table
        A column for each score in the table of metrics.
    """
    n_test = int(summary["n_test"].max())
    scores = [metric for metric in METRICS.values() if metric.source == "scores" and metric.evaluated_on is None]
    shown = [metric for metric in scores if metric.column != "accuracy"]
    columns = [METHOD, *(Column(each.head, (each.column,), _score_writer(each, n_test)) for each in shown)]
    note = (
        "Precision, recall and F1 are plain means over classes. Rejection: the share of images to refuse so that the "
        "error on the rest is 0.5 %, by the difference of the two highest scores (LeCun et al. 1998), with a threshold "
        "chosen on the test images themselves; – for methods without scores, and where fewer than 100 images would be "
        "kept. Top 2: the true class is among the two highest scores; among equal ones, the probability that it is, by "
        "chance. Log loss (natural logarithm), Brier score (0 to 2) and expected "
        "calibration error (15 bins) only where the method gives probabilities; the log loss of nearest neighbours is "
        "large where no neighbour has the right class. No best is marked: these scores have no test."
    )
    return make_table("scores", "Scores", summary, columns, note)


def _score_writer(metric: Metric, n_test: int) -> Callable[[float], str]:
    digits = metric.digits if metric.table_digits is None else metric.table_digits
    return value_writer(replace(metric, digits=digits), n_test)


def best_marks(summary: pd.DataFrame, compared: Comparisons) -> dict[int, Mark]:
    """Return the marks of the most accurate rows and of those that are not told apart from them.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.
    compared : Comparisons
        Of its methods.

    Returns
    -------
    marks : dict of int to {"best", "like the best"}
        By the row's place in the summary.
    """
    marks: dict[int, Mark] = {}
    for row, label in enumerate(summary["case"]):
        best, *peers = compared.best.get(label, ("",))
        if label == best and compared.letters.get(label):
            marks[row] = "best"
        elif label in peers:
            marks[row] = "like the best"
    return marks
