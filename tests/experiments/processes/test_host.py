"""The process that trials are started from: usable from anywhere, and gone with whoever uses it."""

import errno
import importlib
import multiprocessing
import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sklearn.pipeline import make_pipeline

from hdr_bench.estimators import CNNClassifier, Deskewer, KNNClassifier
from hdr_bench.exceptions import WorkingFolderError
from hdr_bench.experiments.messages import Task
from hdr_bench.experiments.processes.host_handle import Host, HostClosedError, HostError
from hdr_bench.experiments.processes.host_pool import Hosts, close_idle_hosts, ignore_stage, run_attempts
from hdr_bench.experiments.processes.leftovers import is_running, note_unkillable, with_remarks
from hdr_bench.experiments.processes.scratch import clear_scratch
from hdr_bench.import_context import ImportContext
from hdr_bench.reporting.comparability import is_disturbed
from tests.helpers.processes import read_pids, runs, still_running, wait_for


@pytest.fixture(scope="module")
def shared_host():
    host = Host()
    yield host
    host.close()


@pytest.fixture
def in_thread():
    """A function that runs a trial in a host beside the test; what comes of it, or is raised, is in the list."""
    threads = []

    def run(host, work):
        outcomes = []

        def target():
            try:
                outcomes.append(host.run(work, ignore_stage))
            except (HostError, HostClosedError) as error:
                outcomes.append(error)

        threads.append(threading.Thread(target=target))
        threads[-1].start()
        return outcomes

    yield run
    for thread in threads:
        thread.join()


def _family(host):
    return psutil.Process(host.pid).children(recursive=True)


def test_trials_run_in_it_one_after_the_other(shared_host, trial, behaving):
    stages = []
    result, predictions = shared_host.run(Task(trial(), n_concurrent=3), stages.append)
    assert (result.status, result.n_concurrent) == ("ok", 3)
    assert len(predictions.y_pred) == 360
    assert "fit" in [stage.name for stage in stages]
    assert shared_host.run(Task(behaving("raises")), ignore_stage)[0].error == "ValueError: not today"
    assert shared_host.run(Task(behaving("prints")), ignore_stage)[0].status == "ok"


def test_a_broken_optional_library_fails_the_trials_that_need_it_and_no_other(tmp_path, trial, monkeypatch):
    for name in ("daal4py", "sklearnex", "faiss"):
        (tmp_path / f"{name}.py").write_text("raise OSError('libtbb.so.12: cannot open shared object file')\n")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    host = Host()
    try:
        assert host.run(Task(trial(estimator="tree")), ignore_stage)[0].status == "ok"
        failed, _ = host.run(Task(trial(estimator="knn", params={"engine": "faiss"})), ignore_stage)
    finally:
        host.close()
    assert failed.status == "failed"
    assert (
        "the library of the engine 'faiss' is installed but cannot be imported (OSError: libtbb.so.12" in failed.error
    )


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
    result, _ = shared_host.run(Task(trial(estimator="here.Tells")), ignore_stage)
    assert result.error == f"ValueError: {tmp_path} variable"


def test_closing_ends_the_trial_that_runs_and_tells_its_caller(behaving, in_thread, tmp_path, monkeypatch):
    # Longer than the name of a socket may be.
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    host = Host()
    result, _ = host.run(Task(behaving("manages")), ignore_stage)
    assert (result.status, result.error) == ("ok", "")
    outcomes = in_thread(host, Task(behaving("leaves_others_and_waits", path=str(tmp_path / "pids"))))
    started = wait_for(lambda: read_pids(tmp_path / "pids"))
    family = _family(host)
    assert set(started) <= set(family)
    host.close()
    assert still_running([*family, *started]) == []
    assert isinstance(wait_for(lambda: outcomes)[0], HostClosedError)
    # What torch keeps for its compiler, it makes for itself when it is imported.
    assert [path.name for path in folder.iterdir() if "torchinductor" not in path.name] == []
    assert list(Path("/tmp").glob(f"hdr-bench-{os.getpid()}-*/t")) == []


