"""A machine that oneDAL fitted, saved so that it loads without scikit-learn-intelex too."""

import pickle
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

_PARAMETERS = ("C", "kernel", "gamma", "degree", "coef0", "break_ties", "cache_size")
_ATTRIBUTES = ("classes_", "fit_status_", "shape_fit_", "n_features_in_", "n_iter_", "_gamma")


@dataclass(frozen=True)
class SavedMachine:
    """What is saved of a machine.

    Attributes
    ----------
    pickled : bytes
        The machine itself, for where scikit-learn-intelex is installed; empty in what `describe_machine` returns.
    parameters, attributes : dict
        Its parameters, and attributes that scikit-learn's machine has alike.
    support, n_support, support_vectors, dual_coef, intercept : ndarray
        The machine in LIBSVM's form.
    """

    pickled: bytes
    parameters: dict[str, Any]
    attributes: dict[str, Any]
    support: NDArray[np.int64]
    n_support: NDArray[np.int64]
    support_vectors: NDArray[np.floating[Any]]
    dual_coef: NDArray[np.floating[Any]]
    intercept: NDArray[np.floating[Any]]


def save_machine(machine: Any) -> SavedMachine:
    """Return what is saved of a machine that scikit-learn-intelex's SVC fitted.

    Parameters
    ----------
    machine : sklearnex.svm.SVC
        Fitted.

    Returns
    -------
    saved : SavedMachine
    """
    return replace(describe_machine(machine), pickled=pickle.dumps(machine))


def describe_machine(machine: Any) -> SavedMachine:
    """Return a machine that scikit-learn-intelex's SVC fitted in LIBSVM's form alone, without its own bytes.

    Parameters
    ----------
    machine : sklearnex.svm.SVC
        Fitted.

    Returns
    -------
    saved : SavedMachine
    """
    return SavedMachine(
        pickled=b"",
        parameters={name: getattr(machine, name) for name in _PARAMETERS},
        # Not every version of scikit-learn-intelex has all of them.
        attributes={name: getattr(machine, name) for name in _ATTRIBUTES if hasattr(machine, name)},
        support=np.asarray(machine.support_),
        n_support=np.asarray(machine.n_support_),
        support_vectors=np.asarray(machine.support_vectors_),
        dual_coef=np.asarray(machine.dual_coef_),
        intercept=np.asarray(machine.intercept_),
    )


def load_with_onedal(saved: SavedMachine) -> Any:
    """Return the machine as it was saved; this needs scikit-learn-intelex.

    Parameters
    ----------
    saved : SavedMachine

    Returns
    -------
    machine : sklearnex.svm.SVC
    """
    return pickle.loads(saved.pickled)  # noqa: S301  # it is a part of the pickle that is being loaded


def load_with_libsvm(saved: SavedMachine) -> SVC:
    """Return scikit-learn's machine with the same support vectors: its decision values differ by rounding.

    Parameters
    ----------
    saved : SavedMachine

    Returns
    -------
    machine : sklearn.svm.SVC
    """
    machine = SVC(**saved.parameters)
    vars(machine).update(saved.attributes)
    machine._sparse = False
    machine.class_weight_ = np.empty(0)
    machine._probA = machine._probB = np.empty(0)
    # The types that LIBSVM's functions take.
    machine.support_ = saved.support.astype(np.int32)
    machine._n_support = saved.n_support.astype(np.int32)
    machine.support_vectors_ = np.ascontiguousarray(saved.support_vectors, dtype=np.float64)
    machine.dual_coef_ = np.ascontiguousarray(saved.dual_coef, dtype=np.float64)
    machine.intercept_ = saved.intercept.astype(np.float64)
    # For two classes scikit-learn shows the opposite signs of those that it computes with.
    sign = -1 if len(machine.classes_) == 2 else 1
    machine._dual_coef_, machine._intercept_ = sign * machine.dual_coef_, sign * machine.intercept_
    return machine
