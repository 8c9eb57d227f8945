"""Test sets besides a data set's own test part: in suites, in trials, and their results."""

import hashlib
import json
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from hdr_bench.records.base import MOST_SAMPLES, Name, Number, Record, SuitePart, Whole
from hdr_bench.records.distortions import MOST_RESTARTS, MOST_STEPS, Attack, Corruption, Severity
from hdr_bench.records.measurements import Scores, WritableRecord
from hdr_bench.records.protocol import DatasetChoice

TestPart = Literal["test", "all"]
"""Images of a data set that a test set uses: its test part, or both parts together."""

TEST_PARTS: tuple[TestPart, ...] = get_args(TestPart)

LEARNED = "are among those that the method learns from"
"""Text of a note on images that a method learns from, preceded by their number."""

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

_LATER_OF_TRIALS = ("samples", "rows", "corruption", "attack", "version", "made_for")

EvaluationStatus = Literal["ok", "failed", "not evaluated"]


class TestSet(SuitePart):
    """Other images on which each fitted method of a suite is evaluated, besides the test part of its own data.

    They come from another data set or from the case's own, and are corrupted, attacked, or unchanged.

    Attributes
    ----------
    name : str
        Name in tables.
    dataset : DatasetChoice or None
        Data set of the images; None for that of the case, which requires a corruption or an attack.
    part : {"test", "all"}
        The test part, or both parts, for data that no method learns from.
    samples : int or None
        Number of images (stratified, and the same for all methods); None for all.
    corruption : str or None
        A name from `hdr_bench.robustness.CORRUPTIONS`.
    severity : {1, 2, 3, 4, 5, "mnist-c"}
        Severity of the corruption.
    attack : str or None
        A name from `hdr_bench.robustness.ATTACKS`.
    eps : float or None
        Required for an attack: largest change of a pixel, as a fraction of the pixel range.
    steps, restarts : int or None
        For an attack; None for its defaults.
    step_size : float or None
        For an attack, in the same unit as `eps`; None lets the attack choose.
    transfer_from : str
        Name of the case whose fitted method the attacked images are made for, if a method has no gradient.
    transfers_to : {"methods without gradient", "all methods"}
        Methods evaluated on the images made for that case.
    cases : tuple of str
        Names of the cases whose methods are evaluated on it; empty for all.
    """

    # Otherwise pytest would collect this class.
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
        """Whether its images are corrupted or attacked."""
        return self.corruption is not None or self.attack is not None

    def is_for(self, case: str) -> bool:
        """Return whether a case's method is evaluated on this test set.

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
        """Whether it has features that earlier test sets lacked, so that records of its runs need a later format."""
        return self.is_distorted or self.samples is not None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.corruption is not None and self.attack is not None:
            raise ValueError("a test set has a corruption or an attack, not both; split it into two test sets")
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
        """Omit unset later fields, so that records of existing suites stay unchanged."""
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
        Name in the suite.
    dataset : DatasetChoice
        Data set of its images.
    part : {"test", "all"}
        Which images it uses.
    samples : int or None
        Number of these images; None for all.
    rows : tuple of int or None
        Their positions in the part, if they are not those that `samples` draws.
    corruption : Corruption or None
        Corruption of the images.
    attack : Attack or None
        Attack on the images; without `transfer_from`, it is made for the trial's own fitted method.
    version : int or None
        Version of the code for corruptions or attacks, as other code creates other images.
    made_for : str
        Key of the trial whose fitted method attacked images are made for; empty for the trial's own.
    fingerprint : str
        Fingerprint of the whole data set; empty if it cannot be used.
    problem : str
        Why it cannot be used: its data are unavailable, or do not match those that the method learns from.
    notes : tuple of str
        Notes for readers of its results.
    """

    name: str
    dataset: DatasetChoice
    part: TestPart = "test"
    samples: int | None = None
    rows: tuple[int, ...] | None = None
    corruption: Corruption | None = None
    attack: Attack | None = None
    version: int | None = None
    made_for: str = ""
    fingerprint: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_distorted(self) -> bool:
        """Whether its images are corrupted or attacked."""
        return self.corruption is not None or self.attack is not None

    @property
    def is_of_later_format(self) -> bool:
        """Whether it has features that earlier test sets lacked, so that records of its results need a later format."""
        return self.is_distorted or self.samples is not None

    @property
    def decides(self) -> list[str]:
        """The parts that determine a trial's outcome, for the trial's key."""
        decides = [self.name, self.part, self.fingerprint]
        return [*decides, json.dumps(later, sort_keys=True)] if (later := self._made_of) else decides

    @property
    def is_made_before(self) -> bool:
        """Whether its images are made in advance for all methods, rather than by the trial or left unchanged."""
        return self.corruption is not None or bool(self.made_for)

    @property
    def recipe(self) -> str:
        """Name of its images, the same for all test sets with the same images, whatever their names."""
        made_of = [self.part, self.fingerprint, self._made_of]
        return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def _made_of(self) -> dict[str, Any]:
        """Which images are used and how they are distorted; the case they are made for is part of that trial's key."""
        content = self.model_dump(mode="json", include=set(_LATER_OF_TRIALS))
        for name in ("transfer_from", "transfers_to"):
            content.get("attack", {}).pop(name, None)
        return content

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without_none(serialize(self), _LATER_OF_TRIALS)


class Evaluation(WritableRecord):
    """Evaluation of a fitted method on a test set.

    Attributes
    ----------
    test_set : str
        Name of the test set.
    dataset : str
        Name of the data set of its images.
    fingerprint : str
        Fingerprint of that data set; empty if it could not be used.
    status : {"ok", "failed", "not evaluated"}
        Failed: an exception while predicting. Not evaluated: the data were unavailable or did not match.
    error : str
        Description of the problem in one line.
    n_test : int
        Number of images.
    scores : Scores or None
        None unless the status is "ok".
    notes : tuple of str
        Notes for readers on its images.
    corruption : Corruption or None
        Corruption of the images.
    attack : Attack or None
        Attack on the images.
    images : str
        Fingerprint of the distorted images themselves, if they are distorted: the same for methods evaluated on the
        same images.
    transferred_from : str
        Name of the case whose fitted method the attacked images were made for; empty for the method itself.
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
        """Whether some of the images are among those that the method learned from."""
        return any(LEARNED in note for note in self.notes)

    @property
    def is_distorted(self) -> bool:
        """Whether its images are corrupted or attacked."""
        return self.corruption is not None or self.attack is not None

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _without_none(serialize(self), ("corruption", "attack", "images", "transferred_from"))


def _without_none(content: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Omit empty fields that earlier records lacked, so that those stay unchanged."""
    return {name: value for name, value in content.items() if name not in names or value not in (None, "")}
