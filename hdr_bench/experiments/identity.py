"""Which libraries' versions decide what an estimator does."""

from collections.abc import Iterator
from functools import cache
from importlib import metadata
from typing import Any

from hdr_bench.estimators.engines import engine_packages
from hdr_bench.estimators.saving import installed_versions

# They cut, evaluate and compute, whatever the method.
_ALWAYS = ("numpy", "scipy", "scikit-learn")


def deciding_versions(model: Any) -> dict[str, str]:
    """Return the versions of the libraries that an unfitted estimator and all that is in it compute with.

    Parameters
    ----------
    model : estimator
        A pipeline's steps and the estimators among its parameters count too.
    """
    return versions_of(deciding_packages(model))


def deciding_packages(model: Any) -> frozenset[str]:
    """Return the libraries that an unfitted estimator and all that is in it compute with."""
    parts = (model, *_estimators_in(model))
    return frozenset({*_ALWAYS, *(package for part in parts for package in _packages_of(part))})


def versions_of(packages: frozenset[str]) -> dict[str, str]:
    """Return the versions of those libraries that are installed, by name."""
    return dict(sorted(installed_versions(tuple(packages)).items()))


def _estimators_in(model: Any) -> Iterator[Any]:
    for value in model.get_params().values():
        if hasattr(value, "get_params") and not isinstance(value, type):
            yield value


def _packages_of(part: Any) -> set[str]:
    root = type(part).__module__.partition(".")[0]
    if root != "hdr_bench":
        return set(_distributions().get(root, ()))
    # What a saved estimator holds the versions of, and what it would compute with.
    return {*part._libraries, *engine_packages(part)} if hasattr(part, "_libraries") else set()


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())
