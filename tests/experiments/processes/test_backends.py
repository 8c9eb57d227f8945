"""Several trials at once: on one machine, and on a Dask cluster of real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
from pkgutil import resolve_name
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from hdr_bench import Case, Suite, load_dataset, load_models, load_results, run_suite
from hdr_bench.estimators import KNNClassifier
from hdr_bench.exceptions import SchedulerError
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.processes import dask_cluster
from hdr_bench.experiments.processes.backends import BACKENDS, Backend
from hdr_bench.experiments.processes.local import run_sequentially
from hdr_bench.records.lost_time import DISTURBED_FROM
from hdr_bench.records.store import Store
from hdr_bench.reporting.displays import CostDisplay
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.costs import time_table
from tests.helpers.other_images import noisy
from tests.helpers.processes import of_hosts_of, read_pids, runs, still_running, wait_for

TREE = Case(name="Tree", estimator="tree", protocol={"repeats": 2})
KNN = Case(name="k-NN", estimator="knn", protocol={"kind": "cross-validation", "folds": 3})
SEARCH = Case(
    name="Search", estimator="knn", protocol={"kind": "grid-search", "folds": 2}, grid={"n_neighbors": [1, 3]}
)
HALVING = Case(
    name="Halving",
    estimator="knn",
    protocol={"kind": "grid-search", "folds": 2, "strategy": "halving"},
    grid={"n_neighbors": [1, 3, 5]},
)


def _suite(*cases, dataset="digits-8x8", test_sets=()):
    return Suite(name="own", title="T", dataset=dataset, cases=cases, test_sets=test_sets)


def _comparable(folder):
    """Return what must be the same wherever trials ran."""
    return load_results(folder)[["key", "case", "seed", "status", "accuracy", "n_train"]]


class _Signals(NoProgress):
    """Calls back when the first trial is done."""

    def __init__(self, on_first):
        self._on_first = on_first

    def done(self, result):
        self._on_first, call = (lambda: None), self._on_first
        call()


@pytest.fixture(scope="session")
def in_turn(once):
    return once("in-turn", lambda folder: run_suite(_suite(TREE, KNN), out=folder, threads=1))


def test_two_at_a_time_give_the_same_and_their_times_are_marked_if_disturbed(in_turn, tmp_path):
    folder = run_suite(_suite(TREE, KNN), out=tmp_path / "run", threads=1, jobs=2)
    assert _comparable(folder).equals(_comparable(in_turn))
    results = load_results(folder)
    assert set(results["n_concurrent"]) == {2}
    contents = RunContents(folder)
    times = time_table(contents.summary, contents.results)
    waited = (results["fit_wait_share"] > DISTURBED_FROM).groupby(results["case"], sort=False).all()
    fit = times.heads.index("Fit (s)")
    assert [row[fit].endswith("*") for row in times.rows] == waited.tolist()
    # Results from before the wait was measured: what shared the machine is disturbed.
    old = results.assign(fit_wait_share=np.nan, predict_wait_share=np.nan, latency_wait_share=np.nan)
    times = time_table(summarise(old), old)
    assert [row[0] for row in times.rows] == ["Tree", "k-NN"]
    starred = {head for row in times.rows for head, cell in zip(times.heads, row, strict=True) if cell.endswith("*")}
    assert starred == {"Fit (s)", "Predict all (s)", "One image (ms)", "95th percentile (ms)"}
    assert all(row[fit].endswith("*") for row in times.rows)
    assert "are not ranked" in times.note
    assert not times.marks
    assert len(CostDisplay.from_results(old).frame()) == 0
    assert set(load_results(in_turn)["n_concurrent"]) == {1}


def test_threads_are_shared_among_jobs():
    from hdr_bench.records.environment import available_cores
    from hdr_bench.records.options import RunOptions

    assert RunOptions(jobs=2).settings.threads == max(available_cores() // 2, 1)
    assert RunOptions(jobs=2, threads=3).settings.threads == 3


def test_a_host_that_is_killed_has_its_trial_run_again(in_turn, tmp_path):
    def kill_a_host():
        guards = (child for child in psutil.Process().children() if runs(child, "hdr_bench.experiments.processes.host"))
        next(guards).children()[0].kill()

    folder = run_suite(_suite(TREE, KNN), out=tmp_path / "run", threads=1, jobs=2, progress=_Signals(kill_a_host))
    assert _comparable(folder).equals(_comparable(in_turn))


def test_only_the_trial_that_ends_its_host_is_given_up(tmp_path, monkeypatch, helpers):
    monkeypatch.syspath_prepend(str(helpers))
    deadly = Case(name="deadly", estimator="misbehaving.EndsItsHost")
    folder = run_suite(_suite(deadly, TREE), out=tmp_path / "run", threads=1, backend="local", jobs=2)
    assert load_results(folder).groupby("case")["status"].first().to_dict() == {"deadly": "crashed", "Tree": "ok"}


SUITE = """
title = "T"
dataset = "digits-8x8"
[[case]]
name = "0"
estimator = "misbehaving.Behaves"
params = { how = "leaves_others_and_waits", path = "pids-0" }
[[case]]
name = "1"
estimator = "misbehaving.Behaves"
params = { how = "leaves_others_and_waits", path = "pids-1" }
"""


def test_nothing_stays_when_a_run_with_jobs_is_interrupted_twice(tmp_path, helpers):
    (tmp_path / "own.toml").write_text(SUITE)
    (tmp_path / "misbehaving.py").write_text((helpers / "misbehaving.py").read_text())
    (tmp_path / "scratch").mkdir()
    runner = subprocess.Popen(
        [sys.executable, "-m", "hdr_bench", "run", "own.toml", "--threads", "1", "--jobs", "2", "--out", "run"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch")},
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    trials = [wait_for(lambda n=n: read_pids(tmp_path / f"pids-{n}")) for n in (0, 1)]
    family = psutil.Process(runner.pid).children(recursive=True)
    # One of the hosts is being replaced at the moment.
    guard = next(each for each in family if runs(each, "hdr_bench.experiments.processes.host"))
    guard.children()[0].kill()
    for _ in range(2):
        os.killpg(runner.pid, signal.SIGINT)
    said = runner.communicate()[1]
    assert runner.returncode == 130, said
    assert "interrupted; finished work is stored" in said
    assert "Traceback" not in said
    assert still_running({*family, *trials[0], *trials[1], *of_hosts_of(runner.pid)}) == []
    ours = [path.name for path in (tmp_path / "scratch").iterdir() if "torchinductor" not in path.name]
    assert ours == []


@pytest.fixture
def cluster(tmp_path, monkeypatch, helpers):
    """A scheduler and two workers on loopback, each a process: the address, and the workers."""
    monkeypatch.syspath_prepend(str(helpers))
    path = os.pathsep.join([str(helpers), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "DASK_DISTRIBUTED__WORKER__DAEMON": "True"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"

    def start(module, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
        return subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)

    processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port))]
    try:
        workers = [start("dask_worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
        processes += workers
        yield address, workers
    finally:
        # Asked to end, Dask waits for what it has lost, at times for a minute.
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def test_dask_with_a_worker_ended_during_the_run(cluster, in_turn, tmp_path, monkeypatch):
    address, workers = cluster
    family, scattered = [], []
    make_backend = dask_cluster._backend_of
    monkeypatch.setattr(dask_cluster, "_backend_of", lambda *given: scattered.append(given) or make_backend(*given))

    def kill_a_worker():
        family.extend(psutil.Process(workers[0].pid).children(recursive=True))
        workers[0].kill()

    folder = run_suite(
        _suite(TREE, KNN, SEARCH, HALVING),
        out=tmp_path / "run",
        threads=1,
        backend="dask",
        scheduler=address,
        progress=_Signals(kill_a_worker),
        keep_models=True,
    )
    assert workers[0].wait() == -signal.SIGKILL
    assert still_running(family) == []
    assert workers[1].poll() is None
    compared = _comparable(folder)
    assert compared[compared["case"].isin(["Tree", "k-NN"])].equals(_comparable(in_turn))
    # What scikit-learn's own search chooses on the same folds, and the refit on all images.
    digits = load_dataset("digits-8x8").train
    cut = StratifiedKFold(2, shuffle=True, random_state=0)
    search = GridSearchCV(KNNClassifier(), SEARCH.grid, scoring="accuracy", cv=cut).fit(digits.X, digits.y)
    found = load_results(folder).set_index("case").loc["Search"]
    assert (found["status"], found["n_tried"], found["search_score"]) == ("ok", 2, search.best_score_)
    assert json.loads(found["chosen"]) == search.best_params_
    halved = load_results(folder).set_index("case").loc["Halving"]
    assert (halved["status"], halved["n_tried"]) == ("ok", 3)
    assert not (folder / "search").exists()
    # Models come back with their results, that of a search the one that it chose; fits on folds leave none of use.
    models = load_models(folder)
    assert not models.reasons
    test = load_dataset("digits-8x8").test
    stored = load_results(folder).set_index(["case", "seed"])["accuracy"]
    for key in (("Tree", 0), ("Tree", 1), ("Search", 0), ("Halving", 0)):
        assert (models[key].predict(test.X) == test.y).mean() == pytest.approx(stored[key])
    # Data go to the workers once, and again to who is left.
    assert len(scattered) <= 2
    assert load_results(folder)["n_concurrent"].max() == 2
    result = Store(folder).read(load_results(folder)["key"][0])
    assert result.environment.cpu
    assert result.environment.thread_pools


def test_a_trial_that_ends_its_worker_twice_is_a_row_and_the_rest_goes_on(cluster, tmp_path):
    address, _workers = cluster
    deadly = Case(name="deadly", estimator="misbehaving.EndsItsHost", params={"above": 1})
    digits = load_dataset("digits-8x8").subsample(500)
    # Both data sets are made in code: workers get them from here.
    # So they do with images that were made for the run.
    others = [{"name": "Noisy", "dataset": noisy()}, {"name": "Fog", "corruption": "fog"}]
    suite = _suite(deadly, Case(name="k-NN", estimator="knn"), dataset=digits, test_sets=others)
    try:
        # Both workers end: what is left needs a third.
        third = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        )
        folder = run_suite(suite, out=tmp_path / "run", threads=1, backend="dask", scheduler=address)
    finally:
        third.terminate()
        third.wait()
    results = load_results(folder).set_index(["case", "test_set"])
    of_cases = {"deadly": "crashed", "k-NN": "ok"}
    statuses = {(case, name): status for case, status in of_cases.items() for name in ("", "Noisy", "Fog")}
    assert results["status"].to_dict() == statuses
    assert results.loc[("deadly", ""), "error"] == "tried 2 times: a worker died while it ran"
    assert results.loc[("k-NN", ""), "n_train"] == 500
    assert results.loc[("k-NN", "Noisy"), "n_test"] == 150


RUNNER = """
import sys
from hdr_bench import Case, Suite, run_suite
waits = Case(name="A", estimator="misbehaving.Behaves", params={{"how": "leaves_others_and_waits", "path": {path!r}}})
short = Case(name="B", estimator="misbehaving.Behaves")
suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[waits, short])
run_suite(suite, out="run", threads=1, backend="dask", scheduler={address!r})
"""


def test_a_killed_client_has_its_trials_and_idle_hosts_ended_on_the_workers(cluster, tmp_path):
    address, workers = cluster
    path = tmp_path / "pids"
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER.format(path=str(path), address=address)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
    )
    started = wait_for(lambda: read_pids(path))
    # On the other worker a host is idle.
    wait_for(lambda: list((tmp_path / "run" / "trials").glob("*.zip")))
    assert all(of_hosts_of(worker.pid) for worker in workers)
    runner.kill()
    runner.wait()
    assert still_running(started) == []
    wait_for(lambda: not any(of_hosts_of(worker.pid) for worker in workers))
    assert [worker.poll() for worker in workers] == [None, None]


def test_a_run_is_over_for_its_workers_when_it_cannot_be_asked_for_twice(monkeypatch):
    answers = iter([OSError("broken"), True, OSError("broken"), RuntimeError("gone"), False])

    def answer(client, run):
        if isinstance(said := next(answers), Exception):
            raise said
        return said

    monkeypatch.setattr(dask_cluster, "_is_connected", answer)
    monkeypatch.setattr(dask_cluster, "_LOOKS_EVERY_SECONDS", 0)
    assert [dask_cluster._is_awaited(None, None) for _ in range(3)] == [True, False, False]


def test_a_scheduler_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setattr("hdr_bench.experiments.processes.dask_cluster._CONNECTS_WITHIN_SECONDS", 1)
    with pytest.raises(SchedulerError, match="no Dask scheduler answers at 'tcp://127.0.0.1:1'"):
        run_suite(_suite(KNN), out=tmp_path / "run", backend="dask", scheduler="tcp://127.0.0.1:1")


def test_a_backend_is_an_entry_of_the_table(in_turn, tmp_path, monkeypatch):
    monkeypatch.setitem(BACKENDS, "backwards", Backend(f"{__name__}:run_backwards", "last things first"))
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__, SimpleNamespace(run_backwards=run_backwards)))
    folder = run_suite(_suite(TREE, KNN), out=tmp_path / "run", threads=1, backend="backwards")
    assert _comparable(folder).equals(_comparable(in_turn))
    assert CALLED == ["backwards"]


CALLED = []


def run_backwards(tasks, options, datasets, progress):
    CALLED.append(options.backend)
    yield from run_sequentially(reversed([*tasks]), options, datasets, progress)


def test_each_backend_has_a_function_and_a_help():
    for backend in BACKENDS.values():
        assert callable(resolve_name(backend.path))
        assert backend.help


def test_a_run_here_loads_nothing_of_a_cluster():
    script = """
import sys
import hdr_bench.experiments.runner
import hdr_bench.experiments.processes.local
print([name for name in sys.modules if "dask" in name or name == "distributed"])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
