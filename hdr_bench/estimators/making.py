"""Create estimators and transformers from a name and parameters, as suites describe them."""

import inspect
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from hdr_bench.estimators.entry import Entry
from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.estimators.foreign.importing import describe_shadowing, import_attribute
from hdr_bench.estimators.foreign.libraries import library_of
from hdr_bench.estimators.foreign.parameters import all_params, set_params
from hdr_bench.exceptions import EstimatorError, UnknownNameError, shown
from hdr_bench.names import class_name
from hdr_bench.records.fingerprints import STORED_PATHS

# Suites written for version 0.1.0 refer to classes by their former paths.
_MOVED = {before: now for now, before in STORED_PATHS.items()}

_DESCRIPTION = ("estimator", "params")
_OPEN = frozenset({inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD})

# The base classes that give a user's class the methods that are called.
_MIXINS = {"estimator": "ClassifierMixin", "transformer": "TransformerMixin"}

Table = Mapping[str, Entry]


def make(kind: str, name: str, params: Mapping[str, Any], table: Table, estimators: Table) -> Any:
    """Create an estimator or a transformer; nested parameters (``step__param``) reach into it.

    Parameters
    ----------
    kind : str
        What to create, e.g. ``"transformer"``.
    name : str
        Key of `table`, or a dotted path.
    params : mapping of str to Any
    table : mapping of str to Entry
        The choices for `name`.
    estimators : mapping of str to Entry
        The choices for estimators among the parameters.

    Returns
    -------
    made : estimator

    Raises
    ------
    UnknownNameError
        If there is no such name, or the class does not have such a parameter.
    EstimatorError
        If it cannot be created, e.g. because a required parameter is missing.
    ModuleImportError
        If its module cannot be imported.
    """
    cls = class_of(kind, name, table)
    if not hasattr(cls, "get_params"):
        place = describe_shadowing(name.rpartition(".")[0])
        raise EstimatorError(
            f"{name} has no get_params, which every {kind} needs; derive its class from "
            f"sklearn.base.{_MIXINS[kind]} and sklearn.base.BaseEstimator, in this order{f'; {place}' if place else ''}"
        )
    known, takes_any = _parameters_of(cls)
    own = {key: value for key, value in params.items() if takes_any or "__" not in key}
    own = {key: value_of(cls, key, value, estimators) for key, value in own.items()}
    for key in own:
        if key not in known and not takes_any:
            raise UnknownNameError(f"parameter of {class_name(cls)}", key, sorted(known))
    made = _construct(cls, own)
    nested = {key: value for key, value in params.items() if key not in own}
    if not nested:
        return made
    known_nested = all_params(made)
    for key in nested:
        if key not in known_nested:
            raise UnknownNameError(f"parameter of {class_name(cls)}", key, sorted(known_nested))
    return set_params(made, nested)


def class_of(kind: str, name: str, table: Table) -> type:
    """Return the class that `name` stands for in `table`, or at its dotted path.

    Parameters
    ----------
    kind : str
        What the class should be, e.g. ``"transformer"``.
    name : str
    table : mapping of str to Entry

    Returns
    -------
    cls : type

    Raises
    ------
    UnknownNameError
        If there is no such class.
    ModuleImportError
        If its module cannot be imported.
    """
    if name in table:
        own: type = getattr(import_module(table[name].module), table[name].class_name)
        return own
    if "." not in name:
        raise UnknownNameError(kind, name, table)
    imported = import_attribute(kind, _MOVED.get(name, name), table)
    if not isinstance(imported, type):
        place = describe_shadowing(name.rpartition(".")[0])
        raise UnknownNameError(f"{kind} (not a class{f'; {place}' if place else ''})", name, table)
    return imported


def value_of(cls: type, key: str, value: Any, estimators: Table) -> Any:
    """Return a parameter's value: described estimators are created, and paths of classes are imported.

    Parameters
    ----------
    cls : type
        Class of the estimator.
    key : str
        Name of the parameter.
    value : Any
    estimators : mapping of str to Entry
        The choices for a described estimator.

    Returns
    -------
    value : Any

    Raises
    ------
    HdrBenchError
        If it cannot be created or imported.
    """
    if isinstance(value, Mapping) and isinstance(value.get("estimator"), str):
        return _make_described(f"{key} of {class_name(cls)}", value, estimators)
    library = library_of(cls)
    if library is not None and key in library.classes and isinstance(value, str):
        return import_attribute(f"{key} of {class_name(cls)}", value, ())
    return value


def _make_described(place: str, description: Mapping[str, Any], estimators: Table) -> Any:
    for key in description:
        if key not in _DESCRIPTION:
            raise UnknownNameError(f"key of {place}, the description of an estimator,", key, _DESCRIPTION)
    params = description.get("params", {})
    if not isinstance(params, Mapping):
        raise EstimatorError(f"{place}: params must be a table, got {shown(params)}")
    return make("estimator", description["estimator"], params, estimators, estimators)


def _construct(cls: type, params: dict[str, Any]) -> Any:
    """Create an object of a class, and let it check its parameters' names if it can."""

    def refuse(error: BaseException) -> BaseException:
        if isinstance(error, UnknownNameError):
            return error
        return EstimatorError(f"{class_name(cls)} cannot be created with {shown(params)}: {cause_of(error)}")

    with foreign_code(refuse):
        made = cls(**params)
        library = library_of(cls)
        if library is not None and library.check is not None:
            library.check(made)
    return made


def _parameters_of(cls: Any) -> tuple[frozenset[str], bool]:
    """Return the names of a constructor's parameters, and whether it also accepts ``**kwargs``."""
    if cls.__init__ is object.__init__:
        return frozenset(), False
    return _parameters_of_constructor(cls.__init__)


@lru_cache(maxsize=64)
def _parameters_of_constructor(constructor: Any) -> tuple[frozenset[str], bool]:
    try:
        parameters = inspect.signature(constructor).parameters.values()
    except (TypeError, ValueError):
        # A compiled constructor has no signature; it reports unknown parameters itself.
        return frozenset(), True
    kinds = {parameter.kind for parameter in parameters}
    names = frozenset(each.name for each in list(parameters)[1:] if each.kind not in _OPEN)
    return names, inspect.Parameter.VAR_KEYWORD in kinds
