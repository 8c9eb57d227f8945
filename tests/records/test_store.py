import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from hdr_bench import load_predictions, load_results, run_suite, write_report
from hdr_bench.archives import read_sealed, seal_archive, write_archive
from hdr_bench.arrays import npy
from hdr_bench.exceptions import MissingTrialError, NewerFormatError, StoredResultWarning, StoreError
from hdr_bench.experiments.measuring.scoring import score
from hdr_bench.experiments.planning.suite_file import load_suite
from hdr_bench.records import trial_file
from hdr_bench.records.compact import labels_digest, labels_of, pack, pack_labels, unpack
from hdr_bench.records.environment import read_environment
from hdr_bench.records.options import Settings
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import PlannedTrial, RunRecord
from hdr_bench.records.scores import rejected_share
from hdr_bench.records.store import Store
from hdr_bench.reporting.run import RunContents
from tests.helpers.suites import parse_suite


@pytest.fixture
def result(trial):
    asked = trial()
    return Result(
        key=asked.key,
        trial=asked,
        status="failed",
        finished="2026-01-02T03:04:05+00:00",
        environment=read_environment(),
    )


def good(result, predictions, n_classes=10):
    """The result of a trial that ended well, with the scores of these predictions."""
    names = tuple(map(str, range(n_classes)))
    return result.model_copy(update={"status": "ok", "class_names": names, "scores": score(predictions, n_classes)})


LABELS = np.arange(200) % 10


def guesses(seed=0):
    """Predictions of which a part is wrong, with probabilities."""
    rng = np.random.default_rng(seed)
    shares = (rng.dirichlet(np.ones(10), 200) + 0.35 * np.eye(10)[LABELS]).astype(np.float32)
    shares /= shares.sum(axis=1, keepdims=True)
    return Predictions(LABELS, shares.argmax(axis=1), probabilities=shares)


def test_what_is_written_is_read(tmp_path, result):
    store, said = Store(tmp_path / "run"), guesses()
    whole = good(result, said)
    assert 0.5 < whole.scores.accuracy < 1
    store.write(whole, said)
    again = Store(tmp_path / "run")
    assert again.read(whole.key) == whole
    kept = again.read_predictions(whole.key)
    np.testing.assert_array_equal(kept.y_pred, said.y_pred)
    np.testing.assert_array_equal(kept.y_true, LABELS)
    assert kept.probabilities is None
    np.testing.assert_array_equal(again.arrays.with_scores(kept).probabilities, said.probabilities)
    assert [path.name for path in (tmp_path / "run" / "trials").iterdir()] == [f"{whole.key}.zip"]
    # The scores stay on the machine that ran the trial; what is committed does without them.
    shutil.rmtree(tmp_path / "run" / "scores")
    kept = Store(tmp_path / "run").read_predictions(whole.key)
    assert Store(tmp_path / "run").arrays.with_scores(kept).probabilities is None
    assert kept.summary.top_2.mean() == pytest.approx(whole.scores.top_2_accuracy)


def test_the_same_result_gives_the_same_bytes(tmp_path, result):
    files = []
    for name in ("a", "b"):
        Store(tmp_path / name).write(good(result, guesses()), guesses())
        files.append({path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")})
    assert files[0] == files[1]


# An archive's dates go from 1980 to 2107, and a machine's clock may say anything.
@pytest.mark.parametrize("clock", [0, 3600, 5_700_000_000], ids=["1970", "1970 in the west", "2150"])
def test_whatever_the_clock_says_results_are_kept_and_read(tmp_path, result, monkeypatch, clock):
    monkeypatch.setenv("TZ", "America/New_York" if clock else "UTC")
    time.tzset()
    images = np.arange(2 * 64, dtype=np.uint8).reshape(2, 8, 8)

    def written(folder):
        store = Store(folder)
        store.write(good(result, guesses()), guesses())
        store.arrays.write_images("a" * 64, images)
        gallery = store.arrays.encode_gallery(np.array([3, 5]), images)
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}, gallery

    now = written(tmp_path / "now")
    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: float(clock))
        assert written(tmp_path / "then") == now
        for path in (tmp_path / "then").rglob("*.*"):
            os.utime(path, (clock, clock))
        again = Store(tmp_path / "then")
        assert again.read(result.key).status == "ok"
        assert len(again.read_predictions(result.key).y_pred) == len(LABELS)
        np.testing.assert_array_equal(again.arrays.read_images("a" * 64), images)
    monkeypatch.undo()
    time.tzset()


