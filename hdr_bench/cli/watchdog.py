"""Watchdog process that kills its parent some time after a signal, in case Python is too busy to end.

Code that holds the interpreter's lock keeps Python from handling signals. The C part of its signal module still writes
the signal's number to a pipe, which is the standard input of this process.

Run by `hdr_bench.cli.interruption` as ``python -I -S watchdog.py PARENT SECONDS TEXT SIGNAL...``; it ends when the pipe
is closed.
"""

import os
import select
import signal
import sys
import time


def _watch(parent: int, seconds: float, text: str, signals: set[int]) -> None:
    until = None
    while True:
        left = None if until is None else max(until - time.monotonic(), 0.0)
        if not select.select([0], [], [], left)[0]:
            break
        numbers = os.read(0, 64)
        if not numbers:
            return
        if until is None and signals & {*numbers}:
            until = time.monotonic() + seconds
    if os.getppid() == parent:
        os.kill(parent, signal.SIGKILL)
        os.write(2, text.encode())


if __name__ == "__main__":
    _watch(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], {int(number) for number in sys.argv[4:]})
