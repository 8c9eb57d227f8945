"""The methods, each a scikit-learn estimator.

`ESTIMATORS` and `TRANSFORMERS` are the tables of their names. Importing this package loads no torch: the classes are
imported when they are first asked for.
"""

import inspect
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.estimators.foreign.importing import describe_shadowing, import_attribute
from hdr_bench.estimators.foreign.libraries import library_of
from hdr_bench.estimators.parameters import all_params, set_params
from hdr_bench.exceptions import EstimatorError, UnknownNameError, shown
from hdr_bench.names import class_name

if TYPE_CHECKING:
    from hdr_bench.estimators.images.inverter import Inverter
    from hdr_bench.estimators.images.transformers import (
        Cropper,
        Deskewer,
        GaussianBlur,
        MassCenterer,
        PixelScaler,
        Resizer,
    )
    from hdr_bench.estimators.linear import LinearClassifier, PolynomialClassifier
    from hdr_bench.estimators.neighbors import KNNClassifier
    from hdr_bench.estimators.neural.augmentation import Distortion
    from hdr_bench.estimators.neural.cnn import CNNClassifier
    from hdr_bench.estimators.neural.mlp import MLPClassifier
    from hdr_bench.estimators.radial_basis import RadialBasisClassifier
    from hdr_bench.estimators.svm import SVMClassifier
    from hdr_bench.estimators.tree import DecisionTreeClassifier
    from hdr_bench.estimators.virtual_svm import VirtualSVMClassifier

__all__ = [
    "ESTIMATORS",
    "TRANSFORMERS",
    "CNNClassifier",
    "Cropper",
    "DecisionTreeClassifier",
    "Deskewer",
    "Distortion",
    "GaussianBlur",
    "Inverter",
    "KNNClassifier",
    "LinearClassifier",
    "MLPClassifier",
    "MassCenterer",
    "PixelScaler",
    "PolynomialClassifier",
    "RadialBasisClassifier",
    "Resizer",
    "SVMClassifier",
    "VirtualSVMClassifier",
    "estimator_class",
    "list_estimators",
    "make_estimator",
]

ESTIMATORS: dict[str, str] = {
    "svm": "hdr_bench.estimators.svm.SVMClassifier",
    "knn": "hdr_bench.estimators.neighbors.KNNClassifier",
    "tree": "hdr_bench.estimators.tree.DecisionTreeClassifier",
    "linear": "hdr_bench.estimators.linear.LinearClassifier",
    "polynomial": "hdr_bench.estimators.linear.PolynomialClassifier",
    "mlp": "hdr_bench.estimators.neural.mlp.MLPClassifier",
    "cnn": "hdr_bench.estimators.neural.cnn.CNNClassifier",
    "radial-basis": "hdr_bench.estimators.radial_basis.RadialBasisClassifier",
    "virtual-svm": "hdr_bench.estimators.virtual_svm.VirtualSVMClassifier",
}

# As their docstrings begin, which `python -OO` leaves out.
_DESCRIPTIONS = {
    "svm": "Support vector machine, one against one, on scaled pixels.",
    "knn": "k nearest neighbours by Euclidean distance, exact: no image is passed over.",
    "tree": "Decision tree (CART): scikit-learn's, with the parameters and defaults that matter on images of digits.",
    "linear": "Linear classifier: multinomial logistic regression, or least squares on one-hot targets.",
    "polynomial": "Principal components, then all their products up to a degree, then a linear classifier.",
    "mlp": "Multilayer perceptron: fully connected layers, trained by a skorch net.",
    "cnn": "Convolutional network, trained by a skorch net.",
    "radial-basis": "Gaussian units around the means of clusters, then a linear classifier by least squares.",
    "virtual-svm": "Support vector machine fitted again on its support vectors and on copies of them moved by a pixel.",
}

TRANSFORMERS: dict[str, str] = {
    "scale": "hdr_bench.estimators.images.transformers.PixelScaler",
    "deskew": "hdr_bench.estimators.images.transformers.Deskewer",
    "center": "hdr_bench.estimators.images.transformers.MassCenterer",
    "blur": "hdr_bench.estimators.images.transformers.GaussianBlur",
    "resize": "hdr_bench.estimators.images.transformers.Resizer",
    "crop": "hdr_bench.estimators.images.transformers.Cropper",
    "invert": "hdr_bench.estimators.images.inverter.Inverter",
}

_DESCRIPTION = ("estimator", "params")
_OPEN = frozenset({inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD})

_PUBLIC = {
    path.rpartition(".")[2]: path
    for path in (*ESTIMATORS.values(), *TRANSFORMERS.values(), "hdr_bench.estimators.neural.augmentation.Distortion")
}

# What brings a class of the user's the methods that are called.
_MIXINS = {"estimator": "ClassifierMixin", "transformer": "TransformerMixin"}


def list_estimators() -> dict[str, str]:
    """Return the name of each estimator, and what it is in a line."""
    return dict(_DESCRIPTIONS)


def make_estimator(name: str, **params: Any) -> Any:
    """Make an unfitted estimator.

    Parameters
    ----------
    name : str
        A name of `ESTIMATORS`, or the dotted path of any scikit-learn estimator.
    **params
        Its parameters. One that is an estimator itself, as `OneVsRestClassifier` has one, may be a mapping
        ``{"estimator": name, "params": {...}}``, which is made likewise.

    Returns
    -------
    estimator : sklearn.base.BaseEstimator

    Raises
    ------
    UnknownNameError
        If there is no such estimator, or it has no such parameter.
    EstimatorError
        If it cannot be made of these parameters.
    ModuleImportError
        If the module of a dotted path cannot be imported.

    Examples
    --------
    >>> from hdr_bench import make_estimator
    >>> make_estimator("knn", n_neighbors=5)
    KNNClassifier(n_neighbors=5)
    """
    return make_from(ESTIMATORS, "estimator", name, params)