def test_a_failed_trial_has_no_predictions(tmp_path, result):
    Store(tmp_path).write(result, None)
    assert Store(tmp_path).read_predictions(result.key) is None


def test_the_runs_record(tmp_path):
    record = RunRecord(
        suite=load_suite("quick"),
        origin="quick",
        settings=Settings(threads=2, samples=500),
        trials=(PlannedTrial(key="a", case="A", seed=0),),
    )
    Store(tmp_path).write_run(record, record.trials)
    assert Store(tmp_path).read_run() == record
    with pytest.raises(StoreError, match="there is no such folder"):
        Store(tmp_path / "elsewhere").read_run()


def planned_for(result):
    key, limited_key = result.trial.keys()
    return PlannedTrial(key=key, limited_key=limited_key, case=result.trial.case, seed=result.trial.seed)


def rewritten(path, change, write=write_archive):
    """Change the members of a trial's file, and leave all else as it is."""
    path.write_bytes(write(change(read_sealed(path))))


def test_damaged_missing_and_newer_files_are_named(tmp_path, result):
    store = Store(tmp_path)
    with pytest.raises(MissingTrialError, match="no such trial"):
        store.read("nothing")
    assert store.look_up(planned_for(result)).key == ""
    store.write(result, None)
    path = tmp_path / "trials" / f"{result.key}.zip"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError, match=f"{result.key}.zip: damaged"):
        store.read(result.key)
    with pytest.raises(StoreError, match="damaged"):
        store.read_predictions(result.key)
    assert store.look_up(planned_for(result)).problem.startswith(f"trials/{result.key}.zip: damaged")
    path.write_bytes(content)
    rewritten(
        path,
        lambda members: {
            **members,
            "result.json": members["result.json"].replace(b'"format_version": 4', b'"format_version": 7'),
        },
    )
    with pytest.raises(NewerFormatError, match="format version 7, but this hdr-bench reads versions 1 to 6"):
        store.read(result.key)
    assert store.look_up(planned_for(result)).is_newer
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(StoreError, match=r"run\.json: damaged"):
        store.read_run()


def edited_accuracy(members):
    content = json.loads(members["result.json"])
    content["scores"]["accuracy"] = 0.999
    return {**members, "result.json": json.dumps(content).encode()}


def no_predictions(members):
    return {"result.json": members["result.json"]}


def an_older_format(members):
    return {"result.json": members["result.json"].replace(b'"format_version": 4', b'"format_version": 3')}


def one_more_right(members):
    content = json.loads(members["predictions.json"])
    for part, name in (
        (content, "wrong_steps"),
        (content, "wrong_labels"),
        (content["scores"], "top_2_of_wrong"),
        (content["scores"], "confidence"),
    ):
        part[name].pop()
    return {**members, "predictions.json": json.dumps(content).encode()}


@pytest.mark.parametrize(
    ("change", "write", "reason"),
    [
        (lambda members: members, write_archive, "its content does not match its checksum"),
        (edited_accuracy, write_archive, "its content does not match its checksum"),
        # With a checksum made again.
        (edited_accuracy, seal_archive, "accuracy is 0.999, but"),
        (one_more_right, seal_archive, "by the predictions"),
        (no_predictions, seal_archive, "the predictions are missing"),
        (an_older_format, seal_archive, "a file of format 4 or later is marked as format 3"),
    ],
)
def test_a_result_that_was_changed_is_not_believed(tmp_path, result, change, write, reason):
    store, whole = Store(tmp_path), good(result, guesses())
    store.write(whole, guesses())
    rewritten(tmp_path / "trials" / f"{whole.key}.zip", change, write)
    found = store.look_up(planned_for(whole))
    assert found.result is None
    assert reason in found.problem
    with pytest.raises(StoreError, match="damaged"):
        store.read_predictions(whole.key)


