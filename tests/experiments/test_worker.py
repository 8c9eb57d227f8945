import os
import sys
import textwrap

import numpy as np
import pytest

from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.place import Place
from hdr_bench.experiments.suite import Step
from hdr_bench.experiments.work import Work
from hdr_bench.experiments.worker import run_in_child


def _ignore(stage):
    pass


def _run(trial, on_stage=_ignore):
    return run_in_child(Work(trial), Place.here(), read_environment(), on_stage)


def test_a_trial_is_measured_in_a_process_of_its_own(trial):
    stages = []
    result, predictions = _run(trial(), stages.append)
    assert [stage.name for stage in stages] == ["load", "warm-up", "fit", "predict", "latency", "scores"]
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
    result, _ = _run(trial(estimator="mlp", params={"layers": "8N"}, threads=threads))
    pools = {pool.library: pool.threads for pool in result.environment.thread_pools}
    assert {"openmp", "openblas", "torch", "onedal"} <= set(pools)
    assert set(pools.values()) == {threads}


def test_steps_come_before_the_estimator(trial):
    result, _ = _run(trial(steps=(Step(name="deskew"),), estimator="svm"))
    assert result.status == "ok"
    assert result.measurements.engine in {"onedal", "libsvm"}


def test_any_estimator_of_scikit_learn_by_its_path(trial):
    result, predictions = _run(trial(estimator="sklearn.naive_bayes.GaussianNB"))
    assert (result.status, result.measurements.engine, result.measurements.n_parameters) == ("ok", "sklearn", None)
    assert predictions.probabilities is not None


def test_the_same_seed_gives_the_same_predictions(trial):
    asked = trial(estimator="mlp", params={"layers": "16N", "max_epochs": 3}, is_deterministic=False, seed=5)
    first, second = (_run(asked)[1].probabilities for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = _run(asked.model_copy(update={"seed": 6}))[1].probabilities
    assert not np.array_equal(first, other)


def test_a_method_that_raises_is_a_row_with_its_error(trial):
    asked = trial(estimator="sklearn.neighbors.KNeighborsClassifier", params={"n_neighbors": -1})
    result, predictions = _run(asked)
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
    result, predictions = _run(trial(estimator="methods_that_end.Ends", params={"how": how}))
    assert (result.status, predictions) == ("crashed", None)
    assert told in result.error
    sys.modules.pop("methods_that_end", None)


def test_no_child_outlives_its_trial(trial):
    import psutil

    _run(trial())
    # The fork server, and hosts that other tests have started, stay for the next trial.
    before = psutil.Process(os.getpid()).children(recursive=True)
    assert before
    _run(trial())
    assert psutil.Process(os.getpid()).children(recursive=True) == before
