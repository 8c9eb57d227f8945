"""Data sets made of the small digits, for methods to be evaluated on beside their own."""

import numpy as np

from hdr_bench import load_dataset
from hdr_bench.datasets import Part
from hdr_bench.datasets.assembly import make_dataset


def noisy(name="noisy", classes="43210", n_test=150, seed=0):
    """Return the digits of some classes, named in another order than theirs, with noise on each image."""
    digits, rng = load_dataset("digits-8x8"), np.random.default_rng(seed)
    return make_dataset(name, _of(digits.train, classes, 100, rng), _of(digits.test, classes, n_test, rng), classes)


def _of(part, classes, most, rng):
    chosen = np.flatnonzero(np.isin(part.labels, [int(name) for name in classes]))[:most]
    images = part.images[chosen] + rng.integers(0, 4, (len(chosen), 8, 8)).astype(part.images.dtype)
    return Part(images, np.array([classes.index(str(label)) for label in part.labels[chosen]], np.int64))
