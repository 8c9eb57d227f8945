"""What label smoothing does to scores of "no digit": writes ``reports/pictures/rejection-label-smoothing.csv``.

Networks of the embedded model's recipe, each trained on 5,000 of MNIST's training images and the same redrawn, with
smoothing 0 and 0.05, with and without marks as an eleventh class. Evaluated on other training images and on marks, so
that a choice may be made by it. Resumable; a minute of one core per network.

References
----------
Xia, Laurent, Franchi and Bouganis, "Towards understanding why label smoothing degrades selective classification and how
to fix it", 2024, arXiv 2403.14715.
"""

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.embedded.pens import redraw_all
from benchmarks.embedded.recipe import Material, Reader, train, train_on_digits
from benchmarks.pictures import characters, not_digits
from benchmarks.pictures.drawing import Images
from benchmarks.pictures.scores import auroc, output_scores
from hdr_bench import load_dataset
from hdr_bench.estimators.neural.hidden import hidden_outputs
from hdr_bench.files import write_whole
from hdr_bench.pictures.recognize import compare_with_marks

RESULTS = Path(__file__).parents[2] / "reports" / "pictures" / "rejection-label-smoothing.csv"
SMOOTHINGS, SEEDS = (0.0, 0.05), range(3)
_N, _N_MARKS, _SEED = 5_000, 2_000, 5000
# Fewer images need more steps for each.
STEPS = {"max_epochs": 8, "batch_size": 128}


def main() -> None:
    """Train and measure what is not measured yet."""
    material, held, marks = make_parts()
    done = pd.read_csv(RESULTS) if RESULTS.exists() else pd.DataFrame(columns=["seed", "smoothing", "learned_marks"])
    for seed, smoothing, learns_marks in product(SEEDS, SMOOTHINGS, (False, True)):
        is_done = (done["seed"] == seed) & (done["smoothing"] == smoothing) & (done["learned_marks"] == learns_marks)
        if is_done.any():
            continue
        learn = train if learns_marks else train_on_digits
        rows = measure(learn(material, seed, label_smoothing=smoothing, **STEPS), held, marks)
        rows = rows.assign(seed=seed, smoothing=smoothing, learned_marks=learns_marks)
        done = rows if done.empty else pd.concat([done, rows])
        write_whole(RESULTS, done.to_csv(index=False, float_format="%.5f", lineterminator="\n").encode())
        sys.stdout.write(f"seed {seed}, smoothing {smoothing}, marks learned: {learns_marks}\n")
        sys.stdout.flush()


def make_parts() -> tuple[Material, Material, dict[str, Images]]:
    """Return what is learned from, digits held out, and marks of fonts and seeds that are not learned from.

    Returns
    -------
    material, held : Material
    marks : dict of str to ndarray of shape (n, 28, 28), uint8
    """
    train_part = load_dataset("mnist").train
    order = np.random.default_rng(_SEED).permutation(len(train_part))[: 2 * _N]
    images, labels = train_part.images[order], train_part.labels[order]
    both = Material(
        images, redraw_all(images, labels, _SEED), labels, not_digits.training_marks(images[:_N], _SEED)[::4]
    )
    marks = {
        "letters": characters.pen_letters(_N_MARKS, "report", _SEED + 20),
        "signs": characters.pen_letters(_N_MARKS, "report", _SEED + 21, characters.SIGNS),
        "pairs": not_digits.pairs(_N_MARKS, images[_N:], _SEED + 22),
        "scribbles": not_digits.scribbles(_N_MARKS, _SEED + 23),
    }
    return both.take(np.arange(_N)), both.take(np.arange(_N, 2 * _N)), marks


def measure(reader: Reader, held: Material, marks: dict[str, Images]) -> pd.DataFrame:
    """Return the AUROC of each score for each kind of mark, and the error on the digits held out.

    Parameters
    ----------
    reader : Reader
    held : Material
    marks : dict of str to ndarray of shape (n, 28, 28), uint8

    Returns
    -------
    table : pandas.DataFrame
    """
    digits = np.concatenate([held.images, held.redrawn])
    of_digits = all_scores(reader, digits)
    error = float((reader.model.predict(digits.reshape(len(digits), -1)) != np.tile(held.labels, 2)).mean())
    return pd.DataFrame(
        {"score": name, "marks": kind, "auroc": auroc(of_digits[name], of_marks), "error": error}
        for kind, images in marks.items()
        for name, of_marks in all_scores(reader, images).items()
    )


def all_scores(reader: Reader, images: Images) -> dict[str, np.ndarray]:
    """Return a network's scores for images.

    Parameters
    ----------
    reader : Reader
        With weights of an output for marks, or without.
    images : ndarray of shape (n, 28, 28), uint8

    Returns
    -------
    scores : dict of str to ndarray of shape (n,)
    """
    rows = images.reshape(len(images), -1)
    _, outputs = hidden_outputs(reader.model, rows)
    own = {"output for no digit": compare_with_marks(reader.model, rows, reader.weights)[1]} if reader.weights else {}
    return {**own, **output_scores(outputs)}


def summarize(results: pd.DataFrame) -> str:
    """Return the results as text and a table.

    Parameters
    ----------
    results : pandas.DataFrame

    Returns
    -------
    text : str
        Markdown.
    """
    keys = ["learned_marks", "score", "smoothing"]
    per_seed = results.groupby([*keys, "seed"], as_index=False)[["auroc", "error"]].mean()
    summary = per_seed.groupby(keys)[["auroc", "error"]].agg(["mean", "std"]).reset_index()
    rows = pd.DataFrame(
        {
            "marks learned": summary["learned_marks"].map({True: "yes", False: "no"}),
            "score": summary["score"],
            "smoothing": summary["smoothing"].map("{:g}".format),
            "AUROC": summary["auroc"]["mean"].map("{:.4f}".format)
            + " ± "
            + summary["auroc"]["std"].map("{:.4f}".format),
            "error (%)": (100 * summary["error"]["mean"]).map("{:.2f}".format),
        }
    )
    n_seeds = results["seed"].nunique()
    text = (
        f"Networks of the recipe, trained on 5,000 training images with {n_seeds} seeds per row. The AUROC is that "
        "against 5,000 other training images, as they are and redrawn, averaged over letters, signs, pairs and "
        "scribbles: its mean and standard deviation over the seeds. The embedded model is trained without smoothing."
    )
    return f"{text}\n\n{rows.to_markdown(index=False, disable_numparse=True)}"


if __name__ == "__main__":
    main()
