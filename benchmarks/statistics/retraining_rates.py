"""Choose the learning rates with which networks learn from corrections, by training images held out for it.

Run as ``python benchmarks/statistics/retraining_rates.py FOLDER``; the folder keeps the network that all begin with.

A network learns from 50,000 of MNIST's training images. Digits of nist-15 that it reads wrongly stand for corrections:
it goes on from its weights with half of them, and the other half and MNIST's 10,000 other training images judge.
Test images of either set are not touched.
"""

import sys
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray

from hdr_bench import load_dataset, make_estimator
from hdr_bench.datasets import Part
from hdr_bench.web.retraining import networks
from hdr_bench.web.retraining.material import Material, rows_of

RATES = ((2e-4, 1e-4, 3e-5), (1e-3, 3e-4, 1e-4), (5e-4, 2e-4, 5e-5), (5e-5, 3e-5, 1e-5), (2e-4,), (5e-4, 1e-4))
DIGITS = tuple(str(digit) for digit in range(10))
N_CORRECTIONS = (20, 100)
N_HELD_OUT = 10_000


def main(folder: Path) -> None:
    """Print errors on the held-out images and on the held-back corrections, for each choice of rates."""
    mnist = load_dataset("mnist").train
    learned, held_out = mnist.take(np.arange(len(mnist) - N_HELD_OUT)), mnist.take(np.arange(-N_HELD_OUT, 0))
    path = folder / "network.joblib"
    if not path.exists():
        joblib.dump(make_estimator("cnn").fit(learned.X, learned.y), path)
    wrong = _wrongly_read(joblib.load(path))
    half = len(wrong) // 2
    held_back = wrong.take(np.arange(half, len(wrong)))
    print(f"before: {_errors(joblib.load(path), held_out)} of {N_HELD_OUT:,}; held back {len(held_back)}", flush=True)
    for n_corrections in N_CORRECTIONS:
        material = Material(learned, True, wrong.take(np.arange(min(n_corrections, half))), _no_marks())
        for networks.RATES in RATES:
            model = joblib.load(path)
            networks.continue_training(model, material, lambda _: None)
            told = f"{_errors(model, held_out)} of {N_HELD_OUT:,}; held back {_errors(model, held_back)}"
            print(f"{n_corrections} corrections, {networks.RATES}: {told} of {len(held_back)}", flush=True)


def _wrongly_read(model: object) -> Part:
    part = load_dataset("nist15", classes=DIGITS, fit="mnist").train
    wrong = model.predict(part.X) != part.y  # type: ignore[attr-defined]
    return part.take(np.random.default_rng(0).permutation(np.flatnonzero(wrong)))


def _errors(model: object, part: Part) -> int:
    return int(np.count_nonzero(model.predict(rows_of(part.images)) != part.y))  # type: ignore[attr-defined]


def _no_marks() -> NDArray[np.uint8]:
    return np.zeros((0, 28, 28), np.uint8)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
