"""What scikit-learn's estimators cannot be fitted with, by the shape of the data: their declarations do not say it."""

from collections.abc import Callable, Iterator, Mapping
from numbers import Integral
from typing import Any

from hdr_bench.estimators.constraints import DataShape
from hdr_bench.estimators.parameters import is_known
from hdr_bench.exceptions import shown
from hdr_bench.names import class_module, class_name

_Rule = tuple[str, Callable[[DataShape], int | None], str]


def _fewest(*counts: int | None) -> int | None:
    return min((count for count in counts if count is not None), default=None)


# By the estimator's name: the parameter, the most that it can be, and what that is.
_RULES: dict[str, _Rule] = {
    "KNeighborsClassifier": ("n_neighbors", lambda data: data.n_samples, "the training images"),
    "PCA": (
        "n_components",
        lambda data: _fewest(data.n_features, data.n_samples),
        "the smaller of the numbers of training images and of their pixels",
    ),
    "TruncatedSVD": ("n_components", lambda data: data.n_features, "the pixels of an image"),
    "LinearDiscriminantAnalysis": (
        "n_components",
        lambda data: _fewest(data.n_features, data.n_classes - 1),
        "the smaller of the numbers of pixels and of classes less one",
    ),
}


def shape_faults(estimator: Any, data: DataShape) -> Iterator[str]:
    """Give what an estimator of scikit-learn's would refuse of data of a shape when it is fitted."""
    cls = type(estimator)
    if class_module(cls).partition(".")[0] != "sklearn" or class_name(cls) not in _RULES:
        return
    name, most_of, what = _RULES[class_name(cls)]
    value, most = getattr(estimator, name, None), most_of(data)
    if isinstance(value, Integral) and most is not None and int(value) > most:
        yield f"{name} must be at most {most:,}, {what}, got {shown(value)}"


def class_weight_faults(estimator: Any, data: DataShape) -> Iterator[str]:
    """Give the keys of a class weight that are no classes: labels are the numbers from 0 on."""
    weights = getattr(estimator, "class_weight", None)
    if not isinstance(weights, Mapping) or not is_known(type(estimator)):
        return
    classes = range(data.n_classes)
    others = [key for key in weights if not isinstance(key, Integral) or key not in classes]
    # scikit-learn takes others if there is a weight for each class.
    if others and not set(classes) <= set(weights):
        yield (
            f"class_weight: its keys must be classes, the numbers from 0 to {data.n_classes - 1}, got "
            f"{shown(others[0])}; the keys of a table in TOML are texts: in Python give the estimator itself"
        )
