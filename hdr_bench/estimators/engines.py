"""Engines: the library that does the computation, if there is a choice."""

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
"""Packages that provide each engine; a saved estimator records their versions."""

_LOOKED_UP: ContextVar[dict[str, bool] | None] = ContextVar("looked_up", default=None)


def engine_packages(model: Any) -> tuple[str, ...]:
    """Return the packages that provide the engine an estimator would fit with; empty if it has no choice.

    Parameters
    ----------
    model : estimator
        Unfitted.

    Returns
    -------
    packages : tuple of str
        Names as used by package registries.

    Raises
    ------
    UnknownNameError
        If its engine is unknown.
    """
    modules: dict[str, str] = getattr(model, "_engines", {})
    if not modules:
        return ()
    engine = model.engine
    if engine == "auto":
        engine = choose_engine(engine, modules)
    return PACKAGES.get(engine, ())


def choose_engine(engine: str, modules: dict[str, str]) -> str:
    """Return the named engine, or for ``"auto"`` the first whose module is installed.

    Parameters
    ----------
    engine : str
        ``"auto"`` or a key of `modules`.
    modules : dict of str to str
        Engines in order of speed, each with the module it needs.

    Returns
    -------
    engine : str
        Key of `modules`.

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
            f"engine {shown(engine)} needs the module {modules[engine]}, which is not installed; run: pip install "
            "'hdr-bench[fast]', or use engine='auto'"
        )
    return engine


def is_installed(module: str) -> bool:
    """Return whether a module is installed, without importing it.

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
    """Look up each module only once within the context: what is installed does not change between cases of a suite."""
    token = _LOOKED_UP.set({})
    try:
        yield
    finally:
        _LOOKED_UP.reset(token)


def _can_be_found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except Exception:  # noqa: BLE001  # code that hides a module may raise any exception
        return False


@contextmanager
def engine_import(engine: str) -> Iterator[None]:
    """Import an engine's library in the block; if it is installed but broken, raise an error that says what to do.

    Parameters
    ----------
    engine : str
        Name used in the message.

    Raises
    ------
    MissingDependencyError
        If the library cannot be imported.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        raise MissingDependencyError(
            f"the library of the engine {shown(engine)} is installed but cannot be imported "
            f"({describe_error(error)}); reinstall it with: pip install --force-reinstall "
            "'hdr-bench[fast]', or choose another engine"
        ) from error


def capable_engine(engine: str, chosen: str, reference: str, obstacle: str) -> str:
    """Return the chosen engine, or for ``"auto"`` the reference engine if the chosen one cannot do the work.

    Parameters
    ----------
    engine : str
        Engine requested by the user.
    chosen : str
        Engine that `choose_engine` returned.
    reference : str
        Engine that supports all allowed parameters.
    obstacle : str
        What only the reference engine can compute, such as ``"gamma=0"``; empty if there is nothing.

    Returns
    -------
    engine : str
        `chosen` or `reference`.

    Raises
    ------
    ValueError
        If the requested engine cannot do the work.
    """
    if not obstacle or chosen == reference:
        return chosen
    if engine != "auto":
        raise ValueError(
            f"engine={shown(engine)} cannot compute with {obstacle}; use engine='auto' or {shown(reference)}"
        )
    return reference


def draw_seed(random_state: int | np.random.RandomState | None) -> int:
    """Return a seed below 2**31: the given one, one drawn from a generator, or one from the system's entropy.

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
    """A setting of the whole process: the first thread to hold it applies it, and the last one undoes it.

    Contexts that save and restore a setting leave the process changed if threads enter and leave them in different
    orders.

    Parameters
    ----------
    setting : callable
        Returns the context manager that applies and undoes the setting.
    """

    def __init__(self, setting: Callable[[], AbstractContextManager[T]]) -> None:
        self._setting = setting
        self._lock = Lock()
        self._n_holders = 0

    @contextmanager
    def hold(self) -> Iterator[T]:
        """Hold the setting; yield the value that its context gave to the first holder."""
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
