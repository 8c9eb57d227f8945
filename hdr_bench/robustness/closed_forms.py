"""Outputs of the classical methods as smooth functions of the raw pixels, with closed-form gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.linear import LinearClassifier
from hdr_bench.estimators.linear_head import LinearHead
from hdr_bench.estimators.pixels import Floats
from hdr_bench.estimators.polynomial import PolynomialClassifier
from hdr_bench.estimators.products import products, products_gradient
from hdr_bench.estimators.radial_basis import RadialBasisClassifier
from hdr_bench.robustness.kernels import Kernel
from hdr_bench.robustness.losses import Codes, Loss, log_odds, margin

PullBack = Callable[[Floats], Floats]
"""Maps the gradient in the outputs (n, n_outputs) to that in the raw pixels (n, n_features)."""
SmoothOutputs = Callable[[NDArray[Any]], tuple[Floats, PullBack]]
"""Maps rows of raw pixels (n, n_features) to the outputs (n, n_outputs) and the pull-back of a gradient."""


def gradient_of_loss(outputs_of: SmoothOutputs, loss: Loss) -> Callable[[NDArray[Any], Codes], tuple[Floats, Floats]]:
    """Return a function that computes losses and their gradient in the pixels.

    Parameters
    ----------
    outputs_of : callable
        Outputs of the method.
    loss : callable
        Loss of these outputs.

    Returns
    -------
    gradient : callable
        Takes rows of raw pixels (n, n_features) and indices of the labels (n,); returns losses (n,) and their gradient
        (n, n_features).
    """

    def gradient(rows: NDArray[Any], codes: Codes) -> tuple[Floats, Floats]:
        outputs, pull_back = outputs_of(rows)
        losses, slopes = loss(outputs, codes)
        return losses, pull_back(slopes)

    return gradient


def loss_of(model: LinearHead) -> Loss:
    """Return the loss of a linear output layer: that of its probabilities, or a margin if it has none.

    Parameters
    ----------
    model : LinearHead

    Returns
    -------
    loss : callable
    """
    return log_odds if model.loss == "log_loss" else margin


def linear_outputs(model: LinearClassifier) -> SmoothOutputs:
    """Return the outputs of a fitted linear classifier.

    Parameters
    ----------
    model : LinearClassifier

    Returns
    -------
    outputs : callable
    """
    weights = model.coef_.astype(np.float64) / model.scale_

    def outputs(rows: NDArray[Any]) -> tuple[Floats, PullBack]:
        return rows @ weights.T + model.intercept_, lambda slopes: slopes @ weights

    return outputs


def polynomial_outputs(model: PolynomialClassifier) -> SmoothOutputs:
    """Return the outputs of a fitted polynomial classifier.

    Parameters
    ----------
    model : PolynomialClassifier

    Returns
    -------
    outputs : callable
    """
    degree, components = int(model.degree), model.pca_.components_.astype(np.float64)
    weights = model.coef_.astype(np.float64) / model.product_scale_

    def outputs(rows: NDArray[Any]) -> tuple[Floats, PullBack]:
        columns = (rows / model.scale_ - model.pca_.mean_) @ components.T

        def pull_back(slopes: Floats) -> Floats:
            return products_gradient(columns, degree, slopes @ weights) @ (components / model.scale_)

        return products(columns, degree) @ weights.T + model.intercept_, pull_back

    return outputs


def radial_basis_outputs(model: RadialBasisClassifier) -> SmoothOutputs:
    """Return the outputs of a fitted network of radial basis functions.

    Parameters
    ----------
    model : RadialBasisClassifier

    Returns
    -------
    outputs : callable
    """
    kernel = Kernel("rbf", np.asarray(model.centers_, np.float64), gamma=model.gamma_)

    def outputs(rows: NDArray[Any]) -> tuple[Floats, PullBack]:
        units, pull_back = kernel.evaluate(rows / model.scale_)
        return (
            units @ model.coef_.T + model.intercept_,
            lambda slopes: pull_back(slopes @ model.coef_) / model.scale_,
        )

    return outputs
