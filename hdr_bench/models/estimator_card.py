"""Information in a model's card that comes from the estimator itself and from the machine."""

import inspect
import json
import math
import platform
import re
from typing import Any

from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS
from hdr_bench.models.card import MOST_CLASSES, CardMachine, CardStep, ModelCard
from hdr_bench.names import class_module, class_name, visible

_LONGEST_VALUE = 500
# Addresses differ between equal objects.
_ADDRESS = re.compile(" at 0x[0-9A-Fa-f]+")


def describe_estimator(estimator: Any) -> ModelCard:
    """Return a card with what the estimator itself provides: method, steps, classes, libraries.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    card : ModelCard
    """
    from sklearn.pipeline import Pipeline

    from hdr_bench.records.environment import library_versions

    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    classes, n_features = getattr(estimator, "classes_", ()), getattr(estimator, "n_features_in_", None)
    described = [describe_step(step) for step in steps if not isinstance(step, str) and step is not None]
    return ModelCard(
        method=described[-1],
        steps=tuple(described[:-1]),
        classes=tuple(visible(str(each)) for each in list(classes)[:MOST_CLASSES] if not isinstance(classes, list)),
        n_features=None if n_features is None else int(n_features),
        image_shape=_image_shape(steps, n_features),
        libraries=library_versions(),
        python=platform.python_version(),
    )


def describe_step(step: Any) -> CardStep:
    """Describe an estimator or a transformer for a card.

    Parameters
    ----------
    step : estimator

    Returns
    -------
    step : CardStep
    """
    cls = type(step)
    path = f"{class_module(cls)}.{class_name(cls)}"
    names = {entry.path: name for name, entry in (ESTIMATORS | TRANSFORMERS).items()}
    return CardStep(name=names.get(path, path), parameters=_changed(step))


def read_machine() -> CardMachine:
    """Describe the machine that this process runs on.

    Returns
    -------
    machine : CardMachine
    """
    from hdr_bench.records.environment import read_environment

    environment = read_environment()
    return CardMachine(cpu=environment.cpu, architecture=environment.machine, system=environment.system)


def _changed(step: Any) -> dict[str, Any]:
    """Return the parameters of an estimator that differ from its defaults, in a form that JSON can represent."""
    defaults = _defaults(type(step))
    params = step.get_params(deep=False) if hasattr(step, "get_params") else {}
    return {
        name: _plain(value)
        for name, value in params.items()
        # skorch nets also list their internal parameters.
        if not name.startswith("_") and (name not in defaults or not _is_same(value, defaults[name]))
    }


def _defaults(cls: type) -> dict[str, Any]:
    """Return the defaults of a class's parameters; parameters passed on as keywords may be those of a base."""
    defaults: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if constructor := vars(base).get("__init__"):
            parameters = inspect.signature(constructor).parameters.values()
            defaults |= {parameter.name: parameter.default for parameter in parameters}
    return defaults


def _is_same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(repr(value) == repr(default))


def _plain(value: Any) -> Any:
    if isinstance(value, type):
        return visible(f"{class_module(value)}.{class_name(value)}")
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return visible(_ADDRESS.sub("", repr(value))[:_LONGEST_VALUE])
    return value


def _image_shape(steps: list[Any], n_features: Any) -> tuple[int, int] | None:
    """Return height and width of the input images: as learned by a step, or a square."""
    first = getattr(steps[0], "image_shape_", None) or getattr(steps[0], "image_shape", None)
    if first is not None and len(first) >= 2:
        return int(first[0]), int(first[1])
    side = math.isqrt(int(n_features)) if n_features else 0
    return (side, side) if n_features and side * side == int(n_features) else None
