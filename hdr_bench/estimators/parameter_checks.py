"""Check parameters before fitting, against the constraints that each estimator declares.

The declarations follow scikit-learn (``_parameter_constraints``), and scikit-learn's own estimators are checked the
same way; the wording of the messages is this library's.
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
"""Most bytes that a single object, e.g. a network, may take: beyond any machine on which digits are compared."""

_TERABYTE = 10**12
# Exact figures beyond this are not informative.
_MOST_SHOWN = 10**9


@dataclass(frozen=True)
class DataShape:
    """Properties of the training data on which parameters depend.

    Attributes
    ----------
    n_features : int or None
        Number of pixels per image; None if unknown, as after a step of another library.
    n_classes : int
    n_samples : int
        Number of training images.
    """

    n_features: int | None
    n_classes: int
    n_samples: int


def check_parameters(model: Any) -> None:
    """Check an estimator's own parameters, first one by one, then in combination; nested estimators check theirs.

    Parameters
    ----------
    model : estimator

    Raises
    ------
    UnknownNameError
        If a string is not one of the allowed values of its parameter.
    MissingDependencyError
        If a library that a parameter names is not installed.
    ValueError
        If another value is out of range, or values do not fit together.
    """
    for fault in find_faults(model):
        raise fault


def find_faults(model: Any) -> Iterator[Exception]:
    """Yield the faults of an estimator's own parameters: of single parameters, or if there are none, of combinations.

    Parameters
    ----------
    model : estimator

    Yields
    ------
    fault : Exception
        The exception that `check_parameters` raises.
    """
    faults: list[Exception] = [
        fault for name in _changed_names(model) if (fault := parameter_fault(model, name)) is not None
    ]
    yield from faults
    if not faults:
        yield from own_faults(model, "_check_combination")


def own_faults(model: Any, check: str, *given: Any) -> Iterator[Exception]:
    """Yield the faults found by a check of the estimator's own; nothing if it has no such check.

    Parameters
    ----------
    model : estimator
    check : str
        Name of the checking method, e.g. ``"_check_data"``.
    *given
        Its arguments.

    Yields
    ------
    fault : Exception
        The exception that it raises.
    """
    if _root(model) != "hdr_bench" or not hasattr(model, check):
        return
    try:
        with plain_parameters(model):
            getattr(model, check)(*given)
    except (HdrBenchError, TypeError, ValueError) as error:
        yield error


def parameter_fault(model: Any, name: str, *values: Any) -> ValueError | None:
    """Return the fault of a parameter's value, or None if it is valid or nothing is declared for it.

    Parameters
    ----------
    model : estimator
    name : str
    *values
        Values to check instead of the estimator's own.

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
    """Return the fault of a value according to its scikit-learn declaration, or None if it is valid.

    Parameters
    ----------
    name : str
        Name of the parameter, for the message.
    value : Any
    declared : sequence
        As in scikit-learn's `_parameter_constraints`.

    Returns
    -------
    fault : ValueError or None
    """
    constraints = [make_constraint(constraint) for constraint in declared]
    if any(_is_satisfied(constraint, to_plain(value)) for constraint in constraints):
        return None
    return _fault(name, value, [constraint for constraint in constraints if not constraint.hidden])


def estimators_in(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield an estimator and all estimators nested in it, each with the prefix of its parameters' names.

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
        If ``get_params`` of an estimator fails.
    """
    yield "", model
    for name, value in estimators_among(all_params(model)).items():
        yield f"{name}__", value


def _constraints_of(model: Any) -> dict[str, Any]:
    declared = getattr(model, "_parameter_constraints", None)
    # A user's class with its own `fit` may give the parameters another meaning.
    return declared if isinstance(declared, dict) and _root(model) in KNOWN_LIBRARIES else {}


def _changed_names(model: Any) -> list[str]:
    """Return the names of the declared parameters that differ from their defaults."""
    declared = _constraints_of(model)
    defaults = _defaults_of(type(model)) if declared else {}
    others = (name for name in declared if hasattr(model, name))
    return [name for name in others if getattr(model, name) is not defaults.get(name, Parameter.empty)]


def _defaults_of(cls: Any) -> Mapping[str, Any]:
    """Return the defaults of an estimator of this library, cached because most cases leave most parameters at them."""
    return _defaults(cls.__init__) if is_known(cls) else {}


@lru_cache(maxsize=64)
def _defaults(constructor: Any) -> Mapping[str, Any]:
    return {parameter.name: parameter.default for parameter in signature(constructor).parameters.values()}


def _root(model: Any) -> str:
    """Return the library in which an estimator's `fit` is defined."""
    return str(getattr(getattr(type(model), "fit", None), "__module__", "")).partition(".")[0]


def _is_satisfied(constraint: Any, value: Any) -> bool:
    # Python treats True as 1.
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
    # Without a bound, an interval that is closed on that side contains infinity.
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
    """Check that an object would not take more memory than any machine has.

    Parameters
    ----------
    what : str
        E.g. ``"the network"``.
    n_bytes : int
    remedy : str
        What the user can do, e.g. ``"use smaller layers"``.

    Raises
    ------
    ValueError
        If it would take too much.
    """
    if n_bytes <= MOST_BYTES:
        return
    terabytes = n_bytes // _TERABYTE
    figure = f"{terabytes:,}" if terabytes < _MOST_SHOWN else f"more than {_MOST_SHOWN:,}"
    raise ValueError(
        f"{what} would take {figure} TB of memory; at most {MOST_BYTES // _TERABYTE:,} TB is allowed; {remedy}"
    )
