"""What estimators of other libraries need beyond scikit-learn's conventions: seeds, threads, files, classes."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from typing import Any

from hdr_bench.class_cache import cache_by_class
from hdr_bench.estimators.foreign.parameters import all_params, estimators_among, own_params
from hdr_bench.exceptions import UnknownNameError
from hdr_bench.names import class_module, class_name


@dataclass(frozen=True)
class Library:
    """How a library's estimators receive the settings that a trial decides.

    Attributes
    ----------
    seeds : tuple of str
        Names of the seed parameter; the first is set unless one of them is given.
    threads : tuple of str
        Names of the parameter for the number of threads, likewise; if it is not set, the library uses all cores.
    settings : mapping of str to Any
        Parameters that are set unless one of `instead` is given.
    instead : tuple of str
        Parameters by which the user takes over what `settings` would decide.
    classes : tuple of str
        Parameters whose values are classes, given in a suite file as dotted paths.
    packages : tuple of str
        Distributions that it computes with, besides its own.
    draws_globally : bool
        Whether its estimators draw from global generators and have no seed of their own.
    check : callable or None
        Raises an error if an estimator was created with parameters that it does not have.
    """

    seeds: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    instead: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    draws_globally: bool = False
    check: Callable[[Any], object] | None = None


_OPEN = frozenset({inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD})
_SKORCH_CLASSES = ("module", "criterion", "optimizer", "iterator_train", "iterator_valid", "dataset")


def _check_net(net: Any) -> None:
    """Refuse parameters of a skorch net that the net itself would refuse only when it is fitted."""
    bases: tuple[Any, ...] = type(net).__mro__
    signatures = (inspect.signature(base.__init__) for base in bases if base is not object)
    each = (parameter for signature in signatures for parameter in signature.parameters.values())
    known = {parameter.name for parameter in each if parameter.kind not in _OPEN} - {"self"}
    parts = {*_SKORCH_CLASSES, *net.prefixes_}
    for name in sorted(net._params_to_validate):
        part, nested, _ = name.partition("__")
        if not nested and name not in known:
            raise UnknownNameError(f"parameter of {class_name(type(net))}", name, sorted(known))
        # A net that creates its own modules knows their names, to which nested parameters refer, only when it is
        # fitted.
        if nested and part not in parts and _makes_skorchs_parts(net):
            raise UnknownNameError(f"part of {class_name(type(net))}", part, sorted(parts))


def _makes_skorchs_parts(net: Any) -> bool:
    """Whether a net has exactly the modules, criteria and optimizers of skorch's own nets."""
    makers = (getattr(type(net), f"initialize_{part}").__module__ for part in ("module", "criterion", "optimizer"))
    return all(module.partition(".")[0] == "skorch" for module in makers)


LIBRARIES: dict[str, Library] = {
    "catboost": Library(
        seeds=("random_seed", "random_state"),
        threads=("thread_count",),
        # It would write `catboost_info/` into the working folder, where several trials would collide.
        settings={"allow_writing_files": False},
        instead=("allow_writing_files", "train_dir", "snapshot_file", "save_snapshot"),
    ),
    "lightgbm": Library(
        seeds=("random_state", "seed", "random_seed"),
        threads=("n_jobs", "num_threads", "num_thread", "nthread", "nthreads"),
    ),
    "xgboost": Library(seeds=("random_state", "seed"), threads=("n_jobs", "nthread")),
    "skorch": Library(
        classes=_SKORCH_CLASSES,
        packages=("torch",),
        draws_globally=True,
        check=_check_net,
    ),
}
"""Libraries by the root module in which a class, or one of its bases, is defined."""


@cache_by_class
def library_of(cls: type) -> Library | None:
    """Return the library that a class, or the nearest of its bases, comes from, or None for all others.

    Parameters
    ----------
    cls : type

    Returns
    -------
    library : Library or None

    Examples
    --------
    >>> from skorch import NeuralNetClassifier
    >>> library_of(NeuralNetClassifier).packages
    ('torch',)
    """
    roots = (class_module(base).partition(".")[0] for base in cls.__mro__)
    return next((LIBRARIES[root] for root in roots if root in LIBRARIES), None)


def settings_for(model: Any, threads: int) -> dict[str, Any]:
    """Return the parameters to set on other libraries' estimators within a model, by their nested names.

    Parameters
    ----------
    model : estimator
    threads : int

    Returns
    -------
    params : dict of str to Any

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    chosen: dict[str, Any] = {}
    for prefix, given, library in _foreign_parts(model):
        if library.threads and not _is_given(given, library.threads):
            chosen[f"{prefix}{library.threads[0]}"] = threads
        if not _is_given(given, library.instead):
            chosen |= {f"{prefix}{name}": value for name, value in library.settings.items()}
    return chosen


def open_seeds(model: Any) -> list[str]:
    """Return the nested names of all unset seeds in a model.

    These are every ``random_state`` that is None, and other libraries' seed parameters.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    names : list of str

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    params = all_params(model)
    return _open_among(params, _foreign_among(model, params))


def is_stochastic(model: Any, params: Mapping[str, Any]) -> bool:
    """Whether a model has an unset seed, or contains an estimator that draws from global generators.

    Parameters
    ----------
    model : estimator
    params : mapping of str to Any
        Its parameters, as returned by `all_params`.

    Returns
    -------
    is_stochastic : bool

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    foreign = list(_foreign_among(model, params))
    return bool(_open_among(params, foreign)) or any(library.draws_globally for _, _, library in foreign)


def _open_among(params: Mapping[str, Any], foreign: Iterable[tuple[str, dict[str, Any], Library]]) -> list[str]:
    names = [name for name in params if name.rpartition("__")[2] == "random_state" and params[name] is None]
    for prefix, given, library in foreign:
        others = {f"{prefix}{name}" for name in library.seeds}
        names = [name for name in names if name not in others]
        if library.seeds and not _is_given(given, library.seeds):
            names.append(f"{prefix}{library.seeds[0]}")
    return names


def _foreign_parts(model: Any) -> Iterator[tuple[str, dict[str, Any], Library]]:
    """Yield the prefix, the parameters and the library of each estimator of another library in a model."""
    yield from _foreign_among(model, all_params(model))


def _foreign_among(model: Any, params: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], Library]]:
    nested = ((f"{name}__", part) for name, part in estimators_among(params).items())
    for prefix, part in (("", model), *nested):
        cls: Any = type(part)
        library = library_of(cls)
        if library is not None:
            yield prefix, own_params(part), library


def _is_given(params: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return any(params.get(name) is not None for name in names)


@cache
def packages_distributions() -> Mapping[str, list[str]]:
    """Return the distributions that provide each importable package.

    Returns
    -------
    distributions : dict of str to list of str
    """
    return metadata.packages_distributions()