def test_results_that_were_swapped_are_not_believed(tmp_path, result, trial):
    store = Store(tmp_path)
    other = trial(seed=1)
    pair = [good(result, guesses()), good(result, guesses(1)).model_copy(update={"trial": other, "key": other.key})]
    for seed, each in enumerate(pair):
        store.write(each, guesses(seed))
    paths = [tmp_path / "trials" / f"{each.key}.zip" for each in pair]
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[::-1], strict=True):
        path.write_bytes(content)
    for each in pair:
        assert "it contains the result of another trial" in store.look_up(planned_for(each)).problem


def test_true_labels_that_are_missing_or_changed_are_named(tmp_path, result):
    whole = good(result, guesses())
    Store(tmp_path).write(whole, guesses())
    (path,) = (tmp_path / "labels").iterdir()
    content = path.read_bytes()
    path.write_bytes(write_archive({"labels.npy": npy(LABELS[::-1].astype(np.uint8))}))
    assert "the labels do not match its name" in Store(tmp_path).look_up(planned_for(whole)).problem
    path.unlink()
    assert "the true labels are missing" in Store(tmp_path).look_up(planned_for(whole)).problem
    path.write_bytes(content)
    assert Store(tmp_path).look_up(planned_for(whole)).result == whole


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_whatever_was_flipped_or_cut_is_noticed(tmp_path, result, data):
    store, whole = Store(tmp_path), good(result, guesses())
    store.write(whole, guesses())
    path = tmp_path / "trials" / f"{whole.key}.zip"
    content = path.read_bytes()
    place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    is_cut = data.draw(st.booleans())
    changed = content[:place] if is_cut else content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]
    path.write_bytes(changed)
    found = Store(tmp_path).look_up(planned_for(whole))
    assert found.result is None
    assert found.problem
    path.unlink()


def test_a_result_of_today_under_the_name_of_an_older_one_is_not_believed(tmp_path, result):
    store, whole = Store(tmp_path), good(result, guesses())
    store.write(whole, guesses())
    path = tmp_path / "trials" / f"{whole.key}.zip"
    for change, reason in (
        (an_older_format, "the predictions are missing"),
        (no_predictions, "is marked as format 4"),
    ):
        path.with_suffix(".npz").write_bytes(write_archive(change(read_sealed(path))))
        path.rename(path.with_suffix(".kept"))
        assert reason in Store(tmp_path).look_up(planned_for(whole)).problem
        path.with_suffix(".kept").rename(path)


@settings(deadline=None)
@given(
    truth=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    data=st.data(),
)
def test_the_compact_form_gives_back_every_label_and_what_the_scores_say(truth, data):
    n = len(truth)
    y_true = np.array(truth)
    shares = np.array(
        data.draw(st.lists(st.lists(st.integers(0, 6), min_size=4, max_size=4).filter(any), min_size=n, max_size=n)),
        np.float32,
    )
    shares /= shares.sum(axis=1, keepdims=True)
    has_scores = data.draw(st.booleans())
    said = Predictions(y_true, shares.argmax(axis=1), probabilities=shares if has_scores else None)
    kept = unpack(pack(said, 4), y_true)
    np.testing.assert_array_equal(kept.y_pred, said.y_pred)
    assert pack(kept, 4) == pack(said, 4)
    if not has_scores:
        assert kept.summary is None
        return
    scores = score(said, 4)
    assert kept.summary.top_2.mean() == pytest.approx(scores.top_2_accuracy, abs=1e-6)
    assert rejected_share(kept.summary.kept, kept.summary.wrong) == scores.rejection
    assert kept.summary.reliability.calibration_error == pytest.approx(scores.calibration_error, abs=1e-5)
    for code, curve in kept.summary.curves.items():
        assert curve.positives.sum() == (y_true == code).sum()
        assert curve.negatives.sum() == (y_true != code).sum()
        assert curve.auc == pytest.approx(roc_auc_score(y_true == code, shares[:, code]), abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=60))
def test_wrong_labels_alone_give_back_every_label(pairs):
    y_true, y_pred = np.array(pairs, np.int64).T
    content = pack_labels(Predictions(y_true, y_pred))
    assert labels_of(content) == labels_digest(y_true)
    kept = unpack(content, y_true)
    np.testing.assert_array_equal(kept.y_pred, y_pred)
    assert (kept.summary, kept.scores_digest) == (None, "")


