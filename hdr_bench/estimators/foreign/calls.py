"""Calls to third-party code, which may raise any error or end the program."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Any, Self

from hdr_bench.error_text import describe_error

# Signals on which a command ends as on Ctrl-C.
_INTERRUPTING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
# Signals received since the outermost block began; None outside all blocks. A plan enters many blocks.
_INTERRUPTS: ContextVar[list[int] | None] = ContextVar("interrupts", default=None)


def foreign_code(refusal: Callable[[BaseException], BaseException]) -> AbstractContextManager[object]:
    """Run third-party code: whatever it raises, even `SystemExit` and `os._exit`, becomes one of this library's errors.

    A user's Ctrl-C is passed on unchanged.

    Parameters
    ----------
    refusal : callable
        Turns the exception into the error to raise, or returns it unchanged if it is one of this library's that should
        be kept.

    Returns
    -------
    block : context manager
    """
    return _Block(refusal)


def foreign_blocks() -> AbstractContextManager[object]:
    """Prepare once for all nested `foreign_code` blocks: a plan has thousands.

    Returns
    -------
    block : context manager
    """
    return _Block(lambda error: error)


def cause_of(error: BaseException) -> str:
    """Describe what third-party code raised, in one line, noting if it would have ended the program.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    cause : str
    """
    ends = "" if isinstance(error, Exception) else ", which ends the program; remove that call"
    return describe_error(error) + ends


class _Block:
    """Context manager returned by `foreign_code`: a class, since a generator takes several times as long."""

    def __init__(self, refusal: Callable[[BaseException], BaseException]) -> None:
        self._refusal = refusal
        self._interrupts = _INTERRUPTS.get()
        self._stack: ExitStack | None = None

    def __enter__(self) -> Self:
        if self._interrupts is None:
            self._interrupts = []
            self._stack = ExitStack()
            self._stack.enter_context(_in_block(self._interrupts))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if self._stack is not None:
            self._stack.close()
        if error is None or self._interrupts or (refused := self._refusal(error)) is error:
            return
        raise refused from error


@contextmanager
def _in_block(interrupts: list[int]) -> Iterator[None]:
    token = _INTERRUPTS.set(interrupts)
    try:
        with _raise_exits(interrupts), _note_interrupts(interrupts):
            yield
    finally:
        _INTERRUPTS.reset(token)


@contextmanager
def _note_interrupts(interrupts: list[int]) -> Iterator[None]:
    """Record signals, to distinguish a user's Ctrl-C from a `KeyboardInterrupt` that the code raises itself."""
    # Only the main thread receives signals and may set their handlers.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in _INTERRUPTING}
    before = {number: handler for number, handler in handlers.items() if callable(handler)}

    def note(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        before[number](number, frame)

    for number in before:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            if not _was_replaced(number, handler, note):
                signal.signal(number, handler)


def _was_replaced(number: int, before: object, note: object) -> bool:
    """Whether the code has replaced Python's handler with its own; a handler that the caller had set is restored."""
    return before is signal.default_int_handler and signal.getsignal(number) is not note


@contextmanager
def _raise_exits(interrupts: list[int]) -> Iterator[None]:
    """Make `os._exit` raise `SystemExit`; otherwise the process would end silently and without its exit handlers."""
    real, process, is_inside = os._exit, os.getpid(), True

    def leave(status: int) -> None:
        # The code may store this function for later, or fork; and a process that was interrupted may have to end at
        # once.
        if not is_inside or interrupts or os.getpid() != process:
            real(status)
        raise SystemExit(status)

    os._exit = leave  # type: ignore[assignment]
    try:
        yield
    finally:
        os._exit = real
        is_inside = False


def read_attribute(model: Any, name: str) -> Any:
    """Return an attribute, or None if it does not exist or is a property that fails or ends the program.

    Parameters
    ----------
    model : Any
    name : str

    Returns
    -------
    value : Any
    """
    try:
        return getattr(model, name, None)
    except (Exception, SystemExit):  # noqa: BLE001  # a third-party property may raise anything
        return None


def exact_text(value: Any) -> str | None:
    """Return a string without what a subclass of `str` adds to it, or None for any other type.

    Parameters
    ----------
    value : Any

    Returns
    -------
    text : str or None
    """
    return str.__str__(value) if issubclass(type(value), str) else None
