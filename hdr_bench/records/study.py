"""Study: one factor of a method varied over several levels, everything else unchanged."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    FieldSerializationInfo,
    PlainValidator,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

from hdr_bench.exceptions import UnknownNameError, shown
from hdr_bench.names import visual_key
from hdr_bench.records.base import MOST_REPEATS, Name, Number, Prose, SuitePart, Whole
from hdr_bench.records.case import Case
from hdr_bench.records.fingerprints import plain_mapping
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.study_figures import STUDY_FIGURES

OF_CASE = ("steps", "train_with", "samples")
"""Factors that are keys of a case; every other factor is a parameter."""

OF_PARAMETERS = "params."
"""Prefix of factors that are parameters of the estimator."""

FEWEST_SEEDS = 5
"""Default number of seeds: with fewer, the spread between seeds is hardly known."""

MOST_LEVELS = 100
"""Largest number of levels: their pairs are all compared, and drawn in one figure."""

_NOT_OF_A_BASE = ("published", "protocol", "grid", "validation")


class StudyLevel(SuitePart):
    """A level of a study's factor.

    Attributes
    ----------
    label : str
        Name in tables; by default the value itself.
    value : Any
        Value of the study's factor.
    changes : dict of str to Any
        Values of several factors at once, in place of `value`; written as ``set`` in TOML, for example
        ``set = { "params.layers" = "128N", "params.batch_size" = 64 }``.
    """

    label: Name = ""
    value: Any = None
    changes: Annotated[dict[str, Any], BeforeValidator(partial(plain_mapping, place="set"))] = Field(
        default_factory=dict, validation_alias=AliasChoices("set", "changes"), serialization_alias="set"
    )

    @field_validator("value", mode="before")
    @classmethod
    def _is_plain(cls, value: Any) -> Any:
        return plain_mapping({"value": value}, "level")["value"]

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.value is None) == (not self.changes):
            given = "both" if self.changes else "neither"
            raise ValueError(f'a level needs a value, or set = {{ "params.NAME" = ... }}, got {given}')
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = serialize(self)
        return {name: value for name, value in content.items() if value not in (None, "", {})}

    @property
    def name(self) -> str:
        """Label, or else the value as text."""
        if self.label:
            return self.label
        values = list(self.changes.values()) or [self.value]
        return ", ".join(value if isinstance(value, str) else json.dumps(value) for value in values)

    @property
    def number(self) -> float | None:
        """Value as a number for an axis; None if it is not a number."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return float(self.value) if is_number else None


def _read_base(value: Any, info: ValidationInfo) -> str | Case:
    """Return a base as given; faults of a union would name its members rather than the place."""
    if isinstance(value, Mapping):
        # A case needs a name, which a base does not show anywhere.
        return Case.model_validate({"name": "base", **value}, context=info.context)
    if isinstance(value, str | Case):
        return value
    raise ValueError(f"must be the name of a case, or a table with an estimator, got {shown(value)}")


def _read_labels(value: Any) -> Any:
    if isinstance(value, str):
        return (value,) if value else ()
    return value