@pytest.mark.parametrize("damage", ["fewer bits", "another length", "fewer labels", "right ones"])
def test_damaged_wrong_labels_are_refused(damage):
    y_true = np.arange(20) % 3
    content = json.loads(pack_labels(Predictions(y_true, (y_true + (np.arange(20) > 7)) % 3)))
    changed = {
        "fewer bits": {"wrong_bits": content["wrong_bits"][:-2]},
        "another length": {"n": 21},
        "fewer labels": {"wrong_signs": content["wrong_signs"][:-1]},
        "right ones": {"wrong_signs": "0" * len(content["wrong_signs"])},
    }
    with pytest.raises(ValueError, match=r"match|labels for|marked as wrong"):
        unpack(json.dumps({**content, **changed[damage]}).encode(), y_true)


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
        {"params": {"n_neighbors": 5}},
        {"seed": 1},
        {"samples": 100},
        {"threads": 2},
        {"fingerprint": "0" * 64},
        {"versions": {"numpy": "2"}},
        {"estimator": "tree"},
        {"identity": "mine-2"},
        {"sample_seed": 1},
        {"protocol": "cross-validation", "fold": 0, "folds": 3},
        {"protocol": "cross-validation", "fold": 1, "folds": 3},
        {"protocol": "grid-search", "search": {"grid": {"n_neighbors": [1]}, "folds": 3, "strategy": "grid"}},
        {"protocol": "grid-search", "search": {"grid": {"n_neighbors": [1, 2]}, "folds": 3, "strategy": "grid"}},
    ]
    assert len({asked.key, *(trial(**change).key for change in changes)}) == len(changes) + 1


FORMAT_1 = Path(__file__).parent / "format_1"


@pytest.mark.usefixtures("undrawn")
def test_a_run_of_the_first_version_is_read_and_reported(tmp_path):
    folder = shutil.copytree(FORMAT_1, tmp_path / "run")
    results = load_results(folder)
    assert results["case"].tolist() == ["k-NN", "Tree"]
    assert (results["status"] == "ok").all()
    assert results["accuracy"].round(3).tolist() == [0.986, 0.856]
    assert set(results["n_concurrent"]) == {1}
    assert load_predictions(folder, results["key"][0]).probabilities.shape == (360, 10)
    assert RunContents(folder).predictions_of("k-NN")[0][1].summary.reliability.counts.sum() == 360
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
        StoreError,
        match="format version 9, but this hdr-bench reads versions 1 to 6; use the version of hdr-bench that",
    ):
        load_results(folder)


def test_stores_of_two_machines_merge_by_copying(tmp_path):
    suite = parse_suite(
        {
            "title": "T",
            "dataset": "digits-8x8",
            "case": [{"name": "k-NN", "estimator": "knn"}, {"name": "Tree", "estimator": "tree"}],
        },
        "own",
        "own.toml",
    )
    first = run_suite(suite, out=tmp_path / "first", only="k-NN", threads=1)
    second = run_suite(suite, out=tmp_path / "second", only="Tree", threads=1)
    assert load_results(first)["case"].tolist() == ["k-NN"]
    for part in ("trials", "labels"):
        shutil.copytree(second / part, first / part, dirs_exist_ok=True)
    before = {path.name: path.stat().st_mtime_ns for path in (first / "trials").iterdir()}
    run_suite(suite, out=first, threads=1)
    assert load_results(first)["status"].tolist() == ["ok", "ok"]
    assert {path.name: path.stat().st_mtime_ns for path in (first / "trials").iterdir()} == before


def test_a_file_that_was_cut_off_is_run_again(tmp_path):
    suite = parse_suite(
        {"title": "T", "dataset": "digits-8x8", "case": [{"name": "k-NN", "estimator": "knn"}]}, "own", "own.toml"
    )
    folder = run_suite(suite, out=tmp_path / "run", threads=1)
    (path,) = (folder / "trials").iterdir()
    path.write_bytes(path.read_bytes()[:-50])
    assert load_results(folder)["status"].tolist() == ["damaged"]
    with pytest.warns(StoredResultWarning, match=f"runs again: trials/{path.name}: damaged"):
        run_suite(suite, out=folder, threads=1)
    assert load_results(folder)["status"].tolist() == ["ok"]


