"""Test sets beside a data set's own test part: as a suite names them, as a trial has them, and what came out."""

import hashlib
import json
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from hdr_bench.records.base import MOST_SAMPLES, Name, Number, Record, SuitePart, Whole
from hdr_bench.records.distortions import MOST_RESTARTS, MOST_STEPS, Attack, Corruption, Severity
from hdr_bench.records.measurements import Scores, WritableRecord
from hdr_bench.records.protocol import DatasetChoice

TestPart = Literal["test", "all"]
"""Images of a data set that a test set takes: its test part, or both parts together."""

TEST_PARTS: tuple[TestPart, ...] = get_args(TestPart)

LEARNED = "are among those that the method learns from"
"""What a note says of images that a method learns from; it begins with their number."""

AS_GIVEN = ", labels as given"
"""What the name of a test set ends with whose labels are those that the data came with, before decisions on them."""

OWN_TEST_PART = "test part"
"""What the name of that of a method's own data begins with."""

_LATER_KEYS = (
    "dataset",
    "samples",
    "corruption",
    "severity",
    "attack",
    "eps",
    "steps",
    "step_size",
    "restarts",
    "transfer_from",
    "transfers_to",
    "cases",
)

_LATER_OF_TRIALS = ("samples", "corruption", "attack", "version", "made_for")

EvaluationStatus = Literal["ok", "failed", "not evaluated"]


