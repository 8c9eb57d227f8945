"""The command: the main job, its interruption in real processes, its errors."""

import os
import re
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from hdr_bench import load_dataset, load_results
from tests.helpers.command import call_command

COMMAND = [sys.executable, "-m", "hdr_bench"]


def _run(*arguments, cwd=None, env=None):
    return call_command(*arguments, cwd=cwd, env=env)


def _start(*arguments, cwd):
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


# A method whose fit, but for the rehearsal with few images, waits for a file.
HELD = """
import time
from pathlib import Path
from sklearn.neighbors import KNeighborsClassifier

class Held(KNeighborsClassifier):
    def __init__(self, folder="."):
        super().__init__()
        self.folder = folder

    def fit(self, X, y):
        if len(X) > 200:
            Path(self.folder, "begun").touch()
            while not Path(self.folder, "go").exists():
                time.sleep(0.05)
        return super().fit(X, y)
"""


def _write_held(folder, *names):
    """Write a suite with some methods that end, then others that are held until there is a file ``go``."""
    (folder / "held.py").write_text(HELD)
    held = f'estimator = "held.Held"\nparams = {{ folder = "{folder}" }}\n'
    methods = {name: held if "Held" in name else 'estimator = "knn"\n' for name in names}
    cases = [f'[[case]]\nname = "{name}"\n{method}' for name, method in methods.items()]
    (folder / "own.toml").write_text('title = "T"\ndataset = "digits-8x8"\n' + "".join(cases))


def _wait_for(running, event):
    while not event():
        assert running.poll() is None, running.communicate()[0]
        time.sleep(0.05)


def _wait_until_gone(processes):
    psutil.wait_procs(processes)


@pytest.mark.usefixtures("undrawn")
def test_killed_and_started_again_it_does_only_what_is_missing(tmp_path):
    _write_held(tmp_path, "k-NN 1", "k-NN 2", "Held 1", "Held 2")
    command = ["run", "own.toml", "--threads", "1", "--out", "run"]
    trials = tmp_path / "run" / "trials"
    killed = _start(*command, cwd=tmp_path)
    _wait_for(killed, (tmp_path / "begun").exists)
    family = psutil.Process(killed.pid).children(recursive=True)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    _wait_until_gone(family)
    (trials / f".incoming-{killed.pid}-x").write_bytes(b"half a file")
    done = {path: path.stat().st_mtime_ns for path in trials.glob("*.zip")}
    assert len(done) == 2
    (tmp_path / "go").touch()
    again = _run(*command, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "2 trials to run, 2 already stored" in again.stderr.splitlines()
    assert len([*trials.iterdir()]) == len([*trials.glob("*.zip")]) == 4
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert (load_results(tmp_path / "run")["status"] == "ok").all()


def test_ctrl_c_stops_cleanly_in_the_midst_of_a_trial(tmp_path):
    _write_held(tmp_path, "k-NN", "Held")
    running = _start("run", "own.toml", "--threads", "1", "--out", "run", cwd=tmp_path)
    _wait_for(running, (tmp_path / "begun").exists)
    family = psutil.Process(running.pid).children(recursive=True)
    os.killpg(running.pid, signal.SIGINT)
    # The trial does not end by itself.
    said, _ = running.communicate()
    assert running.returncode == 130
    assert "interrupted; finished work is stored" in said
    assert "Traceback" not in said
    _wait_until_gone(family)
    assert len(list((tmp_path / "run" / "trials").glob("*.zip"))) == 1
    assert not list((tmp_path / "run").rglob(".incoming-*"))


def test_dry_run_lists_and_runs_nothing(tmp_path):
    listed = _run("run", "quick", "--dry-run", cwd=tmp_path)
    assert listed.stdout.splitlines()[-1] == "9 of 9 trials to run"
    assert "CNN (seed 0), mnist-5k: to run" in listed.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("undrawn")
def test_quiet_prints_the_table_and_the_path_alone(tmp_path):
    ran = _run("run", "quick", "--only", "k-NN", "--dataset", "digits-8x8", "--quiet", "--out", "run", cwd=tmp_path)
    assert ran.stderr == ""
    row, finding, *_, report = ran.stdout.splitlines()[3:]
    assert row.split()[0] == "k-NN"
    assert finding.startswith("k-NN has an accuracy of ")
    assert report == "report: run/report.html"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "quik"], "hdr-bench: unknown suite 'quik'. Did you mean 'quick'? Choose from: aboueloula-2020, "),
        (["run", "own.toml"], "hdr-bench: own.toml: there is no such file"),
        (["report", "nowhere"], "hdr-bench: nowhere: there is no such folder"),
        (["show", "8C3-MX"], "hdr-bench: token 2 of '8C3-MX', 'MX', cannot be read"),
        (["data", "fetch", "mnst"], "hdr-bench: unknown dataset 'mnst'. Did you mean 'mnist'?"),
        (["data", "add", "own", "nowhere"], "there is no such file or folder"),
    ],
)
def test_errors_are_a_line_and_exit_code_2(tmp_path, arguments, told):
    failed = _run(*arguments, cwd=tmp_path)
    assert failed.returncode == 2
    assert told in failed.stderr
    assert "Traceback" not in failed.stderr
    assert failed.stdout == ""


