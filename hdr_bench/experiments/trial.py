"""One fit and its evaluation: what is tried, and what came out."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hdr_bench.experiments.environment import Environment
from hdr_bench.experiments.suite import DatasetChoice, Published, Record, Step


class Trial(Record):
    """One fit and its evaluation, before it is run: all that decides the outcome.

    Attributes
    ----------
    suite, case : str
        Where it comes from.
    estimator : str
        A name of `ESTIMATORS`, or a dotted path.
    params : dict
        Its parameters.
    steps : tuple of Step
        Transformers before it.
    dataset : DatasetChoice
    fingerprint : str
        Of the data set, whole.
    protocol : str
        The protocol's kind.
    seed : int
        Given to every parameter called ``random_state`` that the case leaves open.
    is_deterministic : bool
        There is no such parameter.
    samples : int or None
        Training images, where not all.
    is_reduced : bool
        The case runs below its full size.
    threads : int
        Of every thread pool.
    versions : dict of str to str
        Of the libraries that decide the outcome.
    published : tuple of Published
        Carried along for the report; it decides nothing.
    """

    suite: str
    case: str
    estimator: str
    params: dict[str, Any]
    steps: tuple[Step, ...]
    dataset: DatasetChoice
    fingerprint: str
    protocol: str
    seed: int
    is_deterministic: bool
    samples: int | None
    is_reduced: bool
    threads: int
    versions: dict[str, str]
    published: tuple[Published, ...] = ()

    @property
    def key(self) -> str:
        """Name of the trial's file: readable, and different where anything differs that decides the outcome."""
        decides = self.model_dump(mode="json", exclude={"published", "is_reduced"})
        digest = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
        readable = re.sub(r"[^a-z0-9]+", "-", self.case.lower()).strip("-")[:40]
        return f"{readable}-{self.seed}-{digest[:12]}"


class Scores(Record):
    """How good the predictions for the test part are; shares between 0 and 1.

    Precision, recall and F1 are the plain means over classes, 0 where a class is never predicted. The log loss is the
    natural logarithm's, None where the method gives no probabilities.
    """

    accuracy: float
    precision: float
    recall: float
    f1: float
    log_loss: float | None


class Measurements(Record):
    """What the fit and the predictions cost.

    Attributes
    ----------
    fit_seconds, fit_cpu_seconds : float
        Wall time of `fit`, and processor time of all its threads.
    predict_seconds : float
        Wall time of `predict` for the whole test part.
    latency_seconds, latency_p95_seconds : float
        Median and 95th percentile of `predict` for a single image.
    fit_peak_bytes, predict_peak_bytes : int
        Highest resident memory during `fit` and `predict`, above what the process had just before.
    memory_method : str
        How that was found.
    size_bytes : int
        Of the pickled estimator.
    n_parameters : int or None
        Numbers learnt, where that means something.
    n_multiply_accumulates : int or None
        For one image, where the method does a fixed number of them.
    engine : str
        The library that computed.
    """

    fit_seconds: float
    fit_cpu_seconds: float
    predict_seconds: float
    latency_seconds: float
    latency_p95_seconds: float
    fit_peak_bytes: int
    predict_peak_bytes: int
    memory_method: str
    size_bytes: int
    n_parameters: int | None
    n_multiply_accumulates: int | None
    engine: str


class Result(Record):
    """What came out of a trial, whether it went well or not.

    Attributes
    ----------
    format_version : int
        1 (0.1.0): the first.
    key : str
        The trial's.
    trial : Trial
    status : {"ok", "failed", "crashed"}
        Failed: an exception. Crashed: the process ended without a word.
    error : str
        What went wrong, in a line.
    traceback : str
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
    history : tuple of dict
        A network's loss and accuracy, an epoch each.
    warnings : tuple of str
        Raised while fitting and predicting.
    """

    format_version: Literal[1] = 1
    key: str
    trial: Trial
    status: Literal["ok", "failed", "crashed"]
    error: str = ""
    traceback: str = ""
    finished: str
    environment: Environment
    class_names: tuple[str, ...] = ()
    n_train: int = 0
    n_test: int = 0
    image_shape: tuple[int, int] | None = None
    data_notes: tuple[str, ...] = ()
    scores: Scores | None = None
    measurements: Measurements | None = None
    history: tuple[dict[str, float], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a method said of each test image.

    Attributes
    ----------
    y_true, y_pred : ndarray of shape (n_test,), int64
        Indices of classes.
    probabilities : ndarray of shape (n_test, n_classes), float32, or None
    decisions : ndarray of shape (n_test, n_classes) or (n_test,), float32, or None
        Decision values of a method without probabilities.
    """

    y_true: NDArray[np.int64]
    y_pred: NDArray[np.int64]
    probabilities: NDArray[np.float32] | None = None
    decisions: NDArray[np.float32] | None = None
