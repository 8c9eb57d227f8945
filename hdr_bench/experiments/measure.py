"""A trial carried out in this process: data, warm-up, fit, predictions, and what each of them cost."""

import pickle
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support
from sklearn.pipeline import make_pipeline

from hdr_bench.datasets import Dataset, Part, load_dataset
from hdr_bench.estimators import make_estimator, make_transformer
from hdr_bench.exceptions import DatasetError
from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.memory import peak_memory
from hdr_bench.experiments.threads import limit_threads
from hdr_bench.experiments.trial import Measurements, Predictions, Result, Scores, Trial

OnStep = Callable[[str], None]
_WARM_UP_IMAGES = 200
_LATENCY_CALLS, _LATENCY_SECONDS = 100, 2.0


def measure_trial(trial: Trial, on_step: OnStep) -> tuple[Result, Predictions]:
    """Carry out a trial here and now; meant for a process of its own.

    Parameters
    ----------
    trial : Trial
    on_step : callable
        Told the name of each step as it begins.

    Returns
    -------
    result : Result
    predictions : Predictions
    """
    on_step("load")
    dataset = load_trial_data(trial)
    model = make_model(trial)
    limit_threads(trial.threads)
    on_step("warm-up")
    _warm_up(model, dataset.train)
    # Libraries that the warm-up loaded have brought pools of their own.
    limit_threads(trial.threads)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        measurements, predictions = _measured(model, dataset, on_step)
    result = Result(
        key=trial.key,
        trial=trial,
        status="ok",
        finished=utc_now(),
        environment=read_environment(),
        class_names=dataset.class_names,
        n_train=len(dataset.train),
        n_test=len(dataset.test),
        image_shape=dataset.image_shape,
        data_notes=dataset.notes,
        scores=score(predictions, len(dataset.class_names)),
        measurements=measurements,
        history=tuple({key: float(value) for key, value in row.items()} for row in _attribute(model, "history_") or ()),
        warnings=tuple(dict.fromkeys(f"{warning.category.__name__}: {warning.message}" for warning in caught)),
    )
    return result, predictions


def load_trial_data(trial: Trial) -> Dataset:
    """Load the trial's data set, cut to its number of training images.

    Raises
    ------
    DatasetError
        If it is not the one that the trial was planned with.
    """
    choice = trial.dataset
    dataset = load_dataset(choice.name, resize=choice.resize, test_size=choice.test_size, split_seed=choice.split_seed)
    if dataset.fingerprint != trial.fingerprint:
        raise DatasetError(f"{choice.name} changed since the run was planned; start the run again")
    return dataset if trial.samples is None else dataset.subsample(trial.samples)


def make_model(trial: Trial) -> Any:
    """Make the trial's estimator, seeded."""
    model = unseeded_model(trial)
    return model.set_params(**dict.fromkeys(seeded_parameters(model), trial.seed))


def unseeded_model(trial: Trial) -> Any:
    """Make the trial's estimator, in a pipeline where there are steps before it, as the suite describes it."""
    model = make_estimator(trial.estimator, **trial.params)
    if trial.steps:
        return make_pipeline(*(make_transformer(step.name, **step.params) for step in trial.steps), model)
    return model


def seeded_parameters(model: Any) -> list[str]:
    """Return the names of the parameters that take the seed: each ``random_state``, nested ones too, that is None."""
    params = model.get_params()
    return [name for name in params if name.rpartition("__")[2] == "random_state" and params[name] is None]


def score(predictions: Predictions, n_classes: int) -> Scores:
    """Judge predictions by accuracy, mean precision, recall and F1 over classes, and log loss."""
    y_true, y_pred = predictions.y_true, predictions.y_pred
    labels = np.arange(n_classes)
    precision, recall, f1, _ = precision_recall_fscore_support(
        y_true, y_pred, labels=labels, average="macro", zero_division=0
    )
    loss = None
    # A network that diverged has none that are finite; it keeps its accuracy.
    if predictions.probabilities is not None and np.isfinite(predictions.probabilities).all():
        # float32 shares add up to one only nearly, which scikit-learn warns of.
        shares = predictions.probabilities.astype(np.float64)
        loss = float(log_loss(y_true, shares / shares.sum(axis=1, keepdims=True), labels=labels))
    return Scores(
        accuracy=float(accuracy_score(y_true, y_pred)),
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        log_loss=loss,
    )


