"""Temperature, rejection threshold and not-a-digit output of a network that was trained further.

The stored numbers were chosen on images that the network had not learned from; a network trained further from its
weights has no such images left. So the numbers are carried over: on one sample of images, the new version should accept
as many, and be as confident, as the old one with its own numbers. That both have learned from those images cancels out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from hdr_bench.estimators.neural.hidden import hidden_outputs
from hdr_bench.models.calibration import fit_temperature, outputs_of, scale_outputs
from hdr_bench.models.card import ReadingNumbers
from hdr_bench.pictures.recognize import compare_with_marks
from hdr_bench.web.retraining.material import Material, rows_of

Floats = NDArray[np.float64]

_SAMPLE = 5_000
_SEED = 0
# Margin of a correction's target from the threshold, and its weight in terms of other images.
_DISTANCE, _WEIGHT = 1.0, 20.0
# Per image: keeps the weights near the stored ones in directions that the sample does not determine.
_RIDGE = 1e-3


@dataclass(frozen=True, eq=False)
class Reference:
    """Outputs of the old version for a sample of images.

    Attributes
    ----------
    rows : ndarray of shape (n, 784), uint8
        Digits first, then images that are not digits, see `make_others`.
    labels : ndarray of shape (n_digits,)
    no_digit : ndarray of shape (n,), float64
        Its output for marks that are not digits; empty if it has none.
    temperature : float
        Optimal temperature for its outputs on these digits.
    accepted : float
        Share of these digits that it accepts.
    """

    rows: NDArray[np.uint8]
    labels: NDArray[np.int64]
    no_digit: Floats
    temperature: float
    accepted: float


def note_reference(model: Any, numbers: ReadingNumbers, material: Material) -> Reference:
    """Record the outputs of the old version before it is trained further.

    Parameters
    ----------
    model : NeuralClassifier
    numbers : ReadingNumbers
        Numbers of the old version.
    material : Material

    Returns
    -------
    reference : Reference
    """
    chosen = np.random.default_rng(_SEED).permutation(len(material.original))[:_SAMPLE]
    digits = material.original.take(chosen)
    images = np.asarray(digits.images, np.uint8)
    rows = np.concatenate([images, make_others(images)]).reshape(2 * len(images), -1)
    outputs, scores = _answer(model, rows[: len(images)], numbers.weights)
    accepted = float((_scores(outputs, scores, numbers.temperature) >= numbers.threshold).mean())
    no_digit = _no_digit(model, rows, numbers.weights) if numbers.weights else np.zeros(0)
    return Reference(rows, digits.y, no_digit, fit_temperature(outputs, digits.y), accepted)


def carry_over(model: Any, numbers: ReadingNumbers, reference: Reference, material: Material) -> ReadingNumbers:
    """Return the numbers of the new version.

    Parameters
    ----------
    model : NeuralClassifier
        Network after further training.
    numbers : ReadingNumbers
        Numbers of the old version.
    reference : Reference
        Its outputs.
    material : Material

    Returns
    -------
    numbers : ReadingNumbers
    """
    weights = _fit_weights(model, numbers, reference, material) if numbers.weights else ()
    digits = reference.rows[: len(reference.labels)]
    outputs, scores = _answer(model, digits, weights)
    temperature = numbers.temperature * fit_temperature(outputs, reference.labels) / reference.temperature
    scores = _scores(outputs, scores, temperature)
    threshold = float(np.quantile(scores, 1 - reference.accepted, method="lower"))
    return numbers.model_copy(
        update={
            "temperature": temperature,
            "threshold": threshold,
            "weights": weights,
            "chosen_on": f"carried over from the version before, by {len(digits):,} training images",
            "n_images": len(digits),
            "kept": reference.accepted,
            "log_loss": None,
        }
    )


def make_others(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make images that are mostly not digits from digits: two superimposed, one half rotated, one cut into strips.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8

    Returns
    -------
    others : ndarray of shape (n, 28, 28), uint8
    """
    shifted = np.roll(images, 1, axis=0)
    kinds = (
        np.maximum(images, np.rot90(shifted, axes=(1, 2))),
        np.concatenate([images[:, :14], shifted[:, 13::-1]], axis=1),
        np.roll(images, 7, axis=1) // 2 + np.roll(images, -7, axis=2) // 2,
        images * (np.arange(28) % 8 < 4)[:, np.newaxis].astype(np.uint8),
    )
    others = np.empty_like(images)
    for place, kind in enumerate(kinds):
        others[place :: len(kinds)] = kind[place :: len(kinds)]
    return others


def _fit_weights(model: Any, numbers: ReadingNumbers, reference: Reference, material: Material) -> tuple[float, ...]:
    """Return weights with which the new hidden layer reproduces the old output on the sample.

    The targets of corrections are moved to their side of the threshold.
    """
    digits, marks = rows_of(material.corrections.images), rows_of(material.marks)
    rows = np.concatenate([reference.rows, digits, marks]).astype(np.uint8)
    hidden, outputs = (values.astype(np.float64) for values in hidden_outputs(model, rows))
    hidden = np.column_stack([hidden, np.ones(len(hidden))])
    stored = np.array(numbers.weights)
    border = logsumexp(outputs, axis=1) - numbers.threshold
    now = hidden @ stored
    n_sample, n_digits = len(reference.rows), len(reference.rows) + len(digits)
    targets = now.copy()
    targets[:n_sample] = reference.no_digit
    targets[n_sample:n_digits] = np.minimum(now, border - _DISTANCE)[n_sample:n_digits]
    targets[n_digits:] = np.maximum(now, border + _DISTANCE)[n_digits:]
    importance = np.where(np.arange(len(rows)) < n_sample, 1.0, _WEIGHT)
    weighted = hidden * importance[:, np.newaxis]
    left = weighted.T @ hidden + _RIDGE * len(rows) * np.eye(hidden.shape[1])
    change = np.linalg.solve(left, weighted.T @ (targets - now))
    return tuple((stored + change).tolist())


def _no_digit(model: Any, rows: NDArray[np.uint8], weights: tuple[float, ...]) -> Floats:
    outputs, scores = compare_with_marks(model, rows, weights)
    values: Floats = logsumexp(outputs, axis=1) - scores
    return values


def _answer(model: Any, rows: NDArray[np.uint8], weights: tuple[float, ...]) -> tuple[Floats, Floats | None]:
    return compare_with_marks(model, rows, weights) if weights else (outputs_of(model, rows), None)


def _scores(outputs: Floats, scores: Floats | None, temperature: float) -> Floats:
    largest: Floats = scale_outputs(outputs, temperature).max(axis=1)
    return largest if scores is None else scores
