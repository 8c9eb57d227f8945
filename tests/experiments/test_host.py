"""The process that trials are started from: usable from anywhere, and gone with whoever uses it."""

import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import psutil
import pytest

from hdr_bench.experiments.attempts import run_attempts, say_nothing
from hdr_bench.experiments.host import Host, HostClosedError, HostError, clear_hosts_leftovers
from hdr_bench.experiments.work import Work
from hdr_bench.experiments.worker import process_context, start_fork_server
from tests.experiments.processes import command_lines

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def shared_host():
    host = Host()
    yield host
    host.close()


@pytest.fixture
def host():
    """A host that may be ended."""
    host = Host()
    yield host
    host.close()


def _family(host):
    return psutil.Process(host._process.pid).children(recursive=True)


def _gone(processes, seconds=5.0):
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive


def test_trials_run_in_it_one_after_the_other(shared_host, trial, behaving):
    stages = []
    result, predictions = shared_host.run(Work(trial(), n_concurrent=3), stages.append)
    assert (result.status, result.n_concurrent) == ("ok", 3)
    assert len(predictions.y_pred) == 360
    assert "fit" in [stage.name for stage in stages]
    assert shared_host.run(Work(behaving("raises")), say_nothing)[0].error == "ValueError: not today"
    assert shared_host.run(Work(behaving("prints")), say_nothing)[0].status == "ok"


def test_the_harness_adds_little_to_a_trial(shared_host, trial):
    asked = trial(estimator="sklearn.dummy.DummyClassifier")
    shared_host.run(Work(asked), say_nothing)
    added = []
    for _ in range(7):
        result, _ = shared_host.run(Work(asked), say_nothing)
        added.append(result.seconds - result.measurements.fit_seconds - result.measurements.predict_seconds)
    # On a slow machine a process that does nothing takes longer too.
    start_fork_server()
    bare = []
    for _ in range(7):
        process = process_context().Process(target=int)
        start = time.perf_counter()
        process.start()
        process.join()
        bare.append(time.perf_counter() - start)
    assert min(added) < max(0.2, 10 * min(bare))


def test_the_place_of_the_caller_is_the_trials(shared_host, trial, tmp_path, monkeypatch):
    (tmp_path / "here.py").write_text(
        "import os\nfrom sklearn.dummy import DummyClassifier\n"
        "class Tells(DummyClassifier):\n"
        "    def fit(self, X, y):\n"
        "        raise ValueError(os.getcwd() + ' ' + os.environ['OWN'])\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("OWN", "variable")
    result, _ = shared_host.run(Work(trial(estimator="here.Tells")), say_nothing)
    assert result.error == f"ValueError: {tmp_path} variable"


def test_closing_ends_the_trial_that_runs_and_tells_its_caller(host, behaving):
    raised = []
    begun = threading.Event()

    def run():
        try:
            host.run(Work(behaving("starts_children")), lambda stage: stage.name == "fit" and begun.set())
        except HostClosedError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(20)
    time.sleep(0.5)
    family = _family(host)
    assert len(family) >= 3
    start = time.monotonic()
    host.close()
    thread.join(5)
    assert time.monotonic() - start < 2
    assert len(raised) == 1
    assert _gone(family)


def test_a_host_that_is_killed_takes_its_trial_with_it(host, behaving):
    families = []

    def kill(stage):
        if stage.name == "fit":
            time.sleep(0.3)
            families.extend(_family(host))
            os.kill(host._process.pid, signal.SIGKILL)

    with pytest.raises(HostError, match="exit code -9"):
        host.run(Work(behaving("sleeps")), kill)
    assert _gone(families)


def test_a_trial_has_two_attempts(behaving, trial):
    kills = []

    def kill_once(stage):
        if stage.name == "fit" and not kills:
            kills.append(stage)
            _kill_own_hosts()

    result, _ = run_attempts(Work(behaving("well")), kill_once)
    assert (len(kills), result.status) == (1, "ok")

    def kill_always(stage):
        if stage.name == "load":
            _kill_own_hosts()

    result, predictions = run_attempts(Work(trial()), kill_always)
    assert (result.status, predictions) == ("crashed", None)
    assert result.error.startswith("tried 2 times: the process that starts the trials ended")


def test_a_later_run_removes_what_a_killed_one_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True,
                           check=True).stdout.strip()  # fmt: skip
    left, living, other = (tmp_path / name for name in (f"hdr-bench-{ended}-x", f"hdr-bench-{os.getpid()}-y", "z"))
    for folder in (left, living, other):
        folder.mkdir()
        (folder / "file").write_text("")
    clear_hosts_leftovers()
    assert sorted(tmp_path.iterdir()) == sorted([living, other])


class Unreadable:
    """Something that no other process can read."""

    def __reduce__(self):
        return importlib.import_module, ("no_such_module",)


def test_what_cannot_be_read_ends_the_host_and_is_told(trial):
    host = Host()
    with pytest.raises(HostError, match="the process that starts the trials ended"):
        host.run(Work(trial(), pickled=Unreadable()), say_nothing)
    assert not host.is_running


def _kill_own_hosts():
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "hdr_bench.experiments.host" in child.cmdline():
                child.kill()


def _in_a_daemonic_process(work, answers):
    answers.put(run_attempts(work, say_nothing)[0].status)


def test_daemonic_processes_can_have_trials(trial):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_in_a_daemonic_process, args=(Work(trial()), answers), daemon=True)
    process.start()
    assert answers.get(timeout=60) == "ok"
    process.join(20)


SCRIPT = """
import sys
from hdr_bench import Case, Suite, run_suite
sys.path.insert(0, {folder!r})
import methods
case = Case(name="A", estimator=methods.Behaves("starts_children"))
suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[case])
run_suite(suite, out="run", threads=1)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_stays_when_a_runner_ends(tmp_path, how, request):
    (tmp_path / "script.py").write_text(SCRIPT.format(folder=str(request.path.parent)))
    (tmp_path / "scratch").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch")}
    runner = subprocess.Popen(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    process = psutil.Process(runner.pid)
    deadline = time.monotonic() + 60
    # The runner's host, its fork server and tracker, the trial, and what the trial starts.
    while sum("1234" in line for line in command_lines(process)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    family = process.children(recursive=True)
    start = time.monotonic()
    os.kill(runner.pid, how)
    runner.wait(10)
    assert _gone(family, 3)
    assert time.monotonic() - start < 3
    # What torch keeps for its compiler, it makes for itself when it is imported.
    assert [path.name for path in (tmp_path / "scratch").iterdir() if "torchinductor" not in path.name] == []
