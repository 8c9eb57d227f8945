"""A suite brings its data to one polarity; what is doubtful about them is in the results and in the report."""

import numpy as np
import pytest

from hdr_bench import load_dataset, load_results, run_suite, write_report
from hdr_bench.datasets import Part, make_dataset
from hdr_bench.exceptions import DatasetWarning, SuiteError
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.records.options import Settings
from hdr_bench.records.store import Store
from tests.helpers.suites import parse_suite

KNN = {"name": "k-NN", "estimator": "knn"}


def _suite(dataset, **changes):
    return parse_suite({"title": "Own", "dataset": dataset, "case": [KNN], **changes}, "own", "own.toml")


@pytest.fixture(scope="module")
def opposite():
    """Digits whose test images are inverted."""
    digits = load_dataset("digits-8x8")
    test = Part(16 - digits.test.images, digits.test.labels)
    return make_dataset("opposite", digits.train, test, digits.class_names)


@pytest.mark.usefixtures("undrawn")
def test_test_images_of_the_other_polarity_are_told_in_results_and_report(opposite, tmp_path):
    with pytest.warns(DatasetWarning, match="opposite: training and test images are of opposite polarity: 1,437 of"):
        folder = run_suite(_suite(opposite), out=tmp_path / "run", threads=1)
    assert load_results(folder)["accuracy"].item() < 0.2
    result = Store(folder).read(Store(folder).read_run().trials[0].key)
    assert result.data_notes == opposite.warnings
    assert any("KNNClassifier: X seems to be dark on light" in warning for warning in result.warnings)
    write_report(folder)
    for page in ("report.html", "report.md"):
        assert "training and test images are of opposite polarity" in (folder / page).read_text(encoding="utf-8")


def test_a_suite_brings_them_to_one_polarity(opposite, tmp_path):
    suite = _suite({"name": "opposite", "given": opposite, "polarity": "light-on-dark"})
    folder = run_suite(suite, out=tmp_path / "run", threads=1)
    assert load_results(folder)["accuracy"].item() > 0.97
    result = Store(folder).read(Store(folder).read_run().trials[0].key)
    assert result.data_notes == (
        "converted to light-on-dark: 0 of 1,437 training images and 360 of 360 test images inverted",
    )
    assert result.trial.dataset.polarity == "light-on-dark"


def test_the_polarity_is_part_of_what_a_trial_is():
    plain, light, dark = (
        expand(_suite({"name": "digits-8x8", "polarity": polarity}), Settings())[0]
        for polarity in (None, "light-on-dark", "dark-on-light")
    )
    assert plain.key == light.key != dark.key
    assert plain.key == expand(_suite("digits-8x8"), Settings())[0].key
    (other,) = expand(_suite({"name": "mnist-5k", "polarity": "dark-on-light"}), Settings(dataset="digits-8x8"))
    assert other.fingerprint == dark.fingerprint


def test_a_polarity_that_there_is_not_is_refused_with_its_place():
    with pytest.raises(SuiteError, match="dataset, polarity: unknown value 'light-on-black'. Did you mean 'light-on-d"):
        _suite({"name": "digits-8x8", "polarity": "light-on-black"})


def test_a_data_set_made_by_a_function_is_brought_to_the_polarity_too():
    (trial,) = expand(
        _suite({"name": "tests.experiments.planning.test_polarity_in_suites.dark", "polarity": "light-on-dark"}),
        Settings(),
    )
    assert trial.fingerprint == load_dataset("digits-8x8").fingerprint


def dark():
    digits = load_dataset("digits-8x8")
    parts = (Part(np.uint8(16) - part.images, part.labels) for part in (digits.train, digits.test))
    return make_dataset("dark", *parts, digits.class_names)
