"""Tables of how right methods are: accuracy, scores, classes, pairs."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_fscore_support

from hdr_bench.reporting.comparisons.pairs import Comparisons, Verdict
from hdr_bench.reporting.numbers import MISSING, percent_places
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import ONE_SEED_SPREAD
from hdr_bench.reporting.statistics.tests import ROPE
from hdr_bench.reporting.tables.table import (
    METHOD,
    Column,
    Mark,
    Table,
    fixed_writer,
    interval_writer,
    make_table,
    percent_writer,
)

_MOST_CLASSES = 20


def accuracy_table(summary: pd.DataFrame, compared: Comparisons) -> Table:
    """Return accuracy with its interval, letters for what is not told apart, error, and the range over trials."""
    percent = percent_writer(int(summary["n_test"].max()))
    columns = [
        METHOD,
        Column("Accuracy (%)", ("accuracy",), percent),
        Column("95 % interval", ("accuracy_low", "accuracy_high"), interval_writer(percent)),
        Column("Group", ("letters",), lambda letters: letters or MISSING, "left"),
        Column("Error (%)", ("error_rate",), percent),
    ]
    if (summary["n_planned"] > 1).any():
        columns += [
            Column("Trials", ("trials",), str, "left"),
            Column("Lowest to highest (%)", ("accuracy_min", "accuracy_max", "n_trials"), _range_writer(percent)),
            Column("Std. dev. (%)", ("accuracy_std",), percent),
        ]
    rows = summary.assign(letters=[compared.letters.get(label, "") for label in summary["case"]])
    marks = _best_of(summary, compared)
    note = " ".join([*_interval_notes(set(summary["accuracy_basis"])), *_ranking_notes(summary, compared)])
    return make_table("accuracy", "Accuracy", rows, columns, note, {"Accuracy (%)": marks, "Error (%)": marks})


def _range_writer(write: Callable[[float], str]) -> Callable[[float, float, float], str]:
    """Return what writes the range over several trials; there is none over a single one."""
    write_ends = interval_writer(write)
    return lambda low, high, n_trials: write_ends(low, high) if n_trials > 1 else MISSING


def _interval_notes(bases: set[str]) -> list[str]:
    """Say what the intervals of a table hold, for each thing that they are computed from."""
    notes = []
    if bases & {"images", "images and seeds", "one seed", "stored accuracies"}:
        notes.append(
            "The 95 % interval is Wilson's. It holds the choice of the test images and, for stochastic methods, of the "
            "seeds: it is that of as many images as give the variance of both together, with Student's quantile."
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


def _ranking_notes(summary: pd.DataFrame, compared: Comparisons) -> list[str]:
    """Say what the letters mean, and why some rows have none."""
    notes = []
    if compared.pairs:
        notes.append(
            "Two methods without a common letter under “Group” differ in accuracy: of all such findings in this "
            "report, 5 % are expected to be wrong (Benjamini and Hochberg 1995). The most accurate is bold; those that "
            "share a letter with it are in italics."
        )
    outside = summary[~summary["is_ranked"] & summary["accuracy"].notna()]
    if len(outside):
        named = "; ".join(f"{row['case']} ({_why_outside(row)})" for row in outside.to_dict("records"))
        notes.append(f"Outside the ranking: {named}.")
    return notes


def _why_outside(row: dict[Any, Any]) -> str:
    if not row["is_complete"]:
        return str(row["trials"])
    return "a dummy" if row["is_dummy"] else "reduced size"


def scores_table(summary: pd.DataFrame) -> Table:
    """Return macro precision, recall and F1, top-2 accuracy, rejection, and how good the probabilities are."""
    percent = percent_writer(int(summary["n_test"].max()))
    columns = [
        METHOD,
        Column("Precision (%)", ("precision",), percent),
        Column("Recall (%)", ("recall",), percent),
        Column("F1 (%)", ("f1",), percent),
        Column("Top 2 (%)", ("top_2_accuracy",), percent),
        Column("Rejection (%)", ("rejection",), fixed_writer(1, 100)),
        Column("Log loss", ("log_loss",), fixed_writer(3)),
        Column("Brier score", ("brier_score",), fixed_writer(4)),
        Column("Calibration error (%)", ("calibration_error",), fixed_writer(1, 100)),
    ]
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


def classes_table(contents: RunContents) -> Table | None:
    """Return F1 of each class for each method; the exact values have precision and recall too.

    Methods are the rows, but where there are more classes than fit side by side: then classes are. None where no
    predictions can be read.
    """
    frame = class_frame(contents)
    if not len(frame):
        return None
    names, labels = list(dict.fromkeys(frame["class"])), list(dict.fromkeys(frame["case"]))
    places = percent_places(int(frame.groupby("case", sort=False)["support"].sum().max()) // len(names))
    write = fixed_writer(places, 100)
    note = (
        "F1 of each class, of all trials of a method together; the CSV has precision, recall and the number of images "
        "too. Precision is 0 where a class is never predicted."
    )
    if len(names) > _MOST_CLASSES:
        turned = frame.pivot_table(index="class", columns="case", values="f1", sort=False).reset_index()
        columns = [
            Column("Class", ("class",), str, "left"),
            *(Column(f"{label} (%)", (label,), write) for label in labels),
        ]
        table = make_table("classes", "Each class (F1)", turned, columns, note)
    else:
        wide = frame.pivot_table(index="case", columns="class", values="f1", sort=False).reset_index()
        columns = [METHOD, *(Column(f"{name} (%)", (name,), write) for name in names)]
        table = make_table("classes", "Each class (F1)", wide, columns, note)
    return replace(table, exact=frame.rename(columns={"case": "method"}))


def class_frame(contents: RunContents) -> pd.DataFrame:
    """Return precision, recall, F1 and number of images of each class: a row for each method and class."""
    frames = [frame for label in contents.labels if len(frame := class_frame_of(contents, label))]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def class_frame_of(contents: RunContents, label: str) -> pd.DataFrame:
    """Return what `class_frame` does of one row; empty if no predictions of it can be read."""
    found = contents.predictions_of(label)
    if not found:
        return pd.DataFrame()
    y_true = np.concatenate([predictions.y_true for _, predictions in found])
    y_pred = np.concatenate([predictions.y_pred for _, predictions in found])
    names = found[0][0].class_names
    values = precision_recall_fscore_support(y_true, y_pred, labels=np.arange(len(names)), zero_division=0)
    return pd.DataFrame(
        {"case": label, "class": name, "precision": precision, "recall": recall, "f1": f1, "support": int(support)}
        for name, precision, recall, f1, support in zip(names, *values, strict=True)
    )


def pairs_table(compared: Comparisons, n_test: int) -> Table | None:
    """Return every pair's difference with its interval, p-value and verdict; None if there is no pair.

    `n_test`, the images that were evaluated, says how many digits the differences deserve.
    """
    frame = compared.frame()
    if not len(frame):
        return None
    points = signed_writer(percent_places(n_test))
    within = fixed_writer(percent_places(n_test), 100)
    columns = [
        Column("Method", ("first",), str, "left"),
        Column("against", ("second",), str, "left"),
        Column("Difference (points)", ("difference",), points),
        Column(
            "95 % interval",
            ("low", "high"),
            lambda low, high: MISSING if math.isnan(low) else f"{points(low)} to {points(high)}",
        ),
        Column("p", ("p_value",), write_p),
        Column("p (Benjamini-Hochberg)", ("p_benjamini_hochberg",), write_p),
        Column(
            "Verdict",
            ("verdict", "margin", "is_stochastic", "is_one_seed"),
            lambda verdict, margin, is_stochastic, is_one_seed: (
                worded_verdict(verdict, within(margin), is_stochastic=is_stochastic)
                + (" (one seed)" if is_one_seed else "")
            ),
            "left",
        ),
    ]
    notes = [
        f"Differences of accuracy in percentage points. Tests: {'; '.join(dict.fromkeys(frame['test']))}. “Better”: "
        "the p-value is at most 5 % after Benjamini and Hochberg's correction for the number of pairs. “As good”: it "
        "is not, and the 90 % interval of the difference lies within the margin, which is how far the accuracies of "
        "the same method on two test sets of this size may differ. Otherwise there are too few seeds, or of "
        "deterministic methods too few images, to say either. The intervals are each pair's own, not corrected."
    ]
    if frame["is_one_seed"].any():
        notes.append(
            "“One seed”: a stochastic method was fitted once. Against a single fit of another method, the verdict is "
            "about these two fits; against several, its standard deviation over seeds is taken as "
            f"{ONE_SEED_SPREAD:.0%} of p (1 - p), p its accuracy.".replace("%", "\N{NO-BREAK SPACE}%")
        )
    if frame["p_equivalent"].notna().any():
        write = fixed_writer(2)
        columns += [
            Column("P(better)", ("p_better",), write),
            Column("P(equivalent)", ("p_equivalent",), write),
            Column("P(worse)", ("p_worse",), write),
        ]
        notes.append(
            f"P by the Bayesian correlated t-test; equivalent means within ±{100 * ROPE:g} points, the uncertainty "
            "that LeCun et al. (1998) give for error rates."
        )
    return make_table("pairs", "Pairs of methods", frame, [*columns], " ".join(notes))


def worded_verdict(verdict: Verdict, margin: str, *, is_stochastic: bool) -> str:
    """Return the verdict on a pair in words.

    Parameters
    ----------
    verdict : {"better", "as good", "too few"}
        Of the first method.
    margin : str
        In percentage points.
    is_stochastic : bool
        One of the two is: seeds are what is missing.

    Examples
    --------
    >>> worded_verdict("as good", "0.28", is_stochastic=True)
    'as good, within ±0.28 points'
    >>> worded_verdict("too few", "0.28", is_stochastic=False)
    'too few images to say'
    """
    if verdict == "better":
        return "better"
    if verdict == "as good":
        return f"as good, within ±{margin} points"
    return f"too few {'seeds' if is_stochastic else 'images'} to say"


def write_p(p_value: float) -> str:
    """Write a p-value.

    Examples
    --------
    >>> write_p(0.00001), write_p(0.0421)
    ('<0.001', '0.042')
    """
    if math.isnan(p_value):
        return MISSING
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def signed_writer(places: int, factor: float = 100.0) -> Callable[[float], str]:
    """Return what writes a difference with its sign, of shares in points."""
    return lambda value: MISSING if math.isnan(value) else f"{factor * value:+.{places}f}".replace("-", "−")


def _best_of(summary: pd.DataFrame, compared: Comparisons) -> dict[int, Mark]:
    marks: dict[int, Mark] = {}
    for row, label in enumerate(summary["case"]):
        best, *peers = compared.best.get(label, ("",))
        if label == best and compared.letters.get(label):
            marks[row] = "best"
        elif label in peers:
            marks[row] = "like the best"
    return marks
