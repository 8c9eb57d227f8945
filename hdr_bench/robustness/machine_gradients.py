"""One-against-one decisions of support vector machines, and the loss used to attack them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from hdr_bench.estimators.images.scaling import scale_pixels
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.svm import SVMClassifier
from hdr_bench.robustness.closed_forms import PullBack, SmoothOutputs
from hdr_bench.robustness.kernels import Kernel
from hdr_bench.robustness.losses import Codes, Loss, margin


def machine_outputs(model: SVMClassifier) -> SmoothOutputs:
    """Return the decisions of a fitted machine: one per pair of classes, or a single one for two classes.

    Parameters
    ----------
    model : SVMClassifier

    Returns
    -------
    outputs : callable
        Decisions of pairs, positive for the first class of a pair; for two classes, positive for the second.
    """
    machine = model.svc_
    vectors = np.asarray(machine.support_vectors_, np.float64)
    kernel = Kernel(machine.kernel, vectors, float(machine._gamma), int(machine.degree), float(machine.coef0))
    weights, intercepts = _weights_of_pairs(machine), np.asarray(machine.intercept_, np.float64)

    def outputs(rows: NDArray[Any]) -> tuple[Floats, PullBack]:
        values, pull_back = kernel.evaluate(scale_pixels(rows, model.scale_))
        shares = weights.astype(values.dtype, copy=False)

        def back(slopes: Floats) -> Floats:
            return pull_back(slopes.astype(values.dtype, copy=False) @ shares) / model.scale_

        return values @ shares.T + intercepts, back

    return outputs


def pair_loss(n_classes: int) -> Loss:
    """Return the loss of a machine's decisions: the margin of the closest other class over the image's own class.

    The deciding votes are piecewise constant. A class that has lost no pair has the largest possible number of votes,
    so an image is misclassified only if its class loses a pair; the loss follows the closest one.

    Parameters
    ----------
    n_classes : int

    Returns
    -------
    loss : callable
    """
    if n_classes == 2:
        return margin
    first, second = np.triu_indices(n_classes, 1)

    def loss(pairs: Floats, codes: Codes) -> tuple[Floats, Floats]:
        # Decisions against the image's own class; pairs without it do not count.
        signs = np.where(first == codes[:, None], -1.0, np.where(second == codes[:, None], 1.0, 0.0))
        against = np.where(signs, signs * pairs, -np.inf)
        rows, nearest = np.arange(len(pairs)), against.argmax(axis=1)
        gradient = np.zeros_like(pairs)
        gradient[rows, nearest] = signs[rows, nearest]
        return against[rows, nearest], gradient

    return loss


def _weights_of_pairs(machine: SVC) -> NDArray[np.float64]:
    """Return the weight of each support vector in the decision of each pair: shape (n_pairs, n_vectors)."""
    coefficients = np.asarray(machine.dual_coef_, np.float64)
    n_classes = len(machine.classes_)
    if n_classes == 2:
        return coefficients
    # A support vector has one coefficient against each other class, in the order of the classes.
    owners = np.repeat(np.arange(n_classes), machine.n_support_)
    pairs = list(zip(*np.triu_indices(n_classes, 1), strict=True))
    weights = np.zeros((len(pairs), coefficients.shape[1]))
    for place, (a, b) in enumerate(pairs):
        weights[place, owners == a] = coefficients[b - 1, owners == a]
        weights[place, owners == b] = coefficients[a, owners == b]
    return weights
