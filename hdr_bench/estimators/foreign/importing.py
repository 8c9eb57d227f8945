"""Import of dotted paths, with errors that name the module, file and line."""

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
# Packages whose distribution has another name than their module.
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "sklearnex": "scikit-learn-intelex", "faiss": "faiss-cpu"}
# Module names are short, so many resemble each other by chance.
_NEAR = 0.8
_FROZEN, _BUILT_IN = "frozen", "built-in"
_WITHOUT_FILE = frozenset({_FROZEN, _BUILT_IN})
# Files whose functions perform the import itself; a failure never originates there.
_ON_THE_WAY = frozenset({__file__, calls.__file__, trial_import.__file__, importlib.__file__})
# For each module, what its import raised and where; None outside `remember_failed_imports`.
_FAILED: ContextVar[dict[str, tuple[BaseException, TracebackType | None]] | None] = ContextVar("failed", default=None)
_SCRIPT_HINT = 'code that only a script should run belongs under: if __name__ == "__main__":'


@contextmanager
def remember_failed_imports() -> Iterator[None]:
    """Import a failing module only once within the context: every case of a suite may name it and wait for it.

    Nothing is remembered afterwards: in a notebook, the module may have been corrected.
    """
    token = _FAILED.set({})
    try:
        yield
    finally:
        _FAILED.reset(token)


def import_attribute(kind: str, path: str, known: Iterable[str]) -> Any:
    """Import the object that a dotted path names.

    Parameters
    ----------
    kind : str
        What the object should be, e.g. ``"estimator"``.
    path : str
        Module and name, separated by a dot.
    known : iterable of str
        Names to suggest if it is not found.

    Returns
    -------
    attribute : Any

    Raises
    ------
    UnknownModuleError
        If there is no such module.
    UnknownNameError
        If the module does not contain the name.
    ModuleImportError
        If the module cannot be imported: it raises an error, ends the program, is not valid Python, or is shadowed by
        another module with the same name.
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
    """Describe which file a module's top-level package was imported from if it shadows another; empty otherwise.

    Parameters
    ----------
    module : str
        Dotted path of the module.

    Returns
    -------
    place : str
        One sentence.
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
        # The message names the module already.
        if isinstance(error, ModuleImportError):
            return error
        # The missing module may also be one that the module itself imports.
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is None or not f"{module}.".startswith(f"{missing}."):
            return ModuleImportError(_failure(module, error))
        if place := describe_shadowing(module):
            return ModuleImportError(f"{path}: {place}")
        return UnknownModuleError(_missing(kind, path, missing))

    # Importing a module may run any code.
    with calls.foreign_code(refuse):
        home = _run_module(module)
    _check_is_the_one_meant(module.partition(".")[0])
    return home


def _run_module(module: str) -> ModuleType:
    """Import a module on trial, then here; if it is known to fail, raise the remembered error."""
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
    """Describe where and why importing a module failed."""
    file, line = _place_of(error)
    place = f"{file}, line {line}: " if file else ""
    cause = describe_error(error)
    if isinstance(error, SyntaxError):
        return f"{place}the module {module!r} is not valid Python: {error.msg}"
    if not isinstance(error, Exception):
        return f"{place}the module {module!r} ends the program when it is imported ({cause}); {_SCRIPT_HINT}"
    return f"{place}the module {module!r} cannot be imported: {cause}"


def _missing(kind: str, path: str, module: str) -> str:
    """Describe a missing module: how to install a known library, or where to put or look for another one."""
    problem = f"{kind} {path!r}: the module {module} is not installed"
    root = module.partition(".")[0]
    if root != module:
        return f"{problem}; check the spelling, or the version of {root}"
    if root in _DISTRIBUTIONS or root in LIBRARIES:
        return f"{problem}; pip install {_DISTRIBUTIONS.get(root, root)}"
    # Anybody may have published a package with this name, so none is recommended.
    hint = suggestion(root, packages_distributions(), _NEAR)
    return (
        f"{kind} {path!r}: there is no module {root}; check the spelling, or put {root}.py next to the suite file or "
        f"in the working folder{'.' if hint else ''}{hint}"
    )


def _place_of(error: BaseException) -> tuple[str, int | None]:
    """Return the file and line where an import failed: the last one in the user's own code, if any."""
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
    """Refuse a module that is built in, or was imported from elsewhere than the import path now leads to.

    Raises
    ------
    ModuleImportError
        If the two differ; names both.
    """
    taken, other = _origin(sys.modules.get(root)), _find_on(tuple(sys.path), root)
    # In most cases the two are identical strings, and a suite of thousands of cases asks as often.
    if other == taken or taken in {"", _FROZEN} or not other or _is_same(Path(other), taken):
        return
    if taken == _BUILT_IN:
        raise ModuleImportError(f"the module {root!r} is Python's own, not {other}; rename yours, e.g. my_{root}")
    raise ModuleImportError(
        f"the module {root!r} was imported from {taken}, but now resolves to {other}; rename one of them, or "
        "use them in separate processes"
    )


# A suite of thousands of cases looks up modules as often.
@lru_cache(1000)
def _find_on(path: tuple[str, ...], root: str) -> str:
    """Return where a module would be imported from, or an empty string if it is not on the import path."""
    found = PathFinder.find_spec(root, path)
    if found is None:
        return ""
    return str(found.origin or next(iter(found.submodule_search_locations or ()), ""))


def _origin(module: ModuleType | None) -> str:
    """Return where a module comes from: a file, a folder, or a word if it has neither; empty if unknown."""
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return str(getattr(module, "__file__", "") or "")
    return str(spec.origin or next(iter(spec.submodule_search_locations or ()), ""))


def _is_module(path: Path) -> bool:
    """Whether a path is a module's file or a folder that contains Python files."""
    return path.is_file() if path.suffix else path.is_dir() and any(path.glob("*.py"))


def _is_same(path: Path, origin: str) -> bool:
    """Whether a path is the module file or package folder that a module was imported from."""
    if origin in _WITHOUT_FILE:
        # The source of a frozen module is in Python's standard library.
        return path.resolve().is_relative_to(Path(sysconfig.get_path("stdlib")).resolve())
    if str(path) == origin:
        return True
    taken = Path(origin).resolve()
    return path.resolve() in {taken, taken.parent}