def test_a_host_that_is_killed_takes_its_trial_with_it(behaving, in_thread, tmp_path):
    host = Host()
    outcomes = in_thread(host, Task(behaving("leaves_others_and_holds_the_lock", path=str(tmp_path / "pids"))))
    started = wait_for(lambda: read_pids(tmp_path / "pids"))
    family = _family(host)
    os.kill(host.pid, signal.SIGKILL)
    assert "exit code -9" in str(wait_for(lambda: outcomes)[0])
    # Before a second attempt could begin.
    assert [each for each in (*family, *started) if is_running(each)] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="orphans are adopted on Linux")
def test_what_has_left_no_trace_of_its_host_ends_with_a_host_that_is_killed(behaving, in_thread, tmp_path):
    host = Host()
    outcomes = in_thread(host, Task(behaving("leaves_one_without_environment", path=str(tmp_path / "pids"))))
    started = wait_for(lambda: read_pids(tmp_path / "pids"))
    # Below its guard.
    psutil.Process(host.pid).children()[0].kill()
    assert "exit code -9" in str(wait_for(lambda: outcomes)[0])
    # Before a second attempt could begin.
    assert [each for each in started if is_running(each)] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="orphans are adopted on Linux")
def test_what_forks_again_and_again_is_ended(shared_host, behaving, tmp_path):
    result, _ = shared_host.run(Task(behaving("forks_again_and_again", path=str(tmp_path / "forks"))), ignore_stage)
    assert (result.status, result.error) == ("ok", "")
    # A host's guard, the host, and what it has started for its trials: nobody writes any more.
    assert len(_family(shared_host)) == 3
    assert (tmp_path / "forks").exists()


def test_what_a_trial_leaves_running_is_ended_with_it(shared_host, behaving, tmp_path):
    result, _ = shared_host.run(Task(behaving("leaves_others", path=str(tmp_path / "pids"))), ignore_stage)
    assert (result.status, result.warnings) == ("ok", ())
    left = [int(line) for line in (tmp_path / "pids").read_text().split()[1:-1]]
    assert len(left) == 2
    assert not any(map(psutil.pid_exists, left))
    # The host goes on.
    assert shared_host.run(Task(behaving("well")), ignore_stage)[0].status == "ok"


WITHOUT_ADOPTION = """
import os, pickle, sys
from hdr_bench.experiments.processes import host_server
from hdr_bench.process_tree import MARK, make_mark
from hdr_bench.import_context import ImportContext
if __name__ == "__main__":
    os.environ[MARK] = make_mark()
    host_server.adopt_orphans = lambda: False
    done = host_server.Trials().run(ImportContext.current(), pickle.load(sys.stdin.buffer), lambda stage: None)
    print(done.result.status)
"""


def test_what_a_trial_leaves_is_ended_where_nobody_adopts_it(behaving, tmp_path):
    (tmp_path / "script.py").write_text(WITHOUT_ADOPTION)
    work = Task(behaving("leaves_others", path=str(tmp_path / "pids")))
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        input=pickle.dumps(work),
        stdout=subprocess.PIPE,
        env=environ,
        check=True,
    )
    assert ran.stdout == b"ok\n"
    # Of those that have ended, whoever took them in may not have taken note.
    left = [int(line) for line in (tmp_path / "pids").read_text().split()[1:-1]]
    assert [pid for pid in left if psutil.pid_exists(pid) and is_running(psutil.Process(pid))] == []


@pytest.mark.parametrize("seconds", [0.0, 1234.0])
def test_a_trial_that_closes_its_connection_is_told_from_one_that_was_killed(shared_host, behaving, seconds):
    result, _ = shared_host.run(Task(behaving("closes_its_connections", seconds=seconds)), ignore_stage)
    assert result.status == "crashed"
    assert result.error.startswith("the process closed its connection to the harness, in: ")


def test_how_a_host_ended_is_what_came_before_it_was_closed():
    host = Host()
    host._answers.close()
    with pytest.raises(HostError, match="the process that starts the trials closed its connection"):
        host._next_message()
    assert not host.is_running


