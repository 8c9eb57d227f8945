"""Tables of how right methods are: accuracy, scores, classes, pairs."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_fscore_support

from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.pairs import Comparisons
from hdr_bench.reporting.statistics import ROPE
from hdr_bench.reporting.tables.table import (
    METHOD,
    MISSING,
    Column,
    Mark,
    Table,
    fixed_writer,
    interval_writer,
    make_table,
    percent_places,
    percent_writer,
    write_count,
)

_MOST_CLASSES = 20


def accuracy_table(summary: pd.DataFrame, compared: Comparisons) -> Table:
    """Return accuracy with its interval, letters for what cannot be told apart, error, and the spread over trials."""
    percent = percent_writer(int(summary["n_test"].max()))
    columns = [
        METHOD,
        Column("Accuracy (%)", ("accuracy",), percent),
        Column("95 % interval", ("accuracy_low", "accuracy_high"), interval_writer(percent)),
        Column("Group", ("letters",), lambda letters: letters or MISSING, "left"),
        Column("Error (%)", ("error_rate",), percent),
    ]
    note = (
        "The interval is Wilson's for one test set, of cross-validation for the images of all folds; it says nothing "
        "of other seeds. Methods that share a letter under “Group” cannot be told apart (5 % level, all pairs, "
        "corrected by Holm). The best is bold; those that cannot be told from it are in italics."
    )
    if (summary["n_trials"] > 1).any():
        columns += [
            Column("Trials", ("n_trials",), write_count),
            Column("Std. dev. (%)", ("accuracy_std",), percent),
            Column("95 % of the mean", ("accuracy_mean_low", "accuracy_mean_high"), interval_writer(percent)),
        ]
        note += (
            " Standard deviation and interval of the mean are over seeds (Student's), or over folds (with Nadeau and "
            "Bengio's correction)."
        )
    rows = summary.assign(letters=[compared.letters.get(label, "") for label in summary["case"]])
    marks = _best_of(summary, compared)
    return make_table("accuracy", "Accuracy", rows, columns, note, {"Accuracy (%)": marks, "Error (%)": marks})


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
    """Return precision, recall, F1 and number of images of each class: a row a method and class."""
    rows = []
    for label in contents.labels:
        found = contents.predictions_of(label)
        if not found:
            continue
        y_true = np.concatenate([predictions.y_true for _, predictions in found])
        y_pred = np.concatenate([predictions.y_pred for _, predictions in found])
        names = found[0][0].class_names
        values = precision_recall_fscore_support(y_true, y_pred, labels=np.arange(len(names)), zero_division=0)
        rows += [
            {"case": label, "class": name, "precision": precision, "recall": recall, "f1": f1, "support": int(support)}
            for name, precision, recall, f1, support in zip(names, *values, strict=True)
        ]
    return pd.DataFrame(rows)


def pairs_table(compared: Comparisons, n_test: int) -> Table | None:
    """Return every pair's difference with its interval, p-value and what the Bayesian test says; None for no pair.

    `n_test`, the images that were judged, says how many digits the differences deserve.
    """
    frame = compared.frame()
    if not len(frame):
        return None
    points = signed_writer(percent_places(n_test))
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
        Column("p (Holm)", ("p_holm",), write_p),
        Column("Told apart", ("is_told_apart",), lambda is_told_apart: "yes" if is_told_apart else "no", "left"),
    ]
    note = (
        f"Differences of accuracy in percentage points. Tests: {'; '.join(dict.fromkeys(frame['test']))}. Told apart "
        "is what Holm's procedure leaves below 5 %; the intervals are each pair's own, not corrected for the number of "
        "pairs."
    )
    if frame["p_equivalent"].notna().any():
        write = fixed_writer(2)
        columns += [
            Column("P(better)", ("p_better",), write),
            Column("P(equivalent)", ("p_equivalent",), write),
            Column("P(worse)", ("p_worse",), write),
        ]
        note += (
            f" P by the Bayesian correlated t-test; equivalent means within ±{100 * ROPE:g} points, the uncertainty "
            "that LeCun et al. (1998) give for error rates."
        )
    return make_table("pairs", "Pairs of methods", frame, [*columns], note)


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
