"""What came out of a trial: scores, costs, what a search found."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
)

from hdr_bench.names import visible
from hdr_bench.records.environment import Environment, utc_now
from hdr_bench.records.evaluations import Evaluation
from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.lost_time import is_disturbed
from hdr_bench.records.measurements import Measurements, Scores, WritableRecord
from hdr_bench.records.metric_types import Metric
from hdr_bench.records.metrics import EARLIER_NAMES
from hdr_bench.records.store_format import FORMAT_VERSION, WITHOUT_DISTORTION, WITHOUT_TEST_SETS
from hdr_bench.records.text import writable_content
from hdr_bench.records.trial import Trial

_DECIMALS = 12
"""Of what is computed from a stored share: as many as subtraction leaves exact."""


def _in_words(row: Any) -> Any:
    """Return a row as its content, whose texts files can hold."""
    return writable_content(asdict(row)) if isinstance(row, LayerRow) else row


class Candidate(WritableRecord):
    """A candidate of a grid search.

    Attributes
    ----------
    params : dict
        Its place in the grid.
    scores : tuple of float or None
        Accuracy on each fold; None where its fit failed.
    fit_seconds, score_seconds : float
        Mean over the folds.
    iteration, samples : int or None
        Of successive halving: the round, from 0, and the training images of its fits.
    """

    params: dict[str, Any]
    scores: tuple[float | None, ...]
    fit_seconds: float
    score_seconds: float
    iteration: int | None = None
    samples: int | None = None


class SearchResult(WritableRecord):
    """What a grid search tried and chose.

    Attributes
    ----------
    chosen : dict
        The best candidate's place in the grid.
    score : float
        Its mean accuracy over the folds.
    candidates : tuple of Candidate
        Those that were tried, in the order of trying.
    n_candidates : int
        Of the whole grid.
    is_limited : bool
        The time limit left no time for the others, or for a fit of one of these.
    search_seconds, refit_seconds : float
        Wall time of all candidates' fits with their evaluation, one after the other, and of fitting the best one on
        all training images. Of a fit that failed it is the time of its process.
    """

    chosen: dict[str, Any]
    score: float
    candidates: tuple[Candidate, ...]
    n_candidates: int
    is_limited: bool = False
    search_seconds: float
    refit_seconds: float

    @property
    def n_failed(self) -> int:
        """Candidates that no fold could be fitted with."""
        return sum(all(score is None for score in candidate.scores) for candidate in self.candidates)


Status = Literal["ok", "failed", "crashed", "timeout", "out of memory"]


class Result(WritableRecord):
    """What came out of a trial, whether it failed or not.

    Attributes
    ----------
    format_version : int
        See `store_format`.
    key : str
        The trial's.
    trial : Trial
        What was run.
    status : {"ok", "failed", "crashed", "timeout", "out of memory"}
        Failed: an exception. Crashed: the process ended without a word. The other two: by the trial's limits.
    error : str
        What went wrong, in a line, and how far the trial had come.
    traceback : str
        Of an exception; of a crash, the last lines that the process wrote.
    finished : str
        When, in UTC (ISO 8601).
    environment : Environment
        The machine, the libraries, and the thread pools in force.
    class_names : tuple of str
        Of the data set, in the order of the labels.
    n_train, n_test : int
        Images that it learnt from, and that it was evaluated on.
    image_shape : tuple of int
        Height and width in pixels.
    data_notes : tuple of str
        What was noticed when the data were loaded.
    scores : Scores or None
        None for a trial that failed.
    measurements : Measurements or None
        None for a trial that failed.
    evaluations : tuple of Evaluation
        On the suite's other test sets, in its order.
    parameters : dict
        All of the estimator's, its defaults too; of a search, of the best. What JSON has no word for stands as text.
    layers : tuple of LayerRow
        Of a network.
    history : tuple of dict
        A network's loss and accuracy on the training images and, in validation, on others, an epoch each; None where
        it is no number. Until 0.2.0 ``validation_loss`` and ``validation_accuracy`` were stored as ``valid_loss`` and
        ``valid_accuracy``; they are read as today's.
    searched : SearchResult or None
        Of a grid search.
    seconds : float
        Wall time of the whole trial, its process included; of a grid search, of all its processes one after the other.
    n_concurrent : int
        Trials that shared the machine, and processes of earlier ones that could not be ended. Above 1 the times say
        little, unless the wait for a processor was measured.
    warnings : tuple of str
        Raised while fitting and predicting.
    """

    format_version: Literal[4, 5, 6] = 6
    key: str
    trial: Trial
    status: Status
    error: str = ""
    traceback: str = ""
    finished: str
    environment: Environment
    class_names: tuple[Annotated[str, AfterValidator(visible)], ...] = ()
    n_train: int = 0
    n_test: int = 0
    image_shape: tuple[int, int] | None = None
    data_notes: tuple[str, ...] = ()
    scores: Scores | None = None
    measurements: Measurements | None = None
    evaluations: tuple[Evaluation, ...] = ()
    parameters: dict[str, Any] = Field(default_factory=dict)
    layers: tuple[Annotated[LayerRow, BeforeValidator(_in_words)], ...] = ()
    history: tuple[dict[str, float | None], ...] = ()
    searched: SearchResult | None = None
    seconds: float = 0.0
    n_concurrent: int = 1
    warnings: tuple[str, ...] = ()

    @field_validator("history", mode="before")
    @classmethod
    def _with_names_of_today(cls, history: Any) -> Any:
        if not isinstance(history, list | tuple):
            return history
        return tuple(_rename_quantities(epoch) if isinstance(epoch, dict) else epoch for epoch in history)

    @model_serializer(mode="wrap")
    def _without_empty_evaluations(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what results of suites without other test sets do not have, and say the format that is needed."""
        content: dict[str, Any] = serialize(self)
        if not self.evaluations:
            content.pop("evaluations", None)
        if "format_version" in content:
            content["format_version"] = self._needed_format()
        return content

    def _needed_format(self) -> int:
        if self.trial.train_with or any(each.is_of_later_format for each in self.trial.test_sets):
            return FORMAT_VERSION
        return WITHOUT_DISTORTION if self.evaluations else WITHOUT_TEST_SETS

    def value_of(self, metric: Metric) -> float | None:
        """Return what a metric was measured to be.

        Parameters
        ----------
        metric : Metric
            A row of `hdr_bench.records.metrics.METRICS`.

        Returns
        -------
        value : float or None
            A share, a count, seconds or bytes; of a course of training that of the last epoch. None if it was not
            measured.
        """
        if metric.source == "history":
            curve = self.curve_of(metric)
            return curve[-1] if curve else None
        record = getattr(self, metric.source)
        stored: float | None = getattr(record, metric.column, None)
        if stored is None:
            return None
        if metric.derived == "complement":
            return round(1 - stored, _DECIMALS)
        if metric.derived == "per epoch":
            return stored / len(self.history) if self.history else None
        return stored

    def curve_of(self, metric: Metric) -> tuple[float | None, ...]:
        """Return the course of a metric over the epochs of training.

        Parameters
        ----------
        metric : Metric
            Of the source "history".

        Returns
        -------
        values : tuple of float or None
            One per epoch; None where it was not recorded, or was no number.
        """
        return tuple(epoch.get(metric.column) for epoch in self.history)

    def is_disturbed(self, metric: Metric) -> bool:
        """Return whether something else had the processors while a metric was measured.

        Parameters
        ----------
        metric : Metric
            A row of `hdr_bench.records.metrics.METRICS`.

        Returns
        -------
        is_disturbed : bool
            False for all but times, and for a trial without measurements.
        """
        if metric.disturbing_call is None or self.measurements is None:
            return False
        return is_disturbed(getattr(self.measurements, f"{metric.disturbing_call}_wait_share"), self.n_concurrent)


def _rename_quantities(epoch: dict[Any, Any]) -> dict[Any, Any]:
    """Return an epoch of a history with the names that its quantities have today."""
    return {EARLIER_NAMES.get(name, name) if isinstance(name, str) else name: value for name, value in epoch.items()}


def failed_result(trial: Trial, error: str, environment: Environment, traceback: str = "") -> Result:
    """Return the result of a trial that failed.

    Parameters
    ----------
    trial : Trial
        What was to be run.
    error : str
        What went wrong, in a line.
    environment : Environment
        The machine, the libraries, and the thread pools in force.
    traceback : str, default=""
        Where it was raised.

    Returns
    -------
    result : Result
        Finished now, with the status "failed".
    """
    return Result(
        key=trial.key,
        trial=trial,
        status="failed",
        error=error,
        traceback=traceback,
        finished=utc_now(),
        environment=environment,
    )
