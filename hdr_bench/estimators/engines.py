"""Which library computes, where there is a choice."""

from importlib.util import find_spec
from typing import Any

from hdr_bench.exceptions import MissingDependencyError, UnknownNameError

PACKAGES = {"onedal": ("scikit-learn-intelex",), "faiss": ("faiss-cpu",)}
"""By engine: the packages that bring it, whose versions a saved estimator holds."""


def engine_packages(model: Any) -> tuple[str, ...]:
    """Return the packages that bring the engine which an estimator would fit with; none where it has no choice."""
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

    Raises
    ------
    UnknownNameError
        If there is no such engine.
    MissingDependencyError
        If its module is not installed.
    """
    if engine == "auto":
        return next(name for name, module in modules.items() if find_spec(module))
    if engine not in modules:
        raise UnknownNameError("engine", engine, ["auto", *modules])
    if find_spec(modules[engine]) is None:
        raise MissingDependencyError(
            f"engine {engine!r} needs the module {modules[engine]}; install hdr-bench[fast], or take engine='auto'"
        )
    return engine
