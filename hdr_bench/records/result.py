"""Trial result: scores, costs, and search outcome."""

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
"""Precision of values computed from a stored fraction: as many digits as subtraction leaves exact."""


def _in_words(row: Any) -> Any:
    """Return a row as its content, with texts that files can hold."""
    return writable_content(asdict(row)) if isinstance(row, LayerRow) else row


class Candidate(WritableRecord):
    """A candidate of a grid search.

    Attributes
    ----------
    params : dict
        Its parameters in the grid.
    scores : tuple of float or None
        Accuracy on each fold; None if the fit failed.
    fit_seconds, score_seconds : float
        Mean over the folds.
    iteration, samples : int or None
        For successive halving: the round, from 0, and the number of training images of its fits.
    """

    params: dict[str, Any]
    scores: tuple[float | None, ...]
    fit_seconds: float
    score_seconds: float
    iteration: int | None = None
    samples: int | None = None


class SearchResult(WritableRecord):
    """Result of a grid search.

    Attributes
    ----------
    chosen : dict
        Parameters of the best candidate.
    score : float
        Its mean accuracy over the folds.
    candidates : tuple of Candidate
        Candidates that were tried, in that order.
    n_candidates : int
        Number of candidates in the whole grid.
    is_limited : bool
        Whether the time limit left no time for the others, or for a fit of one of these.
    search_seconds, refit_seconds : float
        Wall time of all candidates' fits and evaluations, one after the other, and of fitting the best one on all
        training images. For a failed fit, it is the time of its process.
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
        """Number of candidates for which every fold failed."""
        return sum(all(score is None for score in candidate.scores) for candidate in self.candidates)


Status = Literal["ok", "failed", "crashed", "timeout", "out of memory"]


class Result(WritableRecord):
    """Outcome of a trial, whether it failed or not.

    Attributes
    ----------
    format_version : int
        See `store_format`.
    key : str
        Key of the trial.
    trial : Trial
        The trial.
    status : {"ok", "failed", "crashed", "timeout", "out of memory"}
        Failed: an exception. Crashed: the process ended without a result. The others: a limit was exceeded.
    error : str
        What went wrong, in one line, and the stage that the trial had reached.
    traceback : str
        Traceback of an exception; after a crash, the last lines of output.
    finished : str
        Time of completion in UTC (ISO 8601).
    environment : Environment
        The machine, the libraries, and the thread pools in use.
    class_names : tuple of str
        Classes of the data set in the order of the labels.
    n_train, n_test : int
        Number of training images, and of images for evaluation.
    image_shape : tuple of int
        Height and width in pixels.
    data_notes : tuple of str
        Notes on the data from loading them.
    scores : Scores or None
        None for a failed trial.
    measurements : Measurements or None
        None for a failed trial.
    evaluations : tuple of Evaluation
        Evaluations on the suite's other test sets, in order.
    parameters : dict
        All parameters of the estimator, including defaults; for a search, of the best. Other than JSON types become
        text.
    layers : tuple of LayerRow
        Layers of a network.
    history : tuple of dict
        A network's loss and accuracy per epoch, on training images and, for validation, on others; None if not a finite
        number. Until 0.2.0, ``validation_loss`` and ``validation_accuracy`` were stored as ``valid_loss`` and
        ``valid_accuracy``, which are converted.
    searched : SearchResult or None
        Result of a grid search.
    seconds : float
        Wall time of the whole trial including its process; for a grid search, of all its processes one after the other.
    n_concurrent : int
        Number of trials that ran on the machine at the same time, including unkillable processes of earlier ones. Above
        1, times are unreliable unless the wait for a processor was measured.
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
        """Omit what results of suites without other test sets lack, and set the required format."""
        content: dict[str, Any] = serialize(self)
        if not self.evaluations:
            content.pop("evaluations", None)
        if "format_version" in content:
            content["format_version"] = self._needed_format()
        return content

    def _needed_format(self) -> int:
        search = self.trial.search
        has_grids = search is not None and isinstance(search.grid, list)
        is_of_study = self.trial.held_out is not None
        if (
            has_grids
            or is_of_study
            or self.trial.train_with
            or any(each.is_of_later_format for each in self.trial.test_sets)
        ):
            return FORMAT_VERSION
        return WITHOUT_DISTORTION if self.evaluations else WITHOUT_TEST_SETS

    def value_of(self, metric: Metric) -> float | None:
        """Return the measured value of a metric.

        Parameters
        ----------
        metric : Metric
            A row of `hdr_bench.records.metrics.METRICS`.

        Returns
        -------
        value : float or None
            A fraction, a count, seconds or bytes; for training progress, that of the last epoch. None if it was not
            measured, or is computed for each class.
        """
        if metric.source == "history":
            curve = self.curve_of(metric)
            return curve[-1] if curve else None
        record = None if metric.source == "classes" else getattr(self, metric.source)
        stored: float | None = getattr(record, metric.column, None)
        return None if stored is None else self._derive(metric, stored)

    def _derive(self, metric: Metric, stored: float) -> float | None:
        if metric.derived == "complement":
            return round(1 - stored, _DECIMALS)
        if metric.derived == "per epoch":
            return stored / len(self.history) if self.history else None
        if metric.derived == "with biases":
            return stored + sum(row.bias_additions for row in self.layers) if self.layers else None
        return stored

    def curve_of(self, metric: Metric) -> tuple[float | None, ...]:
        """Return the values of a metric over the training epochs.

        Parameters
        ----------
        metric : Metric
            With the source "history".

        Returns
        -------
        values : tuple of float or None
            One per epoch; None if not recorded or not a finite number.
        """
        return tuple(epoch.get(metric.column) for epoch in self.history)

    def is_disturbed(self, metric: Metric) -> bool:
        """Return whether something else used the processors while a metric was measured.

        Parameters
        ----------
        metric : Metric
            A row of `hdr_bench.records.metrics.METRICS`.

        Returns
        -------
        is_disturbed : bool
            False except for times, and for a trial without measurements.
        """
        if metric.disturbing_call is None or self.measurements is None:
            return False
        return is_disturbed(getattr(self.measurements, f"{metric.disturbing_call}_wait_share"), self.n_concurrent)


def _rename_quantities(epoch: dict[Any, Any]) -> dict[Any, Any]:
    """Return an epoch of a history with the current names of its quantities."""
    return {EARLIER_NAMES.get(name, name) if isinstance(name, str) else name: value for name, value in epoch.items()}


def failed_result(trial: Trial, error: str, environment: Environment, traceback: str = "") -> Result:
    """Return the result of a failed trial.

    Parameters
    ----------
    trial : Trial
        The trial.
    error : str
        What went wrong, in one line.
    environment : Environment
        The machine, the libraries, and the thread pools in use.
    traceback : str, default=""
        Traceback of the error.

    Returns
    -------
    result : Result
        With the current time and the status "failed".
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
