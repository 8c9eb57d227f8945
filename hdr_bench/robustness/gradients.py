"""Gradients of methods' losses in the pixels, and which methods have one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sklearn.pipeline import Pipeline

from hdr_bench.estimators.linear import LinearClassifier
from hdr_bench.estimators.neighbors import KNNClassifier
from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.polynomial import PolynomialClassifier
from hdr_bench.estimators.radial_basis import RadialBasisClassifier
from hdr_bench.estimators.svm import SVMClassifier
from hdr_bench.estimators.tree import DecisionTreeClassifier
from hdr_bench.exceptions import NoGradientError
from hdr_bench.names import class_name
from hdr_bench.robustness.closed_forms import (
    gradient_of_loss,
    linear_outputs,
    loss_of,
    polynomial_outputs,
    radial_basis_outputs,
)
from hdr_bench.robustness.losses import margin
from hdr_bench.robustness.machine_gradients import machine_outputs, pair_loss
from hdr_bench.robustness.step_gradients import LINEAR_STEPS, Gradient, gradient_behind_steps


def _of_network(model: NeuralClassifier) -> Gradient:
    from hdr_bench.robustness.network_gradient import network_gradient

    return partial(network_gradient, model)


# Methods with a gradient: each class with the function that makes the gradient of a fitted model.
_MAKERS: dict[type, Callable[[Any], Gradient]] = {
    LinearClassifier: lambda model: gradient_of_loss(linear_outputs(model), loss_of(model)),
    NeuralClassifier: _of_network,
    PolynomialClassifier: lambda model: gradient_of_loss(polynomial_outputs(model), loss_of(model)),
    RadialBasisClassifier: lambda model: gradient_of_loss(radial_basis_outputs(model), margin),
    SVMClassifier: lambda model: gradient_of_loss(machine_outputs(model), pair_loss(len(model.classes_))),
}
# Why other methods have none.
_REASONS: dict[type, str] = {
    DecisionTreeClassifier: "it compares single pixels with thresholds, so its predictions are piecewise constant",
    KNNClassifier: "its predictions are piecewise constant, since they change only with the nearest training images",
}


def loss_gradient(model: Any) -> Gradient:
    """Return a function that computes a fitted model's losses and their gradient in the raw pixels.

    Parameters
    ----------
    model : estimator
        Fitted method, or a pipeline that ends in one.

    Returns
    -------
    gradient : callable
        Takes rows of raw pixels (n, n_features) and indices of the labels in `classes_` (n,); returns losses (n,) and
        their gradient (n, n_features).

    Raises
    ------
    NoGradientError
        If the model has none; the message says why.
    """
    if reason := describe_missing_gradient(model):
        raise NoGradientError(reason)
    steps, method = _split(model)
    maker = next(make for cls, make in _MAKERS.items() if isinstance(method, cls))
    return gradient_behind_steps([step for _, step in steps], maker(method))


def has_gradient(model: Any) -> bool:
    """Return whether a model can be attacked with its own gradient.

    Parameters
    ----------
    model : estimator
        Method, fitted or not, or a pipeline that ends in one.

    Returns
    -------
    has_gradient : bool

    Examples
    --------
    >>> from hdr_bench import make_estimator
    >>> has_gradient(make_estimator("svm")), has_gradient(make_estimator("knn"))
    (True, False)
    """
    return not describe_missing_gradient(model)


def estimator_has_gradient(model: Any) -> bool:
    """Return whether an unfitted estimator will have a gradient once fitted, which depends on its class and steps.

    Parameters
    ----------
    model : estimator
        Method, or a pipeline that ends in one.

    Returns
    -------
    has_gradient : bool
    """
    return has_gradient(model)


def describe_missing_gradient(model: Any) -> str:
    """Return why a model has no gradient in the pixels; empty if it has one.

    Parameters
    ----------
    model : estimator
        Method, fitted or not, or a pipeline that ends in one.

    Returns
    -------
    reason : str
        A sentence without a full stop.
    """
    steps, method = _split(model)
    name = class_name(type(method))
    for cls, reason in _REASONS.items():
        if isinstance(method, cls):
            return f"{name} has no gradient: {reason}"
    if not isinstance(method, tuple(_MAKERS)):
        known = ", ".join(sorted(class_name(cls) for cls in _MAKERS if cls is not NeuralClassifier))
        return f"{name} has no known gradient; CNNClassifier, MLPClassifier, {known} have one"
    for label, step in steps:
        # A subclass may behave differently.
        if type(step) not in LINEAR_STEPS:
            known = ", ".join(class_name(cls) for cls in LINEAR_STEPS)
            return f"the step {label} ({class_name(type(step))}) before {name} has no known gradient; {known} have one"
    return ""


def _split(model: Any) -> tuple[list[tuple[str, Any]], Any]:
    """Return the named steps of a pipeline, without those that do nothing, and the method at its end."""
    if not isinstance(model, Pipeline):
        return [], model
    *steps, (_, method) = model.steps
    active = [(label, step) for label, step in steps if step is not None and step != "passthrough"]
    return active, method
