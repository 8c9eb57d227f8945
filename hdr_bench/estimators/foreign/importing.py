"""What a dotted path names: imported, with errors that say which module, which file and which line."""

import importlib
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path
from traceback import extract_tb
from types import ModuleType, TracebackType
from typing import Any

from hdr_bench.error_text import describe_error
from hdr_bench.estimators.foreign import calls, trial_import
from hdr_bench.estimators.foreign.libraries import LIBRARIES, packages_distributions
from hdr_bench.exceptions import HdrBenchError, ModuleImportError, UnknownModuleError, UnknownNameError, suggestion

_INSTALLED = frozenset({"site-packages", "dist-packages"})
# Packages that are installed under another name than they are imported by.
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "sklearnex": "scikit-learn-intelex", "faiss": "faiss-cpu"}
# Names of modules are short, so that many are alike by chance.
_NEAR = 0.8
_FROZEN, _BUILT_IN = "frozen", "built-in"
_WITHOUT_FILE = frozenset({_FROZEN, _BUILT_IN})
# Files whose functions call what is imported: a failure is in none of them.
_ON_THE_WAY = frozenset({__file__, calls.__file__, trial_import.__file__, importlib.__file__})
# By module: what its import raised, and where; None outside of `remember_failed_imports`.
_FAILED: ContextVar[dict[str, tuple[BaseException, TracebackType | None]] | None] = ContextVar("failed", default=None)
_SCRIPT_HINT = 'what only a script does belongs under: if __name__ == "__main__":'


@contextmanager
def remember_failed_imports() -> Iterator[None]:
    """Import a module that fails once while the context lasts: every case of a suite may name it, and wait for it.

    Afterwards nothing is remembered: in a notebook, the module may have been corrected.
    """
    token = _FAILED.set({})
    try:
        yield
    finally:
        _FAILED.reset(token)


def import_attribute(kind: str, path: str, known: Iterable[str]) -> Any:
    """Import what a dotted path names.

    Parameters
    ----------
    kind : str
        What it should be, e.g. ``"estimator"``.
    path : str
        Module and name, joined by a dot.
    known : iterable of str
        Names that may have been meant.

    Returns
    -------
    attribute : Any

    Raises
    ------
    UnknownModuleError
        If there is no such module.
    UnknownNameError
        If there is nothing of that name in it.
    ModuleImportError
        If the module cannot be imported: it raises an error, ends the program, is not valid Python, or another module
        of its name takes its place.
    """
    module, _, name = path.rpartition(".")
    if not all(part.isidentifier() for part in path.split(".")):
        raise UnknownNameError(kind, path, known)
    home = _import(kind, module, path)
    if hasattr(home, name):
        return getattr(home, name)
    if place := describe_shadowing(module):
        raise ModuleImportError(f"{path}: {place}")
    public = [each for each in dir(home) if not each.startswith("_")]
    raise UnknownNameError(f"{kind} in {module}", name, public)


def describe_shadowing(module: str) -> str:
    """Say which file a module's top package was taken from, if another one of its name lost to it; empty otherwise.

    Parameters
    ----------
    module : str
        Dotted path.

    Returns
    -------
    place : str
        A sentence.
    """
    root = module.partition(".")[0]
    taken = _origin(sys.modules.get(root))
    for folder in dict.fromkeys(entry or os.curdir for entry in sys.path):
        for other in (Path(folder, f"{root}.py"), Path(folder, root)):
            if _is_module(other) and not _is_same(other, taken):
                return f"{_precedence(root, taken, other.absolute())}; rename yours, e.g. my_{root}"
    return ""


def _precedence(root: str, taken: str, other: Path) -> str:
    if taken in _WITHOUT_FILE:
        return f"the module {root!r} is Python's own, not {other}"
    return f"the module {root!r} is {taken}, not {other}, since it comes first on the import path"


def _import(kind: str, module: str, path: str) -> ModuleType:
    def refuse(error: BaseException) -> HdrBenchError:
        # It names the module already.
        if isinstance(error, ModuleImportError):
            return error
        # What the module itself imports may be missing, too.
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is None or not f"{module}.".startswith(f"{missing}."):
            return ModuleImportError(_failure(module, error))
        if place := describe_shadowing(module):
            return ModuleImportError(f"{path}: {place}")
        return UnknownModuleError(_missing(kind, path, missing))

    # A module runs any code when it is imported.
    with calls.foreign_code(refuse):
        home = _run_module(module)
    _check_is_the_one_meant(module.partition(".")[0])
    return home


