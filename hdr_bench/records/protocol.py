"""Protocols: how a case is evaluated, and on which data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from hdr_bench.exceptions import shown
from hdr_bench.records.base import (
    LARGEST_SEED,
    MOST_FOLDS,
    MOST_REPEATS,
    MOST_SAMPLES,
    MOST_SIZES,
    Flag,
    Number,
    SuitePart,
    Whole,
)

Kind = Literal["holdout", "cross-validation", "grid-search", "learning-curve", "validation"]
EvaluatedOn = Literal["test part", "folds", "held-out images"]
Strategy = Literal["grid", "halving"]


@dataclass(frozen=True)
class ProtocolKind:
    """Entry for a kind of protocol.

    Attributes
    ----------
    words : str
        Name in reports.
    evaluated_on : {"test part", "folds", "held-out images"}
        Images that its trials are evaluated on; folds and held-out images are of the training part.
    takes : tuple of str
        Keys of a suite's protocol that apply to it, besides `repeats`.
    folds : int
        Default number of folds; 0 for a kind without folds.
    """

    words: str
    evaluated_on: EvaluatedOn = "test part"
    takes: tuple[str, ...] = ()
    folds: int = 0


KINDS: Mapping[Kind, ProtocolKind] = {
    "holdout": ProtocolKind("hold-out", takes=("shuffle", "max_repeats")),
    "cross-validation": ProtocolKind("cross-validation", "folds", takes=("folds",), folds=10),
    "grid-search": ProtocolKind("grid search inside the training part", takes=("folds", "strategy"), folds=5),
    "learning-curve": ProtocolKind("learning curve", takes=("sizes",)),
    "validation": ProtocolKind("held-out training images", "held-out images", takes=("held_out", "max_repeats")),
}
"""Kinds of protocols."""

Samples = Annotated[Whole, Field(ge=2, le=MOST_SAMPLES)]
Folds = Annotated[Whole, Field(ge=2, le=MOST_FOLDS)]


class Protocol(SuitePart):
    """Protocol by which a case is evaluated.

    Attributes
    ----------
    kind : {"holdout", "cross-validation", "grid-search", "learning-curve", "validation"}
        Hold-out fits on the training part and evaluates on the test part. Cross-validation splits the training part
        into stratified folds, and evaluates on each in turn after fitting on the others; the test part is not used. A
        grid search compares candidates by cross-validation within the training part, fits the best on all of it, and
        evaluates on the test part. A learning curve is a hold-out with increasing numbers of training images.
        Validation fits on a part of the training images and evaluates on the others; it is for the levels of a study
        alone, which have it without being asked to.
    repeats : int
        Number of seeds for a stochastic method; for cross-validation and a learning curve, also the number of times
        that folds or images are drawn, for every method.
    max_repeats : int or None
        For hold-out: number of seeds for a stochastic method if the standard deviation of its accuracy over the first
        `repeats` exceeds that of a proportion of the test images, sqrt(p (1 - p) / n). None for no more than `repeats`.
    folds : int or None
        For cross-validation (default 10) and grid search (default 5).
    strategy : {"grid", "halving"} or None
        For grid search: every candidate on all training images, or successive halving (Li et al. 2018, "Hyperband",
        JMLR 18), which drops the worse two thirds round by round while the number of images grows.
    sizes : tuple of int or None
        For a learning curve: numbers of training images.
    held_out : float or None
        For validation: share of the training images to hold out.
    shuffle : bool
        For hold-out: shuffle the training images with each repeat's seed, for every method, as in Xiao, Rasul and
        Vollgraf (2017, "Fashion-MNIST").
    """

    kind: Kind = "holdout"
    repeats: Annotated[Whole, Field(ge=1, le=MOST_REPEATS)] = 1
    max_repeats: Annotated[Whole, Field(ge=3, le=MOST_REPEATS)] | None = None
    folds: Folds | None = None
    strategy: Strategy | None = None
    sizes: Annotated[tuple[Samples, ...], Field(max_length=MOST_SIZES)] | None = None
    held_out: Annotated[Number, Field(gt=0, le=0.5)] | None = None
    shuffle: Flag = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for name in dict.fromkeys(name for entry in KINDS.values() for name in entry.takes):
            if getattr(self, name) not in (None, False) and name not in KINDS[self.kind].takes:
                others = [kind for kind, entry in KINDS.items() if name in entry.takes]
                raise ValueError(f"{name} is for {' and '.join(others)}, not for {self.kind}")
        if self.max_repeats is not None and not 2 <= self.repeats < self.max_repeats:
            raise ValueError(
                f"max_repeats = {self.max_repeats} must be more than repeats, and repeats at least 2, got "
                f"{self.repeats}"
            )
        if self.kind == "learning-curve" and not self.sizes:
            raise ValueError("a learning curve needs sizes, e.g. sizes = [500, 1000, 2000]")
        if self.kind == "validation" and self.held_out is None:
            raise ValueError("validation is the protocol of a study's levels; add a [[study]], or choose another kind")
        if len(set(self.sizes or ())) != len(self.sizes or ()):
            raise ValueError(f"sizes = {list(self.sizes or ())} has a size twice; give each size once")
        return self

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked_for(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Omit unset later options, so that records of existing suites stay unchanged."""
        content: dict[str, Any] = serialize(self)
        if self.held_out is None:
            content.pop("held_out", None)
        return content


