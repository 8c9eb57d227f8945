"""Code of others, which may do anything when it is called: raise any error, or end the program."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Any, Self

from hdr_bench.error_text import describe_error

# On these a command ends as on Ctrl-C.
_INTERRUPTING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
# Those since the outermost block began; None outside of all. A plan enters many.
_INTERRUPTS: ContextVar[list[int] | None] = ContextVar("interrupts", default=None)


def foreign_code(refusal: Callable[[BaseException], BaseException]) -> AbstractContextManager[object]:
    """Run code of others in the block: whatever it raises, `SystemExit` and `os._exit` too, becomes this library's.

    A user's Ctrl-C stays what it is.

    Parameters
    ----------
    refusal : callable
        Makes an error of what was raised, or returns it if it is one of this library's that should stay. The block
        raises what it returns.

    Returns
    -------
    block : context manager
    """
    return _Block(refusal)


def foreign_blocks() -> AbstractContextManager[object]:
    """Prepare once for the blocks of `foreign_code` that are inside this one: a plan has thousands.

    Returns
    -------
    block : context manager
    """
    return _Block(lambda error: error)


def cause_of(error: BaseException) -> str:
    """Return what code of others raised, in one line, and of what would have ended the program that it would.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    cause : str
    """
    ends = "" if isinstance(error, Exception) else ", which ends the program; take that out"
    return describe_error(error) + ends


class _Block:
    """What `foreign_code` returns: a class, since a generator takes several times as long."""

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
    """Note each signal, so that a user's Ctrl-C is told from a `KeyboardInterrupt` that the code raises itself."""
    # Only the main thread gets signals, and may say who handles them.
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
    """Whether the code has set its own handler in the place of Python's; one that the caller has set comes back."""
    return before is signal.default_int_handler and signal.getsignal(number) is not note


@contextmanager
def _raise_exits(interrupts: list[int]) -> Iterator[None]:
    """Let `os._exit` raise `SystemExit`: the process would end without a word, and without its exit handlers."""
    real, process, is_inside = os._exit, os.getpid(), True

    def leave(status: int) -> None:
        # The code may keep this function for later, or fork; and whoever was interrupted may have to end at once.
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
    """Return an attribute; None if there is none, or it is a property that fails or ends the program.

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
    except (Exception, SystemExit):  # noqa: BLE001  # what a foreign property raises
        return None


def exact_text(value: Any) -> str | None:
    """Return a text without what a class derived from `str` adds to it; None for anything else.

    Parameters
    ----------
    value : Any

    Returns
    -------
    text : str or None
    """
    return str.__str__(value) if issubclass(type(value), str) else None
