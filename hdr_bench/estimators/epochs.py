"""Whom a network tells of its epochs while it is trained; for progress, not for the training."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int], None]
_listener: ContextVar[Listener | None] = ContextVar("epoch_listener", default=None)


@contextmanager
def told_of_epochs(listener: Listener) -> Iterator[None]:
    """Call `listener` with the epochs done and the most there can be, after each epoch of each network in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell_epoch(done: int, most: int) -> None:
    """Tell the listener, where there is one."""
    listener = _listener.get()
    if listener is not None:
        listener(done, most)
