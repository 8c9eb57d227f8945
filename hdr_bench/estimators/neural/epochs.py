"""Epochs reported while a network is trained; no torch here, since every trial's process imports it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int], None]
_listener: ContextVar[Listener | None] = ContextVar("epoch_listener", default=None)


@contextmanager
def listen_to_epochs(listener: Listener) -> Iterator[None]:
    """Call a function after each epoch of each network that is trained in the block.

    Parameters
    ----------
    listener : callable
        Takes the number of epochs run, and the most there can be.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report_epoch(done: int, most: int) -> None:
    """Tell the listener that an epoch has ended; without one, do nothing.

    Parameters
    ----------
    done : int
        Epochs run.
    most : int
        Epochs that there can be.
    """
    listener = _listener.get()
    if listener is not None:
        listener(done, most)
