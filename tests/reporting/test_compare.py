import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from hdr_bench import compare_runs, load_results, run_suite
from hdr_bench.experiments.result import Predictions, Result
from hdr_bench.experiments.scoring import score
from hdr_bench.experiments.store import Store
from hdr_bench.experiments.suite_file import parse_suite
from hdr_bench.experiments.trial import Trial

TREE = "Tree_50%"


def _changed(folder, change, case=TREE, rights=None):
    """Change a run's results in the way that `change` does with each record, and how many images are right.

    What decides the outcome decides the key: the run's record follows.
    """
    store = Store(folder)
    for key in load_results(folder).query("case == @case")["key"]:
        result, predictions = store.read(key), store.read_predictions(key)
        content = json.loads(result.model_dump_json())
        change(content)
        if rights is not None and predictions is not None:
            wrong = np.flatnonzero(predictions.y_pred == predictions.y_true)[:rights]
            y_pred = predictions.y_pred.copy()
            y_pred[wrong] = (y_pred[wrong] + 1) % 10
            predictions = Predictions(predictions.y_true, y_pred)
            content["scores"] = score(predictions, 10).model_dump()
        trial = Trial.model_validate(content["trial"])
        store.write(Result.model_validate({**content, "key": trial.key}), predictions)
        record = (folder / "run.json").read_text()
        (folder / "run.json").write_text(record.replace(result.key, trial.key))


def _as_it_is(_content):
    pass


@pytest.fixture
def other(run, tmp_path):
    return shutil.copytree(run, tmp_path / "other")


def _verdicts(comparison, case=TREE):
    return {change.measure: change.verdict for change in comparison.changes if change.case == case}


def test_a_run_is_the_same_as_itself(run, other):
    comparison = compare_runs(run, other)
    assert not comparison.is_worse
    assert {change.verdict for change in comparison.changes} == {"same"}
    assert (comparison.new, comparison.gone, comparison.remarks) == ((), (), ())
    frame = comparison.frame()
    assert set(frame["measure"]) == {"accuracy", "fit_seconds", "predict_seconds", "fit_peak_bytes",
                                     "predict_peak_bytes", "status"}  # fmt: skip
    assert (frame.loc[frame["measure"] == "accuracy", "p_value"] == 1).all()


def test_a_loss_of_accuracy_is_told_when_it_is_no_noise(run, other):
    _changed(other, _as_it_is, rights=2)
    assert _verdicts(compare_runs(run, other))["accuracy"] == "same"
    _changed(other, _as_it_is, rights=40)
    comparison = compare_runs(run, other)
    assert comparison.is_worse
    assert _verdicts(comparison)["accuracy"] == "worse"
    assert _verdicts(compare_runs(other, run))["accuracy"] == "better"
    assert not compare_runs(other, run).is_worse


@pytest.mark.parametrize(("factor", "verdict"), [(1.05, "same"), (30.0, "worse"), (1 / 30, "better")])
def test_times_and_memory_against_tolerance_and_noise(run, other, factor, verdict):
    def slower(content):
        for name, value in (("fit_seconds", 0.3), ("fit_peak_bytes", 20_000_000)):
            content["measurements"][name] = type(value)(value * factor)

    def base(content):
        content["measurements"] |= {"fit_seconds": 0.3, "fit_peak_bytes": 20_000_000}

    _changed(run, base)
    _changed(other, slower)
    found = _verdicts(compare_runs(run, other))
    assert found["fit_seconds"] == found["fit_peak_bytes"] == verdict


def test_the_noise_of_the_repeats_widens_the_threshold(run, other):
    noisy = iter([0.3, 0.9, 0.9, 0.3])

    def timed(content):
        content["measurements"]["fit_seconds"] = next(noisy) * 2

    _changed(run, timed)
    _changed(other, timed)
    change = next(c for c in compare_runs(run, other).changes if (c.case, c.measure) == (TREE, "fit_seconds"))
    assert change.verdict == "same"
    assert change.threshold > 3


def test_times_of_other_machines_are_not_compared_unless_told(run, other):
    def elsewhere(content):
        content["environment"]["cpu"] = "Another CPU"
        content["measurements"]["fit_seconds"] = 1000.0

    _changed(other, elsewhere)
    comparison = compare_runs(run, other)
    assert _verdicts(comparison)["fit_seconds"] == "not compared"
    assert _verdicts(comparison)["fit_peak_bytes"] == "same"
    assert any("processors differ" in remark and "Another CPU" in remark for remark in comparison.remarks)
    assert any("--across-machines" in remark for remark in comparison.remarks)
    assert _verdicts(compare_runs(run, other, across_machines=True))["fit_seconds"] == "worse"


