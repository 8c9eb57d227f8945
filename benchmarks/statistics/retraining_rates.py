"""Choose the learning rates with which networks learn from corrections, by training images held out for it.

Run as ``python benchmarks/statistics/retraining_rates.py FOLDER``; the folder keeps the network that all begin with.

A network learns from 50,000 of MNIST's training images. Of the 10,000 others a half, slanted as a person with an odd
hand would write them, stand for what people draw: those that it reads wrongly are corrections. It goes on from its
weights with some of them; the rest of them and the other half, as it is, judge. Test images are not touched.
"""

import sys
from itertools import product
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform

from hdr_bench import load_dataset, make_estimator
from hdr_bench.datasets import Part
from hdr_bench.web.retraining import networks
from hdr_bench.web.retraining.material import Material, rows_of

RATES = ((2e-4, 1e-4, 3e-5), (1e-3, 3e-4, 1e-4), (5e-4, 2e-4, 5e-5), (5e-5, 3e-5, 1e-5), (2e-4,), (5e-4, 1e-4))
# All, and about as many as mnist-5k has, which stand in for them where MNIST is not stored.
N_ORIGINAL = (50_000, 4_000)
N_CORRECTIONS = (20, 100)
N_HELD_OUT = 10_000
SLANT = 0.9


def main(folder: Path) -> None:
    """Print errors on the held-out images and on the held-back corrections, for each choice of rates."""
    mnist = load_dataset("mnist").train
    learned, held_out = mnist.take(np.arange(len(mnist) - N_HELD_OUT)), mnist.take(np.arange(-N_HELD_OUT, 0))
    path = folder / "network.joblib"
    if not path.exists():
        joblib.dump(make_estimator("cnn").fit(learned.X, learned.y), path)
    upright, slanted = held_out.take(np.arange(0, N_HELD_OUT, 2)), _slant(held_out.take(np.arange(1, N_HELD_OUT, 2)))
    wrong = _wrongly_read(joblib.load(path), slanted)
    held_back = wrong.take(np.arange(max(N_CORRECTIONS), len(wrong)))
    print(f"before: {_errors(joblib.load(path), upright)} of {len(upright):,} wrong, all of {len(held_back)} slanted")
    for n_original, n_corrections in product(N_ORIGINAL, N_CORRECTIONS):
        original = learned.take(np.arange(0, len(learned), len(learned) // n_original))
        material = Material(original, True, wrong.take(np.arange(n_corrections)), _no_marks())
        for networks.RATES in RATES:
            model = joblib.load(path)
            networks.continue_training(model, material, lambda _: None)
            errors = _errors(model, upright), _errors(model, held_back)
            given = f"{len(original):,} images, {n_corrections} corrections, {networks.RATES}"
            print(f"{given}: {errors[0]} wrong, {errors[1]} slanted", flush=True)


def _slant(part: Part) -> Part:
    # Rows move sideways, the middle one stays.
    matrix, middle = np.array([[1, 0], [SLANT, 1]]), part.images.shape[1] / 2 - 0.5
    offset = [0, -SLANT * middle]
    images = [affine_transform(image, matrix, offset, order=1) for image in part.images]
    return Part(np.stack(images), part.labels)


def _wrongly_read(model: Any, part: Part) -> Part:
    return part.take(np.flatnonzero(model.predict(part.X) != part.y))


def _errors(model: Any, part: Part) -> int:
    return int(np.count_nonzero(model.predict(rows_of(part.images)) != part.y))


def _no_marks() -> NDArray[np.uint8]:
    return np.zeros((0, 28, 28), np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
