"""Parameters checked before anything is fitted, against what each estimator declares of them.

The declarations are scikit-learn's (``_parameter_constraints``), and so are those of its own estimators; the sentences
are this library's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import Parameter, signature
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions, make_constraint

from hdr_bench.estimators.foreign.parameters import KNOWN_LIBRARIES, all_params, estimators_among, is_known
from hdr_bench.estimators.plain_values import plain_parameters, to_plain
from hdr_bench.exceptions import HdrBenchError, UnknownNameError, shown, suggestion

MOST_BYTES = 10**12
"""Bytes that one thing may take, e.g. a network: beyond any machine that digits are compared on."""

_TERABYTE = 10**12
# Larger numbers tell no more.
_MOST_SHOWN = 10**9


@dataclass(frozen=True)
class DataShape:
    """What an estimator is to be fitted on, as far as its parameters depend on it.

    Attributes
    ----------
    n_features : int or None
        Pixels of an image; None if they are not known, after a step of another library.
    n_classes : int
    n_samples : int
        Training images.
    """

    n_features: int | None
    n_classes: int
    n_samples: int


def check_parameters(model: Any) -> None:
    """Check an estimator's own parameters, each by itself and then together; estimators in it check theirs.

    Parameters
    ----------
    model : estimator

    Raises
    ------
    UnknownNameError
        If a text is none of those that a parameter can be.
    MissingDependencyError
        If a library that a parameter names is not installed.
    ValueError
        If another value is out of its range, or values do not fit each other.
    """
    for fault in find_faults(model):
        raise fault


def find_faults(model: Any) -> Iterator[Exception]:
    """Give the faults of an estimator's own parameters: of each that its declaration refuses, otherwise of all.

    Parameters
    ----------
    model : estimator

    Yields
    ------
    fault : Exception
        What `check_parameters` raises.
    """
    faults: list[Exception] = [
        fault for name in _changed_names(model) if (fault := parameter_fault(model, name)) is not None
    ]
    yield from faults
    if not faults:
        yield from own_faults(model, "_check_combination")


def own_faults(model: Any, check: str, *given: Any) -> Iterator[Exception]:
    """Give what an estimator of this library finds wrong by a check of its own; nothing if it has none.

    Parameters
    ----------
    model : estimator
    check : str
        Name of the method that checks, e.g. ``"_check_data"``.
    *given
        What it is given.

    Yields
    ------
    fault : Exception
        What it raises.
    """
    if _root(model) != "hdr_bench" or not hasattr(model, check):
        return
    try:
        with plain_parameters(model):
            getattr(model, check)(*given)
    except (HdrBenchError, TypeError, ValueError) as error:
        yield error


def parameter_fault(model: Any, name: str, *values: Any) -> ValueError | None:
    """Return what is wrong with a parameter's value; None if nothing is, or nothing is declared of it.

    Parameters
    ----------
    model : estimator
    name : str
    *values
        Looked at in the place of the one that the estimator has.

    Returns
    -------
    fault : ValueError or None
    """
    declared = _constraints_of(model).get(name, "no_validation")
    if isinstance(declared, str):
        return None
    faults = (value_fault(name, value, declared) for value in values or (getattr(model, name),))
    return next((fault for fault in faults if fault is not None), None)


def value_fault(name: str, value: Any, declared: Sequence[Any]) -> ValueError | None:
    """Return what is wrong with a value by its declaration, which is scikit-learn's; None if nothing is.

    Parameters
    ----------
    name : str
        The parameter's, for the message.
    value : Any
    declared : sequence
        As scikit-learn's `_parameter_constraints` have it.

    Returns
    -------
    fault : ValueError or None
    """
    constraints = [make_constraint(constraint) for constraint in declared]
    if any(_is_satisfied(constraint, to_plain(value)) for constraint in constraints):
        return None
    return _fault(name, value, [constraint for constraint in constraints if not constraint.hidden])


def estimators_in(model: Any) -> Iterator[tuple[str, Any]]:
    """Give an estimator and all in it, each with what its parameters' names begin with.

    Parameters
    ----------
    model : estimator

    Yields
    ------
    prefix, estimator : str, estimator
        E.g. ``"svc__"``; empty for the model itself.

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    yield "", model
    for name, value in estimators_among(all_params(model)).items():
        yield f"{name}__", value


