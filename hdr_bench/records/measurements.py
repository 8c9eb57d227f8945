"""What is measured of a trial: scores and costs."""

from typing import Any, ClassVar, Self

from pydantic import ConfigDict, model_validator

from hdr_bench.exceptions import offer, shown, suggestion
from hdr_bench.records.base import Record
from hdr_bench.records.metric_types import Source
from hdr_bench.records.metrics import columns_from
from hdr_bench.records.text import writable_content


class WritableRecord(Record):
    """What a method and its libraries say, in texts that files can hold."""

    @model_validator(mode="before")
    @classmethod
    def _with_writable_texts(cls, content: Any) -> Any:
        return writable_content(content)


class MetricsRecord(WritableRecord):
    """A record that holds, beside its own fields, what the table of metrics has of its source: numbers or None."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float | None]
    source: ClassVar[Source]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Return what it may hold: its own fields, and the metrics of its source.

        Returns
        -------
        names : tuple of str
            The fields first.
        """
        return tuple(dict.fromkeys([*cls.model_fields, *columns_from(cls.source)]))

    @model_validator(mode="after")
    def _has_known_metrics(self) -> Self:
        for name in self.model_extra or {}:
            if name not in (allowed := self.columns()):
                raise ValueError(f"unknown key {shown(name)}.{suggestion(name, allowed)} {offer(allowed)}")
        return self


class Scores(MetricsRecord):
    """How good the predictions for the test part are; shares between 0 and 1.

    Precision, recall and F1 are the plain means over classes, 0 where a class is never predicted.

    Attributes
    ----------
    accuracy, precision, recall, f1 : float
        By the predicted class alone.
    log_loss, brier_score, calibration_error : float or None
        Of the probabilities, where the method gives any: the natural logarithm's loss, Brier's score summed over
        classes (0 to 2), the expected calibration error in 15 bins.
    top_2_accuracy : float or None
        The true class is among the two of the highest scores; for more than two classes.
    rejection : float or None
        Share of images to refuse so that the error on the rest is 0.5 %, by the difference of the two highest scores
        (LeCun et al. 1998); None if there are no scores, or no share is enough.
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
