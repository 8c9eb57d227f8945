"""Settings of the whole process, held by several threads at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class ProcessWide(Generic[T]):
    """A setting of the process: the first of the threads that hold it makes it, the last one undoes it.

    Contexts that save a setting and restore it leave the process changed when threads enter and leave in another order.

    Parameters
    ----------
    setting : callable
        Returns the context manager that makes the setting and undoes it.
    """

    def __init__(self, setting: Callable[[], AbstractContextManager[T]]) -> None:
        self._setting = setting
        self._lock = Lock()
        self._n_holders = 0

    @contextmanager
    def held(self) -> Iterator[T]:
        """Hold the setting; the value is what the setting's context gave to the first holder."""
        with self._lock:
            if self._n_holders == 0:
                self._stack = ExitStack()
                self._value = self._stack.enter_context(self._setting())
            self._n_holders += 1
        try:
            yield self._value
        finally:
            with self._lock:
                self._n_holders -= 1
                if self._n_holders == 0:
                    self._stack.close()
