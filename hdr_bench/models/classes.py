"""Classes that a model file may name: a closed table of this library's classes, and scikit-learn's estimators."""

import re
from importlib import import_module
from typing import Any

from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS
from hdr_bench.names import class_module, class_name

# In a file, a class of this library has the name by which users import it, wherever its module is.
OWN = {
    **{entry.class_name: entry.path for entry in (*ESTIMATORS.values(), *TRANSFORMERS.values())},
    "AdversarialTraining": "hdr_bench.estimators.neural.adversarial.AdversarialTraining",
    "Distortion": "hdr_bench.estimators.neural.augmentation.Distortion",
    "PixelSummary": "hdr_bench.estimators.likeness.PixelSummary",
}
"""This library's classes, each with its path, by their names in files."""

_OWN_BY_PATH = {path: name for name, path in OWN.items()}
# Packages whose estimators take rows of numbers. Unlike `feature_extraction`, none of them opens files or imports
# modules named in its attributes.
_PACKAGES = (
    "calibration",
    "cluster",
    "compose",
    "covariance",
    "cross_decomposition",
    "decomposition",
    "discriminant_analysis",
    "dummy",
    "ensemble",
    "feature_selection",
    "frozen",
    "gaussian_process",
    "impute",
    "isotonic",
    "kernel_approximation",
    "kernel_ridge",
    "linear_model",
    "manifold",
    "mixture",
    "multiclass",
    "multioutput",
    "naive_bayes",
    "neighbors",
    "neural_network",
    "pipeline",
    "preprocessing",
    "random_projection",
    "semi_supervised",
    "svm",
    "tree",
)
_PATH = re.compile(rf"sklearn\.(?:{'|'.join(_PACKAGES)})(?:\._?[a-z0-9][a-z0-9_]*)*\._?[A-Z][A-Za-z0-9_]*")
# Helper objects of estimators, in plain Python.
_PARTS = frozenset(
    {
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    }
)

_SCORES = frozenset(
    {"chi2", "f_classif", "f_regression", "mutual_info_classif", "mutual_info_regression", "r_regression"}
)


def own_name(cls: type) -> str:
    """Return the name in files of a class of this library; empty for any other class.

    Parameters
    ----------
    cls : type

    Returns
    -------
    name : str
    """
    return _OWN_BY_PATH.get(class_path(cls), "")


def class_path(cls: type) -> str:
    """Return the dotted path of a class.

    Parameters
    ----------
    cls : type

    Returns
    -------
    path : str
    """
    return f"{class_module(cls)}.{class_name(cls)}"


def is_scikit_learn_class(cls: type) -> bool:
    """Whether a class is one of scikit-learn's that a file may name.

    Parameters
    ----------
    cls : type

    Returns
    -------
    is_named : bool
    """
    path = class_path(cls)
    if not _PATH.fullmatch(path) or ".tests." in path:
        return False
    from sklearn.base import BaseEstimator

    return path in _PARTS or issubclass(cls, (BaseEstimator, *_kernels(path)))


def find_own_class(name: Any) -> Any:
    """Return the class of this library that a file names.

    Parameters
    ----------
    name : object
        Value in the file.

    Returns
    -------
    cls : type

    Raises
    ------
    ValueError
        If this library has no such class.
    """
    if not isinstance(name, str) or name not in OWN:
        raise ValueError(f"it names the class {name!r}, which is not one of this library's")
    module, _, attribute = OWN[name].rpartition(".")
    return getattr(import_module(module), attribute)


def find_scikit_learn_class(path: Any) -> Any:
    """Return the scikit-learn class that a file names; only modules of its estimators are imported.

    Parameters
    ----------
    path : object
        Value in the file.

    Returns
    -------
    cls : type

    Raises
    ------
    ValueError
        If a file must not name this class, or this version of scikit-learn does not have it.
    """
    if not isinstance(path, str) or not _PATH.fullmatch(path) or ".tests." in path:
        raise ValueError(f"it names the class {path!r}, which is not a scikit-learn estimator that a file may contain")
    module, _, attribute = path.rpartition(".")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"it names {path}, which the installed scikit-learn does not have") from error
    if not isinstance(found, type) or class_path(found) != path or not is_scikit_learn_class(found):
        raise ValueError(f"it names {path}, which is not a scikit-learn estimator that a file may contain")
    return found


def score_name(value: Any) -> str:
    """Return the name of a scikit-learn function that scores features; empty for anything else.

    Parameters
    ----------
    value : object

    Returns
    -------
    name : str
    """
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) and name in _SCORES and find_score(name) is value else ""


def find_score(name: Any) -> Any:
    """Return the scoring function of features that a file names.

    Parameters
    ----------
    name : object
        Value in the file.

    Returns
    -------
    function : callable

    Raises
    ------
    ValueError
        If scikit-learn has no such function.
    """
    if not isinstance(name, str) or name not in _SCORES:
        raise ValueError(f"it names {name!r}, which is not a scoring function of features")
    return getattr(import_module("sklearn.feature_selection"), name)


def _kernels(path: str) -> tuple[type, ...]:
    if not path.startswith("sklearn.gaussian_process.kernels."):
        return ()
    from sklearn.gaussian_process.kernels import Kernel

    return (Kernel,)
