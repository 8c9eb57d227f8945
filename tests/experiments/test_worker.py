import os
import sys
import textwrap

import numpy as np
import pytest

from hdr_bench.experiments.suite import Step
from hdr_bench.experiments.worker import run_in_child


def _ignore(step):
    pass


def test_a_trial_is_measured_in_a_process_of_its_own(trial):
    steps = []
    result, predictions = run_in_child(trial(), steps.append)
    assert steps == ["load", "warm-up", "fit", "predict", "latency", "scores"]
    assert result.status == "ok"
    assert result.scores.accuracy == np.mean(predictions.y_true == predictions.y_pred) > 0.95
    assert predictions.probabilities.shape == (360, 10)
    measured = result.measurements
    assert 0 < measured.fit_seconds < 5
    assert 0 < measured.predict_seconds < 5
    assert 0 < measured.latency_seconds <= measured.latency_p95_seconds < 1
    assert measured.size_bytes > 1437 * 64
    assert (result.n_train, result.n_test, result.image_shape) == (1437, 360, (8, 8))


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_those_asked_for_in_every_pool(trial, threads):
    result, _ = run_in_child(trial(estimator="mlp", params={"layers": "8N"}, threads=threads), _ignore)
    pools = {pool.library: pool.threads for pool in result.environment.thread_pools}
    assert {"openmp", "openblas", "torch"} <= set(pools)
    assert set(pools.values()) == {threads}


def test_steps_come_before_the_estimator(trial):
    result, _ = run_in_child(trial(steps=(Step(name="deskew"),), estimator="svm"), _ignore)
    assert result.status == "ok"
    assert result.measurements.engine in {"onedal", "libsvm"}


def test_any_estimator_of_scikit_learn_by_its_path(trial):
    result, predictions = run_in_child(trial(estimator="sklearn.naive_bayes.GaussianNB"), _ignore)
    assert (result.status, result.measurements.engine, result.measurements.n_parameters) == ("ok", "sklearn", None)
    assert predictions.probabilities is not None


def test_the_same_seed_gives_the_same_predictions(trial):
    asked = trial(estimator="mlp", params={"layers": "16N", "max_epochs": 3}, is_deterministic=False, seed=5)
    first, second = (run_in_child(asked, _ignore)[1].probabilities for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = run_in_child(asked.model_copy(update={"seed": 6}), _ignore)[1].probabilities
    assert not np.array_equal(first, other)


def test_a_method_that_raises_is_a_row_with_its_error(trial):
    asked = trial(estimator="sklearn.neighbors.KNeighborsClassifier", params={"n_neighbors": -1})
    result, predictions = run_in_child(asked, _ignore)
    assert (result.status, predictions) == ("failed", None)
    assert result.error.startswith("InvalidParameterError: The 'n_neighbors' parameter")
    assert "Traceback" in result.traceback


METHODS = """
    import os, signal, sys
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Ends(ClassifierMixin, BaseEstimator):
        def __init__(self, how="exit"):
            self.how = how

        def fit(self, X, y):
            if self.how == "exit":
                os._exit(3)
            if self.how == "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            sys.exit("enough")
"""


@pytest.mark.parametrize(
    ("how", "told"), [("exit", "exit code 3"), ("segfault", "signal SIGSEGV"), ("sys.exit", "exit code 1")]
)
def test_a_process_that_ends_without_a_word_is_a_row_too(trial, tmp_path, monkeypatch, how, told):
    (tmp_path / "methods_that_end.py").write_text(textwrap.dedent(METHODS))
    monkeypatch.syspath_prepend(str(tmp_path))
    result, predictions = run_in_child(trial(estimator="methods_that_end.Ends", params={"how": how}), _ignore)
    assert (result.status, predictions) == ("crashed", None)
    assert told in result.error
    sys.modules.pop("methods_that_end", None)


def test_no_child_outlives_its_trial(trial):
    import psutil

    run_in_child(trial(), _ignore)
    # The fork server is a child of this process; the trials' processes are its own.
    servers = psutil.Process(os.getpid()).children()
    assert servers
    assert [child for server in servers for child in server.children(recursive=True)] == []