def test_a_trial_in_a_folder_that_was_removed(shared_host, trial, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    context = ImportContext.current()
    (tmp_path / "gone").rmdir()
    result, _ = shared_host.run(Task(trial(), context=context), ignore_stage)
    assert (result.status, "FileNotFoundError" in result.error) == ("failed", True)
    for ask in (Host, lambda: shared_host.run(Task(trial()), ignore_stage)):
        with pytest.raises(WorkingFolderError, match="the working folder no longer exists; change to another one"):
            ask()


def test_what_a_method_takes_from_its_host_is_there_for_the_next_trial(behaving):
    hosts = Hosts()
    for how in ("stops_its_parent", "stops_its_host", "removes_sockets", "removes_the_hosts_folder", "well"):
        result, _ = run_attempts(Task(behaving(how)), ignore_stage, hosts)
        assert (how, result.status, result.error) == (how, "ok", "")


def test_a_trial_that_cannot_be_started_ends_its_host_and_is_a_row_if_the_second_one_cannot_either(trial, monkeypatch):
    close_idle_hosts()
    folders = []

    def run(host, work, on_stage):
        # When it has begun to use it.
        run_really(host, work, on_stage)
        folders.append(Path(psutil.Process(host.pid).environ()["TMPDIR"]))
        shutil.rmtree(folders[-1])
        return run_really(host, work, on_stage)

    run_really = Host.run
    monkeypatch.setattr(Host, "run", run)
    result, predictions = run_attempts(Task(trial()), ignore_stage)
    assert (result.status, predictions, len({*folders})) == ("crashed", None, 2)
    assert result.error.startswith("tried 2 times: the trial's process could not be started: FileNotFoundError: ")


@pytest.mark.parametrize(
    "stray", [b"\0\0\0\x0acfoo\nbar\n.", b"\0\0\0\2N.", b"\0\0\0\0", b"\x7f\xff\xff\xffand no more"]
)
def test_stray_bytes_are_a_crash_of_their_trial_alone(shared_host, behaving, stray, capfd):
    # What announces more than comes is no message yet.
    is_unfinished = stray.endswith(b"and no more")
    limits = {"time_limit": 3.0} if is_unfinished else {}
    result, _ = shared_host.run(
        Task(behaving("writes_to_its_connection", limits, path=stray.decode("latin-1"))), ignore_stage
    )
    if is_unfinished:
        assert result.status == "timeout"
    else:
        assert (result.status, "the trial's process sent an invalid message" in result.error) == ("crashed", True)
    assert shared_host.run(Task(behaving("well")), ignore_stage)[0].status == "ok"
    assert capfd.readouterr() == ("", "")


def test_a_host_that_is_given_back_after_the_end_is_closed(trial, monkeypatch):
    hosts, taken = Hosts(), []

    def run(host, work, on_stage):
        taken.append(host)
        # The others have looked at which hosts are busy, and do not know of this one.
        hosts._busy.clear()
        hosts.close()

    monkeypatch.setattr(Host, "run", run)
    hosts.run(Task(trial()), ignore_stage)
    assert [host.is_running for host in taken] == [False]


def test_a_host_that_cannot_be_started_leaves_no_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(FileNotFoundError):
        Host()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="orphans are adopted on Linux")
def test_the_memory_limit_holds_for_what_has_lost_its_parent(shared_host, behaving):
    asked = behaving("takes_in_an_orphan", {"memory_limit": 300_000_000}, megabytes=600)
    result, _ = shared_host.run(Task(asked), ignore_stage)
    assert result.status == "out of memory"
    assert "by the memory limit of 300 MB, in: fit" in result.error


def test_what_cannot_be_ended_is_named_and_later_times_are_disturbed(shared_host, behaving):
    result, _ = shared_host.run(Task(behaving("well")), ignore_stage)
    left = with_remarks(result, ["other (process 7)"], [])
    assert left.warnings == ("this trial started other (process 7), which could not be killed",)
    assert left.measurements == result.measurements
    later = with_remarks(result, [], ["other (process 7)"])
    assert "other (process 7) of an earlier trial" in later.warnings[0]
    assert is_disturbed(later.measurements.fit_wait_share, later.n_concurrent)