def _run_module(module: str) -> ModuleType:
    """Import a module on trial and then here; one that is known to fail raises what it raised before."""
    failed = _FAILED.get()
    if failed is not None and module in failed:
        error, traceback = failed[module]
        # Otherwise the traceback would grow from case to case.
        raise error.with_traceback(traceback)
    try:
        trial_import.check_import(module)
        return trial_import.import_once(module)
    except BaseException as error:
        if failed is not None:
            failed[module] = error, error.__traceback__
        raise


def _failure(module: str, error: BaseException) -> str:
    """Say where and why a module could not be imported."""
    file, line = _place_of(error)
    place = f"{file}, line {line}: " if file else ""
    cause = describe_error(error)
    if isinstance(error, SyntaxError):
        return f"{place}the module {module!r} is not valid Python: {error.msg}"
    if not isinstance(error, Exception):
        return f"{place}the module {module!r} ends the program when it is imported ({cause}); {_SCRIPT_HINT}"
    return f"{place}the module {module!r} cannot be imported: {cause}"


def _missing(kind: str, path: str, module: str) -> str:
    """Say that a module is not there: how to install a library that is known, where to put or look for another."""
    problem = f"{kind} {path!r}: the module {module} is not installed"
    root = module.partition(".")[0]
    if root != module:
        return f"{problem}; check the spelling, or the version of {root}"
    if root in _DISTRIBUTIONS or root in LIBRARIES:
        return f"{problem}; pip install {_DISTRIBUTIONS.get(root, root)}"
    # Anybody may have given a package this name: none is recommended.
    hint = suggestion(root, packages_distributions(), _NEAR)
    return (
        f"{kind} {path!r}: there is no module {root}; check the spelling, or put {root}.py beside the suite's file or "
        f"into the working folder{'.' if hint else ''}{hint}"
    )


def _place_of(error: BaseException) -> tuple[str, int | None]:
    """Return the file and the line where an import failed: the last of the user's own, if there is one."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno
    frames = [frame for frame in extract_tb(error.__traceback__) if _is_file(frame.filename)]
    own = [frame for frame in frames if not _is_installed(frame.filename)]
    if not frames:
        return "", None
    last = (own or frames)[-1]
    return last.filename, last.lineno


def _is_file(name: str) -> bool:
    return not name.startswith("<") and name not in _ON_THE_WAY


def _is_installed(file: str) -> bool:
    return bool(_INSTALLED & set(Path(file).parts)) or Path(file).is_relative_to(sysconfig.get_path("stdlib"))


def _check_is_the_one_meant(root: str) -> None:
    """Refuse a module that was imported from elsewhere before, or is built in, where the import path leads to another.

    Raises
    ------
    ModuleImportError
        Naming both.
    """
    taken, other = _origin(sys.modules.get(root)), _find_on(tuple(sys.path), root)
    # Most are the same to the letter, and a suite of thousands of cases asks as often.
    if other == taken or taken in {"", _FROZEN} or not other or _is_same(Path(other), taken):
        return
    if taken == _BUILT_IN:
        raise ModuleImportError(f"the module {root!r} is Python's own, not {other}; rename yours, e.g. my_{root}")
    raise ModuleImportError(
        f"the module {root!r} was imported from {taken} before, and now it would be {other}; rename one of them, or "
        "use them in two processes"
    )


# A suite of thousands of cases names a module as often.
@lru_cache(1000)
def _find_on(path: tuple[str, ...], root: str) -> str:
    """Return where a module would be imported from; empty if it is not on the import path."""
    found = PathFinder.find_spec(root, path)
    if found is None:
        return ""
    return str(found.origin or next(iter(found.submodule_search_locations or ()), ""))


def _origin(module: ModuleType | None) -> str:
    """Return where a module comes from: a file, a folder, or a word for what has neither; empty if it is unknown."""
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return str(getattr(module, "__file__", "") or "")
    return str(spec.origin or next(iter(spec.submodule_search_locations or ()), ""))


def _is_module(path: Path) -> bool:
    """Whether a path is a module's file, or a folder with Python's files in it."""
    return path.is_file() if path.suffix else path.is_dir() and any(path.glob("*.py"))


def _is_same(path: Path, origin: str) -> bool:
    """Whether a module's file, or a package's folder, is where a module was taken from."""
    if origin in _WITHOUT_FILE:
        # The source of a frozen module is among Python's files.
        return path.resolve().is_relative_to(Path(sysconfig.get_path("stdlib")).resolve())
    if str(path) == origin:
        return True
    taken = Path(origin).resolve()
    return path.resolve() in {taken, taken.parent}
