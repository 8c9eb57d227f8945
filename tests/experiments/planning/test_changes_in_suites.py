"""A suite keeps some classes of its data, and brings the images into another form."""

import pytest

from hdr_bench import load_dataset, load_results, run_suite
from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.records.options import Settings
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.store import Store
from tests.helpers.suites import parse_suite

KNN = {"name": "k-NN", "estimator": "knn"}
FITTED = {"name": "digits-8x8", "classes": ["3", "5", "8"], "fit": "mnist"}


def _suite(dataset, **changes):
    return parse_suite({"title": "Own", "dataset": dataset, "case": [KNN], **changes}, "own", "own.toml")


def test_a_suite_is_run_on_what_it_asks_for(tmp_path):
    folder = run_suite(_suite(FITTED), out=tmp_path / "run", threads=1)
    assert load_results(folder)["accuracy"].item() > 0.95
    result = Store(folder).read(Store(folder).read_run().trials[0].key)
    assert result.trial.dataset.classes == ("3", "5", "8")
    assert result.trial.fingerprint == load_dataset(**FITTED).fingerprint
    assert any("converted to the form of MNIST" in note for note in result.data_notes)


def test_records_without_these_options_are_as_they_were():
    assert DatasetChoice(name="mnist").model_dump(mode="json") == {
        "name": "mnist",
        "resize": None,
        "test_size": None,
        "split_seed": 0,
        "polarity": None,
    }
    choice = DatasetChoice.model_validate(FITTED)
    assert DatasetChoice.model_validate(choice.model_dump(mode="json")) == choice


def test_another_data_set_is_brought_into_the_form_too_with_all_its_classes():
    (other,) = expand(_suite({**FITTED, "name": "mnist-5k"}), Settings(dataset="digits-8x8"))
    assert other.fingerprint == load_dataset("digits-8x8", fit="mnist").fingerprint


def test_data_made_in_code_are_changed_too():
    (trial,) = expand(_suite({"given": load_dataset("digits-8x8"), **FITTED}), Settings())
    assert trial.fingerprint == load_dataset(**FITTED).fingerprint


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"fit": "mnits"}, "dataset, fit: unknown value 'mnits'. Did you mean 'mnist'"),
        ({"classes": ["3"]}, "dataset, classes: .*at least 2"),
        ({"classes": [3, 5]}, "dataset, classes.*: .*text"),
    ],
)
def test_values_that_cannot_be_are_refused_with_their_place(wrong, fault):
    with pytest.raises(SuiteError, match=fault):
        _suite({**FITTED, **wrong})


def test_a_class_that_the_data_do_not_have_is_refused_before_anything_runs():
    with pytest.raises(UnknownNameError, match="unknown class of digits-8x8: 'three'"):
        expand(_suite({**FITTED, "classes": ["three", "5"]}), Settings())
