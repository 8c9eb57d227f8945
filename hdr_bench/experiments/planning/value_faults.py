"""Checks of a case's parameter values against its data when a run is planned, without fitting."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

from sklearn.base import OneToOneFeatureMixin
from sklearn.pipeline import Pipeline

from hdr_bench.class_cache import is_instance
from hdr_bench.estimators.foreign.parameters import is_known
from hdr_bench.estimators.parameter_checks import (
    DataShape,
    check_need,
    estimators_in,
    find_faults,
    own_faults,
    parameter_fault,
)
from hdr_bench.exceptions import shown
from hdr_bench.experiments.planning.grid_names import owner_of
from hdr_bench.names import class_module, class_name
from hdr_bench.records.case import Case
from hdr_bench.records.grid import Table, tables_of

_Rule = tuple[str, Callable[[DataShape], int | None], str]


def _fewest(*counts: int | None) -> int | None:
    return min((count for count in counts if count is not None), default=None)


# By name of the estimator: the parameter, its largest value, and what that is.
_RULES: dict[str, _Rule] = {
    "KNeighborsClassifier": ("n_neighbors", lambda data: data.n_samples, "the number of training images"),
    "PCA": (
        "n_components",
        lambda data: _fewest(data.n_features, data.n_samples),
        "the smaller of the number of training images and the number of pixels",
    ),
    "TruncatedSVD": ("n_components", lambda data: data.n_features, "the number of pixels"),
    "LinearDiscriminantAnalysis": (
        "n_components",
        lambda data: _fewest(data.n_features, data.n_classes - 1),
        "the smaller of the number of pixels and the number of classes minus one",
    ),
}


def shape_faults(estimator: Any, data: DataShape) -> Iterator[str]:
    """Yield what a scikit-learn estimator would reject about the shape of the data when it is fitted.

    Parameters
    ----------
    estimator : estimator
        Unfitted.
    data : DataShape
        Shape of the input data.

    Yields
    ------
    fault : str
    """
    cls = type(estimator)
    if class_module(cls).partition(".")[0] != "sklearn" or class_name(cls) not in _RULES:
        return
    name, most_of, what = _RULES[class_name(cls)]
    value, most = getattr(estimator, name, None), most_of(data)
    if isinstance(value, Integral) and most is not None and int(value) > most:
        yield f"{name} must be at most {most:,}, {what}, got {shown(value)}"


def class_weight_faults(estimator: Any, data: DataShape) -> Iterator[str]:
    """Yield the keys of a class weight that are not classes: labels are numbers from 0.

    Parameters
    ----------
    estimator : estimator
        Unfitted.
    data : DataShape
        Shape of the input data.

    Yields
    ------
    fault : str
    """
    weights = getattr(estimator, "class_weight", None)
    if not isinstance(weights, Mapping) or not is_known(type(estimator)):
        return
    classes = range(data.n_classes)
    others = [key for key in weights if not isinstance(key, Integral) or key not in classes]
    # scikit-learn accepts other keys if there is a weight for each class.
    if others and not set(classes) <= set(weights):
        yield (
            f"class_weight: the keys must be classes, numbers from 0 to {data.n_classes - 1}, got "
            f"{shown(others[0])}; keys of a TOML table are strings: give the estimator itself in Python"
        )


# Parameters whose change may make an estimator incompatible with the data or with its other parameters; by the
# parameters that must match them, which a grid may change at the same time.
_SHAPED_BY: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "activation",
            "adversarial",
            "augmentation",
            "batch_norm_params",
            "callbacks",
            "class_weight",
            "layers",
            "n_neighbors",
            "n_units",
            "size",
            "weight_init",
        ),
        frozenset(),
    ),
    "degree": frozenset({"n_components"}),
    "n_components": frozenset({"degree"}),
    "optimizer_params": frozenset({"optimizer"}),
    "schedule_params": frozenset({"schedule", "optimizer", "max_epochs", "batch_size"}),
}
# Steps compute with the shortest floating-point type that can represent the pixels.
_BYTES_OF_A_VALUE = 4


@dataclass(frozen=True)
class _Part:
    """An estimator within a case's model, with its place in messages and the prefix of its parameters."""

    estimator: Any
    place: str
    prefix: str


def value_faults(case: Case, model: Any, data: DataShape) -> Iterator[str]:
    """Yield the faults in the parameter values of a case, including those of a grid.

    Parameters
    ----------
    case : Case
    model : estimator
        Unfitted, as described by the case.
    data : DataShape
        Shape of the input data.

    Yields
    ------
    fault : str
        Names the parameter, and the step if it is not the estimator itself.

    Raises
    ------
    EstimatorError
        If an estimator's ``get_params`` fails.
    """
    parts = list(_parts(case, model))
    faults = [f"{part.place}{part.prefix}{fault}" for part in parts for fault in find_faults(part.estimator)]
    faults = faults or list(_flow(parts, model, data))
    yield from faults
    if not faults:
        yield from _grid_faults(case, model, data)


