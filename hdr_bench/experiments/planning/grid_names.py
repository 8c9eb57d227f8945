"""Parameters of a grid: which estimator of a model each is of, whether that takes it, and what its values stand for."""

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
    """Return the name that a parameter of the estimator itself has in a pipeline.

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
    """Return the estimator in a model that a parameter is set on, and the name that the parameter has there.

    What the parameter is nested in may be no estimator: ``module__hidden`` is a parameter of skorch's net.

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
    """Return a candidate of a grid as a model's `set_params` takes it.

    What a suite file can only describe is made as for `params`: estimators, and the classes that skorch wants.

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
        If a value cannot be made.
    """
    return {in_pipeline(model, name): _made_value(model, name, value) for name, value in candidate.items()}


def _made_value(model: Any, name: str, value: Any) -> Any:
    owner, parameter = owner_of(model, name)
    return parameter_value(type(owner), parameter, value)


def check_grid(model: Any, grid: Mapping[str, list[Any]]) -> None:
    """Check that a search can set each parameter of a grid.

    Estimators of other libraries take parameters that their `get_params` does not return: CatBoost returns those that
    it was given, skorch and LightGBM take others than they name.

    Parameters
    ----------
    model : estimator
        Unfitted.
    grid : mapping of str to list
        Parameters and the values to try.

    Raises
    ------
    UnknownNameError
        If an estimator does not take one.
    EstimatorError
        If setting one would end the program.
    HdrBenchError
        If what a value describes cannot be made.
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
        # Whatever the class raises for what it does not take.
        if isinstance(error, Exception):
            return refusal
        return EstimatorError(f"set_params of {class_name(type(owner))} fails: {cause_of(error)}")

    with foreign_code(refuse):
        changed = copy_unfitted(owner).set_params(**{name: value})
        if library is not None and library.check is not None:
            library.check(changed)


def _named_by_constructors(cls: type) -> set[str]:
    """Return the names of parameters that the constructors of a class and its bases have."""
    return {each.name for each in _constructor_parameters(cls) if each.kind not in _OPEN}


def _takes_any(cls: type) -> bool:
    """Whether a constructor of a class or its bases takes names that it does not have, as ``**kwargs``."""
    return any(each.kind is inspect.Parameter.VAR_KEYWORD for each in _constructor_parameters(cls))


def _constructor_parameters(cls: type) -> Iterator[inspect.Parameter]:
    for base in cls.__mro__:
        constructor: Any = vars(base).get("__init__")
        if constructor is None or base is object:
            continue
        try:
            yield from list(inspect.signature(constructor).parameters.values())[1:]
        # Compiled, without a signature: `set_params` says what it does not take.
        except (TypeError, ValueError):
            yield inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
