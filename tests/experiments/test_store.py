import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hdr_bench import load_predictions, load_results, run_suite, write_report
from hdr_bench.exceptions import NewerFormatError, StoreError
from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.result import Predictions, Result
from hdr_bench.experiments.runner import make_plan
from hdr_bench.experiments.store import Planned, RunRecord, Settings, Store
from hdr_bench.experiments.suite_file import load_suite, parse_suite


@pytest.fixture
def result(trial):
    asked = trial()
    return Result(key=asked.key, trial=asked, status="ok", finished="2026-01-02T03:04:05+00:00",
                  environment=read_environment())  # fmt: skip


def test_what_is_written_is_read(tmp_path, result):
    store = Store(tmp_path / "run")
    labels = np.arange(5)
    shares = np.eye(5, dtype=np.float32)
    assert not store.has(result.key)
    store.write(result, Predictions(labels, labels[::-1].copy(), probabilities=shares))
    assert store.has(result.key)
    assert store.read(result.key) == result
    kept = store.read_predictions(result.key)
    np.testing.assert_array_equal(kept.y_pred, [4, 3, 2, 1, 0])
    np.testing.assert_array_equal(kept.probabilities, shares)
    assert kept.decisions is None
    assert [path.name for path in (tmp_path / "run" / "trials").iterdir()] == [f"{result.key}.npz"]
    with np.load(tmp_path / "run" / "trials" / f"{result.key}.npz") as archive:
        assert "y_true" in archive


def test_a_result_without_predictions(tmp_path, result):
    Store(tmp_path).write(result, None)
    assert Store(tmp_path).read_predictions(result.key) is None


def test_the_runs_record(tmp_path):
    record = RunRecord(
        suite=load_suite("quick"),
        origin="quick",
        settings=Settings(threads=2, samples=500),
        trials=(Planned(key="a", case="A", seed=0),),
    )
    Store(tmp_path).write_run(record, record.trials)
    assert Store(tmp_path).read_run() == record
    with pytest.raises(StoreError, match="no run here"):
        Store(tmp_path / "elsewhere").read_run()


def test_damaged_missing_and_newer_files_are_named(tmp_path, result):
    store = Store(tmp_path)
    with pytest.raises(StoreError, match="there is no such trial"):
        store.read("nothing")
    store.write(result, None)
    path = tmp_path / "trials" / f"{result.key}.npz"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError, match=f"{result.key}.npz: damaged"):
        store.read(result.key)
    with pytest.raises(StoreError, match="damaged"):
        store.read_predictions(result.key)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("result.json", json.dumps({**result.model_dump(mode="json"), "format_version": 4}))
    with pytest.raises(StoreError, match="format version 4, this hdr-bench reads versions 1 to 3"):
        store.read(result.key)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(StoreError, match=r"run\.json: not readable"):
        store.read_run()


def test_whatever_is_damaged_is_an_error_of_ours(tmp_path, result):
    store = Store(tmp_path)
    labels = np.arange(200) % 10
    store.write(result, Predictions(labels, labels, probabilities=np.eye(10, dtype=np.float32)[labels]))
    path = tmp_path / "trials" / f"{result.key}.npz"
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        for read in (store.read, store.read_predictions):
            try:
                read(result.key)
            except StoreError as error:
                assert str(path) in str(error)


def test_leftovers_of_dead_processes_go_and_those_of_living_ones_stay(tmp_path):
    trials = tmp_path / "trials"
    trials.mkdir()
    dead, living = trials / ".incoming-999999999-a", trials / f".incoming-{os.getpid()}-b"
    for path in (dead, living):
        path.write_bytes(b"half")
    (tmp_path / ".incoming-999999998-folder").mkdir()
    Store(tmp_path).clear_leftovers()
    assert [*trials.iterdir(), *tmp_path.iterdir()] == [living, trials]


def test_a_folder_that_cannot_be_written(tmp_path, result):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write .* choose another folder with --out"):
        Store(tmp_path / "file").write(result, None)


