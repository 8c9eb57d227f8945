"""Case of a suite: a method, its preceding steps, and how to run it."""

from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

from hdr_bench.bibliography import check_bibtex
from hdr_bench.exceptions import shown
from hdr_bench.records.base import MOST_CANDIDATES, Bytes, Name, Number, Seconds, SuitePart, Whole
from hdr_bench.records.distortions import Severity
from hdr_bench.records.fingerprints import class_path, describe_estimator, plain_mapping
from hdr_bench.records.grid import Grid
from hdr_bench.records.protocol import DatasetChoice, Folds, Protocol, Samples
from hdr_bench.records.published import Published

MOST_COPIES = 100
"""Largest number of sets of corrupted copies of training images: more would not fit into memory."""

Bibtex = Annotated[str, AfterValidator(check_bibtex)]
"""References as BibTeX, none or several."""


class Step(SuitePart):
    """A transformer applied before the estimator.

    Attributes
    ----------
    name : str
        A name from `TRANSFORMERS`, or a dotted path.
    params : dict of str to Any
        Parameters of the transformer.
    """

    name: str
    params: Annotated[dict[str, Any], BeforeValidator(partial(plain_mapping, place="params"))] = Field(
        default_factory=dict
    )


class Reduced(SuitePart):
    """Reduced size at which a case runs unless the full size is requested.

    Attributes
    ----------
    samples : int or None
        Number of training images (stratified subsample).
    folds : int or None
        Replaces the protocol's.
    candidates : int or None
        Number of candidates drawn at random from a grid, with the trial's seed.
    params : dict
        Replaces the case's own parameters of these names, e.g. with a network for smaller images.
    """

    samples: Samples | None = None
    folds: Folds | None = None
    candidates: Annotated[Whole, Field(ge=1, le=MOST_CANDIDATES)] | None = None
    params: Annotated[dict[str, Any], BeforeValidator(partial(plain_mapping, place="reduced.params"))] = Field(
        default_factory=dict
    )


class TrainingCorruption(SuitePart):
    """Corrupted copies of training images that a method learns from in addition.

    Attributes
    ----------
    corruption : str
        A name from `hdr_bench.robustness.CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}
        Severity on its scale, or that of MNIST-C's published files.
    share : float
        Share of the training images to copy (stratified): 1.0 adds a copy of each.
    """

    corruption: str
    severity: Severity = 3
    share: Annotated[Number, Field(gt=0, le=1)] = 1.0


class Case(SuitePart):
    """A method to evaluate.

    Attributes
    ----------
    name : str
        Name in tables.
    estimator : str or estimator
        A name from `ESTIMATORS`, or the dotted path of any scikit-learn classifier; in Python also a classifier itself,
        such as a pipeline, which is cloned before it is fitted. If its user code changes, it counts as another method
        and runs again.
    key : str or None
        Identifies an estimator given in Python if its class and parameters do not: a class or function from a notebook,
        or a network as a parameter. With another key, it counts as another method and runs again.
    params : dict
        Parameters of the estimator.
    steps : tuple of Step
        Transformers applied before the estimator.
    published : tuple of Published
        Published figures to reproduce.
    bibtex : str
        The method's paper as BibTeX, if it is not one of the library's own methods.
    dataset : DatasetChoice or None
        Replaces the suite's.
    protocol : Protocol or None
        Replaces the suite's.
    grid : dict of str to list, or list of dict
        For a grid search: parameters and their values; or several such tables, e.g. one for each optimizer with its own
        parameters. A candidate takes the parameters of one table, and otherwise those of the case; a candidate that is
        in several tables is tried once.
    reduced : Reduced or None
        Size at which the case runs unless the full size is requested.
    validation : {"test"} or None
        Evaluate a network on the test part after each epoch, as many sources do, for its training curves; this affects
        neither the fit nor any choice.
    samples : int or None
        Number of training images (stratified subsample); all by default.
    train_with : tuple of TrainingCorruption
        Corrupted copies of the training images that the method also learns from; the same for every seed.
    time_limit : float or None
        Seconds allowed per trial, replacing the suite's; may be given as a text such as ``"10min"``.
    memory_limit : int or None
        Bytes allowed per trial above what its process has at the start, replacing the suite's; may be given as a text
        such as ``"8GB"``.
    """

    name: Name
    estimator: Any
    key: Annotated[str, Field(min_length=1)] | None = None
    params: Annotated[dict[str, Any], BeforeValidator(partial(plain_mapping, place="params"))] = Field(
        default_factory=dict
    )
    steps: tuple[Step, ...] = ()
    published: tuple[Published, ...] = ()
    bibtex: Bibtex = ""
    dataset: DatasetChoice | None = None
    protocol: Protocol | None = None
    grid: Grid = Field(default_factory=dict)
    reduced: Reduced | None = None
    validation: Literal["test"] | None = None
    samples: Samples | None = None
    train_with: Annotated[tuple[TrainingCorruption, ...], Field(max_length=MOST_COPIES)] = ()
    time_limit: Seconds | None = None
    memory_limit: Bytes | None = None

    @field_validator("estimator")
    @classmethod
    def _is_an_estimator(cls, value: Any) -> Any:
        if isinstance(value, str) or (hasattr(value, "get_params") and not isinstance(value, type)):
            return value
        raise ValueError(f"{shown(value)} is not an estimator; give a name, a dotted path, or an estimator object")

    @model_validator(mode="after")
    def _object_is_whole(self) -> Self:
        if self.is_object and (self.params or self.steps):
            raise ValueError("an estimator object already has its parameters and steps; give neither here")
        if self.is_object and self.reduced is not None and self.reduced.params:
            raise ValueError("an estimator object already has its parameters; reduced cannot change them")
        if self.is_object:
            describe_estimator(self.estimator, self.key)
        return self

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked_for(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Omit unset later fields, so that records of existing suites stay unchanged."""
        content: dict[str, Any] = serialize(self)
        if not self.train_with:
            content.pop("train_with", None)
        if self.samples is None:
            content.pop("samples", None)
        return content

    @field_serializer("estimator")
    def _written(self, value: Any) -> str:
        return value if isinstance(value, str) else class_path(type(value))

    @property
    def is_object(self) -> bool:
        """Whether the case was given an estimator object."""
        return not isinstance(self.estimator, str)
