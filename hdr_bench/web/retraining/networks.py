"""Further training of a network from its stored weights."""

from collections.abc import Callable
from typing import Any

import numpy as np

from hdr_bench.web.retraining.material import Material, rows_of

RATES = (1e-3, 3e-4, 1e-4)
"""Learning rate of each epoch: of the rates that `benchmarks/statistics/retraining_rates.py` compares on held-out
training images, these leave the fewest errors on corrections that were not learned, and no more errors on other
images."""
# Corrections are repeated until together they reach this share of the original images, up to a limit.
_SHARE_OF_CORRECTIONS, _MOST_REPEATS = 0.05, 50


def continue_training(model: Any, material: Material, on_epoch: Callable[[int], object]) -> None:
    """Train a network further, on its original images and the corrections.

    Parameters
    ----------
    model : NeuralClassifier
        Loaded model; it is modified.
    material : Material
    on_epoch : callable
        Called with the number of finished epochs.
    """
    repeats = count_repeats(len(material.original), len(material.corrections))
    images = [material.original.X, np.repeat(rows_of(material.corrections.images), repeats, axis=0)]
    labels = [material.original.y, np.repeat(material.corrections.y, repeats)]
    X, y = np.concatenate(images), np.concatenate(labels)
    before = model.get_params()
    for done, rate in enumerate(RATES, start=1):
        model.set_params(lr=rate, n_jobs=1).partial_fit(X, y)
        on_epoch(done)
    # The card shows the method's parameters; these rates are not among them.
    model.set_params(lr=before["lr"], n_jobs=before["n_jobs"])


def count_repeats(n_original: int, n_corrections: int) -> int:
    """Return how often each correction is repeated per epoch.

    Parameters
    ----------
    n_original, n_corrections : int
        Number of images.

    Returns
    -------
    repeats : int
        At least 1.

    Examples
    --------
    >>> count_repeats(60_000, 20), count_repeats(60_000, 300), count_repeats(4_000, 1_000)
    (50, 10, 1)
    """
    if not n_corrections:
        return 1
    return min(max(round(_SHARE_OF_CORRECTIONS * n_original / n_corrections), 1), _MOST_REPEATS)
