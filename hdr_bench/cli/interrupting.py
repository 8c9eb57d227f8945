"""How a run ends before its time: on Ctrl-C, a plain `kill`, or when the terminal is closed."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import typer

from hdr_bench.cli.errors import ExitCode
from hdr_bench.cli.streams import say

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_ENDS_WITHIN_SECONDS = 4.0
_RESULTS = "what is done is kept, the same command goes on from there"
REPORT = "the last report is as it was, the same command writes it again"
"""What is said of a report that is not written to its end."""


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
    interrupt = _Interrupt()
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
        # The handlers stay, so that another Ctrl-C does not disturb the end.
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except BaseException:
        _restore(before)
        raise
    _restore(before)


def _restore(before: "dict[signal.Signals, signal._HANDLER]") -> None:
    for each, handler in before.items():
        signal.signal(each, handler)


class _Interrupt:
    """What a signal does: the first one interrupts, others while the run ends do nothing."""

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._first is None:
            self._first = time.monotonic()
            _end_in_any_case()
            signal.default_int_handler(number, frame)
        if time.monotonic() - self._first > _ENDS_WITHIN_SECONDS:
            _end()


def _end_in_any_case() -> None:
    """Have the system's clock end this process, if something keeps it from its end."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, lambda *_: _end())
        signal.setitimer(signal.ITIMER_REAL, _ENDS_WITHIN_SECONDS)


def _end() -> None:
    # The processes of trials end when this one has gone, and their temporary files by the next run.
    os._exit(ExitCode.INTERRUPTED)
