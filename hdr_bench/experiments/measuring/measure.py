"""Measurement of a trial in this process: fit, predictions, and the cost of each."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset
from hdr_bench.error_text import describe_error
from hdr_bench.estimators.base import N_MULTIPLY_ACCUMULATES, N_PARAMETERS, N_STORED_VARIABLES
from hdr_bench.estimators.neural.epochs import listen_to_epochs
from hdr_bench.experiments.measuring.answers import check_labels
from hdr_bench.experiments.measuring.attributes import count_with_steps, engine_of, history_of, layers_of, parameters_of
from hdr_bench.experiments.measuring.evaluation import evaluate_test_sets
from hdr_bench.experiments.measuring.memory import limited_memory, peak_memory
from hdr_bench.experiments.measuring.model_cards import keep_model
from hdr_bench.experiments.measuring.preparation import limit_from, prepare
from hdr_bench.experiments.measuring.process_state import (
    gpu_peak_bytes,
    reset_gpu_peak,
    seed_generators,
    synchronize_gpu,
)
from hdr_bench.experiments.measuring.processor_wait import processor_wait
from hdr_bench.experiments.measuring.scoring import read_predictions, score
from hdr_bench.experiments.measuring.search_costs import add_search
from hdr_bench.experiments.messages import FIT, OnStage, Outcome, Stage, Task
from hdr_bench.experiments.planning.models import best_of_search, last_step
from hdr_bench.kernel import seconds_of_descendants
from hdr_bench.records.environment import Environment, thread_pools, utc_now
from hdr_bench.records.failures import log_warnings
from hdr_bench.records.measurements import Measurements
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

_WARM_UP_IMAGES = 200
_LATENCY_CALLS, _LATENCY_SECONDS = 100, 2.0


def measure_trial(task: Task, folder: Path | None, machine: Environment, on_stage: OnStage) -> Outcome:
    """Run and measure a trial in this process; to be called in its own process.

    Parameters
    ----------
    task : Task
    folder : Path or None
        Folder of the data set, if it was stored for the trial.
    machine : Environment
        Description of the machine that this process runs on; its thread pools are added here.
    on_stage : callable
        Called with each stage of the trial.

    Returns
    -------
    result : Result
    predictions : Predictions or None
        None for a fit within a grid search.

    Raises
    ------
    VersionsDifferError
        If a library that determines results has another version than planned.
    DatasetError
        If the data are not those that the trial was planned with.
    CodeDiffersError
        If the estimator's user code differs from when the trial was planned.
    """
    trial = task.trial
    prepared = prepare(task, folder, on_stage)
    model, dataset = prepared.model, prepared.dataset
    fit_and_measure = _measure if trial.search_fit is None else _measure_search_fit
    with log_warnings() as caught:
        with limited_memory(trial.memory_limit):
            measurements, predictions = fit_and_measure(model, dataset, trial, on_stage)
            # A fit within a search needs no other test images.
            asked = trial.test_sets if trial.search_fit is None else ()
            others = list(evaluate_test_sets(model, asked, dataset.class_names, task, on_stage))
        # Not needed for a fit within a search.
        described = {} if trial.search_fit is not None else _described(last_step(model))
    result = Result(
        key=trial.key,
        trial=trial,
        status="ok",
        finished=utc_now(),
        environment=machine.model_copy(update={"thread_pools": thread_pools()}),
        class_names=dataset.class_names,
        n_train=len(dataset.train),
        n_test=len(dataset.test),
        image_shape=dataset.image_shape,
        data_notes=(*dataset.notes, *dataset.warnings),
        scores=score(predictions, len(dataset.class_names)),
        measurements=measurements,
        evaluations=tuple(evaluation for evaluation, _ in others),
        **described,
        warnings=caught.texts,
    )
    if trial.search_fit is not None:
        return result, None
    of_test_sets = {evaluation.test_set: found for evaluation, found in others if found is not None}
    predictions = replace(predictions, test_sets=of_test_sets)
    if task.keeps_model:
        # Memory for inspecting a model does not count towards the method.
        on_stage(limit_from("model"))
        kept = keep_model(model, trial, prepared.came, predictions, task.model_command)
        predictions = replace(predictions, model=kept)
    return result if task.outcome is None else add_search(result, task.outcome), predictions


def _described(method: Any) -> dict[str, Any]:
    return {"parameters": parameters_of(method), "layers": layers_of(method), "history": history_of(method)}


def _measure_search_fit(
    model: Any, dataset: Dataset, trial: Trial, on_stage: OnStage
) -> tuple[Measurements, Predictions]:
    """Fit and predict only: class scores, latency and size are measured for the selected candidate."""
    fit, predict, y_pred = _fit_and_predict(model, dataset, trial, on_stage)
    cost = {**_cost_of_calls(fit, predict), "latency_seconds": None, "latency_p95_seconds": None, "size_bytes": None}
    measurements = Measurements(
        **cost, n_parameters=None, n_multiply_accumulates=None, engine=engine_of(last_step(model))
    )
    labels = check_labels(y_pred, len(dataset.test), len(dataset.class_names))
    return measurements, Predictions(np.asarray(dataset.test.y), labels)


def _fit_and_predict(
    model: Any, dataset: Dataset, trial: Trial, on_stage: OnStage
) -> tuple["_Cost", "_Cost", NDArray[np.int64]]:
    """Return the costs of a fit and of predicting all test images, and the predictions."""
    train, test = dataset.train, dataset.test
    watched = {} if trial.validation is None else {"validation_data": (test.X, test.y)}
    # Pages of the memory map belong to the data, not to the method, so they are loaded beforehand.
    for part in (train, test):
        part.images.max()
    seed_generators(trial.seed)
    on_stage(limit_from(FIT))
    with listen_to_epochs(lambda k, n: on_stage(Stage("fit: epoch", k, n))), _measuring(trial.threads) as fit:
        model.fit(train.X, train.y, **watched)
    on_stage(Stage("predict"))
    with _measuring(trial.threads) as predict:
        y_pred = model.predict(test.X)
    check_labels(y_pred, len(test), len(dataset.class_names))
    return fit, predict, y_pred


def _cost_of_calls(fit: "_Cost", predict: "_Cost") -> dict[str, Any]:
    return {
        "fit_seconds": fit.seconds,
        "fit_cpu_seconds": fit.cpu_seconds,
        "fit_wait_share": fit.wait_share,
        "predict_seconds": predict.seconds,
        "predict_cpu_seconds": predict.cpu_seconds,
        "predict_wait_share": predict.wait_share,
        "fit_peak_bytes": fit.peak_bytes,
        "predict_peak_bytes": predict.peak_bytes,
        "memory_method": fit.memory_method,
        "fit_gpu_peak_bytes": fit.gpu_peak_bytes,
        "predict_gpu_peak_bytes": predict.gpu_peak_bytes,
    }


def _measure(model: Any, dataset: Dataset, trial: Trial, on_stage: OnStage) -> tuple[Measurements, Predictions]:
    fit, predict, y_pred = _fit_and_predict(model, dataset, trial, on_stage)
    test, n_classes = dataset.test, len(dataset.class_names)
    on_stage(Stage("latency"))
    with processor_wait(trial.threads) as single_wait:
        latencies = _latencies(model, test.X, n_classes)
    on_stage(Stage("scores"))
    method = last_step(model)
    measurements = Measurements(
        **_cost_of_calls(fit, predict),
        latency_wait_share=None if predict.wait_share is None else single_wait.share,
        latency_seconds=float(np.median(latencies)),
        latency_p95_seconds=float(np.percentile(latencies, 95)),
        size_bytes=_pickled_size(model),
        n_parameters=count_with_steps(model, N_PARAMETERS),
        n_multiply_accumulates=count_with_steps(model, N_MULTIPLY_ACCUMULATES),
        n_stored_variables=count_with_steps(model, N_STORED_VARIABLES),
        engine=engine_of(method),
    )
    return measurements, read_predictions(model, test, y_pred, n_classes)


def _pickled_size(model: Any) -> int | None:
    """Return the pickled size of a fitted estimator in bytes; None, with a warning, if it cannot be pickled."""
    try:
        # Like pickle, but also supports classes defined in a notebook.
        return len(cloudpickle.dumps(best_of_search(model)))
    # Locks, open files and generators cannot be pickled, and a class may raise anything for its state.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        warnings.warn(
            f"the size is unknown, as the fitted estimator cannot be pickled: {describe_error(error)}",
            stacklevel=2,
        )
        return None


class _Cost:
    """Costs of a block, filled in when it ends."""

    seconds = cpu_seconds = 0.0
    wait_share: float | None = None
    peak_bytes = 0
    memory_method = ""
    gpu_peak_bytes: int | None = None


@contextmanager
def _measuring(threads: int) -> Iterator[_Cost]:
    cost = _Cost()
    reset_gpu_peak()
    with peak_memory() as peak, processor_wait(threads) as wait:
        synchronize_gpu()
        children_start = seconds_of_descendants()
        cpu_start, start = time.process_time(), time.perf_counter()
        yield cost
        synchronize_gpu()
        cost.seconds, cost.cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        cost.cpu_seconds += max(seconds_of_descendants() - children_start, 0.0)
    cost.peak_bytes, cost.memory_method = peak.bytes, peak.method
    cost.gpu_peak_bytes = gpu_peak_bytes()
    # Computations on a GPU do not show in the threads of this process.
    cost.wait_share = None if cost.gpu_peak_bytes is not None else wait.share


def _latencies(model: Any, X: NDArray[np.generic], n_classes: int) -> list[float]:
    """Return the seconds of single-image predictions: up to 100 of them, within about 2 seconds."""
    model.predict(X[:1])
    latencies: list[float] = []
    for index in range(min(_LATENCY_CALLS, len(X))):
        start = time.perf_counter()
        answer = model.predict(X[index : index + 1])
        latencies.append(time.perf_counter() - start)
        check_labels(answer, 1, n_classes)
        if sum(latencies) > _LATENCY_SECONDS:
            break
    return latencies