class TestSet(SuitePart):
    """Other images that each fitted method of a suite is evaluated on, beside the test part of its own data.

    They come from another data set, or from the case's own, and are corrupted, attacked, or left as they are.

    Attributes
    ----------
    name : str
        What tables call it.
    dataset : DatasetChoice or None
        The data set that its images come from; None takes that of the case, which needs a corruption or an attack.
    part : {"test", "all"}
        Its test part, or both parts, for data that no method learns from.
    samples : int or None
        How many of these images, drawn stratified by class and the same for all methods; None takes all.
    corruption : str or None
        A name of `hdr_bench.robustness.CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}
        Of the corruption.
    attack : str or None
        A name of `hdr_bench.robustness.ATTACKS`.
    eps : float or None
        Of an attack, which needs it: the most that a pixel changes, as a share of the pixels' range.
    steps, restarts : int or None
        Of an attack; None takes its defaults.
    step_size : float or None
        Of an attack, as `eps`; None lets the attack choose.
    transfer_from : str
        Name of the case whose fitted method the attacked images are made for, where a method has no gradient.
    transfers_to : {"methods without gradient", "all methods"}
        Methods that are evaluated on the images made for that case.
    cases : tuple of str
        Names of the cases whose methods are evaluated on it; empty for all.
    """

    # pytest would take the class for tests.
    __test__: ClassVar[bool] = False

    name: Annotated[Name, Field(min_length=1, max_length=100)]
    dataset: DatasetChoice | None = None
    part: TestPart = "test"
    samples: Annotated[Whole, Field(ge=1, le=MOST_SAMPLES)] | None = None
    corruption: str | None = None
    severity: Severity = 3
    attack: str | None = None
    eps: Annotated[Number, Field(gt=0, le=1)] | None = None
    steps: Annotated[Whole, Field(ge=1, le=MOST_STEPS)] | None = None
    step_size: Annotated[Number, Field(gt=0, le=1)] | None = None
    restarts: Annotated[Whole, Field(ge=1, le=MOST_RESTARTS)] | None = None
    transfer_from: str = ""
    transfers_to: Literal["methods without gradient", "all methods"] = "methods without gradient"
    cases: tuple[Name, ...] = ()

    @property
    def is_distorted(self) -> bool:
        """Its images are corrupted or attacked."""
        return self.corruption is not None or self.attack is not None

    def is_for(self, case: str) -> bool:
        """Return whether a case's method is evaluated on it.

        Parameters
        ----------
        case : str
            Name of the case.

        Returns
        -------
        is_for : bool
        """
        return not self.cases or case in self.cases

    @property
    def is_of_later_format(self) -> bool:
        """It has what test sets of before could not have: the records of its runs are of a later format."""
        return self.is_distorted or self.samples is not None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.corruption is not None and self.attack is not None:
            raise ValueError("a test set has a corruption or an attack, not both; make two test sets of it")
        if self.dataset is None and not self.is_distorted:
            raise ValueError("a test set needs a dataset, a corruption or an attack")
        if self.attack is not None and self.eps is None:
            raise ValueError('an attack needs eps, the most that a pixel changes, for example "eps = 0.1"')
        self._has_no_keys_of("corruption", ("severity",))
        self._has_no_keys_of("attack", ("eps", "steps", "step_size", "restarts", "transfer_from", "transfers_to"))
        if "transfers_to" in self.model_fields_set and not self.transfer_from:
            raise ValueError("transfers_to needs transfer_from, the name of the case that the images are made for")
        return self

    def _has_no_keys_of(self, kind: str, keys: tuple[str, ...]) -> None:
        if getattr(self, kind) is not None:
            return
        given = [key for key in keys if key in self.model_fields_set and getattr(self, key) not in (None, "")]
        if given:
            raise ValueError(f"{' and '.join(given)} {'needs' if len(given) == 1 else 'need'} {kind}")

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked_for(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what test sets of before did not have: records of other suites stay as they were."""
        content: dict[str, Any] = serialize(self)
        for name in _LATER_KEYS:
            if content.get(name) == type(self).model_fields[name].default and not (
                name == "severity" and self.corruption
            ):
                content.pop(name, None)
        return content


class TrialTestSet(Record):
    """Test set of a trial.

    Attributes
    ----------
    name : str
        As the suite names it.
    dataset : DatasetChoice
        Where its images come from.
    part : {"test", "all"}
        Which of them.
    samples : int or None
        How many of these; None for all.
    corruption : Corruption or None
        What is done to them.
    attack : Attack or None
        What is done to them; without `transfer_from` it is made for the trial's own fitted method.
    version : int or None
        Of the corruptions' or the attacks' code: other code makes other images.
    made_for : str
        Key of the trial whose fitted method attacked images are made for; empty for the trial's own.
    fingerprint : str
        Of that data set, whole; empty if it cannot be evaluated on.
    problem : str
        Why it cannot: its data are not there, or do not fit those that the method learns from.
    notes : tuple of str
        What a reader of its results must know.
    """

    name: str
    dataset: DatasetChoice
    part: TestPart = "test"
    samples: int | None = None
    corruption: Corruption | None = None
    attack: Attack | None = None
    version: int | None = None
    made_for: str = ""
    fingerprint: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_distorted(self) -> bool:
        """Its images are corrupted or attacked."""
        return self.corruption is not None or self.attack is not None

    @property
    def is_of_later_format(self) -> bool:
        """It has what test sets of before could not have: the records of its results are of a later format."""
        return self.is_distorted or self.samples is not None

    @property
    def decides(self) -> list[str]:
        """What of it decides a trial's outcome, for the trial's key."""
        decides = [self.name, self.part, self.fingerprint]
        return [*decides, json.dumps(later, sort_keys=True)] if (later := self._made_of) else decides

    @property
    def is_made_before(self) -> bool:
        """Its images are made before the trial, the same for all methods; others are made by it, or as they came."""
        return self.corruption is not None or bool(self.made_for)

    @property
    def recipe(self) -> str:
        """Name of its images: the same for test sets, of whatever name, that have the same images."""
        made_of = [self.part, self.fingerprint, self._made_of]
        return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def _made_of(self) -> dict[str, Any]:
        """What is done to which of its images; the name of the case that they are made for is in that trial's key."""
        content = self.model_dump(mode="json", include=set(_LATER_OF_TRIALS))
        for name in ("transfer_from", "transfers_to"):
            content.get("attack", {}).pop(name, None)
        return content

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without_none(serialize(self), _LATER_OF_TRIALS)


class Evaluation(WritableRecord):
    """What a fitted method made of a test set.

    Attributes
    ----------
    test_set : str
        Name of the test set.
    dataset : str
        Name of the data set that its images come from.
    fingerprint : str
        Of that data set; empty if it could not be used.
    status : {"ok", "failed", "not evaluated"}
        Failed: an exception while predicting. Not evaluated: its data were not there, or did not fit.
    error : str
        What went wrong, in a line.
    n_test : int
        Images.
    scores : Scores or None
        None unless the status is "ok".
    notes : tuple of str
        What a reader must know of its images.
    corruption : Corruption or None
        What was done to the images.
    attack : Attack or None
        What was done to the images.
    images : str
        Fingerprint of the images themselves, if they are distorted: the same for methods that were evaluated on the
        same ones.
    transferred_from : str
        Name of the case whose fitted method attacked images were made for; empty if for the method itself.
    """

    test_set: str
    dataset: str
    fingerprint: str = ""
    corruption: Corruption | None = None
    attack: Attack | None = None
    images: str = ""
    transferred_from: str = ""
    status: EvaluationStatus
    error: str = ""
    n_test: int = 0
    scores: Scores | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_learned_images(self) -> bool:
        """Some of the images are among those that the method learned from."""
        return any(LEARNED in note for note in self.notes)

    @property
    def is_distorted(self) -> bool:
        """Its images are corrupted or attacked."""
        return self.corruption is not None or self.attack is not None

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without_none(serialize(self), ("corruption", "attack", "images", "transferred_from"))


def _without_none(content: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Leave out what records of before did not have, where it is empty: they stay as they were."""
    return {name: value for name, value in content.items() if name not in names or value not in (None, "")}
