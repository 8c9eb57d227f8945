"""What ends a command before its time: each signal once, and in order."""

import signal
import subprocess
import sys

import pytest

SCRIPT = """
import signal, sys, time, typer
from hdr_bench.cli import interrupting
from hdr_bench.cli.interrupting import interruptible
if "at once" not in sys.argv:
    interrupting._ENDS_WITHIN_SECONDS = 1000.0
if "nohup" in sys.argv:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
def command():
    with interruptible():
        try:
            print("ready", flush=True)
            while True:
                time.sleep(1)
        finally:
            print("ending", flush=True)
            sys.stdin.readline()
            print("ended", flush=True)
del sys.argv[1:]
typer.run(command)
"""


def _start(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
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
    assert error == "interrupted; what is done is kept, the same command goes on from there\n"
    assert process.returncode == 130


def test_what_does_not_end_is_ended():
    process = _start("at once")
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "ending\n"
    # It waits for a line that does not come.
    assert process.wait() == 130
    process.communicate()


def test_what_is_ignored_stays_ignored():
    process = _start("nohup")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate("\n")
    assert out == "ending\nended\n"
