import os

import numpy as np
import pytest

from hdr_bench import load_dataset, load_results, run_suite
from hdr_bench.datasets import add_dataset
from hdr_bench.datasets.home import prepared_home
from hdr_bench.exceptions import DatasetError, UnknownNameError
from hdr_bench.experiments.planning.models import make_model
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.planning.trial_data import load_trial_data
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.environment import read_environment
from hdr_bench.records.options import RunOptions, Settings
from hdr_bench.records.result import failed_result
from hdr_bench.records.store import Store
from tests.helpers.suites import parse_suite


def _suite(*cases, **changes):
    content = {"title": "Own", "dataset": "digits-8x8", "case": list(cases), **changes}
    return parse_suite(content, "own", "own.toml")


KNN = {"name": "k-NN", "estimator": "knn"}
TREE = {"name": "Tree", "estimator": "tree"}
BAD = {
    "name": "Bad",
    "estimator": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
    "params": {"shrinkage": "auto"},
}


def test_deterministic_methods_run_once_whatever_the_repeats():
    trials = expand(_suite(KNN, TREE), Settings(repeats=3, seed=10))
    assert [(trial.case, trial.seed) for trial in trials] == [("k-NN", 0), ("Tree", 10), ("Tree", 11), ("Tree", 12)]


def test_the_suites_repeats_and_a_cases_own_data():
    suite = _suite(KNN, {**TREE, "dataset": "mnist-5k"}, protocol={"repeats": 2})
    assert [trial.dataset.name for trial in expand(suite, Settings())] == ["digits-8x8", "mnist-5k", "mnist-5k"]
    assert {trial.dataset.name for trial in expand(suite, Settings(dataset="mnist-5k"))} == {"mnist-5k"}


def test_a_reduced_case_runs_in_full_when_asked():
    suite = _suite({**KNN, "reduced": {"samples": 200}})
    (reduced,), (full,) = expand(suite, Settings()), expand(suite, Settings(full=True))
    assert (reduced.samples, reduced.is_reduced, full.samples, full.is_reduced) == (200, True, None, False)


def test_only_chooses_cases_by_pattern(tmp_path):
    plan = plan_suite("quick", RunOptions(only="svm*", out=tmp_path))
    assert [trial.case for trial in plan.to_run] == ["SVM, linear", "SVM, RBF"]
    assert len(plan.trials) == 2
    with pytest.raises(UnknownNameError, match=r"unknown case \(--only\) 'smv'. Choose from: SVM, linear; SVM"):
        plan_suite("quick", RunOptions(only="smv", out=tmp_path))


def test_a_run_whose_folder_a_method_removes_goes_on(tmp_path, helpers, monkeypatch):
    monkeypatch.syspath_prepend(str(helpers))
    removes = {
        "name": "removes",
        "estimator": "misbehaving.Behaves",
        "params": {"how": "removes_a_folder", "path": str(tmp_path / "run")},
    }
    folder = run_suite(_suite(KNN, removes, TREE), out=tmp_path / "run", threads=1)
    assert load_results(folder)["status"].tolist() == ["missing", "ok", "ok"]


def test_a_failure_is_a_row_and_the_rest_goes_on_and_only_what_is_asked_runs_again(tmp_path):
    suite = _suite(BAD, KNN)
    folder = run_suite(suite, out=tmp_path / "run", threads=1)
    results = load_results(folder)
    assert results["case"].tolist() == ["Bad", "k-NN"]
    assert results["status"].tolist() == ["failed", "ok"]
    assert "shrinkage not supported" in results["error"][0]
    times = {path.name: path.stat().st_mtime_ns for path in (folder / "trials").iterdir()}

    def changed(rerun):
        run_suite(suite, out=folder, threads=1, rerun=rerun)
        return {path.name[:3] for path in (folder / "trials").iterdir() if path.stat().st_mtime_ns != times[path.name]}

    assert changed("missing") == set()
    assert changed("failed") == {"bad"}
    assert changed("all") == {"bad", "k-n"}