def test_usage_errors_are_exit_code_2(tmp_path):
    assert _run("run", "quick", "--samples", "many", cwd=tmp_path).returncode == 2
    assert _run("show", "8C3", "--image", "28", cwd=tmp_path).returncode == 2


def test_lists_and_shows():
    suites = _run("list", "suites").stdout
    assert suites.startswith("suites:\n  aboueloula-2020  ")
    assert re.search("\\n  quick +Nine methods", suites)
    everything = _run("list").stdout
    for name in ("quick", "polynomial", "nist15", "folder:"):
        assert name in everything
    network = _run("show", "32C3-MP2-64C3-MP2-64C3-64N").stdout
    assert re.search(r"Total .* 93,322 ", network)
    assert "15,760,687" in _run("show", "64C3-linear-MP2-256N-D0.4-50N", "--image", "3x64x64", "--classes", "15").stdout
    suite = _run("show", "quick").stdout
    assert "SVM, linear            svm(kernel='linear', C=0.05)\n" in suite
    assert _run("--version").stdout.startswith("hdr-bench 0.")


def test_data_commands(tmp_path):
    environment = {**os.environ, "HDR_BENCH_DATA": str(tmp_path / "home")}
    fetched = _run("data", "fetch", "digits-8x8", env=environment)
    assert "1,437 training and 360 test images of 8x8 pixels (uint8), 10 classes" in fetched.stdout
    listed = _run("data", "list", env=environment)
    assert f"data home: {tmp_path / 'home'}" in listed.stdout


def test_warnings_of_data_are_sentences_once_a_command(tmp_path):
    digits = load_dataset("digits-8x8").test
    np.savez(tmp_path / "own.npz", x=digits.images, y=digits.labels, x_val=digits.images[:7], y_val=digits.labels[:7])
    told = "arrays of a part that is not used: x_val (7, 8, 8), y_val (7,)"
    environment = {**os.environ, "HDR_BENCH_DATA": str(tmp_path / "home")}
    added = _run("data", "add", "own", "own.npz", cwd=tmp_path, env=environment)
    assert added.stderr == f"warning: own: {told}\n"
    assert added.stdout.endswith("note: split by the library: a stratified fraction of 0.2 for testing, seed 0\n")
    planned = _run("run", "quick", "--dataset", "own", "--dry-run", cwd=tmp_path, env=environment)
    assert planned.stderr == f"warning: own: {told}\n"


@pytest.mark.parametrize(
    ("arguments", "times"), [(["-m", "hdr_bench", "--help"], 7.0), (["-c", "import hdr_bench"], 1.0)]
)
def test_starting_is_quick(arguments, times):
    def processor_seconds(arguments):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # What every command of this kind imports, in turn with it.
    least = ["-c", "import typer, rich.console"]
    pairs = [(processor_seconds(arguments), processor_seconds(least)) for _ in range(3)]
    assert min(ours for ours, _ in pairs) < times * min(bare for _, bare in pairs)


@pytest.mark.parametrize("begun", ["import hdr_bench, hdr_bench.cli", "from hdr_bench.cli import main; main()"])
def test_starting_loads_none_of_the_heavy_libraries(begun):
    script = f"""
import atexit, sys
heavy = ("torch", "matplotlib", "sklearn", "pandas", "numpy", "scipy")
atexit.register(lambda: print("loaded:", [name for name in heavy if name in sys.modules]))
sys.argv = ["hdr-bench", "--help"]
{begun}
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("loaded: []\n")


@pytest.mark.usefixtures("undrawn")
def test_a_trial_that_failed_shows_in_the_exit_code_and_the_index(tmp_path):
    (tmp_path / "own.toml").write_text("""
title = "One good, one bad"
dataset = "digits-8x8"
[[case]]
name = "k-NN"
estimator = "knn"
[[case]]
name = "Bad"
estimator = "sklearn.svm.NuSVC"
params = { nu = 0.99 }
""")
    ran = _run("run", "own.toml", "--quiet", "--threads", "1", cwd=tmp_path)
    assert ran.returncode == 3, ran.stderr
    assert "1 of 2 trials failed" in ran.stdout
    assert (tmp_path / "reports" / "own" / "report.html").exists()
    assert _run("report", "reports/own", "--formats", "md", cwd=tmp_path).returncode == 3
    alone = _run("run", "own.toml", "--only", "Bad", "--quiet", "--threads", "1", "--out", "bad", cwd=tmp_path)
    assert alone.returncode == 3
    assert "1 of 1 trials failed" in alone.stdout
    assert alone.stdout.endswith("report: bad/report.html\n")
    index = _run("index", cwd=tmp_path)
    assert (index.returncode, index.stdout.strip()) == (0, "index: reports/README.md")
    assert "| 1 of 2 |" in re.sub(" +", " ", (tmp_path / "reports" / "README.md").read_text())
    nothing = _run("index", "reports/own", cwd=tmp_path)
    assert nothing.returncode == 2
    assert "there is no report here" in nothing.stderr
