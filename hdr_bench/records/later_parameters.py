"""Parameters added to classes of this library after results and models had been stored without them."""

from collections.abc import Mapping
from typing import Any

from hdr_bench.class_cache import cache_by_class
from hdr_bench.names import class_module, class_name

# By the class that declares them.
_LATER = {"hdr_bench.estimators.neural.base.NeuralClassifier": ("adversarial",)}


def without_later(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters without those that were added later and have their default None.

    This keeps keys of stored results, and files of equal models, unchanged.

    Parameters
    ----------
    cls : type
        Class of the estimator.
    values : mapping of str to object
        Parameters by name, and any other attributes of the estimator.

    Returns
    -------
    values : dict of str to object
    """
    later = _later_parameters(cls)
    return {name: value for name, value in values.items() if not (value is None and name in later)}


@cache_by_class
def _later_parameters(cls: type) -> tuple[str, ...]:
    paths = (f"{class_module(base)}.{class_name(base)}" for base in cls.__mro__)
    return tuple(name for path in paths for name in _LATER.get(path, ()))