def test_what_no_trial_could_end_is_beside_all_later_ones(shared_host, behaving):
    other = subprocess.Popen(["sleep", "1234"])
    try:
        (name,) = note_unkillable([psutil.Process(other.pid)])
        result, _ = run_attempts(Task(behaving("well")), ignore_stage)
        assert result.warnings == (
            f"{name} of an earlier trial, which could not be killed, was still running: times are disturbed",
        )
        assert result.n_concurrent == 2
    finally:
        other.kill()
        other.wait()
    result, _ = run_attempts(Task(behaving("well")), ignore_stage)
    assert (result.warnings, result.n_concurrent) == ((), 1)


def test_of_what_a_trial_prints_the_last_is_kept_and_nothing_is_written(shared_host, behaving):
    # The process that starts trials, which is below its guard.
    (host,) = psutil.Process(shared_host.pid).children()
    before = host.memory_info().rss
    result, _ = shared_host.run(Task(behaving("prints_much", megabytes=100)), ignore_stage)
    assert result.status == "crashed"
    assert result.error.startswith("the process ended without a result, in: fit (exit code 7; the method or a library")
    assert result.traceback.endswith("y\nthe last words")
    assert len(result.traceback) < 10_000
    assert host.memory_info().rss - before < 50_000_000


def test_a_trial_has_two_attempts(behaving):
    kills = []

    def kill_a_fork_server(stage):
        if stage.name == "fit" and not kills:
            kills.extend(each for each in psutil.Process().children(recursive=True) if _is_fork_server(each))
            for server in kills:
                server.kill()

    result, _ = run_attempts(Task(behaving("sleeps", seconds=1.0)), kill_a_fork_server)
    assert kills
    assert (result.status, result.error) == ("ok", "")

    def kill_hosts(stage):
        if stage.name == "load":
            for guard in filter(_is_host, psutil.Process().children()):
                guard.children()[0].kill()

    result, predictions = run_attempts(Task(behaving("well")), kill_hosts)
    assert (result.status, predictions) == ("crashed", None)
    assert result.error == "tried 2 times: the process that starts the trials ended (exit code -9)"


def _is_host(process):
    return runs(process, "hdr_bench.experiments.processes.host")


def _is_fork_server(process):
    with suppress(psutil.Error):
        # Of a host, not this process's own; a trial has its command line too.
        return "forkserver" in " ".join(process.cmdline()) and _is_host(process.parent())
    return False


class Unreadable:
    """Something that no other process can read."""

    def __reduce__(self):
        return importlib.import_module, ("no_such_module",)


def test_what_cannot_be_read_ends_the_host_and_is_told(trial):
    host = Host()
    with pytest.raises(HostError, match="the process that starts the trials ended"):
        host.run(Task(trial(), pickled=Unreadable()), ignore_stage)
    assert not host.is_running


def _in_a_daemonic_process(work, answers):
    answers.put(run_attempts(work, ignore_stage)[0].status)


def test_daemonic_processes_can_have_trials(trial):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_in_a_daemonic_process, args=(Task(trial()), answers), daemon=True)
    process.start()
    assert answers.get() == "ok"
    process.join()


SCRIPT = """
import sys
from hdr_bench import Case, Suite, run_suite
sys.path.insert(0, {folder!r})
from misbehaving import Behaves
cases = [Case(name=str(n), estimator=Behaves("leaves_others_and_waits", path=f"pids-{{n}}")) for n in (0, 1)]
run_suite(Suite(name="own", title="T", dataset="digits-8x8", cases=cases), out="run", threads=1, jobs=2)
"""