def test_the_key_follows_what_decides_the_outcome(trial):
    asked = trial()
    assert asked.key.startswith("k-nn-three-0-")
    assert trial().key == asked.key
    assert trial(is_reduced=True, suite="another", time_limit=3.0, memory_limit=10).key == asked.key
    changes = [
        {"params": {"n_neighbors": 5}}, {"seed": 1}, {"samples": 100}, {"threads": 2}, {"fingerprint": "0" * 64},
        {"versions": {"numpy": "2"}}, {"estimator": "tree"}, {"identity": "mine-2"}, {"sample_seed": 1},
        {"protocol": "cross-validation", "fold": 0, "folds": 3},
        {"protocol": "cross-validation", "fold": 1, "folds": 3},
        {"protocol": "grid-search", "search": {"grid": {"n_neighbors": [1]}, "folds": 3, "strategy": "grid"}},
        {"protocol": "grid-search", "search": {"grid": {"n_neighbors": [1, 2]}, "folds": 3, "strategy": "grid"}},
    ]  # fmt: skip
    assert len({asked.key, *(trial(**change).key for change in changes)}) == len(changes) + 1


FORMAT_1 = Path(__file__).parent / "format_1"


def test_a_run_of_the_first_version_is_read_and_reported(tmp_path):
    folder = shutil.copytree(FORMAT_1, tmp_path / "run")
    results = load_results(folder)
    assert results["case"].tolist() == ["k-NN", "Tree"]
    assert (results["status"] == "ok").all()
    assert results["accuracy"].round(3).tolist() == [0.986, 0.856]
    assert set(results["n_concurrent"]) == {1}
    assert load_predictions(folder, results["key"][0]).probabilities.shape == (360, 10)
    assert write_report(folder, ["md"]).is_file()
    # Its trials ran with other code: today's runs them anew, and its own files stay.
    before = {path.name for path in (folder / "trials").iterdir()}
    run_suite(Store(folder).read_run().suite, out=folder, threads=1)
    assert before < {path.name for path in (folder / "trials").iterdir()}


def test_a_run_record_of_a_newer_version_is_refused(tmp_path):
    folder = shutil.copytree(FORMAT_1, tmp_path / "run")
    record = json.loads((folder / "run.json").read_bytes())
    (folder / "run.json").write_text(json.dumps({**record, "format_version": 9}))
    with pytest.raises(
        StoreError, match="format version 9, this hdr-bench reads versions 1 to 3; use the version that"
    ):
        load_results(folder)


def test_stores_of_two_machines_merge_by_copying(tmp_path):
    suite = parse_suite(
        {"title": "T", "dataset": "digits-8x8", "case": [{"name": "k-NN", "estimator": "knn"},
                                                        {"name": "Tree", "estimator": "tree"}]}, "own", "own.toml",
    )  # fmt: skip
    first = run_suite(suite, out=tmp_path / "first", only="k-NN", threads=1)
    second = run_suite(suite, out=tmp_path / "second", only="Tree", threads=1)
    assert load_results(first)["case"].tolist() == ["k-NN"]
    for path in (second / "trials").iterdir():
        shutil.copy2(path, first / "trials")
    before = {path.name: path.stat().st_mtime_ns for path in (first / "trials").iterdir()}
    run_suite(suite, out=first, threads=1)
    assert load_results(first)["status"].tolist() == ["ok", "ok"]
    assert {path.name: path.stat().st_mtime_ns for path in (first / "trials").iterdir()} == before


def test_a_file_that_was_cut_off_is_run_again(tmp_path):
    suite = parse_suite({"title": "T", "dataset": "digits-8x8", "case": [{"name": "k-NN", "estimator": "knn"}]},
                        "own", "own.toml")  # fmt: skip
    folder = run_suite(suite, out=tmp_path / "run", threads=1)
    (path,) = (folder / "trials").iterdir()
    path.write_bytes(path.read_bytes()[:-50])
    assert load_results(folder)["status"].tolist() == ["damaged"]
    run_suite(suite, out=folder, threads=1)
    assert load_results(folder)["status"].tolist() == ["ok"]


def test_a_trial_has_one_outcome_the_last(tmp_path, result):
    store, asked = Store(tmp_path), result.trial.model_copy(update={"time_limit": 1.0})
    planned = Planned(key=asked.key, limited_key=asked.limited_key, case=asked.case, seed=0)
    store.write(result.model_copy(update={"trial": asked}), None)
    assert store.find(planned) == asked.key
    ended = result.model_copy(update={"trial": asked, "key": asked.limited_key, "status": "timeout"})
    store.write(ended, None)
    assert store.find(planned) == asked.limited_key
    assert store.read(asked.limited_key).status == "timeout"
    store.write(result.model_copy(update={"trial": asked}), None)
    assert store.read(store.find(planned)).status == "ok"


