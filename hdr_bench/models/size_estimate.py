"""Estimate of a model file's size before the model is fitted, from its parameters and the training images."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import Pipeline

from hdr_bench.class_cache import is_instance
from hdr_bench.models.classes import own_name

# Bytes per number in a file, measured on files of models fitted on mnist-5k and MNIST: pixels of digits compress well,
# weights hardly.
_PER_PIXEL, _PER_SCALED_PIXEL, _PER_WEIGHT = 0.25, 0.6, 3.7
_PER_TREE_IMAGE = 8
_FIXED = 3_000


@dataclass(frozen=True)
class TrainingSize:
    """Amount of data that a model will learn from.

    Attributes
    ----------
    n_samples : int
        Number of training images.
    n_features : int
        Number of pixels per image.
    n_classes : int
    """

    n_samples: int
    n_features: int
    n_classes: int


def estimate_file_size(model: Any, size: TrainingSize) -> int | None:
    """Estimate the size of a model's file in bytes; None for methods of other libraries.

    Parameters
    ----------
    model : estimator
        Unfitted.
    size : TrainingSize

    Returns
    -------
    n_bytes : int or None
    """
    method = model.steps[-1][1] if is_instance(model, Pipeline) else model
    estimate = _ESTIMATES.get(own_name(type(method)))
    if estimate is None:
        return None
    try:
        return int(estimate(method, size)) + _FIXED
    # Parameters that do not fit the data are refused elsewhere.
    except (ArithmeticError, TypeError, ValueError):
        return None


def _of_network(model: Any, size: TrainingSize) -> float:
    from hdr_bench.estimators.neural.notation import layer_table, parse_layers
    from hdr_bench.estimators.pixels import channels_first, image_shape_of

    shape = image_shape_of(size.n_features, model.image_shape)
    layers = parse_layers(model._layers_on(shape), size.n_classes, model.activation)
    rows = layer_table(layers, channels_first(shape))
    return _PER_WEIGHT * sum(row.parameters + row.buffers for row in rows)


def _of_images(share: float) -> Callable[[Any, TrainingSize], float]:
    """Return the estimate for a method that stores training images, given the bytes per pixel."""
    return lambda _, size: share * size.n_samples * size.n_features


def _of_polynomial(model: Any, size: TrainingSize) -> float:
    from hdr_bench.estimators.products import count_products

    n_components = min(int(model.n_components), size.n_features, size.n_samples)
    n_products = count_products(n_components, int(model.degree))
    return _PER_WEIGHT * (n_components * size.n_features + n_products * size.n_classes)


def _of_radial_basis(model: Any, size: TrainingSize) -> float:
    n_units = min(int(model.n_units), size.n_samples)
    return _PER_WEIGHT * n_units * (size.n_features + size.n_classes)


_ESTIMATES: dict[str, Callable[[Any, TrainingSize], float]] = {
    "SVMClassifier": _of_images(_PER_SCALED_PIXEL),
    # There may be up to five times as many virtual examples.
    "VirtualSVMClassifier": _of_images(5 * _PER_SCALED_PIXEL),
    "KNNClassifier": _of_images(_PER_PIXEL),
    "LocalLinearClassifier": _of_images(_PER_PIXEL),
    "TangentDistanceClassifier": _of_images(_PER_WEIGHT),
    "DecisionTreeClassifier": lambda _, size: _PER_TREE_IMAGE * size.n_samples,
    "LinearClassifier": lambda _, size: _PER_WEIGHT * size.n_classes * (size.n_features + 1),
    "PolynomialClassifier": _of_polynomial,
    "RadialBasisClassifier": _of_radial_basis,
    "MLPClassifier": _of_network,
    "CNNClassifier": _of_network,
    "BoostedNetworks": lambda model, size: 3 * _of_network(model._network(), size),
}