def _constraints_of(model: Any) -> dict[str, Any]:
    declared = getattr(model, "_parameter_constraints", None)
    # The `fit` of one's own class may mean something else by them.
    return declared if isinstance(declared, dict) and _root(model) in KNOWN_LIBRARIES else {}


def _changed_names(model: Any) -> list[str]:
    """Return the names of the declared parameters that have not their defaults."""
    declared = _constraints_of(model)
    defaults = _defaults_of(type(model)) if declared else {}
    others = (name for name in declared if hasattr(model, name))
    return [name for name in others if getattr(model, name) is not defaults.get(name, Parameter.empty)]


def _defaults_of(cls: Any) -> Mapping[str, Any]:
    """Return the defaults of an estimator that a library here defines: most parameters have theirs, in many cases."""
    return _defaults(cls.__init__) if is_known(cls) else {}


@lru_cache(maxsize=64)
def _defaults(constructor: Any) -> Mapping[str, Any]:
    return {parameter.name: parameter.default for parameter in signature(constructor).parameters.values()}


def _root(model: Any) -> str:
    """Return the library that an estimator's `fit` is of."""
    return str(getattr(getattr(type(model), "fit", None), "__module__", "")).partition(".")[0]


def _is_satisfied(constraint: Any, value: Any) -> bool:
    # Python takes true for 1.
    if isinstance(value, bool | np.bool_) and isinstance(constraint, Interval):
        return False
    return bool(constraint.is_satisfied_by(value))


def _fault(name: str, value: Any, constraints: Sequence[Any]) -> ValueError:
    texts = sorted(text for each in constraints if isinstance(each, StrOptions) for text in each.options)
    others = [constraint for constraint in constraints if not isinstance(constraint, StrOptions)]
    if isinstance(value, str) and texts and all(str(constraint) == "None" for constraint in others):
        return UnknownNameError(name, value, texts)
    words = [*(_words(constraint) for constraint in others if str(constraint) != "None"), *map(repr, texts)]
    words += ["None"] if any(str(constraint) == "None" for constraint in others) else []
    allowed = f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
    hint = suggestion(value, texts) if isinstance(value, str) else ""
    return ValueError(f"{name} must be {allowed}, got {shown(value)}" + (f".{hint}" if hint else ""))


def _words(constraint: Any) -> str:
    if not isinstance(constraint, Interval):
        return str(constraint)
    is_whole = constraint.type is Integral
    # Without a bound, an interval that is closed there holds infinity.
    is_finite = constraint.right is not None or constraint.closed in {"left", "neither"}
    noun = "an integer" if is_whole else "a finite number" if is_finite and constraint.right is None else "a number"
    if constraint.closed == "both" and constraint.left is not None and constraint.right is not None:
        return f"{noun} between {_number(constraint.left)} and {_number(constraint.right)}"
    bounds = []
    if constraint.left is not None:
        words = "of at least" if constraint.closed in {"left", "both"} else "above"
        bounds.append(f"{words} {_number(constraint.left)}")
    if constraint.right is not None:
        words = "of at most" if constraint.closed in {"right", "both"} else "below"
        bounds.append(f"{words} {_number(constraint.right)}")
    return " ".join([noun, " and ".join(bounds)]).strip()


def _number(bound: float) -> str:
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"


def check_need(what: str, n_bytes: int, remedy: str) -> None:
    """Check that something would not take more memory than any machine has.

    Parameters
    ----------
    what : str
        E.g. ``"the network"``.
    n_bytes : int
    remedy : str
        What to do, e.g. ``"use smaller layers"``.

    Raises
    ------
    ValueError
        Saying how much it would take.
    """
    if n_bytes <= MOST_BYTES:
        return
    terabytes = n_bytes // _TERABYTE
    figure = f"{terabytes:,}" if terabytes < _MOST_SHOWN else f"more than {_MOST_SHOWN:,}"
    raise ValueError(
        f"{what} would take {figure} TB of memory; at most {MOST_BYTES // _TERABYTE:,} TB is allowed; {remedy}"
    )