def test_nothing_is_written_over_what_a_newer_version_wrote(tmp_path):
    folder = shutil.copytree(FORMAT_1, tmp_path / "run")
    record = json.loads((folder / "run.json").read_bytes())
    (folder / "run.json").write_text(json.dumps({**record, "format_version": 9}))
    before = (folder / "run.json").read_bytes()
    with pytest.raises(NewerFormatError, match="format version 9"):
        run_suite("quick", out=folder, only="k-NN", dataset="digits-8x8", threads=1)
    assert (folder / "run.json").read_bytes() == before


def test_infinity_and_what_is_no_number_are_kept(tmp_path, result):
    asked = result.trial.model_copy(update={"params": {"C": float("inf")}})
    diverged = result.model_copy(update={"trial": asked, "history": ({"train_loss": None},)})
    store = Store(tmp_path)
    store.write(diverged, None)
    assert store.read(diverged.key).trial.params == {"C": float("inf")}
    assert store.read(diverged.key).history == ({"train_loss": None},)


def test_a_thousand_trials_are_planned_in_a_second(tmp_path):
    suite = parse_suite(
        {"title": "T", "dataset": "digits-8x8", "protocol": {"kind": "cross-validation", "folds": 10, "repeats": 100},
         "case": [{"name": "k-NN", "estimator": "knn"}]}, "own", "own.toml",
    )  # fmt: skip
    start = time.perf_counter()
    plan = make_plan(suite, Settings(threads=1), Store(tmp_path), None, "missing")
    assert len(plan.to_run) == 1000
    assert time.perf_counter() - start < 1


TWO_AT_ONCE = """
import sys
from hdr_bench import Case, Suite, run_suite
cases = [Case(name=f"Tree {number}", estimator="tree", params={"max_depth": number}) for number in range(2, 10)]
run_suite(Suite(name="own", title="T", dataset="digits-8x8", cases=cases), out="run", threads=1, only=sys.argv[1])
"""


def test_two_runs_at_once_on_one_folder(tmp_path):
    (tmp_path / "script.py").write_text(TWO_AT_ONCE)
    runs = [
        subprocess.Popen([sys.executable, "script.py", only], cwd=tmp_path)
        for only in ("Tree [2-7]", "Tree [4-9]", "*")
    ]
    assert [run.wait(120) for run in runs] == [0, 0, 0]
    results = load_results(tmp_path / "run")
    assert results["case"].tolist() == [f"Tree {number}" for number in range(2, 10)]
    assert (results["status"] == "ok").all()
    assert not list((tmp_path / "run").rglob(".incoming-*"))


FULL_DISK = """
import resource
from hdr_bench import Case, Suite, run_suite
suite = Suite(name="own", title="T", dataset="digits-8x8",
              cases=[Case(name="k-NN", estimator="knn"), Case(name="Tree", estimator="tree")])
run_suite(suite, out="run", threads=1, only="k-NN")
# No file may grow beyond this: what the system says then is what it says of a full disk, but for the word.
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
run_suite(suite, out="run", threads=1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are POSIX's")
def test_a_full_disk_is_an_error_and_what_was_there_stays(tmp_path):
    (tmp_path / "script.py").write_text(FULL_DISK)
    ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "StoreError: cannot write run/" in ran.stderr
    results = load_results(tmp_path / "run")
    assert results.loc[results["case"] == "k-NN", "status"].tolist() == ["ok"]
    assert not list((tmp_path / "run").rglob(".incoming-*"))


def test_ten_thousand_trials_list_and_load_in_three_seconds(tmp_path, result):
    store = Store(tmp_path)
    labels = np.arange(1000) % 10
    store.write(result, Predictions(labels, labels, probabilities=np.eye(10, dtype=np.float32)[labels]))
    content = (store.trials_folder / f"{result.key}.npz").read_bytes()
    planned = [Planned(key=f"k-{number}", case=f"case {number % 30}", seed=number) for number in range(10_000)]
    for each in planned:
        (store.trials_folder / f"{each.key}.npz").write_bytes(content)
    suite = load_suite("quick")
    record = RunRecord(suite=suite, origin="", settings=Settings(), trials=tuple(planned))
    store.write_run(record, record.trials)
    start = time.perf_counter()
    for each in planned:
        with zipfile.ZipFile(store.trials_folder / f"{each.key}.npz") as archive:
            json.loads(archive.read("result.json"))
    bare = time.perf_counter() - start
    start = time.perf_counter()
    found = [store.find(each) for each in store.read_run().trials]
    results = load_results(tmp_path)
    # On a slow machine the bare reading alone may take that long.
    assert time.perf_counter() - start < max(3, 3 * bare)
    assert None not in found
    assert len(results) == 10_000
