"""Case of a suite: a method, what comes before it, and what to run of it."""

from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

from hdr_bench.bibliography import check_bibtex
from hdr_bench.exceptions import shown
from hdr_bench.records.base import MOST_CANDIDATES, STORED, Bytes, Name, Number, Seconds, SuitePart, Whole
from hdr_bench.records.distortions import Severity
from hdr_bench.records.fingerprints import class_path, describe_estimator, plain_mapping
from hdr_bench.records.protocol import DatasetChoice, Folds, Protocol, Samples
from hdr_bench.records.published import Published

MOST_COPIES = 100
"""Sets of corrupted copies of training images: more are more than memory has room for."""

Bibtex = Annotated[str, AfterValidator(check_bibtex)]
"""References as BibTeX, none or several."""


def _duplicates(values: list[Any]) -> list[Any]:
    """Return what a list holds more than once; 1 and 1.0 can be two values of a parameter."""
    by_words: dict[tuple[type, str], list[Any]] = {}
    for value in values:
        by_words.setdefault((type(value), repr(value)), []).append(value)
    return [alike[0] for alike in by_words.values() if len(alike) > 1]


class Step(SuitePart):
    """A transformer before the estimator.

    Attributes
    ----------
    name : str
        A name of `TRANSFORMERS`, or a dotted path.
    params : dict of str to Any
        Its parameters.
    """

    name: str
    params: Annotated[dict[str, Any], BeforeValidator(partial(plain_mapping, place="params"))] = Field(
        default_factory=dict
    )


class Reduced(SuitePart):
    """What runs of a case unless the full size is asked for.

    Attributes
    ----------
    samples : int or None
        Training images, a stratified share.
    folds : int or None
        In place of the protocol's.
    candidates : int or None
        So many of a grid's, drawn at random with the trial's seed.
    params : dict
        In place of the case's own parameters of these names, e.g. a network for smaller images.
    """

    samples: Samples | None = None
    folds: Folds | None = None
    candidates: Annotated[Whole, Field(ge=1, le=MOST_CANDIDATES)] | None = None
    params: Annotated[dict[str, Any], BeforeValidator(partial(plain_mapping, place="reduced.params"))] = Field(
        default_factory=dict
    )


class TrainingCorruption(SuitePart):
    """Corrupted copies of training images that a method learns from, beside these.

    Attributes
    ----------
    corruption : str
        A name of `hdr_bench.robustness.CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}
        Step of its scale, or that of MNIST-C's published files.
    share : float
        Of the training images, each class by its share: 1.0 adds a copy of each of them.
    """

    corruption: str
    severity: Severity = 3
    share: Annotated[Number, Field(gt=0, le=1)] = 1.0


class Case(SuitePart):
    """A method to try.

    Attributes
    ----------
    name : str
        What tables call it.
    estimator : str or estimator
        A name of `ESTIMATORS`, or the dotted path of any scikit-learn classifier; in Python also a classifier itself,
        a pipeline for one, which is cloned before it is fitted. One whose own code changed is another method, and is
        run again.
    key : str or None
        What an estimator itself is told from others by, where its class and parameters do not say it: a class or a
        function of a notebook, a network that is a parameter. Another key is another method, and is run again.
    params : dict
        Its parameters.
    steps : tuple of Step
        Transformers before it.
    published : tuple of Published
        Figures to reproduce.
    bibtex : str
        The method's paper, as BibTeX, where it is none of the library's own methods.
    dataset : DatasetChoice or None
        In place of the suite's.
    protocol : Protocol or None
        In place of the suite's.
    grid : dict of str to list
        For a grid search: parameter and values.
    reduced : Reduced or None
        What runs unless the full size is asked for.
    validation : {"test"} or None
        Evaluate a network on the test part after each epoch, as many sources do, for the curves of its training;
        nothing is learnt or chosen by it.
    train_with : tuple of TrainingCorruption
        Corrupted copies of the training images that the method learns from, beside these; the same for every seed.
    time_limit : float or None
        Seconds that a trial may take, in place of the suite's; a text such as ``"10min"`` is read.
    memory_limit : int or None
        Bytes that a trial may take above what its process has at the start, in place of the suite's; a text such as
        ``"8GB"`` is read.
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
    grid: Annotated[dict[str, list[Any]], BeforeValidator(partial(plain_mapping, place="grid"))] = Field(
        default_factory=dict
    )
    reduced: Reduced | None = None
    validation: Literal["test"] | None = None
    train_with: Annotated[tuple[TrainingCorruption, ...], Field(max_length=MOST_COPIES)] = ()
    time_limit: Seconds | None = None
    memory_limit: Bytes | None = None

    @field_validator("estimator")
    @classmethod
    def _is_an_estimator(cls, value: Any) -> Any:
        if isinstance(value, str) or (hasattr(value, "get_params") and not isinstance(value, type)):
            return value
        raise ValueError(
            f"{shown(value)} is not an estimator; give a name, a dotted path, or an estimator that is made"
        )

    @field_validator("grid")
    @classmethod
    def _has_values(cls, value: dict[str, list[Any]], info: ValidationInfo) -> dict[str, list[Any]]:
        for name, values in value.items():
            if not values:
                raise ValueError(f"{name} must have at least one value, got an empty list")
            if (twice := _duplicates(values)) and info.context != STORED:
                raise ValueError(f"{name} has {', '.join(map(shown, twice))} more than once; give each value once")
        return value

    @model_validator(mode="after")
    def _object_is_whole(self) -> Self:
        if self.is_object and (self.params or self.steps):
            raise ValueError("an estimator that is made has its parameters and steps already; give neither here")
        if self.is_object and self.reduced is not None and self.reduced.params:
            raise ValueError("an estimator that is made has its parameters already; reduced cannot change them")
        if self.is_object:
            describe_estimator(self.estimator, self.key)
        return self

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked_for(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what cases of before did not have: records of other suites stay as they were."""
        content: dict[str, Any] = serialize(self)
        if not self.train_with:
            content.pop("train_with", None)
        return content

    @field_serializer("estimator")
    def _written(self, value: Any) -> str:
        return value if isinstance(value, str) else class_path(type(value))

    @property
    def is_object(self) -> bool:
        """The estimator itself was given."""
        return not isinstance(self.estimator, str)
