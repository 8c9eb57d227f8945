"""What came out of a trial: scores, costs, what a search found."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from hdr_bench.names import visible
from hdr_bench.records.base import Record
from hdr_bench.records.environment import Environment, utc_now
from hdr_bench.records.text import writable_content
from hdr_bench.records.trial import Trial


class Recorded(Record):
    """What a method and its libraries say, in texts that files can hold."""

    @model_validator(mode="before")
    @classmethod
    def _with_writable_texts(cls, content: Any) -> Any:
        return writable_content(content)


class Scores(Record):
    """How good the predictions for the test part are; shares between 0 and 1.

    Precision, recall and F1 are the plain means over classes, 0 where a class is never predicted.

    Attributes
    ----------
    accuracy, precision, recall, f1 : float
    log_loss, brier_score, calibration_error : float or None
        Of the probabilities, where the method gives any: the natural logarithm's loss, Brier's score summed over
        classes (0 to 2), the expected calibration error in 15 bins.
    top_2_accuracy : float or None
        The true class is among the two of the highest scores; for more than two classes.
    rejection : float or None
        Share of images to refuse so that the error on the rest is 0.5 %, by the difference of the two highest scores
        (LeCun et al. 1998); None where there are no scores, or no share is enough.
    """

    accuracy: float
    precision: float
    recall: float
    f1: float
    log_loss: float | None
    top_2_accuracy: float | None = None
    brier_score: float | None = None
    calibration_error: float | None = None
    rejection: float | None = None


class LayerRow(Recorded):
    """A row of a network's table.

    Attributes
    ----------
    token, layer : str
        As the notation writes it, and its kind.
    output_shape : tuple of int
        Channels, height and width; or features.
    parameters, buffers, multiply_accumulates : int
        Trainable parameters, other numbers that are kept (running means and variances), operations for one image.
    """

    token: str
    layer: str
    output_shape: tuple[int, ...]
    parameters: int
    buffers: int
    multiply_accumulates: int


class Measurements(Recorded):
    """What the fit and the predictions cost.

    Attributes
    ----------
    fit_seconds, fit_cpu_seconds : float
        Wall time of `fit`, and processor time of all its threads, those of processes that it started among them.
    predict_seconds : float
        Wall time of `predict` for the whole test part.
    predict_cpu_seconds : float or None
        Processor time of it; None in results from before it was measured.
    fit_wait_share, predict_wait_share, latency_wait_share : float or None
        Time that the call waited for a processor that something else had, over its time without that wait
        (`waiting.processor_wait`): 0.15 is a call that took 15 % longer. The last one is of all calls with a single
        image together. Where the kernel does not count the waits of threads, the most that it can be. None where it is
        not measured: on a GPU, on other systems than Linux but with one thread, and in earlier results.
    latency_seconds, latency_p95_seconds : float or None
        Median and 95th percentile of `predict` for a single image; None of a fit inside a grid search.
    fit_peak_bytes, predict_peak_bytes : int
        Highest resident memory during `fit` and `predict`, above what the process had just before.
    memory_method : str
        How that was found.
    fit_gpu_peak_bytes, predict_gpu_peak_bytes : int or None
        Highest memory of torch's tensors on a GPU meanwhile, where one was used; as torch counts it.
    size_bytes : int or None
        Of the pickled estimator; None if it cannot be pickled, and of a fit inside a grid search.
    n_parameters : int or None
        Numbers learnt, where that means something.
    n_multiply_accumulates : int or None
        For one image, where the method does a fixed number of them.
    n_stored_variables : int or None
        Numbers that predictions need: what was learnt, and the training images that are kept (LeCun et al. 1998,
        "Gradient-based learning applied to document recognition", Figure 12).
    engine : str
        The library that computed.
    """

    fit_seconds: float
    fit_cpu_seconds: float
    predict_seconds: float
    predict_cpu_seconds: float | None = None
    fit_wait_share: float | None = None
    predict_wait_share: float | None = None
    latency_wait_share: float | None = None
    latency_seconds: float | None
    latency_p95_seconds: float | None
    fit_peak_bytes: int
    predict_peak_bytes: int
    memory_method: str
    fit_gpu_peak_bytes: int | None = None
    predict_gpu_peak_bytes: int | None = None
    size_bytes: int | None
    n_parameters: int | None
    n_multiply_accumulates: int | None
    n_stored_variables: int | None = None
    engine: str


class Candidate(Recorded):
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


class Searched(Recorded):
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


class Result(Recorded):
    """What came out of a trial, whether it failed or not.

    Attributes
    ----------
    format_version : int
        See `store_format`.
    key : str
        The trial's.
    trial : Trial
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
    n_train, n_test : int
    image_shape : tuple of int
    data_notes : tuple of str
    scores : Scores or None
    measurements : Measurements or None
    parameters : dict
        All of the estimator's, its defaults too; of a search, of the best. What JSON has no word for stands as text.
    layers : tuple of LayerRow
        Of a network.
    history : tuple of dict
        A network's loss and accuracy, an epoch each; None where it is no number.
    searched : Searched or None
        Of a grid search.
    seconds : float
        Wall time of the whole trial, its process included; of a grid search, of all its processes one after the other.
    n_concurrent : int
        Trials that shared the machine, and processes of earlier ones that could not be ended. Above 1 the times say
        little, unless the wait for a processor was measured.
    warnings : tuple of str
        Raised while fitting and predicting.
    """

    format_version: Literal[4] = 4
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
    parameters: dict[str, Any] = Field(default_factory=dict)
    layers: tuple[LayerRow, ...] = ()
    history: tuple[dict[str, float | None], ...] = ()
    searched: Searched | None = None
    seconds: float = 0.0
    n_concurrent: int = 1
    warnings: tuple[str, ...] = ()


def failed_result(trial: Trial, error: str, environment: Environment, traceback: str = "") -> Result:
    """Return the result of a trial that failed: the error in a line, and where it was raised."""
    return Result(
        key=trial.key,
        trial=trial,
        status="failed",
        error=error,
        traceback=traceback,
        finished=utc_now(),
        environment=environment,
    )
