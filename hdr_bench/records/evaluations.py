"""Test sets beside a data set's own test part: as a suite names them, as a trial has them, and what came out."""

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from hdr_bench.records.base import Name, Record, SuitePart
from hdr_bench.records.measurements import Scores, WritableRecord
from hdr_bench.records.protocol import DatasetChoice

TestPart = Literal["test", "all"]
"""Images of a data set that a test set takes: its test part, or both parts together."""

TEST_PARTS: tuple[TestPart, ...] = get_args(TestPart)

LEARNED = "are among those that the method learns from"
"""What a note says of images that a method learns from; it begins with their number."""

EvaluationStatus = Literal["ok", "failed", "not evaluated"]


class TestSet(SuitePart):
    """Other images that each fitted method of a suite is evaluated on, beside the test part of its own data.

    Attributes
    ----------
    name : str
        What tables call it.
    dataset : DatasetChoice
        The data set that its images come from.
    part : {"test", "all"}
        Its test part, or both parts, for data that no method learns from.
    """

    # pytest would take the class for tests.
    __test__: ClassVar[bool] = False

    name: Annotated[Name, Field(min_length=1, max_length=100)]
    dataset: DatasetChoice
    part: TestPart = "test"


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
    fingerprint: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def decides(self) -> list[str]:
        """What of it decides a trial's outcome, for the trial's key."""
        return [self.name, self.part, self.fingerprint]


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
    """

    test_set: str
    dataset: str
    fingerprint: str = ""
    status: EvaluationStatus
    error: str = ""
    n_test: int = 0
    scores: Scores | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_learned_images(self) -> bool:
        """Some of the images are among those that the method learned from."""
        return any(LEARNED in note for note in self.notes)
