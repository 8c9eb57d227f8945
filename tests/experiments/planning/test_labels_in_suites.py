"""A suite applies decisions on labels, and reports the test part on the labels that it came with, too."""

import numpy as np
import pytest

from hdr_bench import load_dataset, load_results, run_suite, write_report
from hdr_bench.exceptions import DatasetError, SuiteError
from hdr_bench.experiments.measuring.evaluation import load_test_set
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.records.decisions import NEITHER, Decision, Decisions
from hdr_bench.records.decisions_file import write_decisions
from hdr_bench.records.options import Settings
from hdr_bench.reporting.page.header import make_header
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.run import RunContents
from tests.helpers.suites import parse_suite

KNN = {"name": "k-NN", "estimator": "knn"}
DATA = "digits-8x8"
AS_GIVEN = "test part, labels as given"


def _suite(dataset, **changes):
    return parse_suite({"title": "Own", "dataset": dataset, "case": [KNN], **changes}, "own", "own.toml")


def _decide(path, part, count=8, word=None):
    data = load_dataset(DATA)
    labels = (data.train if part == "train" else data.test).labels[:count]
    rows = (Decision(part, i, str(label), word or str((label + 1) % 10)) for i, label in enumerate(labels))
    write_decisions(path, Decisions(data.fingerprint, tuple(rows)))


@pytest.fixture
def path(tmp_path, data_home):
    return tmp_path / "decisions.csv"


def test_both_accuracies_are_reported_where_test_labels_are_changed(path, tmp_path):
    _decide(path, "test")
    folder = run_suite(_suite({"name": DATA, "labels": str(path)}), out=tmp_path / "run", threads=1)
    results = load_results(folder).set_index("test_set")
    assert list(results.index) == ["", AS_GIVEN]
    decided, given = results["accuracy"]
    assert given - decided == pytest.approx(8 / 360)
    assert results.loc[AS_GIVEN, "fingerprint"] == load_dataset(DATA).fingerprint
    assert results.loc["", "fingerprint"] == load_dataset(DATA, labels=path).fingerprint
    remarks = make_header(ReportData.from_run(RunContents(folder)), []).remarks
    assert any("8 of 360 test labels changed and 0 images left out" in each for each in remarks)
    assert any(f'those on the labels that the data came with are under "{AS_GIVEN}"' in each for each in remarks)


def test_a_test_part_that_is_as_it_came_needs_no_second_accuracy(path):
    _decide(path, "train", word=NEITHER)
    (trial,) = expand(_suite({"name": DATA, "labels": str(path)}), Settings())
    assert trial.test_sets == ()
    assert trial.fingerprint == load_dataset(DATA, labels=path).fingerprint != load_dataset(DATA).fingerprint


def test_decisions_on_another_test_set_are_reported_both_ways(path):
    _decide(path, "test", word=NEITHER)
    suite = _suite(DATA, test_set=[{"name": "small", "dataset": {"name": DATA, "labels": str(path)}}])
    (trial,) = expand(suite, Settings())
    assert [each.name for each in trial.test_sets] == ["small", "small, labels as given"]
    assert trial.test_sets[1].dataset.labels is None


@pytest.mark.filterwarnings("ignore:.*that the method learns from")
@pytest.mark.parametrize("part", ["test", "all"])
@pytest.mark.parametrize("word", [None, NEITHER])
@pytest.mark.parametrize("classes", [None, ["1", "3", "4", "8"]])
def test_both_versions_of_a_sample_are_of_the_same_images(path, tmp_path, part, word, classes):
    data = load_dataset(DATA)
    # Many labels are changed, and images left out, so that a sample drawn by the given labels has other images.
    other = {"3": "4", "1": "3", "5": "6", "0": "9"}
    rows = [
        Decision("test", i, str(label), other.get(str(label), "") if i > 40 else word or str(label))
        for i, label in enumerate(data.test.labels)
    ]
    write_decisions(path, Decisions(data.fingerprint, tuple(rows)))
    choice = {"name": DATA, "labels": str(path), **({} if classes is None else {"classes": classes})}
    test_set = {"name": "few", "dataset": choice, "part": part, "samples": 50}
    trial, *_ = expand(_suite(DATA, test_set=[test_set]), Settings())
    names = data.class_names
    decided, given = (load_test_set(each, names, {})[1] for each in trial.test_sets)
    assert [each.name for each in trial.test_sets] == ["few", "few, labels as given"]
    assert np.array_equal(decided.images, given.images)
    assert len(decided) == len(given) == 50
    assert not np.array_equal(decided.labels, given.labels)
    stored = type(trial).model_validate_json(trial.model_dump_json())
    assert stored.test_sets == trial.test_sets
    assert stored.key == trial.key


def test_both_accuracies_of_a_sample_are_of_as_many_images(path, tmp_path):
    _decide(path, "test", count=200)
    test_set = {"name": "few", "dataset": {"name": DATA, "labels": str(path)}, "samples": 40}
    folder = run_suite(_suite(DATA, test_set=[test_set]), out=tmp_path / "run", threads=1)
    results = load_results(folder).set_index("test_set")
    assert results.loc[["few", "few, labels as given"], "n_test"].tolist() == [40, 40]
    assert results.loc["few", "accuracy"] < 0.8 < results.loc["few, labels as given", "accuracy"]
    assert write_report(folder, ["md"]).is_file()


def test_the_report_names_distorted_test_sets_without_the_given_labels(path, tmp_path):
    _decide(path, "test")
    noisy = {"name": "noisy", "corruption": "shot_noise", "severity": 1, "samples": 20}
    folder = run_suite(_suite({"name": DATA, "labels": str(path)}, test_set=[noisy]), out=tmp_path / "run", threads=1)
    remarks = make_header(ReportData.from_run(RunContents(folder)), []).remarks
    assert any(each.endswith("the labels that the data came with are not reported: noisy.") for each in remarks)


def test_folds_are_of_the_training_part_alone(path):
    _decide(path, "test")
    suite = _suite({"name": DATA, "labels": str(path)}, protocol={"kind": "cross-validation", "folds": 2})
    assert {trial.test_sets for trial in expand(suite, Settings())} == {()}


def test_data_made_in_code_have_both_labels(path, tmp_path):
    _decide(path, "test")
    data = load_dataset(DATA)
    suite = _suite({"given": data, "name": DATA, "labels": str(path)})
    results = load_results(run_suite(suite, out=tmp_path / "run", threads=1))
    assert np.diff(results["accuracy"]).item() == pytest.approx(8 / 360)


def test_the_file_is_looked_for_beside_the_suite(path, tmp_path):
    _decide(path, "test", word=NEITHER)
    suite = _suite({"name": DATA, "labels": "decisions.csv"}).with_file(tmp_path / "own.toml")
    assert len(expand(suite, Settings())[0].test_sets) == 1


def test_other_data_than_the_decisions_are_refused_before_anything_runs(path):
    write_decisions(path, Decisions("f" * 64, (Decision("test", 0, "1"),)))
    with pytest.raises(DatasetError, match="these decisions are for data with the fingerprint ffffffffffff"):
        expand(_suite({"name": DATA, "labels": str(path)}), Settings())


def test_the_names_of_such_test_sets_are_taken():
    with pytest.raises(SuiteError, match=r"label decisions add test sets with such names"):
        _suite(DATA, test_set=[{"name": AS_GIVEN, "dataset": "mnist-5k"}])