Polarity = Literal["light-on-dark", "dark-on-light"]
Fit = Literal["mnist"]
MOST_CLASSES = 10_000
"""Largest number of classes that a suite can name: more than Kuzushiji-Kanji has characters."""

Side = Annotated[Whole, Field(ge=1, le=10_000)]


def _path_text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


class DatasetChoice(SuitePart):
    """Choice of a data set, with options for reading it; in TOML, a plain name is short for ``{ name = ... }``.

    In Python, a `Dataset` may be given instead.

    Attributes
    ----------
    name : str
        As accepted by `hdr_bench.load_dataset`, or the dotted path of a function that returns a `Dataset`.
    resize : tuple of int or None
        Height and width, for ``folder:`` data.
    test_size : float or None
        Share of images for the test part, if the data have none.
    split_seed : int
        Seed of that split.
    classes : tuple of str or None
        Names of the classes to keep, in the order of their labels; None keeps all.
    polarity : {"light-on-dark", "dark-on-light"} or None
        Polarity that all images are converted to; None leaves them unchanged.
    fit : {"mnist"} or None
        Form that all images are converted to; None leaves them unchanged.
    labels : str or None
        File of label decisions for these data; None leaves the labels unchanged. Searched in the folder of the suite
        file, then in the working folder.
    given : Dataset or None
        The data set itself, if it was created in code; not stored in records on disk.
    """

    name: str
    resize: tuple[Side, Side] | None = None
    test_size: Annotated[Number, Field(gt=0, lt=1)] | None = None
    split_seed: Annotated[Whole, Field(ge=0, le=LARGEST_SEED)] = 0
    classes: Annotated[tuple[str, ...], Field(min_length=2, max_length=MOST_CLASSES)] | None = None
    polarity: Polarity | None = None
    fit: Fit | None = None
    labels: Annotated[str, BeforeValidator(_path_text), Field(min_length=1)] | None = None
    given: Annotated[Any, Field(exclude=True, repr=False)] = None
    # Not a field, as it is neither stored on disk nor given in a file.
    _folder: Path | None = PrivateAttr(None)

    @property
    def folder(self) -> Path | None:
        """Folder of the suite file, to which relative paths refer first; None without a file."""
        return self._folder

    def with_folder(self, folder: Path) -> Self:
        """Return the choice as part of a suite file in `folder`.

        Parameters
        ----------
        folder : Path
            Folder of the suite file.

        Returns
        -------
        choice : DatasetChoice
        """
        choice = self.model_copy()
        BaseModel.__setattr__(choice, "_folder", folder)
        return choice

    def with_given_labels(self) -> Self:
        """Return the choice of the same data with their original labels.

        Returns
        -------
        choice : DatasetChoice
        """
        return self.model_copy(update={"labels": None})

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        # Records do not depend on data sets, so a report imports them without any data.
        if hasattr(value, "fingerprint") and hasattr(value, "class_names"):
            return {"name": value.name, "given": value}
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, Mapping | DatasetChoice):
            return value
        raise ValueError(f"must be a data set's name, or a table with its name, got {shown(value)}")

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked_for(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Omit unset options that earlier records lacked, so that those stay unchanged."""
        content: dict[str, Any] = serialize(self)
        for name in ("classes", "fit", "labels"):
            if content.get(name) is None:
                content.pop(name, None)
        return content
