"""What ends a command before its time: each signal once, and in order."""

import os
import select
import signal
import subprocess
import sys

import psutil
import pytest

from tests.helpers.processes import still_running, wait_for

SCRIPT = """
import signal, sys, time, typer
from collections import deque
from contextlib import suppress
from itertools import repeat
from hdr_bench.cli import interruption
from hdr_bench.cli.interruption import interruptible
interruption._ENDS_WITHIN_SECONDS = 0.2 if "at once" in sys.argv else 1000.0
# Whatever started the tests may have them ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_IGN if "nohup" in sys.argv else signal.SIG_DFL)
def command():
    with interruptible():
        while holds_the_lock:
            with suppress(KeyboardInterrupt):
                print("ready", flush=True)
                deque(repeat(None), 0)
        try:
            print("ready", flush=True)
            while True:
                time.sleep(1)
        finally:
            print("ending", flush=True)
            sys.stdin.readline()
            print("ended", flush=True)
holds_the_lock = "the lock" in sys.argv
del sys.argv[1:]
typer.run(command)
"""


def _start(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_does_not_disturb_the_end(first):
    process = _start()
    process.send_signal(first)
    assert process.stdout.readline() == "ending\n"
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process.send_signal(each)
    out, error = process.communicate("\n")
    assert out == "ended\n"
    assert error == "interrupted; finished work is stored; run the same command to continue\n"
    assert process.returncode == 130


def test_what_does_not_end_is_ended():
    process = _start("at once")
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "ending\n"
    # It waits for a line that does not come.
    assert process.wait() == 130
    assert process.communicate()[1] == (
        "interrupted and killed, as something kept it from exiting; finished work is stored; run the same "
        "command to continue\n"
    )


def test_code_that_holds_the_interpreters_lock_is_ended_from_outside():
    process = _start("at once", "the lock")
    (watchdog,) = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert error.startswith("interrupted and killed, as something kept it from exiting; ")
    assert still_running([watchdog]) == []


def test_ctrl_c_before_the_command_has_begun_ends_it_without_a_traceback(tmp_path):
    # What is imported for the command stands still, and says so.
    (tmp_path / "typer.py").write_text("import time\nprint('importing', flush=True)\ntime.sleep(1000)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "hdr_bench", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "")
    assert process.returncode == -signal.SIGINT


SUITE = """
title = "T"
dataset = "digits-8x8"
[[case]]
name = "own"
estimator = "lasting.Lasts"
"""
# Some of it runs when the command ends, and when the interpreter does; each says so, and goes on after a line's end.
MODULE = """
import atexit, os, sys, time
from sklearn.dummy import DummyClassifier
def wait(text, read=os.read, write=os.write):
    write(1, text)
    read(0, 1)
class Last:
    def __del__(self, wait=wait):
        wait(b"at the interpreter's end\\n")
class Lasts(DummyClassifier):
    def fit(self, X, y):
        open("begun", "w").close()
        time.sleep(1000)
# In the command's own process alone, not where modules are imported on trial.
if os.getppid() == int(os.environ["TESTS"]):
    atexit.register(wait, b"at the command's end\\n")
    # Not in this module, whose functions know it: what is in circles is not looked for at the end.
    sys.last_of_all = Last()
    if os.path.exists("plan only"):
        open("begun", "w").close()
        time.sleep(1000)
"""
# The time that an end may take is of no matter here.
COMMAND = """
from hdr_bench.__main__ import main
from hdr_bench.cli import interruption
interruption._ENDS_WITHIN_SECONDS = 1000.0
main()
"""


@pytest.mark.parametrize("when", ["in the plan", "in a trial"])
def test_however_often_ctrl_c_is_pressed_the_command_ends_with_130(tmp_path, when):
    is_trial = when == "in a trial"
    (tmp_path / "own.toml").write_text(SUITE)
    (tmp_path / "lasting.py").write_text(MODULE)
    if not is_trial:
        (tmp_path / "plan only").touch()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", "own.toml", "--quiet"],
        cwd=tmp_path,
        env={**os.environ, "TESTS": str(os.getpid())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    wait_for((tmp_path / "begun").exists)
    process.send_signal(signal.SIGINT)
    while not select.select([process.stdout], [], [], 0.01)[0]:
        process.send_signal(signal.SIGINT)
    signals = [signal.SIGINT, *([signal.SIGTERM, signal.SIGHUP] if is_trial else [])]
    for moment in ("command", "interpreter"):
        assert process.stdout.readline() == f"at the {moment}'s end\n"
        # What ends the command if that code holds the interpreter's lock is still there; all else has gone.
        (watchdog,) = psutil.Process(process.pid).children()
        assert "watchdog.py" in " ".join(watchdog.cmdline())
        for each in signals:
            process.send_signal(each)
        process.stdin.write("\n")
    _, error = process.communicate()
    assert process.returncode == 130
    sentence = "interrupted; finished work is stored; run the same command to continue"
    assert error.splitlines()[1:] == [sentence if is_trial else "hdr-bench: interrupted"]
    assert still_running([watchdog]) == []


def test_what_is_ignored_stays_ignored():
    process = _start("nohup")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate("\n")
    assert out == "ending\nended\n"
