"""Record of a run: the suite, the settings, the trials, and which methods need more seeds."""

import math
import statistics
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from hdr_bench.records.base import Record
from hdr_bench.records.claims import placeholders_of
from hdr_bench.records.options import Settings
from hdr_bench.records.protocol import Kind
from hdr_bench.records.result import Result
from hdr_bench.records.store_format import FORMAT_VERSION, WITHOUT_DISTORTION, WITHOUT_TEST_SETS
from hdr_bench.records.study_decision import StudyDecision
from hdr_bench.records.suite import Suite
from hdr_bench.records.text import writable_content


class SeedDecision(Record):
    """Decision on whether a case needs more seeds, with its basis.

    Attributes
    ----------
    case : str
    n_seeds : int
        Number of seeds it is based on.
    accuracy : float
        Their mean.
    n_test : int
        Number of test images.
    standard_deviation : float
        Standard deviation of the accuracy between the seeds.
    limit : float
        Standard deviation of a proportion of the test images, sqrt(p (1 - p) / n).
    more : bool
        Whether more seeds run: `standard_deviation` exceeds `limit`.
    """

    case: str
    n_seeds: int
    accuracy: float
    n_test: int
    standard_deviation: float
    limit: float
    more: bool


def decide_more_seeds(results: Sequence[Result]) -> SeedDecision | None:
    """Decide from the results of a case's first seeds whether it needs more.

    Parameters
    ----------
    results : sequence of Result
        Results of a hold-out, one per seed.

    Returns
    -------
    decision : SeedDecision or None
        None if there are fewer than two, or one of them failed or was limited, so that no decision is possible.
    """
    accuracies = [result.scores.accuracy for result in results if result.status == "ok" and result.scores is not None]
    if len(accuracies) < max(len(results), 2):
        return None
    accuracy, n_test = statistics.fmean(accuracies), results[0].n_test
    spread, limit = statistics.stdev(accuracies), math.sqrt(max(accuracy * (1 - accuracy), 0.0) / n_test)
    return SeedDecision(
        case=results[0].trial.case,
        n_seeds=len(results),
        accuracy=accuracy,
        n_test=n_test,
        standard_deviation=spread,
        limit=limit,
        more=spread > limit,
    )


Key = Annotated[str, Field(pattern=r"^[^/\\\x00]*$", max_length=200)]
"""Name of a trial's file, which cannot lead out of its folder."""


class PlannedTrial(BaseModel):
    """Trial of a run, with what readers need before its result is available.

    Attributes
    ----------
    key, limited_key : str
        Names of the trial's file: its own, and that of an outcome determined by its limits.
    case : str
    seed : int
    protocol : {"holdout", "cross-validation", "grid-search", "learning-curve", "validation"}
    fold : int or None
        For cross-validation, from 0.
    samples : int or None
        Number of training images, if it is a subset.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Key
    limited_key: Key = ""
    case: str
    seed: int
    protocol: Kind = "holdout"
    fold: int | None = None
    samples: int | None = None


def _each_once(trials: tuple[PlannedTrial, ...]) -> tuple[PlannedTrial, ...]:
    """Return trials without repetitions: a trial that a changed file names twice was fitted once."""
    first: dict[str, PlannedTrial] = {}
    for planned in trials:
        first.setdefault(planned.key, planned)
    return tuple(first.values())


class RunRecord(BaseModel):
    """Record of a run: its suite, settings and trials.

    Attributes
    ----------
    format_version : int
        See `store_format`.
    suite : Suite
    origin : str
        Name or path under which the suite was requested; empty for one created in code.
    settings : Settings
    trials : tuple of PlannedTrial
        In order, each once.
    decisions : tuple of SeedDecision
        Which cases need more seeds.
    study_decisions : tuple of StudyDecision
        How many seeds each study has, and which level it chose.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    format_version: Literal[4, 5, 6] = 6
    suite: Suite
    origin: Annotated[str, BeforeValidator(writable_content)]
    settings: Settings
    trials: Annotated[tuple[PlannedTrial, ...], AfterValidator(_each_once)]
    decisions: tuple[SeedDecision, ...] = ()
    study_decisions: tuple[StudyDecision, ...] = ()

    @model_serializer(mode="wrap")
    def _in_the_format_that_it_needs(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = serialize(self)
        if "format_version" in content:
            content["format_version"] = _format_of(self.suite)
        if not self.study_decisions:
            content.pop("study_decisions", None)
        return content


def _format_of(suite: Suite) -> int:
    """Return the format required by the record of a run of this suite."""
    is_distorted = any(each.is_of_later_format for each in suite.test_sets)
    asks_for_test_sets = any(each.test_set for claim in suite.claims for each in placeholders_of(claim))
    has_later_case = any(case.train_with or case.samples or isinstance(case.grid, list) for case in suite.cases)
    has_later_figure = any(each.mean_epochs or each.class_name for case in suite.cases for each in case.published)
    if is_distorted or asks_for_test_sets or suite.anchors or suite.studies or has_later_case or has_later_figure:
        return FORMAT_VERSION
    return WITHOUT_DISTORTION if suite.test_sets else WITHOUT_TEST_SETS
