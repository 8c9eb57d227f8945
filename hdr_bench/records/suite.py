"""Suites: what to run. These records say nothing of whether it can be run here: `suite_file` checks that.

So the record of a run can be read on a machine that has neither the data set nor the estimator.
"""

import unicodedata
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from hdr_bench.bibliography import check_bibtex
from hdr_bench.exceptions import shown
from hdr_bench.names import looks
from hdr_bench.records.base import MOST_CANDIDATES, STORED, Bytes, Name, Prose, Seconds, SuitePart, Text, Whole
from hdr_bench.records.claims import check_claim
from hdr_bench.records.fingerprints import class_path, describe_estimator, plain_mapping
from hdr_bench.records.protocol import DatasetChoice, Folds, Protocol, Samples
from hdr_bench.records.published import NotBuilt, Published
from hdr_bench.records.run_folder import check_suite_name

Bibtex = Annotated[str, AfterValidator(check_bibtex)]
"""References as BibTeX, none or several."""


def _repeated(values: list[Any]) -> list[Any]:
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
        function of a notebook, a network that is a parameter. Another key is another method, and is run anew.
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
            if (twice := _repeated(values)) and info.context != STORED:
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

    @field_serializer("estimator")
    def _written(self, value: Any) -> str:
        return value if isinstance(value, str) else class_path(type(value))

    @property
    def is_object(self) -> bool:
        """The estimator itself was given."""
        return not isinstance(self.estimator, str)


class Suite(SuitePart):
    """Cases to compare.

    Attributes
    ----------
    name : str
        The file's name without ``.toml``, its letters composed (Unicode's form NFC).
    title : str
        Above its report.
    authors, source : str
        Of the publication that the suite reproduces, where there is one.
    bibtex : str
        The same as BibTeX, for citing.
    machine : str
        What the published times were measured on, as far as the source says.
    dataset : DatasetChoice
        Of the cases that have none of their own.
    protocol : Protocol
        Of the cases that have none of their own.
    notes : tuple of str
        What a reader of the report must know before its tables.
    claims : tuple of str
        What the source claims, held against what is measured, in words; ``{CNN|accuracy}`` or
        ``{CNN|train_accuracy@1}`` is a place for a measured figure, see `hdr_bench.records.claims.claim_figures`.
    budget : float or None
        Seconds that the suite takes on two cores, with two trials at a time; a text such as ``"40min"`` is read.
    time_limit : float or None
        Seconds that a trial may take; a text such as ``"10min"`` is read.
    memory_limit : int or None
        Bytes that a trial may take above what its process has at the start; a text such as ``"8GB"`` is read.
    cases : tuple of Case
        Written ``[[case]]`` in TOML.
    not_built : tuple of NotBuilt
        Rows of the source's table that are not run; the report names them with their figures.

    Examples
    --------
    >>> from hdr_bench import Case, Suite
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> suite = Suite(
    ...     name="forests",
    ...     title="Two forests",
    ...     dataset="digits-8x8",
    ...     cases=[Case(name=f"{n} trees", estimator=RandomForestClassifier(n)) for n in (10, 100)],
    ... )
    >>> [case.name for case in suite.cases]
    ['10 trees', '100 trees']
    """

    name: Annotated[str, Field(max_length=100)]
    title: Text
    authors: Prose = ""
    source: Prose = ""
    bibtex: Bibtex = ""
    machine: Prose = ""
    dataset: DatasetChoice
    protocol: Protocol = Protocol()
    notes: tuple[Prose, ...] = ()
    claims: tuple[Prose, ...] = ()
    budget: Seconds | None = None
    time_limit: Seconds | None = None
    memory_limit: Bytes | None = None
    cases: Annotated[
        tuple[Case, ...], Field(validation_alias=AliasChoices("case", "cases"), serialization_alias="case")
    ]
    not_built: tuple[NotBuilt, ...] = ()
    # Not a field, as a data set's.
    _file: Path | None = PrivateAttr(None)

    @property
    def file(self) -> Path | None:
        """The suite's file; None for the library's own suites, and for one made in code."""
        return self._file

    @property
    def folder(self) -> Path | None:
        """The folder of the suite's file, in which data and modules are looked up first; None without a file."""
        return None if self._file is None else self._file.parent

    def placed(self, file: Path) -> Self:
        """Return the suite as that of `file`, with all data sets that it names beside it.

        Parameters
        ----------
        file : Path
            The suite's file; data and modules are looked up first in its folder.

        Returns
        -------
        suite : Suite
            A copy.
        """
        folder = file.parent
        cases = (
            case if case.dataset is None else case.model_copy(update={"dataset": case.dataset.placed(folder)})
            for case in self.cases
        )
        suite = self.model_copy(update={"dataset": self.dataset.placed(folder), "cases": tuple(cases)})
        BaseModel.__setattr__(suite, "_file", file)
        return suite

    @field_validator("name", mode="before")
    @classmethod
    def _composed(cls, value: Any) -> Any:
        # macOS, and what it packs, writes letters and their accents apart.
        return unicodedata.normalize("NFC", value) if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _can_be_shown(cls, value: str) -> str:
        return check_suite_name(value)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if not self.cases:
            raise ValueError("a suite needs at least one [[case]]")
        names = [case.name for case in self.cases]
        counts = Counter(map(looks, [*names, *(row.name for row in self.not_built)]))
        twice = sorted(name for name, count in counts.items() if count > 1)
        if twice:
            raise ValueError(f"two cases are called {shown(twice[0])}; give each its own name")
        for number, claim in enumerate(self.claims, start=1):
            try:
                check_claim(claim, dict.fromkeys(names))
            except ValueError as error:
                raise ValueError(f"claim {number}: {error}") from error
        return self
