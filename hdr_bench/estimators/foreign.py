"""Code of others, which may do anything when it is called: raise any error, or end the program."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from hdr_bench.exceptions import told


@contextmanager
def foreign_code(refusal: Callable[[BaseException], BaseException]) -> Iterator[None]:
    """Run code of others in the block: whatever it raises, `SystemExit` and `os._exit` too, becomes this library's.

    A user's Ctrl-C stays what it is.

    Parameters
    ----------
    refusal : callable
        Makes an error of what was raised, or returns it if it is one of this library's that should stay.

    Raises
    ------
    BaseException
        What `refusal` returned.
    """
    interrupts: list[int] = []
    try:
        with _exits_raised(), _interrupts_noted(interrupts):
            yield
    except BaseException as error:
        if interrupts or (refused := refusal(error)) is error:
            raise
        raise refused from error


def cause_of(error: BaseException) -> str:
    """Return what code of others raised, in one line, and of what would have ended the program that it would."""
    return told(error) if isinstance(error, Exception) else f"{told(error)}, which ends the program; take that out"


@contextmanager
def _interrupts_noted(interrupts: list[int]) -> Iterator[None]:
    """Note each SIGINT, so that a user's Ctrl-C is told from a `KeyboardInterrupt` that the code raises itself."""
    before = signal.getsignal(signal.SIGINT)
    # Only the main thread gets signals, and may say who handles them.
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    handle = before

    def note(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        handle(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _exits_raised() -> Iterator[None]:
    """Let `os._exit` raise `SystemExit`: the process would end without a word, and without its exit handlers."""
    real, process, is_inside = os._exit, os.getpid(), True

    def leave(status: int) -> None:
        # The code may keep this function for later, or fork.
        if not is_inside or os.getpid() != process:
            real(status)
        raise SystemExit(status)

    os._exit = leave  # type: ignore[assignment]
    try:
        yield
    finally:
        os._exit = real
        is_inside = False
