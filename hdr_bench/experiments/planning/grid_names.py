"""Grid parameters: the estimator that each belongs to, whether it accepts them, and what their values represent."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from hdr_bench.estimators import parameter_value
from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.estimators.foreign.copying import copy_unfitted
from hdr_bench.estimators.foreign.libraries import library_of
from hdr_bench.estimators.foreign.parameters import all_params
from hdr_bench.exceptions import EstimatorError, HdrBenchError, UnknownNameError
from hdr_bench.names import class_name

_OPEN = frozenset({inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD})


def in_pipeline(model: Any, name: str) -> str:
    """Return the name, within a pipeline, of a parameter of its final estimator.

    Parameters
    ----------
    model : estimator
    name : str
        Name of the parameter in a grid.

    Returns
    -------
    name : str

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    if name in all_params(model) or not hasattr(model, "steps") or name.partition("__")[0] in dict(model.steps):
        return name
    return f"{model.steps[-1][0]}__{name}"


def owner_of(model: Any, name: str) -> tuple[Any, str]:
    """Return the estimator within a model on which a parameter is set, and the parameter's name there.

    The prefix of a nested parameter need not be an estimator: ``module__hidden`` is a parameter of skorch's net.

    Parameters
    ----------
    model : estimator
    name : str
        Name of the parameter in a grid.

    Returns
    -------
    owner : estimator
    name : str

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    nested, params = in_pipeline(model, name), all_params(model)
    parts = nested.split("__")
    for length in range(len(parts) - 1, 0, -1):
        owner = params.get("__".join(parts[:length]))
        if hasattr(owner, "get_params") and not isinstance(owner, type):
            return owner, "__".join(parts[length:])
    return model, nested


def settable(model: Any, candidate: Mapping[str, Any]) -> dict[str, Any]:
    """Return a candidate of a grid in the form that a model's `set_params` accepts.

    What a suite file can only describe is created as for `params`: estimators, and the classes that skorch needs.

    Parameters
    ----------
    model : estimator
        Unfitted.
    candidate : mapping of str to object
        Parameters and their values.

    Returns
    -------
    params : dict of str to object

    Raises
    ------
    HdrBenchError
        If a value cannot be created.
    """
    return {in_pipeline(model, name): _made_value(model, name, value) for name, value in candidate.items()}


def _made_value(model: Any, name: str, value: Any) -> Any:
    owner, parameter = owner_of(model, name)
    return parameter_value(type(owner), parameter, value)


def check_grid(model: Any, grid: Mapping[str, list[Any]]) -> None:
    """Check that a search can set each parameter of a grid's table.

    Estimators of other libraries accept parameters that their `get_params` does not return: CatBoost returns only those
    that were set, and skorch and LightGBM accept more than they list.

    Parameters
    ----------
    model : estimator
        Unfitted.
    grid : mapping of str to list
        Parameters and the values to try.

    Raises
    ------
    UnknownNameError
        If an estimator does not accept a parameter.
    EstimatorError
        If setting a parameter would exit the program.
    HdrBenchError
        If the object described by a value cannot be created.
    """
    known = all_params(model)
    for name, values in grid.items():
        made = [_made_value(model, name, value) for value in values]
        if in_pipeline(model, name) not in known:
            _check_name(*owner_of(model, name), made[0])


def _check_name(owner: Any, name: str, value: Any) -> None:
    names = {*all_params(owner), *_named_by_constructors(type(owner))}
    refusal = UnknownNameError(f"parameter of {class_name(type(owner))}", name, sorted(map(str, names)))
    if name not in names and not _takes_any(type(owner)):
        raise refusal
    library = library_of(type(owner))

    def refuse(error: BaseException) -> BaseException:
        if isinstance(error, HdrBenchError):
            return error
        # A class may raise any exception for what it does not accept.
        if isinstance(error, Exception):
            return refusal
        return EstimatorError(f"set_params of {class_name(type(owner))} fails: {cause_of(error)}")

    with foreign_code(refuse):
        changed = copy_unfitted(owner).set_params(**{name: value})
        if library is not None and library.check is not None:
            library.check(changed)


def _named_by_constructors(cls: type) -> set[str]:
    """Return the names of constructor parameters of a class and its bases."""
    return {each.name for each in _constructor_parameters(cls) if each.kind not in _OPEN}


def _takes_any(cls: type) -> bool:
    """Return whether a constructor of a class or its bases accepts any names, as ``**kwargs``."""
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in _constructor_parameters(cls))


def _constructor_parameters(cls: type) -> Iterator[inspect.Parameter]:
    for base in cls.__mro__:
        constructor: Any = vars(base).get("__init__")
        if constructor is None or base is object:
            continue
        try:
            yield from list(inspect.signature(constructor).parameters.values())[1:]
        # Compiled, without a signature; `set_params` rejects what it does not accept.
        except (TypeError, ValueError):
            yield inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
