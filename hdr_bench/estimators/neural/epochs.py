"""Reporting of epochs during training, without importing torch: every trial's process imports this module."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int], None]
_listener: ContextVar[Listener | None] = ContextVar("epoch_listener", default=None)


@contextmanager
def listen_to_epochs(listener: Listener) -> Iterator[None]:
    """Call a function after each epoch of every network that is trained within the context.

    Parameters
    ----------
    listener : callable
        Takes the number of epochs run and their maximum number.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report_epoch(done: int, most: int) -> None:
    """Notify the listener that an epoch has ended; without a listener, do nothing.

    Parameters
    ----------
    done : int
        Number of epochs run.
    most : int
        Maximum number of epochs.
    """
    listener = _listener.get()
    if listener is not None:
        listener(done, most)