class Study(SuitePart):
    """One factor of a method, varied over several levels with the same seeds and the same held-out images.

    Each level is fitted on a part of the training images and evaluated on the others. The level with the highest mean
    accuracy on these held-out images is chosen, fitted again as another case called ``"NAME, chosen"``, with as many
    seeds, on all training images that the case may use (of a reduced case or of ``samples``, that number of them), and
    only this case is evaluated on the test part.

    Attributes
    ----------
    name : str
        Heading in the report.
    base : str or Case
        Name of a case of the suite, or in its place a table with the keys of a case except for its name. The published
        figures, the protocol and the validation of a named case do not apply to the study.
    factor : str
        What varies: ``"params.NAME"`` for a parameter of the estimator, ``"steps"``, ``"train_with"``, or ``"samples"``
        for the number of training images. Not needed if every level has ``set``.
    levels : tuple of StudyLevel
        At least two.
    seeds : int
        Number of seeds of every level, at least 2.
    detectable : float or None
        Difference in accuracy, as a share, that the test of the two most accurate levels should detect: after the first
        `seeds`, as many more run as that needs, for every level; none if the choice of held-out images alone hides it.
    max_seeds : int
        Largest number of seeds with `detectable`.
    validation : float
        Share of the training images to hold out (stratified), the same images for all levels and seeds; above 0 and at
        most 0.5.
    watch : tuple of str
        Metrics shown for each level, as in tables of results.
    claim : str
        What the source found, shown next to the measured result.
    claimed : tuple of str
        Label of the level that the source prefers, or several labels of levels that it prefers to all others; empty if
        the source found no difference, or has no such claim.
    judged_by : str
        Figure that the claim is judged by: ``"accuracy"`` on the held-out images; for networks, also
        ``"mean_accuracy"`` (of the held-out accuracy over the epochs), ``"loss"`` (held-out, after the last epoch),
        ``"train_loss"`` (in the last epoch), ``"gap"`` (size of the difference between training and held-out accuracy
        in the last epoch) or ``"largest_decrease"`` (in held-out accuracy, from one epoch to the next). The level is
        chosen by its accuracy in any case.
    """

    name: Annotated[Name, Field(min_length=1, max_length=60)]
    base: Annotated[str | Case, PlainValidator(_read_base)]
    factor: str = ""
    levels: Annotated[tuple[StudyLevel, ...], Field(max_length=MOST_LEVELS)]
    seeds: Annotated[Whole, Field(ge=2, le=MOST_REPEATS)] = FEWEST_SEEDS
    detectable: Annotated[Number, Field(gt=0, lt=1)] | None = None
    max_seeds: Annotated[Whole, Field(ge=3, le=MOST_REPEATS)] = 20
    validation: Annotated[Number, Field(gt=0, le=0.5)] = 0.1
    watch: tuple[str, ...] = ("accuracy", "loss", "fit_seconds")
    claim: Prose = ""
    claimed: Annotated[tuple[str, ...], BeforeValidator(_read_labels)] = ()
    judged_by: str = "accuracy"

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the levels, in order."""
        return tuple(level.name for level in self.levels)

    @property
    def chosen_name(self) -> str:
        """Name of the case of the chosen level."""
        return f"{self.name}, chosen"

    @property
    def most_seeds(self) -> int | None:
        """Largest number of seeds if it depends on the first ones; None otherwise."""
        return self.max_seeds if self.detectable is not None and self.max_seeds > self.seeds else None

    def level_name(self, label: str) -> str:
        """Return the name of a level's case.

        Parameters
        ----------
        label : str
            Label of the level.

        Returns
        -------
        name : str
        """
        return f"{self.name}: {label}"

    @field_validator("factor")
    @classmethod
    def _is_a_factor(cls, value: str) -> str:
        if value:
            _check_factor(value)
        return value

    @field_validator("watch")
    @classmethod
    def _are_metrics(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = [name for name, metric in METRICS.items() if metric.source != "history" and not metric.evaluated_on]
        for name in value:
            if name not in known:
                raise ValueError(str(UnknownNameError("metric", name, known)))
        return value

    @field_validator("judged_by")
    @classmethod
    def _is_a_figure(cls, value: str) -> str:
        if value not in STUDY_FIGURES:
            raise ValueError(str(UnknownNameError("figure", value, STUDY_FIGURES)))
        return value

    @model_validator(mode="after")
    def _levels_differ(self) -> Self:
        if len(self.levels) < 2:
            raise ValueError(f"levels must have at least two entries, got {len(self.levels)}; add a level")
        if isinstance(self.base, Case) and (given := [name for name in _NOT_OF_A_BASE if getattr(self.base, name)]):
            raise ValueError(f"base cannot have {' and '.join(given)}; remove it")
        _check_same_form(self)
        seen: dict[str, str] = {}
        labels: dict[str, str] = {}
        for level in self.levels:
            words = json.dumps(level.changes or level.value, sort_keys=True)
            if words in seen:
                raise ValueError(f"levels {shown(seen[words])} and {shown(level.name)} are equal; give each value once")
            if visual_key(level.name) in labels:
                raise ValueError(f"two levels are called {shown(level.name)}; give each its own label")
            seen[words] = labels[visual_key(level.name)] = level.name
        for label in self.claimed:
            if label not in self.labels:
                raise ValueError(f"claimed: {UnknownNameError('level', label, self.labels)}")
        if set(self.claimed) == set(self.labels):
            raise ValueError("claimed names every level; remove it: the claim is then that all are alike")
        if self.detectable is not None and self.max_seeds <= self.seeds:
            raise ValueError(f"max_seeds = {self.max_seeds} must be more than seeds = {self.seeds}")
        return self

    @field_serializer("claimed")
    def _as_given(self, value: tuple[str, ...]) -> str | list[str]:
        # A single label is a text, so that records of existing suites stay unchanged.
        return list(value) if len(value) > 1 else "".join(value)

    @field_serializer("base")
    def _written(self, value: str | Case, info: FieldSerializationInfo) -> Any:
        if isinstance(value, str):
            return value
        return value.model_dump(mode=info.mode, by_alias=bool(info.by_alias), exclude={"name"})


def changes_of(study: Study, level: StudyLevel) -> dict[str, Any]:
    """Return what a level changes of the base, by factor.

    Parameters
    ----------
    study : Study
    level : StudyLevel

    Returns
    -------
    changes : dict of str to Any

    Examples
    --------
    >>> levels = [{"value": 1}, {"value": 2}]
    >>> study = Study(name="Depth", base={"estimator": "tree"}, factor="params.max_depth", levels=levels)
    >>> changes_of(study, study.levels[0])
    {'params.max_depth': 1}
    """
    return level.changes or {study.factor: level.value}


def _check_same_form(study: Study) -> None:
    for level in study.levels:
        if level.changes:
            for factor in level.changes:
                _check_factor(factor)
        elif not study.factor:
            raise ValueError('factor is missing; give for example factor = "params.layers"')
    if all(level.changes for level in study.levels) and study.factor:
        raise ValueError(f"factor = {shown(study.factor)} is not used, as every level has set; remove it")


def _check_factor(factor: str) -> None:
    if factor in OF_CASE or (factor.startswith(OF_PARAMETERS) and len(factor) > len(OF_PARAMETERS)):
        return
    known = ", ".join((f"{OF_PARAMETERS}NAME", *OF_CASE))
    raise ValueError(f"{shown(factor)} is not a factor; choose from: {known}")
