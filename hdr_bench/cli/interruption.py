"""Interruption of a run by Ctrl-C, a plain `kill`, or closing the terminal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

import typer

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.streams import say

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
# After the first period, Python ends the process; after the second, the watchdog does.
_ENDS_WITHIN_SECONDS, _KILLED_AFTER_MORE_SECONDS = 3.5, 0.5
_WATCHDOG = Path(__file__).with_name("watchdog.py")
# Watchdogs of this process that are still running.
_watchdogs: set[int] = set()
_RESULTS = "finished work is stored; run the same command to continue"
REPORT = "the previous report is unchanged; run the same command to write it again"
"""Message for a report that was interrupted while being written."""


def interrupt_once() -> None:
    """Let the first Ctrl-C interrupt the command, and ignore any others; only in the command's own process."""
    # Respects signals that a background shell ignores, and handlers of a program that calls the command.
    if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
        signal.signal(signal.SIGINT, _Interrupt())


def keep_exit_code() -> None:
    """Keep further signals from changing the exit code of this process, which was interrupted and is about to end.

    Python restores the default handlers before the process has ended, whereas ignored signals stay ignored.
    """
    handlers = {each: handler for each in _SIGNALS if isinstance(handler := signal.getsignal(each), _Interrupt)}
    # The system's timer alone can end a process that ignores the signals, if something keeps it from ending.
    if signal.SIGINT not in handlers or not hasattr(signal, "setitimer"):
        return
    handlers[signal.SIGINT].end_in_any_case()
    if not _watchdogs:
        _start_watchdog()
        # The watchdog starts counting at a signal.
        signal.raise_signal(signal.SIGINT)
    for each in handlers:
        signal.signal(each, signal.SIG_IGN)


def is_watchdog(pid: int) -> bool:
    """Return whether a process is a watchdog of this one.

    Parameters
    ----------
    pid : int
        Process ID.

    Returns
    -------
    is_watchdog : bool
    """
    return pid in _watchdogs


@contextmanager
def interruptible(kept: str = _RESULTS) -> Iterator[None]:
    """End the block on these signals, keeping finished work and leaving no process running.

    Parameters
    ----------
    kept : str
        What to report about finished work.

    Raises
    ------
    typer.Exit
        If the block was interrupted.
    """
    before = {each: signal.getsignal(each) for each in _SIGNALS}
    interrupt, watchdog = _Interrupt(kept), _start_watchdog(kept)
    for each, handler in before.items():
        # Under `nohup`, or in the background of a shell, the signal is meant to be ignored.
        if handler != signal.SIG_IGN:
            signal.signal(each, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        # The terminal may have been closed.
        with suppress(OSError):
            say(f"interrupted; {kept}", is_error=True)
        # The handlers and the watchdog stay: another Ctrl-C must not disturb the exit, and nothing may prevent it.
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except BaseException:
        watchdog.close()
        _restore(before)
        raise
    watchdog.close()
    _restore(before)


def _restore(before: "dict[signal.Signals, signal._HANDLER]") -> None:
    for each, handler in before.items():
        signal.signal(each, handler)


class _Interrupt:
    """Signal handler for which the first signal interrupts, and others are ignored while the run ends."""

    def __init__(self, kept: str = "") -> None:
        self._first: float | None = None
        self._kept = kept

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._first is None:
            self.end_in_any_case()
            signal.default_int_handler(number, frame)
        if time.monotonic() - self._first > _ENDS_WITHIN_SECONDS:
            self._end()

    def end_in_any_case(self) -> None:
        """Set the system's timer to end this process, in case something keeps it from ending."""
        if self._first is not None:
            return
        self._first = time.monotonic()
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, lambda *_: self._end())
            signal.setitimer(signal.ITIMER_REAL, _ENDS_WITHIN_SECONDS)

    def _end(self) -> None:
        # The trials' processes end when this one has gone, and remove their temporary files.
        with suppress(OSError):
            os.write(2, _sentence(self._kept).encode())
        os._exit(ExitCode.INTERRUPTED)


def _sentence(kept: str) -> str:
    sentence = "interrupted and killed, as something kept it from exiting"
    return f"{sentence}; {kept}\n" if kept else f"{sentence}\n"


def _start_watchdog(kept: str = "") -> ExitStack:
    """Start the process that ends this one if Python cannot, and return a stack that stops it."""
    stack = ExitStack()
    if not hasattr(os, "fork"):
        return stack
    reader, writer = os.pipe()
    # If the watchdog is killed, Python would print a traceback at each signal, as nobody reads the pipe.
    stack.callback(os.close, reader)
    stack.callback(os.close, writer)
    os.set_blocking(writer, False)
    after = str(_ENDS_WITHIN_SECONDS + _KILLED_AFTER_MORE_SECONDS)
    numbers = [str(each.value) for each in _SIGNALS]
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_WATCHDOG), str(os.getpid()), after, _sentence(kept), *numbers],
            stdin=reader,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    # If no process can be started, nothing runs that could keep this one from ending.
    except OSError:
        return stack
    _watchdogs.add(process.pid)
    stack.callback(_watchdogs.discard, process.pid)
    stack.callback(process.wait)
    stack.callback(process.kill)
    stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer, warn_on_full_buffer=False))
    return stack
