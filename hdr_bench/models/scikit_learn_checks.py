"""Checks of an estimator's arrays that scikit-learn's compiled code relies on but does not make itself."""

from typing import Any

import numpy as np

# Support vector machines that are refused: only the arrays of classifiers are checked.
_NOT_CLASSIFIERS = frozenset({"SVR", "NuSVR", "OneClassSVM"})
# When fitted, these contain trees that no file can store; one in a file is forged, and compiled code would trust it.
_NEVER_SAVED = ("sklearn.cluster._birch", "sklearn.cluster._bisect_k_means")


def check_made(estimator: Any) -> None:
    """Check the arrays of an estimator whose predictions are computed without bounds checks.

    Parameters
    ----------
    estimator : sklearn.base.BaseEstimator
        Created from a file's values, or about to be saved.

    Raises
    ------
    ValueError
        If arrays do not fit each other.
    """
    name, module = type(estimator).__name__, type(estimator).__module__
    state = vars(estimator)
    if module in _NEVER_SAVED:
        raise ValueError(f"a {name} contains a tree of clusters")
    if module.startswith("sklearn.svm._classes") and (name in _NOT_CLASSIFIERS or "_n_support" in state):
        _check_machine(estimator, name)
    # scikit-learn's density estimate stores a tree of neighbours under the same name.
    if "tree_" in state and not module.startswith("sklearn.neighbors."):
        _check_features(estimator, [estimator.tree_.n_features])
    if "estimators_" in state and module.startswith(("sklearn.ensemble._forest", "sklearn.ensemble._gb")):
        _check_members(estimator)
    if "cluster_centers_" in state and module.startswith("sklearn.cluster._kmeans"):
        _check_centers(estimator)
    if "_fit_X" in state:
        _check_neighbors(estimator)
    if "_y" in state and "_fit_X" in state and "classes_" in state:
        _check_labels(estimator)
    if "_predictors" in state:
        _check_predictors(estimator)


def _check_machine(machine: Any, name: str) -> None:
    if name in _NOT_CLASSIFIERS:
        raise ValueError(f"a {name} is not a classifier")
    if machine._sparse or not isinstance(machine.kernel, str) or machine.kernel == "precomputed":
        raise ValueError("a support vector machine on sparse data, or with a custom kernel")
    per_class = machine._n_support
    # The class determines which of LIBSVM's machines it is; another one reads arrays of other shapes.
    if "_impl" in vars(machine) or len(machine.classes_) < 2:
        raise ValueError("a support vector machine whose kind does not match its class, or with fewer than two classes")
    n_classes, n_vectors = len(machine.classes_), int(per_class.sum())
    n_pairs = n_classes * (n_classes - 1) // 2
    expected = {
        "_n_support": ((n_classes,), np.int32),
        "support_": ((n_vectors,), np.int32),
        "support_vectors_": ((n_vectors, machine.n_features_in_), np.float64),
        "_dual_coef_": ((n_classes - 1, n_vectors), np.float64),
        "_intercept_": ((n_pairs,), np.float64),
    }
    for attribute, (shape, dtype) in expected.items():
        array = getattr(machine, attribute)
        if array.shape != shape or array.dtype != dtype:
            raise ValueError(f"a support vector machine whose {attribute} does not fit its {n_classes} classes")
    if per_class.min(initial=0) < 0 or machine._probA.shape != machine._probB.shape:
        raise ValueError(
            "a support vector machine with a negative number of support vectors, or an incomplete calibration"
        )
    if machine._probA.shape not in {(0,), (n_pairs,)} or tuple(machine.shape_fit_)[1] != machine.n_features_in_:
        raise ValueError(f"a support vector machine whose calibration does not fit its {n_classes} classes")


def _check_features(estimator: Any, counts: list[int]) -> None:
    if any(count != estimator.n_features_in_ for count in counts):
        raise ValueError(
            f"a tree whose number of features differs from the {estimator.n_features_in_} of its estimator"
        )


def _check_members(ensemble: Any) -> None:
    members = np.ravel(np.asarray(ensemble.estimators_, dtype=object))
    trees = [member.tree_ for member in members]
    _check_features(ensemble, [tree.n_features for tree in trees])
    if type(ensemble).__module__.startswith("sklearn.ensemble._gb"):
        _check_boosting(ensemble, trees)


def _check_boosting(ensemble: Any, trees: list[Any]) -> None:
    # Boosting reads one value per node and writes one column per tree of a stage, without bounds checks.
    if any(tree.value.shape[1:] != (1, 1) for tree in trees):
        raise ValueError("boosting with trees of more than one value per node")
    loss = ensemble._loss
    n_columns = loss.n_classes if loss.is_multiclass else 1
    stages = ensemble.estimators_
    if stages.ndim != 2 or stages.shape[1] != n_columns or ensemble.n_trees_per_iteration_ != n_columns:
        raise ValueError(f"boosting with {stages.shape[-1]} trees per stage, but {n_columns} columns in its loss")
    # Any estimator can be its starting point; only a prediction shows the number of its columns.
    if ensemble._raw_predict_init(np.zeros((1, ensemble.n_features_in_))).shape != (1, n_columns):
        raise ValueError(f"boosting whose starting point does not have {n_columns} columns")


def _check_centers(clusters: Any) -> None:
    if clusters.cluster_centers_.shape[1:] != (clusters.n_features_in_,):
        raise ValueError(f"cluster centres whose features differ from the {clusters.n_features_in_} of their estimator")


def _check_neighbors(model: Any) -> None:
    """Check that images to predict, which have the estimator's features, can be compared with its stored images."""
    if model._fit_X.shape[1:] != (model.n_features_in_,):
        raise ValueError(f"neighbours whose features differ from the {model.n_features_in_} of their estimator")


def _check_labels(model: Any) -> None:
    """Check the labels by which votes are counted."""
    if len(model._y) != model._fit_X.shape[0]:
        raise ValueError("neighbours with a different number of labels")
    if model.outputs_2d_ or not len(model._y):
        return
    if model._y.min() < 0 or model._y.max() >= len(model.classes_):
        raise ValueError(f"neighbours with labels beyond their {len(model.classes_)} classes")


def _check_predictors(ensemble: Any) -> None:
    for predictor in (each for stage in ensemble._predictors for each in stage):
        features = predictor.nodes["feature_idx"][predictor.nodes["is_leaf"] == 0]
        if (features >= ensemble.n_features_in_).any() or (features < 0).any():
            raise ValueError(f"a tree whose features differ from the {ensemble.n_features_in_} of its estimator")