def _parts(case: Case, model: Any) -> Iterator[_Part]:
    steps = _steps(model)
    if not case.steps:
        yield from (_Part(estimator, "", prefix) for prefix, estimator in estimators_in(model))
        return
    for number, (step, transformer) in enumerate(zip(case.steps, steps[:-1], strict=True), start=1):
        place = f"step {number} ({step.name!r}): "
        yield from (_Part(estimator, place, prefix) for prefix, estimator in estimators_in(transformer))
    yield from (_Part(estimator, "", prefix) for prefix, estimator in estimators_in(steps[-1]))


def _steps(model: Any) -> list[Any]:
    return [estimator for _, estimator in model.steps] if is_instance(model, Pipeline) else [model]


def _flow(parts: list[_Part], model: Any, data: DataShape) -> Iterator[str]:
    """Follow an image through the steps of a pipeline to the estimator, and yield where it does not fit."""
    steps = _steps(model)
    places = {id(part.estimator): part.place for part in parts}
    for step in steps[:-1]:
        faults = list(_step_faults(step, data))
        yield from (f"{places.get(id(step), '')}{fault}" for fault in faults)
        if faults:
            return
        data = replace(data, n_features=_n_features_after(step, data.n_features))
    yield from (str(fault) for fault in own_faults(steps[-1], "_check_data", data))
    yield from shape_faults(steps[-1], data)
    yield from class_weight_faults(steps[-1], data)


def _step_faults(step: Any, data: DataShape) -> Iterator[str]:
    yield from shape_faults(step, data)
    if data.n_features is None:
        return
    faults = list(own_faults(step, "_n_features_after", data.n_features))
    yield from map(str, faults)
    after = None if faults else _n_features_after(step, data.n_features)
    if after is None:
        return
    try:
        what = f"{data.n_samples:,} images of {after:,} values each"
        check_need(what, _BYTES_OF_A_VALUE * data.n_samples * after, "use smaller or fewer images")
    except ValueError as error:
        yield str(error)


def _n_features_after(step: Any, n_features: int | None) -> int | None:
    if n_features is None or step == "passthrough":
        return n_features
    if hasattr(step, "_n_features_after"):
        after: int = step._n_features_after(n_features)
        return after
    return n_features if isinstance(step, OneToOneFeatureMixin) else None


def _grid_faults(case: Case, model: Any, data: DataShape) -> Iterator[str]:
    """Yield the faults of each value of a grid, alone or with single values of parameters that it must match."""
    for place, table in tables_of(case.grid).items():
        yield from (f"{place}, {fault}" for fault in _table_faults(table, model, data))


def _table_faults(table: Table, model: Any, data: DataShape) -> Iterator[str]:
    for name, values in table.items():
        owner, parameter = owner_of(model, name)
        fault = parameter_fault(owner, parameter, *values)
        if fault is not None:
            yield f"{name}: {fault}"
        elif parameter in _SHAPED_BY and hasattr(owner, parameter):
            fixed = _fixed_with(name, table, model)
            texts = () if fixed is None else _reshaping(owner, fixed, parameter, values, model, data)
            yield from (f"{name}: {text}" for text in texts)


def _fixed_with(name: str, table: Table, model: Any) -> dict[str, Any] | None:
    """Return the parameters that one must match and that have a single value here; None if others of them vary."""
    prefix, _, parameter = name.rpartition("__")
    fixed = {}
    for other, values in table.items():
        place, _, matched = other.rpartition("__")
        if matched not in _SHAPED_BY[parameter]:
            continue
        owner, _ = owner_of(model, other)
        if place != prefix or len(values) > 1 or not hasattr(owner, matched):
            return None
        if parameter_fault(owner, matched, *values) is not None:
            return None
        fixed[matched] = values[0]
    return fixed


def _reshaping(
    owner: Any, fixed: dict[str, Any], parameter: str, values: list[Any], model: Any, data: DataShape
) -> Iterator[str]:
    before = {each: getattr(owner, each) for each in (*fixed, parameter)}
    try:
        for value in values:
            owner.set_params(**fixed, **{parameter: value})
            yield from map(str, own_faults(owner, "_check_combination"))
            yield from _flow([], model, data)
    finally:
        owner.set_params(**before)
