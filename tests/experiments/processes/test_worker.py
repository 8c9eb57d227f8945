import multiprocessing
import os

import numpy as np
import pytest

from hdr_bench.experiments.processes.worker import process_context
from hdr_bench.records.case import Step


def test_a_trial_is_measured_in_a_process_of_its_own(run_trial, trial):
    stages = []
    result, predictions = run_trial(trial(), stages.append)
    assert [stage.name for stage in stages] == ["load", "warm-up", "fit", "predict", "latency", "scores"]
    assert result.status == "ok"
    assert result.scores.accuracy == np.mean(predictions.y_true == predictions.y_pred) > 0.95
    assert predictions.probabilities.shape == (360, 10)
    measured = result.measurements
    assert measured.fit_seconds > 0
    assert measured.predict_seconds > 0
    assert 0 < measured.latency_seconds <= measured.latency_p95_seconds
    # Each is a part of the trial.
    assert measured.fit_seconds + measured.predict_seconds + measured.latency_p95_seconds < result.seconds
    assert measured.size_bytes > 1437 * 64
    assert (result.n_train, result.n_test, result.image_shape) == (1437, 360, (8, 8))


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_those_asked_for_in_every_pool(run_trial, trial, threads):
    result, _ = run_trial(trial(estimator="mlp", params={"layers": "8N"}, threads=threads))
    pools = {pool.library: pool.threads for pool in result.environment.thread_pools}
    assert {"openmp", "openblas", "torch", "onedal"} <= set(pools)
    assert set(pools.values()) == {threads}


def test_steps_come_before_the_estimator(run_trial, trial):
    result, _ = run_trial(trial(steps=(Step(name="deskew"),), estimator="svm"))
    assert result.status == "ok"
    assert result.measurements.engine in {"onedal", "libsvm"}


def test_any_estimator_of_scikit_learn_by_its_path(run_trial, trial):
    result, predictions = run_trial(trial(estimator="sklearn.naive_bayes.GaussianNB"))
    assert (result.status, result.measurements.engine, result.measurements.n_parameters) == ("ok", "sklearn", None)
    assert predictions.probabilities is not None


def test_the_same_seed_gives_the_same_predictions(run_trial, trial):
    asked = trial(estimator="mlp", params={"layers": "16N", "max_epochs": 3}, is_deterministic=False, seed=5)
    first, second = (run_trial(asked)[1].probabilities for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = run_trial(asked.model_copy(update={"seed": 6}))[1].probabilities
    assert not np.array_equal(first, other)


def test_a_method_that_raises_is_a_row_with_its_error(run_trial, trial):
    asked = trial(estimator="sklearn.neighbors.KNeighborsClassifier", params={"n_neighbors": -1})
    result, predictions = run_trial(asked)
    assert (result.status, predictions) == ("failed", None)
    assert result.error.startswith("InvalidParameterError: The 'n_neighbors' parameter")
    assert "Traceback" in result.traceback


def test_where_there_is_no_fork_children_are_spawned(run_trial, trial, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert process_context().get_start_method() == "spawn"
    monkeypatch.undo()
    assert process_context().get_start_method() == "forkserver"
    spawning = multiprocessing.get_context("spawn")
    monkeypatch.setattr("hdr_bench.experiments.processes.worker.process_context", lambda: spawning)
    result, predictions = run_trial(trial())
    assert (result.status, len(predictions.y_pred)) == ("ok", 360), result.error


def test_no_child_outlives_its_trial(run_trial, trial):
    import psutil

    run_trial(trial())
    # The fork server, and hosts that other tests have started, stay for the next trial.
    before = psutil.Process(os.getpid()).children(recursive=True)
    assert before
    run_trial(trial())
    assert psutil.Process(os.getpid()).children(recursive=True) == before