def test_nothing_stays_when_a_runner_is_killed(tmp_path, helpers, monkeypatch):
    (tmp_path / "script.py").write_text(SCRIPT.format(folder=str(helpers)))
    (tmp_path / "scratch").mkdir()
    runner = subprocess.Popen(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch")},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    started = [wait_for(lambda n=n: read_pids(tmp_path / f"pids-{n}")) for n in (0, 1)]
    family = psutil.Process(runner.pid).children(recursive=True)
    # Two hosts, each with a tracker, a fork server, a trial, and what the trial has started.
    assert len(family) >= 12
    assert {*started[0], *started[1]} <= set(family)
    # One trial, and its host, can do nothing by themselves.
    for process in (started[0][0], *filter(_is_host, started[0][0].parents())):
        process.suspend()
    # The host of the other trial can end nothing any more.
    next(filter(_is_host, started[1][0].parents())).kill()
    runner.kill()
    runner.wait()
    assert still_running(family) == []
    # A run of another test, which begins just now, may have ended the hosts before they had cleared up.
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    clear_scratch()
    # What torch keeps for its compiler, it makes for itself when it is imported.
    assert [path.name for path in (tmp_path / "scratch").iterdir() if "torchinductor" not in path.name] == []


def test_a_host_has_what_networks_need_only_if_a_network_comes_and_then_takes_the_others_place(trial, monkeypatch):
    close_idle_hosts()
    started = []

    class Noted(Host):
        def __init__(self, *, for_networks):
            super().__init__(for_networks=for_networks)
            started.append(self)

    monkeypatch.setattr("hdr_bench.experiments.processes.host_pool.Host", Noted)
    network = trial(estimator="mlp", params={"layers": "4N", "max_epochs": 1}, is_deterministic=False)
    hosts = Hosts()
    for each in (trial(), network, trial()):
        result, _ = hosts.run(Task(each), ignore_stage)
        assert result.status == "ok", result.error
    assert [host.is_for_networks for host in started] == [False, True]
    assert [host.is_running for host in started] == [False, True]
    close_idle_hosts()


def test_a_host_whose_place_another_takes_is_closed_also_if_that_one_cannot_be_started(trial, monkeypatch):
    def refuse(**_options):
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    close_idle_hosts()
    host = Host()
    monkeypatch.setattr("hdr_bench.experiments.processes.host_pool._idle", [host])
    monkeypatch.setattr("hdr_bench.experiments.processes.host_pool.Host", refuse)
    with pytest.raises(BlockingIOError):
        Hosts().run(Task(trial(estimator="mlp")), ignore_stage)
    assert not host.is_running


GUARD = """
import os, signal, sys, psutil
from hdr_bench.experiments.processes import host

def note(number, handler):
    if handler == signal.SIG_IGN:
        print(psutil.Process(child).status())
    return really(number, handler)

child = os.fork()
if not child:
    os._exit(7)
really, signal.signal = signal.signal, note
print(os.waitstatus_to_exitcode(host._Guard(child, os.getppid()).wait()))
"""


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="a child cannot be waited for without its number being freed")
def test_a_guard_signals_no_other_process_of_its_hosts_number():
    ran = subprocess.run([sys.executable, "-c", GUARD], stdout=subprocess.PIPE, text=True, check=True)
    # Until the last of its handlers has gone.
    assert ran.stdout.split() == ["zombie"] * 5 + ["7"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a limit of another process cannot be set")
def test_a_guard_ends_by_the_signal_of_its_host_without_a_core_of_its_own(tmp_path):
    module, own = "hdr_bench.experiments.processes.host", str(os.getpid())
    reader, writer = os.pipe()
    guard = subprocess.Popen(
        [sys.executable, "-P", "-m", module, own, str(writer)], cwd=tmp_path, stdin=subprocess.PIPE, pass_fds=(writer,)
    )
    os.close(writer)
    (host,) = wait_for(psutil.Process(guard.pid).children)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    host.rlimit(psutil.RLIMIT_CORE, (0, most))
    psutil.Process(guard.pid).rlimit(psutil.RLIMIT_CORE, (most, most))
    host.send_signal(signal.SIGSEGV)
    _, status = os.waitpid(guard.pid, 0)
    guard.returncode = os.waitstatus_to_exitcode(status)
    guard.stdin.close()
    os.close(reader)
    assert (os.WTERMSIG(status), os.WCOREDUMP(status)) == (signal.SIGSEGV, False)
    assert list(tmp_path.iterdir()) == []


def test_what_is_a_network(trial):
    for estimator, is_network in (
        ("mlp", True),
        ("skorch.NeuralNetClassifier", True),
        ("knn", False),
        ("mine.Own", False),
    ):
        assert Task(trial(estimator=estimator)).is_of_network is is_network
    for model, is_network in ((make_pipeline(Deskewer(), CNNClassifier()), True), (KNNClassifier(), False)):
        assert Task(trial(), pickle.dumps(model)).is_of_network is is_network