def test_a_trial_has_one_outcome_the_last(tmp_path, result):
    store, asked = Store(tmp_path), result.trial.model_copy(update={"time_limit": 1.0})
    planned = PlannedTrial(key=asked.key, limited_key=asked.limited_key, case=asked.case, seed=0)
    store.write(result.model_copy(update={"trial": asked}), None)
    assert store.look_up(planned).key == asked.key
    ended = result.model_copy(update={"trial": asked, "key": asked.limited_key, "status": "timeout"})
    store.write(ended, None)
    assert store.look_up(planned).key == asked.limited_key
    assert store.look_up(planned).result.status == "timeout"
    store.write(result.model_copy(update={"trial": asked}), None)
    assert store.look_up(planned).result.status == "failed"


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
    diverged = result.model_copy(update={"trial": asked, "key": asked.key, "history": ({"train_loss": None},)})
    store = Store(tmp_path)
    store.write(diverged, None)
    assert store.read(diverged.key).trial.params == {"C": float("inf")}
    assert store.read(diverged.key).history == ({"train_loss": None},)


TWO_AT_ONCE = """
import sys
from hdr_bench import Case, Suite, run_suite
cases = [Case(name=f"Tree {number}", estimator="tree", params={"max_depth": number}) for number in range(2, 6)]
run_suite(Suite(name="own", title="T", dataset="digits-8x8", cases=cases), out="run", threads=1, only=sys.argv[1])
"""


def test_two_runs_at_once_on_one_folder(tmp_path):
    (tmp_path / "script.py").write_text(TWO_AT_ONCE)
    runs = [subprocess.Popen([sys.executable, "script.py", only], cwd=tmp_path) for only in ("Tree [2-4]", "*")]
    assert [run.wait() for run in runs] == [0, 0]
    results = load_results(tmp_path / "run")
    assert results["case"].tolist() == [f"Tree {number}" for number in range(2, 6)]
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


def test_each_stored_trial_is_read_twice_at_most_to_load_them_all(tmp_path, result, monkeypatch):
    store = Store(tmp_path)
    said = unpack(pack(guesses(), 10), LABELS)
    whole, records = good(result, guesses()), []
    for seed in range(10):
        asked = result.trial.model_copy(update={"seed": seed})
        records.append(whole.model_copy(update={"trial": asked, "key": asked.key}))
        store.write(records[-1], said)
    planned = [planned_for(each) for each in records]
    record = RunRecord(suite=load_suite("quick"), origin="", settings=Settings(), trials=tuple(planned))
    store.write_run(record, record.trials)
    opened = []
    monkeypatch.setattr(trial_file, "read_sealed", lambda path: opened.append(path.stem) or read_sealed(path))
    results = load_results(tmp_path)
    assert (results["status"] == "ok").all()
    assert len(results) == 10
    times = Counter(opened)
    assert set(times) == {each.key for each in planned}
    assert max(times.values()) <= 2


def test_a_folder_of_trials_that_may_not_be_read_is_named_and_no_report_is_blamed():
    script = (
        "import os, sys\n"
        "from hdr_bench.reporting.report import write_report\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "write_report(sys.argv[1])\n"
    )
    # Not below pytest's own folder, which each pytest of this user closes to all others when it begins.
    with tempfile.TemporaryDirectory() as name:
        folder, closed = Path(name), Path(name) / "trials"
        (folder / "run.json").write_text("{}")
        closed.mkdir()
        closed.chmod(0)
        folder.chmod(0o755)
        try:
            ended = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, check=False)
        finally:
            closed.chmod(0o755)
    assert f"StoreError: cannot read {closed}: Permission denied; nothing was changed; check that" in ended.stderr


def test_a_run_of_format_4_is_read(tmp_path):
    folder = shutil.copytree(Path(__file__).parent / "format_4", tmp_path / "run")
    results = load_results(folder)
    stored = results[results["status"] == "ok"]
    assert (stored["case"].tolist(), stored["accuracy"].tolist()) == (["k-NN"], [0.925])
    assert Store(folder).read(stored["key"].iloc[0]).evaluations == ()
    assert len(load_predictions(folder, stored["key"].iloc[0]).y_true) == 1000
