"""What the embedded model's card says of it: temperature, threshold, test error of this seed and of others."""

import csv
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from benchmarks.embedded.recipe import Material, Reader
from hdr_bench.datasets import Dataset
from hdr_bench.models import ReadingNumbers
from hdr_bench.models.calibration import choose_numbers
from hdr_bench.pictures.recognize import compare_with_marks

SEEDS_FILE = Path(__file__).with_name("seeds.csv")
N_HELD_OUT = 10_000
_SEED_OF_CUT = 7
_CONFIDENCE = 0.95


def held_out(n_images: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the training images that a twin of the model learns from, and of those held out.

    Parameters
    ----------
    n_images : int

    Returns
    -------
    learned, held : ndarray
        Sorted.
    """
    order = np.random.default_rng(_SEED_OF_CUT).permutation(n_images)
    return np.sort(order[N_HELD_OUT:]), np.sort(order[:N_HELD_OUT])


def choose_reading(twin: Reader, held: Material) -> ReadingNumbers:
    """Choose temperature and threshold on digits that a twin has not learned from, as they are and redrawn.

    Parameters
    ----------
    twin : Reader
        Trained by the same recipe on the other images.
    held : Material

    Returns
    -------
    numbers : ReadingNumbers
        With the twin's weights.
    """
    images = np.concatenate([held.images, held.redrawn]).reshape(-1, 28 * 28)
    outputs, scores = compare_with_marks(twin.model, images, twin.weights)
    chosen_on = (
        f"{len(held.labels):,} of MNIST's training images, and the same drawn with other pens, which a model of the "
        "same recipe did not learn from"
    )
    return choose_numbers(outputs, np.tile(held.labels, 2), scores=scores, chosen_on=chosen_on)


def count_errors(reader: Reader, dataset: Dataset) -> int:
    """Count the test images that a reader's model gets wrong.

    Parameters
    ----------
    reader : Reader
    dataset : Dataset

    Returns
    -------
    n_errors : int
    """
    return int((reader.model.predict(dataset.test.X) != dataset.test.y).sum())


def read_seeds() -> dict[int, int]:
    """Return the test errors of each seed that was measured.

    Returns
    -------
    errors : dict of int to int
        Empty if none was measured.
    """
    if not SEEDS_FILE.exists():
        return {}
    with SEEDS_FILE.open(newline="") as file:
        return {int(row["seed"]): int(row["errors"]) for row in csv.DictReader(file)}


def describe_seeds(errors: dict[int, int], n_images: int) -> str:
    """Say what the mean test error of several seeds is.

    Parameters
    ----------
    errors : dict of int to int
        Of each seed; at least one.
    n_images : int

    Returns
    -------
    text : str
        With Student's 95 % interval of the mean over seeds.
    """
    shares = 100 * np.array(list(errors.values())) / n_images
    if len(shares) == 1:
        return f"Test error of one seed of this recipe: {shares[0]:.2f} %."
    reach = student.ppf((1 + _CONFIDENCE) / 2, len(shares) - 1) * shares.std(ddof=1) / np.sqrt(len(shares))
    return (
        f"Test error of {len(shares)} seeds of this recipe: mean {shares.mean():.2f} %, 95 % interval "
        f"{shares.mean() - reach:.2f} to {shares.mean() + reach:.2f} %."
    )
