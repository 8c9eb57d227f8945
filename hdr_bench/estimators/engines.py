"""Which library computes, where there is a choice."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import MissingDependencyError, UnknownNameError, shown

PACKAGES = {"onedal": ("scikit-learn-intelex",), "faiss": ("faiss-cpu",)}
"""By engine: the packages that bring it, whose versions a saved estimator holds."""

_LOOKED_UP: ContextVar[dict[str, bool] | None] = ContextVar("looked_up", default=None)


def engine_packages(model: Any) -> tuple[str, ...]:
    """Return the packages that bring the engine which an estimator would fit with; none where it has no choice.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Returns
    -------
    packages : tuple of str
        As package registries name them.

    Raises
    ------
    UnknownNameError
        If it is given an engine that there is not.
    """
    modules: dict[str, str] = getattr(model, "_engines", {})
    if not modules:
        return ()
    engine = model.engine
    if engine == "auto":
        engine = choose_engine(engine, modules)
    return PACKAGES.get(engine, ())


def choose_engine(engine: str, modules: dict[str, str]) -> str:
    """Return the engine to use: the one that was named, or for ``"auto"`` the first whose module is installed.

    Parameters
    ----------
    engine : str
        ``"auto"`` or a key of `modules`.
    modules : dict of str to str
        Engines in order of speed, each with the module that it needs.

    Returns
    -------
    engine : str
        A key of `modules`.

    Raises
    ------
    UnknownNameError
        If there is no such engine.
    MissingDependencyError
        If its module is not installed.
    """
    if engine == "auto":
        return next(name for name, module in modules.items() if is_installed(module))
    if engine not in modules:
        raise UnknownNameError("engine", engine, ["auto", *modules])
    if not is_installed(modules[engine]):
        raise MissingDependencyError(
            f"engine {shown(engine)} needs the module {modules[engine]}; install hdr-bench[fast], or take engine='auto'"
        )
    return engine


def is_installed(module: str) -> bool:
    """Return whether a module could be imported; nothing is imported.

    Parameters
    ----------
    module : str

    Returns
    -------
    is_installed : bool
    """
    known = _LOOKED_UP.get()
    if known is None:
        return _can_be_found(module)
    if module not in known:
        known[module] = _can_be_found(module)
    return known[module]


@contextmanager
def remember_lookups() -> Iterator[None]:
    """Look each module up once while the context lasts: what is installed does not change between a suite's cases."""
    token = _LOOKED_UP.set({})
    try:
        yield
    finally:
        _LOOKED_UP.reset(token)


def _can_be_found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except Exception:  # noqa: BLE001  # what hides a module from a process may say so in any way
        return False


@contextmanager
def engine_import(engine: str) -> Iterator[None]:
    """Import an engine's library in the block; if it is installed and broken, say so, and what to do.

    Parameters
    ----------
    engine : str
        Named in the message.

    Raises
    ------
    MissingDependencyError
        If the library cannot be imported.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        raise MissingDependencyError(
            f"the library of the engine {shown(engine)} is installed, but cannot be imported "
            f"({describe_error(error)}); install it again with: pip install --force-reinstall "
            "'hdr-bench[fast]', or name another engine"
        ) from error


def capable_engine(engine: str, chosen: str, reference: str, obstacle: str) -> str:
    """Return the chosen engine, or for ``"auto"`` the reference if the chosen one cannot do the work.

    Parameters
    ----------
    engine : str
        What the user asked for.
    chosen : str
        What `choose_engine` made of it.
    reference : str
        The engine that can do all that is allowed.
    obstacle : str
        What only the reference can compute with, such as ``"gamma=0"``; empty if there is none.

    Returns
    -------
    engine : str
        `chosen` or `reference`.

    Raises
    ------
    ValueError
        If an engine was named that cannot do the work.
    """
    if not obstacle or chosen == reference:
        return chosen
    if engine != "auto":
        raise ValueError(
            f"engine={shown(engine)} cannot compute with {obstacle}; take engine='auto' or {shown(reference)}"
        )
    return reference


def draw_seed(random_state: int | np.random.RandomState | None) -> int:
    """Return a seed below 2**31: the given one, drawn from a given generator, or fresh from the system's entropy.

    Parameters
    ----------
    random_state : int, RandomState instance or None

    Returns
    -------
    seed : int
        At least 0.
    """
    if random_state is None:
        return int(np.random.default_rng().integers(2**31))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    return int(random_state) % 2**31


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
    def hold(self) -> Iterator[T]:
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
