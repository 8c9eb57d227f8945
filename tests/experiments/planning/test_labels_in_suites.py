"""A suite applies decisions on labels, and reports the test part on the labels that it came with, too."""

import numpy as np
import pytest

from hdr_bench import load_dataset, load_results, run_suite
from hdr_bench.exceptions import DatasetError, SuiteError
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
