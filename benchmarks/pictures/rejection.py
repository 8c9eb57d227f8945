"""How well marks that are not digits are rejected: writes ``reports/pictures/rejection.md`` and ``.csv``.

The embedded model on material that it has not learned from, by its own score and by others; and how label smoothing
changes such scores, from the results of `label_smoothing`. It takes two minutes on one core.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.embedded.pens import redraw_all
from benchmarks.pictures.label_smoothing import RESULTS, summarize
from benchmarks.pictures.material import Material, report_material
from benchmarks.pictures.scores import Reference, auroc, false_acceptance, feature_scores, output_scores
from hdr_bench import load_dataset
from hdr_bench.estimators.neural.hidden import hidden_outputs
from hdr_bench.files import write_whole
from hdr_bench.models import ReadingNumbers, load_card
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.pictures.recognize import Recognizer, load_recognizer

FOLDER = Path(__file__).parents[2] / "reports" / "pictures"
OWN = "output for no digit"
# Share of the digits that is kept when scores are compared.
KEPT = 0.98
# Training images that hidden layers are compared with, and as many redrawn.
N_REFERENCE = 2500
Images = NDArray[np.uint8]


def main() -> None:
    """Measure, and write the tables as Markdown and CSV."""
    material, recognizer = report_material(), load_recognizer()
    kept = digits_kept(recognizer, material)
    refused = marks_refused(recognizer, material)
    compared = compare_scores(recognizer, material)
    page = write_page(kept, refused, compared)
    write_whole(FOLDER / "rejection.md", page.encode())
    write_whole(FOLDER / "rejection.csv", compared.to_csv(index=False, lineterminator="\n").encode())
    sys.stdout.write(page)


def digits_kept(recognizer: Recognizer, material: Material) -> pd.DataFrame:
    """Return how many digits are kept, and how many are right.

    Parameters
    ----------
    recognizer : Recognizer
    material : Material

    Returns
    -------
    table : pandas.DataFrame
    """
    rows = []
    for digits in material.digits:
        answers = recognizer.recognize(digits.images)
        is_right = answers.probabilities.argmax(axis=1) == digits.labels
        rows.append(
            {
                "digits": digits.name,
                "images": len(digits.labels),
                "kept (%)": 100 * answers.accepted.mean(),
                "right (%)": 100 * is_right.mean(),
                "right and kept (%)": 100 * (is_right & answers.accepted).mean(),
                "mean probability (%)": 100 * answers.probabilities.max(axis=1).mean(),
            }
        )
    return pd.DataFrame(rows)


def marks_refused(recognizer: Recognizer, material: Material) -> pd.DataFrame:
    """Return how many marks of each kind are taken for digits, and the AUROC.

    Parameters
    ----------
    recognizer : Recognizer
    material : Material

    Returns
    -------
    table : pandas.DataFrame
    """
    of_digits = recognizer.recognize(np.concatenate([digits.images for digits in material.digits[:2]])).scores
    rows = []
    for kind, images in material.marks.items():
        answers = recognizer.recognize(images)
        rows.append(
            {
                "marks": kind,
                "images": len(images),
                "AUROC": auroc(of_digits, answers.scores),
                "taken for digits (%)": 100 * answers.accepted.mean(),
            }
        )
    return pd.DataFrame(rows)


def compare_scores(recognizer: Recognizer, material: Material) -> pd.DataFrame:
    """Return how well each score of the same network tells marks from digits.

    Parameters
    ----------
    recognizer : Recognizer
    material : Material

    Returns
    -------
    table : pandas.DataFrame
        One row per score and kind.
    """
    reference = refer_to_training(recognizer)
    of_digits = all_scores(recognizer, np.concatenate([digits.images for digits in material.digits[:2]]), reference)
    return pd.DataFrame(
        {
            "score": name,
            "marks": kind,
            "auroc": auroc(of_digits[name], of_marks),
            "false_acceptance": false_acceptance(of_digits[name], of_marks, KEPT),
        }
        for kind, images in material.marks.items()
        for name, of_marks in all_scores(recognizer, images, reference).items()
    )


def refer_to_training(recognizer: Recognizer) -> Reference:
    """Return what the network makes of training images, half of them redrawn.

    Parameters
    ----------
    recognizer : Recognizer
        Of the embedded model.

    Returns
    -------
    reference : Reference
    """
    part = load_dataset("mnist").train.take(np.arange(0, 60_000, 60_000 // N_REFERENCE))
    images = np.concatenate([part.images, redraw_all(part.images, part.labels, seed=0)])
    hidden, outputs = hidden_outputs(recognizer.estimator, images.reshape(len(images), -1))
    return Reference(hidden.astype(np.float64), outputs.astype(np.float64), np.tile(part.labels, 2))


def all_scores(recognizer: Recognizer, images: Images, reference: Reference) -> dict[str, NDArray[np.floating]]:
    """Return the network's own score and those of its outputs.

    Parameters
    ----------
    recognizer : Recognizer
        Of the embedded model.
    images : ndarray of shape (n, 28, 28), uint8
    reference : Reference

    Returns
    -------
    scores : dict of str to ndarray of shape (n,)
    """
    layers = hidden_outputs(recognizer.estimator, images.reshape(len(images), -1))
    hidden, outputs = (values.astype(np.float64) for values in layers)
    own = recognizer.recognize(images).scores
    return {OWN: own, **output_scores(outputs), **feature_scores(hidden, outputs, reference)}


def write_page(kept: pd.DataFrame, refused: pd.DataFrame, compared: pd.DataFrame) -> str:
    """Return the report.

    Parameters
    ----------
    kept, refused, compared : pandas.DataFrame

    Returns
    -------
    page : str
        Markdown.
    """
    card = load_card(EMBEDDED_MODEL)
    reading = card.reading or ReadingNumbers()
    areas = compared.pivot_table(index="marks", columns="score", values="auroc", sort=False)
    accepted = 100 * compared.pivot_table(index="marks", columns="score", values="false_acceptance", sort=False)
    own_first = [OWN, *(name for name in areas.columns if name != OWN)]
    parts = [
        "# Rejection of marks that are not digits",
        f"The temperature of the embedded model, {reading.temperature:.3f}, and its threshold, "
        f"{reading.threshold:.2f}, were chosen on {reading.chosen_on}; {100 * reading.kept:.1f} % of these are "
        "kept. All that follows was measured on test images, and on fonts and drawings that had no part in the choice.",
        "## Digits",
        "NIST-15 comes from the database that MNIST was made from, and shares characters with MNIST's training images: "
        "its row is too favourable.",
        table(kept, ".2f"),
        "## Marks that are not digits",
        "AUROC: marks against MNIST's test images, as they are and redrawn. Half of a digit may be a digit: half of an "
        "8 is a 0.",
        table(refused, ("", "", ".3f", ".2f")),
        "## Scores",
        "All scores are of one network, which learned marks as an eleventh class; it uses the first, its output for "
        "that class. AUROC:",
        table(areas[own_first].reset_index(), ".3f"),
        f"Marks taken for digits (%), at thresholds that keep {100 * KEPT:.0f} % of the digits:",
        table(accepted[own_first].reset_index(), ".1f"),
        "## Label smoothing",
        summarize(pd.read_csv(RESULTS)),
    ]
    return "\n\n".join(parts) + "\n"


def table(frame: pd.DataFrame, digits: str | tuple[str, ...]) -> str:
    """Return a frame as a Markdown table.

    Parameters
    ----------
    frame : pandas.DataFrame
    digits : str or tuple of str
        Format of its floats, of all columns or of each.

    Returns
    -------
    text : str
    """
    return frame.to_markdown(index=False, floatfmt=digits)


if __name__ == "__main__":
    main()
