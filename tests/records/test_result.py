import pytest

from hdr_bench import load_results
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.store import Store
from tests.helpers.written_runs import Method, make_up


@pytest.fixture
def result(tmp_path):
    """A function that makes a result with changes, as it is stored and read."""

    def make(**changes):
        measurements = changes.pop("measurements", {})
        folder = make_up(tmp_path / "run", [Method("One", result=changes, measurements=measurements)])
        return Store(folder).read(load_results(folder)["key"][0])

    return make


def test_the_value_of_a_metric_is_what_its_row_says(result):
    history = ({"train_loss": 0.5, "validation_accuracy": 0.8}, {"train_loss": 0.25, "validation_accuracy": None})
    found = result(history=history, measurements={"fit_seconds": 3.0, "n_multiply_accumulates": 2**60})
    accuracy = found.scores.accuracy
    expected = {
        "accuracy": accuracy,
        "test_accuracy": accuracy,
        "cross_validation_error": round(1 - accuracy, 12),
        "loss": found.scores.log_loss,
        "fit_seconds": 3.0,
        "epoch_seconds": 1.5,
        # Counts stay whole numbers, whatever their size.
        "multiply_accumulates": 2**60,
        "stored_variables": None,
        "search_seconds": None,
        "train_loss": 0.25,
        "validation_accuracy": None,
        "train_accuracy": None,
    }
    assert {name: found.value_of(METRICS[name]) for name in expected} == expected
    assert found.curve_of(METRICS["train_loss"]) == (0.5, 0.25)
    assert found.curve_of(METRICS["validation_accuracy"]) == (0.8, None)


def test_without_a_course_of_training_nothing_is_measured_of_an_epoch(result):
    found = result()
    assert found.value_of(METRICS["epoch_seconds"]) is None
    assert found.value_of(METRICS["train_loss"]) is None
    assert found.curve_of(METRICS["train_loss"]) == ()


def test_of_a_failed_trial_nothing_is_measured(result):
    found = result(status="failed", error="ValueError: no")
    assert {found.value_of(metric) for metric in METRICS.values()} == {None}
    assert not any(found.is_disturbed(metric) for metric in METRICS.values())


def test_a_time_is_disturbed_by_the_wait_of_its_own_call(result):
    found = result(measurements={"predict_wait_share": 0.5, "latency_wait_share": 0.0})
    disturbed = {name for name, metric in METRICS.items() if found.is_disturbed(metric)}
    assert disturbed == {"predict_seconds", "predict_cpu_seconds"}
