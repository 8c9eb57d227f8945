"""Measurements of a trial: scores and costs."""

from typing import Any, ClassVar, Self

from pydantic import ConfigDict, model_validator

from hdr_bench.exceptions import offer, shown, suggestion
from hdr_bench.records.base import Record
from hdr_bench.records.metric_types import Source
from hdr_bench.records.metrics import columns_from
from hdr_bench.records.text import writable_content


class WritableRecord(Record):
    """Record of data from methods and libraries, as texts that files can hold."""

    @model_validator(mode="before")
    @classmethod
    def _with_writable_texts(cls, content: Any) -> Any:
        return writable_content(content)


class MetricsRecord(WritableRecord):
    """Record that holds, besides its own fields, the metrics of its source: numbers or None."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float | None]
    source: ClassVar[Source]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return the names that it may hold: its own fields, and the metrics of its source.

        Returns
        -------
        names : tuple of str
            Fields first.
        """
        return tuple(dict.fromkeys([*cls.model_fields, *columns_from(cls.source)]))

    @model_validator(mode="after")
    def _has_known_metrics(self) -> Self:
        for name in self.model_extra or {}:
            if name not in (allowed := self.columns()):
                raise ValueError(f"unknown key {shown(name)}.{suggestion(name, allowed)} {offer(allowed)}")
        return self


class Scores(MetricsRecord):
    """Quality of the predictions for the test part; fractions between 0 and 1.

    Precision, recall and F1 are unweighted means over classes, 0 for a class that is never predicted.

    Attributes
    ----------
    accuracy, precision, recall, f1 : float
        Based on the predicted class only.
    log_loss, brier_score, calibration_error : float or None
        Based on probabilities, if available: the loss with natural logarithms, the Brier score summed over classes (0
        to 2), and the expected calibration error in 15 bins.
    top_2_accuracy : float or None
        Fraction of images with the true class among the two highest scores; for more than two classes.
    rejection : float or None
        Fraction of images to reject for an error of 0.5 % on the rest, by the difference of the two highest scores
        (LeCun et al. 1998); None if there are no scores, or no fraction suffices.
    """

    source: ClassVar[Source] = "scores"

    accuracy: float
    precision: float
    recall: float
    f1: float
    log_loss: float | None
    top_2_accuracy: float | None = None
    brier_score: float | None = None
    calibration_error: float | None = None
    rejection: float | None = None


class Measurements(MetricsRecord):
    """Costs of the fit and the predictions.

    Attributes
    ----------
    fit_seconds, fit_cpu_seconds : float
        Wall time of `fit`, and processor time of all its threads, including those of processes that it started.
    predict_seconds : float
        Wall time of `predict` for the whole test part.
    predict_cpu_seconds : float or None
        Its processor time; None in results from before this was measured.
    fit_wait_share, predict_wait_share, latency_wait_share : float or None
        Ratio of the time that the call waited for a processor used by something else to the rest of its time
        (`waiting.processor_wait`): 0.15 is a call that took 15 % longer. The last one is for all calls with a single
        image together. If the kernel does not count the waits of threads, this is an upper bound. None if it is not
        measured: on a GPU, on systems other than Linux except with one thread, and in earlier results.
    latency_seconds, latency_p95_seconds : float or None
        Median and 95th percentile of `predict` for a single image; None for a fit within a grid search.
    fit_peak_bytes, predict_peak_bytes : int
        Peak resident memory during `fit` and `predict`, above what the process had just before.
    memory_method : str
        How the peaks were measured.
    fit_gpu_peak_bytes, predict_gpu_peak_bytes : int or None
        Peak memory of torch's tensors on a GPU meanwhile, if one was used; as counted by torch.
    size_bytes : int or None
        Size of the pickled estimator; None if it cannot be pickled, and for a fit within a grid search.
    n_parameters : int or None
        Number of learned parameters, if meaningful.
    n_multiply_accumulates : int or None
        Number for one image, if it is fixed for the method.
    n_stored_variables : int or None
        Number of values needed for predictions: learned parameters and stored training images (LeCun et al. 1998,
        "Gradient-based learning applied to document recognition", Figure 12).
    engine : str
        Library that did the computation.
    """

    source: ClassVar[Source] = "measurements"

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