def test_a_result_that_no_file_can_hold_is_a_failed_trial_and_the_rest_goes_on(tmp_path, monkeypatch):
    def unheld(tasks, *_):
        for task in tasks:
            trial, is_odd = task.trial, task.trial.case == "k-NN"
            result = failed_result(trial, "as it was", read_environment(), "")
            # A method's own object in its place: neither JSON nor a copy can be made of it.
            yield (result.model_copy(update={"data_notes": (object(),)}) if is_odd else result), None

    monkeypatch.setattr("hdr_bench.experiments.runner.run_tasks", unheld)
    results = load_results(run_suite(_suite(KNN, TREE), out=tmp_path / "run"))
    assert results["status"].tolist() == ["failed", "failed"]
    assert results["error"][0].startswith("the result could not be stored: PydanticSerializationError: ")
    assert results["error"][1] == "as it was"


def test_a_seed_that_the_suite_gives_is_kept():
    (trial,) = expand(_suite({**TREE, "params": {"random_state": 7}}, protocol={"repeats": 3}), Settings())
    assert (trial.is_deterministic, make_model(trial).random_state) == (True, 7)
    assert make_model(expand(_suite(TREE), Settings(seed=5))[0]).random_state == 5


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"threads": -1}, "threads: must be at least 1, got -1"),
        ({"repeats": 0}, "repeats: must be at least 1, got 0"),
        ({"rerun": "al"}, "rerun: unknown value 'al'. Did you mean 'all'"),
        ({"sample": 100}, "unknown option of a run 'sample'. Did you mean 'samples'"),
        ({"dataset": "mnist5k"}, "unknown dataset 'mnist5k'. Did you mean 'mnist-5k'"),
        ({"samples": 4}, "cannot take 4 training images of digits-8x8"),
    ],
)
def test_settings_that_are_not_possible(tmp_path, settings, fault):
    with pytest.raises(ValueError, match=fault):
        run_suite(_suite(KNN), out=tmp_path / "run", **settings)
    assert not (tmp_path / "run").exists()


def test_another_data_set_has_a_folder_of_its_own():
    assert plan_suite("quick", RunOptions(only="k-NN")).folder.as_posix() == "reports/quick"
    other = RunOptions(only="k-NN", dataset="digits-8x8")
    assert plan_suite("quick", other).folder.as_posix() == "reports/quick-digits-8x8"


def test_what_only_left_out_stays_part_of_the_run_where_it_is_there(tmp_path):
    suite = _suite(KNN, TREE)
    folder = run_suite(suite, out=tmp_path / "run", only="tree", threads=1)
    assert load_results(folder)["case"].tolist() == ["Tree"]
    run_suite(suite, out=folder, only="k-nn", threads=1)
    assert load_results(folder)["case"].tolist() == ["k-NN", "Tree"]


def _alter_prepared(name):
    """Alter a pixel of prepared data, and give the file its old time."""
    path = prepared_home() / name / "train_images.npy"
    seen = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def test_data_altered_under_their_old_time_are_not_run_on(tmp_path, data_home):
    suite, store = _suite(KNN), Store(tmp_path / "run")
    plan = plan_suite(suite, RunOptions(threads=1, out=store.folder))
    _alter_prepared("digits-8x8")
    plan.execute()
    (failed,) = load_results(store.folder).to_dict("records")
    assert failed["status"] == "failed"
    assert "digits-8x8/train_images.npy was changed after digits-8x8 was verified; remove the folder" in failed["error"]
    with pytest.raises(DatasetError, match=r"train_images\.npy was changed after digits-8x8 was verified"):
        run_suite(suite, out=tmp_path / "again", threads=1)
    assert not (tmp_path / "again").exists()


def test_data_that_changed_since_the_plan_are_refused(tmp_path, monkeypatch):
    digits = load_dataset("digits-8x8")
    folders = []
    for name, count in (("first", 800), ("second", 400)):
        monkeypatch.setenv("HDR_BENCH_DATA", str(tmp_path / name))
        np.savez(tmp_path / f"{name}.npz", x=digits.train.X[:count], y=digits.train.y[:count])
        add_dataset("own", tmp_path / f"{name}.npz")
        suite = _suite({**KNN, "dataset": "own"})
        folders.append(run_suite(suite, out=tmp_path / f"run-{name}", threads=1))
    assert [load_results(folder)["n_train"].item() for folder in folders] == [640, 320]
    trial = expand(suite, Settings())[0].model_copy(update={"fingerprint": "0" * 64})
    with pytest.raises(DatasetError, match="own has changed since the run was planned"):
        load_trial_data(trial, None)
    monkeypatch.setenv("HDR_BENCH_DATA", str(tmp_path / "a machine without these data"))
    assert load_results(folders[0])["accuracy"].notna().all()