def test_what_fails_now_is_worse_and_what_is_new_or_gone_is_named(run, other, tmp_path):
    def failed(content):
        content |= {"status": "timeout", "error": "ended after 3 s", "scores": None, "measurements": None}

    _changed(other, failed)
    record = json.loads((other / "run.json").read_bytes())
    record["trials"] = [trial for trial in record["trials"] if trial["case"] != "Least squares"]
    (other / "run.json").write_text(json.dumps(record))
    comparison = compare_runs(run, other)
    assert comparison.is_worse
    assert comparison.gone == ("Least squares",)
    assert compare_runs(other, run).new == ("Least squares",)
    (change,) = [c for c in comparison.changes if c.verdict == "worse"]
    assert (change.measure, change.note) == ("status", "timeout: ended after 3 s")


def test_folds_are_paired(tmp_path):
    content = {"title": "T", "dataset": "digits-8x8", "protocol": {"kind": "cross-validation", "folds": 5},
               "case": [{"name": "k", "estimator": "knn", "params": {"n_neighbors": 3}}]}  # fmt: skip
    folders = []
    for neighbors in (3, 150):
        content["case"][0]["params"] = {"n_neighbors": neighbors}
        suite = parse_suite(content, "own", "own.toml")
        folders.append(run_suite(suite, out=tmp_path / str(neighbors), threads=1))
    (change,) = [c for c in compare_runs(*folders).changes if c.measure == "accuracy"]
    assert change.verdict == "worse"
    assert 0 < change.p_value < 0.01
    (same,) = [c for c in compare_runs(folders[0], folders[0]).changes if c.measure == "accuracy"]
    assert same.p_value == 1


def test_other_data_are_not_compared(run, other):
    def elsewhere(content):
        content["trial"]["fingerprint"] = "0" * 64

    _changed(other, elsewhere)
    comparison = compare_runs(run, other)
    assert _verdicts(comparison)["accuracy"] == "not compared"


def test_other_numbers_of_images_are_not_compared(run, tmp_path):
    few = run_suite(Store(run).read_run().suite, out=tmp_path / "few", samples=100, threads=1)
    comparison = compare_runs(run, few)
    assert set(_verdicts(comparison).values()) == {"not compared"}
    assert {change.note for change in comparison.changes if change.case == TREE} == {"the training images differ"}


def test_a_curve_that_breaks_is_worse_and_not_gone(tmp_path):
    content = {"title": "T", "dataset": "digits-8x8", "protocol": {"kind": "learning-curve", "sizes": [100, 300]},
               "case": [{"name": "curve", "estimator": "sklearn.neighbors.KNeighborsClassifier"}]}  # fmt: skip
    folders = []
    for neighbors in (3, -1):
        content["case"][0]["params"] = {"n_neighbors": neighbors}
        suite = parse_suite(content, "own", "own.toml")
        folders.append(run_suite(suite, out=tmp_path / str(neighbors), threads=1))
    comparison = compare_runs(*folders)
    assert comparison.is_worse
    assert (comparison.new, comparison.gone) == ((), ())
    assert [change.case for change in comparison.changes] == ["curve, 100 images", "curve, 300 images"]


def test_a_run_that_is_not_whole_has_the_same_threads(run, other):
    key = load_results(other)["key"][0]
    (other / "trials" / f"{key}.zip").unlink()
    comparison = compare_runs(run, other)
    assert not [remark for remark in comparison.remarks if "differ" in remark]
    assert _verdicts(comparison)["fit_seconds"] == "same"


def test_the_command_and_its_exit_codes(run, other):
    def compare(*arguments):
        command = [sys.executable, "-m", "hdr_bench", "compare", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    same = compare(run, other)
    assert same.returncode == 0, same.stderr
    assert "nothing got worse or better that can be told from noise" in same.stdout
    _changed(other, _as_it_is, rights=40)
    worse = compare(run, other)
    assert worse.returncode == 1
    assert f"worse: {TREE}, accuracy: " in worse.stdout
    assert "worse" not in compare(other, run).stdout
    missing = compare(run, run / "nowhere")
    assert missing.returncode == 1
    assert "no run here" in missing.stderr
