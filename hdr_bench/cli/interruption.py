"""Interruption of a run: on Ctrl-C, a plain `kill`, or when the terminal is closed."""

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
# Then Python ends the process, and if it cannot, the watchdog does.
_ENDS_WITHIN_SECONDS, _KILLED_AFTER_MORE_SECONDS = 3.5, 0.5
_WATCHDOG = Path(__file__).with_name("watchdog.py")
# Of this process, and still at work.
_watchdogs: set[int] = set()
_RESULTS = "what is done is kept, the same command goes on from there"
REPORT = "the last report is as it was, the same command writes it again"
"""Words on a report that is not written to its end."""


def interrupt_once() -> None:
    """Let the first Ctrl-C interrupt the command, and others do nothing; in its own process alone, until that ends."""
    # Neither what a shell's background ignores, nor what a program that calls the command does of its own.
    if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
        signal.signal(signal.SIGINT, _Interrupt())


def keep_exit_code() -> None:
    """Let no further signal change the exit code of this process, which was interrupted and is about to end.

    Python gives its own handlers up before the process has ended; what is ignored stays ignored.
    """
    handlers = {each: handler for each in _SIGNALS if isinstance(handler := signal.getsignal(each), _Interrupt)}
    # Only the system's clock ends a process that ignores the signals, if something keeps it from its end.
    if signal.SIGINT not in handlers or not hasattr(signal, "setitimer"):
        return
    handlers[signal.SIGINT].end_in_any_case()
    if not _watchdogs:
        _start_watchdog()
        # It counts from a signal on.
        signal.raise_signal(signal.SIGINT)
    for each in handlers:
        signal.signal(each, signal.SIG_IGN)


def is_watchdog(pid: int) -> bool:
    """Return whether a process is this one's watchdog.

    Parameters
    ----------
    pid : int
        Number of the process.

    Returns
    -------
    is_watchdog : bool
    """
    return pid in _watchdogs


@contextmanager
def interruptible(kept: str = _RESULTS) -> Iterator[None]:
    """End the block on these signals, with what is done kept and nothing left running.

    Parameters
    ----------
    kept : str
        What is said of what is done.

    Raises
    ------
    typer.Exit
        If the block was interrupted.
    """
    before = {each: signal.getsignal(each) for each in _SIGNALS}
    interrupt, watchdog = _Interrupt(kept), _start_watchdog(kept)
    for each, handler in before.items():
        # Under `nohup`, or in a shell's background, a signal is to be ignored.
        if handler != signal.SIG_IGN:
            signal.signal(each, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        # The terminal may be gone.
        with suppress(OSError):
            say(f"interrupted; {kept}", is_error=True)
        # The handlers and the watchdog stay, so that another Ctrl-C does not disturb the end, and nothing prevents it.
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
    """Handler of a signal: the first one interrupts, others while the run ends do nothing."""

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
        """Have the system's clock end this process, if something keeps it from its end."""
        if self._first is not None:
            return
        self._first = time.monotonic()
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, lambda *_: self._end())
            signal.setitimer(signal.ITIMER_REAL, _ENDS_WITHIN_SECONDS)

    def _end(self) -> None:
        # The processes of trials end when this one has gone, with their temporary files.
        with suppress(OSError):
            os.write(2, _sentence(self._kept).encode())
        os._exit(ExitCode.INTERRUPTED)


def _sentence(kept: str) -> str:
    sentence = "interrupted, and ended at once, since something kept it from its end"
    return f"{sentence}; {kept}\n" if kept else f"{sentence}\n"


def _start_watchdog(kept: str = "") -> ExitStack:
    """Start the process that ends this one if Python cannot; what is returned ends it."""
    stack = ExitStack()
    if not hasattr(os, "fork"):
        return stack
    reader, writer = os.pipe()
    # Python would print a traceback at each signal if nobody could read, should the watchdog be killed.
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
    # Without processes nothing runs that could keep this one from its end.
    except OSError:
        return stack
    _watchdogs.add(process.pid)
    stack.callback(_watchdogs.discard, process.pid)
    stack.callback(process.wait)
    stack.callback(process.kill)
    stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writer, warn_on_full_buffer=False))
    return stack