def make_transformer(name: str, **params: Any) -> Any:
    """Make an unfitted transformer: a name of `TRANSFORMERS`, or a dotted path; otherwise as `make_estimator`."""
    return make_from(TRANSFORMERS, "transformer", name, params)


def estimator_class(name: str) -> type:
    """Return the class behind a name of `ESTIMATORS` or a dotted path.

    Raises
    ------
    UnknownNameError
        If there is none.
    ModuleImportError
        If its module cannot be imported.
    """
    return class_of(ESTIMATORS, "estimator", name)


def make_from(table: dict[str, str], kind: str, name: str, params: dict[str, Any]) -> Any:
    """Make what `name` stands for in `table`, with `params`; nested ones (``step__param``) reach into it.

    Raises
    ------
    UnknownNameError
        If there is no such name, or it has no such parameter.
    EstimatorError
        If it cannot be made of these parameters, e.g. because one that it needs is missing.
    ModuleImportError
        If its module cannot be imported.
    """
    cls = class_of(table, kind, name)
    if not hasattr(cls, "get_params"):
        place = describe_shadowing(name.rpartition(".")[0])
        raise EstimatorError(
            f"{name} has no get_params, which every {kind} needs; derive its class from "
            f"sklearn.base.{_MIXINS[kind]} and sklearn.base.BaseEstimator, in this order{f'; {place}' if place else ''}"
        )
    known, takes_any = _parameters_of(cls)
    direct = {key: value_of(cls, key, value) for key, value in params.items() if takes_any or "__" not in key}
    for key in direct:
        if key not in known and not takes_any:
            raise UnknownNameError(f"parameter of {class_name(cls)}", key, sorted(known))
    made = _made(cls, direct)
    nested = {key: value for key, value in params.items() if key not in direct}
    if not nested:
        return made
    known_nested = all_params(made)
    for key in nested:
        if key not in known_nested:
            raise UnknownNameError(f"parameter of {class_name(cls)}", key, sorted(known_nested))
    return set_params(made, nested)


def _made(cls: type, params: dict[str, Any]) -> Any:
    """Make an object of a class, and let it check the names of its parameters, if it can."""

    def refuse(error: BaseException) -> BaseException:
        if isinstance(error, UnknownNameError):
            return error
        return EstimatorError(f"{class_name(cls)} cannot be made of {shown(params)}: {cause_of(error)}")

    with foreign_code(refuse):
        made = cls(**params)
        library = library_of(cls)
        if library is not None and library.check is not None:
            library.check(made)
    return made


def _parameters_of(cls: Any) -> tuple[frozenset[str], bool]:
    """Return the names of a constructor's parameters, and whether it takes others, as ``**kwargs``, too."""
    if cls.__init__ is object.__init__:
        return frozenset(), False
    return _parameters_taken(cls.__init__)


@lru_cache(maxsize=64)
def _parameters_taken(constructor: Any) -> tuple[frozenset[str], bool]:
    try:
        parameters = inspect.signature(constructor).parameters.values()
    except (TypeError, ValueError):
        # Compiled, without a signature: it says itself what it does not take.
        return frozenset(), True
    kinds = {parameter.kind for parameter in parameters}
    names = frozenset(each.name for each in list(parameters)[1:] if each.kind not in _OPEN)
    return names, inspect.Parameter.VAR_KEYWORD in kinds


def value_of(cls: type, key: str, value: Any) -> Any:
    """Return a parameter's value; what is described as an estimator is made, and what must be a class is imported."""
    if isinstance(value, Mapping) and isinstance(value.get("estimator"), str):
        return _described(f"{key} of {class_name(cls)}", value)
    library = library_of(cls)
    if library is not None and key in library.classes and isinstance(value, str):
        return import_attribute(f"{key} of {class_name(cls)}", value, ())
    return value


def _described(place: str, table: Mapping[str, Any]) -> Any:
    """Make the estimator that a table describes."""
    for key in table:
        if key not in _DESCRIPTION:
            raise UnknownNameError(f"key of {place}, the description of an estimator,", key, _DESCRIPTION)
    params = table.get("params", {})
    if not isinstance(params, Mapping):
        raise EstimatorError(f"{place}: params must be a table, got {shown(params)}")
    return make_estimator(table["estimator"], **params)


def class_of(table: dict[str, str], kind: str, name: str) -> type:
    """Return the class that `name` stands for in `table`, or at its dotted path.

    Raises
    ------
    UnknownNameError
        If there is none.
    ModuleImportError
        If its module cannot be imported.
    """
    if name in table:
        module, _, attribute = table[name].rpartition(".")
        own: type = getattr(import_module(module), attribute)
        return own
    if "." not in name:
        raise UnknownNameError(kind, name, table)
    found = import_attribute(kind, name, table)
    if not isinstance(found, type):
        place = describe_shadowing(name.rpartition(".")[0])
        raise UnknownNameError(f"{kind} (not a class{f'; {place}' if place else ''})", name, table)
    return found


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _PUBLIC[name].rpartition(".")
    return getattr(import_module(module), attribute)
