"""Which libraries' versions decide what an estimator does."""

from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any

from hdr_bench.estimators.engines import engine_packages
from hdr_bench.estimators.libraries import LIBRARIES, library_of
from hdr_bench.estimators.parameters import all_params, estimators_among
from hdr_bench.estimators.saving import installed_versions
from hdr_bench.names import class_module

# They cut, evaluate and compute, whatever the method.
_ALWAYS = ("numpy", "scipy", "scikit-learn")


def deciding_versions(model: Any) -> dict[str, str]:
    """Return the versions of the libraries that an unfitted estimator and all that is in it compute with.

    Parameters
    ----------
    model : estimator
        A pipeline's steps and the estimators among its parameters count too.
    """
    return versions_of(deciding_packages(model, all_params(model)))


def deciding_packages(model: Any, params: Mapping[str, Any]) -> frozenset[str]:
    """Return the libraries that an unfitted estimator and all that is in it compute with.

    Parameters
    ----------
    model : estimator
    params : mapping of str to Any
        Its own, as `all_params` returns them.
    """
    parts = (model, *estimators_among(params).values())
    return frozenset({*_ALWAYS, *(package for part in parts for package in _packages_of(part))})


def versions_of(packages: frozenset[str]) -> dict[str, str]:
    """Return the versions of those libraries that are installed, by name."""
    return dict(sorted(installed_versions(tuple(packages)).items()))


def _packages_of(part: Any) -> set[str]:
    root = class_module(type(part)).partition(".")[0]
    if root != "hdr_bench":
        return {*_distributions().get(root, ()), *_packages_of_library(type(part))}
    # What a saved estimator holds the versions of, and what it would compute with.
    return {*part._libraries, *engine_packages(part)} if hasattr(part, "_libraries") else set()


def _packages_of_library(cls: type) -> set[str]:
    """Return the distributions of the other library that a class, perhaps one of the user's own, is derived from."""
    library = library_of(cls)
    if library is None:
        return set()
    roots = {class_module(base).partition(".")[0] for base in cls.__mro__} & LIBRARIES.keys()
    return {*library.packages, *(name for root in roots for name in _distributions().get(root, ()))}


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())