def utc_now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _warm_up(model: Any, train: Part) -> None:
    """Fit and predict on a few images, so that imports and first calls fall outside the timed regions."""
    per_class = max(_WARM_UP_IMAGES // len(np.unique(train.labels)), 2)
    chosen = np.concatenate([np.flatnonzero(train.labels == label)[:per_class] for label in np.unique(train.labels)])
    few = train.take(chosen)
    rehearsal = clone(model)
    short = {name: 1 for name in rehearsal.get_params() if name.rpartition("__")[2] == "max_epochs"}
    # What fails on these few images may be right on all of them; if not, it fails where it is recorded.
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        rehearsal.set_params(**short).fit(few.X, few.y).predict(few.X[:2])


def _measured(model: Any, dataset: Dataset, on_step: OnStep) -> tuple[Measurements, Predictions]:
    train, test = dataset.train, dataset.test
    # The pages of the memory map are the data's, not the method's: they are brought in before.
    for part in (train, test):
        part.images.max()
    on_step("fit")
    with peak_memory() as fit_peak:
        cpu_start, start = time.process_time(), time.perf_counter()
        model.fit(train.X, train.y)
        fit_seconds, fit_cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    on_step("predict")
    with peak_memory() as predict_peak:
        start = time.perf_counter()
        y_pred = model.predict(test.X)
        predict_seconds = time.perf_counter() - start
    on_step("latency")
    latencies = _latencies(model, test.X)
    measurements = Measurements(
        fit_seconds=fit_seconds,
        fit_cpu_seconds=fit_cpu_seconds,
        predict_seconds=predict_seconds,
        latency_seconds=float(np.median(latencies)),
        latency_p95_seconds=float(np.percentile(latencies, 95)),
        fit_peak_bytes=fit_peak.bytes,
        predict_peak_bytes=predict_peak.bytes,
        memory_method=fit_peak.method,
        size_bytes=len(pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL)),
        n_parameters=_attribute(model, "n_parameters_"),
        n_multiply_accumulates=_attribute(model, "n_multiply_accumulates_"),
        engine=_attribute(model, "engine_") or type(_last(model)).__module__.partition(".")[0],
    )
    on_step("scores")
    return measurements, _predictions(model, test, y_pred, len(dataset.class_names))


def _latencies(model: Any, X: NDArray[np.generic]) -> list[float]:
    """Return the seconds of single-image predictions: up to 100 of them, in about 2 seconds."""
    model.predict(X[:1])
    latencies: list[float] = []
    for index in range(min(_LATENCY_CALLS, len(X))):
        start = time.perf_counter()
        model.predict(X[index : index + 1])
        latencies.append(time.perf_counter() - start)
        if sum(latencies) > _LATENCY_SECONDS:
            break
    return latencies


def _predictions(model: Any, test: Part, y_pred: NDArray[np.generic], n_classes: int) -> Predictions:
    y_true, labels = np.asarray(test.y), y_pred.astype(np.int64)
    if hasattr(model, "predict_proba"):
        shares = np.zeros((len(test), n_classes), np.float32)
        # A class that the training part lacks has no column of its own.
        shares[:, model.classes_.astype(np.intp)] = model.predict_proba(test.X)
        return Predictions(y_true, labels, probabilities=shares)
    if hasattr(model, "decision_function"):
        return Predictions(y_true, labels, decisions=np.asarray(model.decision_function(test.X), np.float32))
    return Predictions(y_true, labels)


def _attribute(model: Any, name: str) -> Any:
    return getattr(_last(model), name, None)


def _last(model: Any) -> Any:
    return model[-1] if hasattr(model, "steps") else model
