"""Suites: what to run. These records do not check whether it can be run here; `suite_file` does.

This way, the record of a run can be read on a machine that lacks the data set and the estimators.
"""

import unicodedata
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from hdr_bench.exceptions import UnknownNameError, shown
from hdr_bench.names import visual_key
from hdr_bench.records.base import Bytes, Prose, Seconds, SuitePart, Text
from hdr_bench.records.case import Bibtex, Case
from hdr_bench.records.claims import check_claim
from hdr_bench.records.evaluations import TestSet
from hdr_bench.records.protocol import DatasetChoice, Protocol
from hdr_bench.records.published import Anchor, NotBuilt
from hdr_bench.records.run_folder import check_suite_name
from hdr_bench.records.study import Study
from hdr_bench.records.study_cases import StudyCase, study_cases


class Suite(SuitePart):
    """Cases to compare.

    Attributes
    ----------
    name : str
        Name of the file without ``.toml``, in Unicode normalization form NFC.
    title : str
        Heading of the report.
    authors, source : str
        Of the publication that the suite reproduces, if any.
    bibtex : str
        The publication as BibTeX, for citing.
    machine : str
        Machine of the published times, as far as the source names it.
    dataset : DatasetChoice
        Data set of the cases without their own.
    protocol : Protocol
        Protocol of the cases without their own.
    notes : tuple of str
        What readers of the report must know before its tables.
    claims : tuple of str
        Claims of the source, compared with measurements; ``{CNN|accuracy}`` or ``{CNN|train_accuracy@1}`` is a
        placeholder for a measured figure, see `hdr_bench.records.claims.claim_figures`, ``{CNN|accuracy on fog}`` or
        ``{CNN|drop on fog}`` for a figure on another test set.
    budget : float or None
        Seconds that the suite takes on two cores with two concurrent trials; may be given as a text such as
        ``"40min"``.
    time_limit : float or None
        Seconds allowed per trial; may be given as a text such as ``"10min"``.
    memory_limit : int or None
        Bytes allowed per trial above what its process has at the start; may be given as a text such as ``"8GB"``.
    cases : tuple of Case
        Written as ``[[case]]`` in TOML.
    test_sets : tuple of TestSet
        Other images that each fitted method is evaluated on, besides the test part; written as ``[[test_set]]`` in
        TOML. Not for cross-validation, whose methods are fitted on folds.
    anchors : tuple of Anchor
        Figures from other set-ups shown next to the measured ones; written as ``[[anchor]]`` in TOML.
    studies : tuple of Study
        Factors to vary over several levels; written as ``[[study]]`` in TOML.
    not_built : tuple of NotBuilt
        Rows of the source's table that are not run; the report lists them with their figures.

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
    ] = ()
    test_sets: Annotated[
        tuple[TestSet, ...],
        Field(validation_alias=AliasChoices("test_set", "test_sets"), serialization_alias="test_set"),
    ] = ()
    anchors: Annotated[
        tuple[Anchor, ...],
        Field(validation_alias=AliasChoices("anchor", "anchors"), serialization_alias="anchor"),
    ] = ()
    studies: Annotated[
        tuple[Study, ...],
        Field(validation_alias=AliasChoices("study", "studies"), serialization_alias="study"),
    ] = ()
    not_built: tuple[NotBuilt, ...] = ()
    # Not a field, as for a data set.
    _file: Path | None = PrivateAttr(None)

    @property
    def file(self) -> Path | None:
        """File of the suite; None for a built-in suite or one created in code."""
        return self._file

    @property
    def folder(self) -> Path | None:
        """Folder of the suite file, in which data and modules are searched first; None without a file."""
        return None if self._file is None else self._file.parent

    def with_file(self, file: Path) -> Self:
        """Return the suite as read from `file`, with the same folder for all data sets that it names.

        Parameters
        ----------
        file : Path
            File of the suite; data and modules are searched first in its folder.

        Returns
        -------
        suite : Suite
            A copy.
        """
        folder = file.parent
        cases = (_with_folder(case, folder) for case in self.cases)
        studies = (
            each if isinstance(each.base, str) else each.model_copy(update={"base": _with_folder(each.base, folder)})
            for each in self.studies
        )
        test_sets = (
            each if each.dataset is None else each.model_copy(update={"dataset": each.dataset.with_folder(folder)})
            for each in self.test_sets
        )
        changes = {
            "dataset": self.dataset.with_folder(folder),
            "cases": tuple(cases),
            "test_sets": tuple(test_sets),
            "studies": tuple(studies),
        }
        suite = self.model_copy(update=changes)
        BaseModel.__setattr__(suite, "_file", file)
        return suite

    def test_sets_of(self, case: str) -> tuple[TestSet, ...]:
        """Return the other test sets that a case's method is evaluated on, in the suite's order.

        Parameters
        ----------
        case : str
            Name of the case.

        Returns
        -------
        test_sets : tuple of TestSet
        """
        return tuple(each for each in self.test_sets if each.is_for(case))

    @property
    def study_cases(self) -> tuple[StudyCase, ...]:
        """Cases of the studies, study by study: those of the levels, then those that may be chosen."""
        bases = {case.name: case for case in self.cases}
        return tuple(each for study in self.studies for each in study_cases(study, bases))

    @property
    def every_case(self) -> tuple[Case, ...]:
        """All cases, including those of the studies' levels."""
        return (*self.cases, *(each.case for each in self.study_cases if not each.is_chosen))

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Omit unset later fields, so that records of existing suites stay unchanged."""
        content: dict[str, Any] = serialize(self)
        for name in ("test_set", "anchor"):
            if not getattr(self, f"{name}s"):
                content.pop(f"{name}s", None)
                content.pop(name, None)
        if not self.studies:
            content.pop("studies", None)
            content.pop("study", None)
        return content

    @field_validator("name", mode="before")
    @classmethod
    def _composed(cls, value: Any) -> Any:
        # macOS, and archives from it, store letters and accents separately.
        return unicodedata.normalize("NFC", value) if isinstance(value, str) else value

    @field_validator("name")
    @classmethod
    def _can_be_shown(cls, value: str) -> str:
        return check_suite_name(value)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if not self.cases and not self.studies:
            raise ValueError(
                "a suite needs at least one [[case]] or [[study]]; write [[case]], with two brackets, for each"
            )
        levels = [each.level_name(label) for each in self.studies for label in each.labels]
        names = [*(case.name for case in self.cases), *(each.chosen_name for each in self.studies)]
        if twice := _first_twice([each.name for each in self.studies]):
            raise ValueError(f"two studies are called {shown(twice)}; give each its own name")
        if twice := _first_twice([*names, *levels, *(row.name for row in self.not_built)]):
            raise ValueError(f"two cases are called {shown(twice)}; give each its own name")
        if any(case.protocol is not None and case.protocol.kind == "validation" for case in self.cases):
            raise ValueError("validation is the protocol of a study's levels, not of a [[case]]; choose another kind")
        _check_studies(self)
        if twice := _first_twice([each.name for each in self.test_sets]):
            raise ValueError(f"two test sets are called {shown(twice)}; give each its own name")
        _check_references(self, names)
        for number, claim in enumerate(self.claims, start=1):
            try:
                check_claim(claim, dict.fromkeys(names), [each.name for each in self.test_sets])
            except ValueError as error:
                raise ValueError(f"claim {number}: {error}") from error
        return self


def _with_folder(case: Case, folder: Path) -> Case:
    return case if case.dataset is None else case.model_copy(update={"dataset": case.dataset.with_folder(folder)})


def _check_studies(suite: Suite) -> None:
    """Raise ValueError if a study's base is not a case of the suite, or a level cannot be a case."""
    bases = {case.name: case for case in suite.cases}
    for number, study in enumerate(suite.studies, start=1):
        try:
            study_cases(study, bases)
        except ValueError as error:
            raise ValueError(f"study {number} ({shown(study.name)}): {error}") from error


def _check_references(suite: Suite, names: list[str]) -> None:
    """Raise ValueError if a test set or an anchor names a case or a test set that the suite lacks."""
    for number, each in enumerate(suite.test_sets, start=1):
        for name in each.cases:
            _check_named(f"test_set {number} ({shown(each.name)}), cases", "case", name, names)
    for number, anchor in enumerate(suite.anchors, start=1):
        place = f"anchor {number} ({shown(anchor.name)})"
        if anchor.case:
            _check_named(f"{place}, case", "case", anchor.case, names)
        if anchor.test_set:
            others = [each.name for each in suite.test_sets]
            _check_named(f"{place}, test_set", "test set", anchor.test_set, others)


def _check_named(place: str, what: str, name: str, known: list[str]) -> None:
    if name not in known:
        raise ValueError(f"{place}: {UnknownNameError(what, name, known)}")


def _first_twice(names: list[str]) -> str:
    """Return a name that looks like another one; empty if all differ."""
    counts = Counter(map(visual_key, names))
    return min((name for name, count in counts.items() if count > 1), default="")
