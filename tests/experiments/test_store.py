import json
import os
import zipfile

import numpy as np
import pytest

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.store import Planned, RunRecord, Settings, Store
from hdr_bench.experiments.suite_file import load_suite
from hdr_bench.experiments.trial import Predictions, Result


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
        archive.writestr("result.json", json.dumps({**result.model_dump(mode="json"), "format_version": 3}))
    with pytest.raises(StoreError, match="format version 3, this hdr-bench reads versions 1 to 2"):
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
    assert trial(is_reduced=True).key == asked.key
    changes = [
        {"params": {"n_neighbors": 5}}, {"seed": 1}, {"samples": 100}, {"threads": 2}, {"fingerprint": "0" * 64},
        {"versions": {"numpy": "1"}}, {"estimator": "tree"},
    ]  # fmt: skip
    assert len({asked.key, *(trial(**change).key for change in changes)}) == len(changes) + 1
