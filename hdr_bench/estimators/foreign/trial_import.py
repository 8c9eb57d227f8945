"""Trial import of a third-party module in a separate process, which may crash.

Compiled code may end its process when it is imported (by a signal, or an exit that Python cannot catch), which would
end a run silently. On Linux, such a module is therefore imported in a forked process first. Its output there is
discarded, and processes that it starts are killed. There is no trial on other systems: on macOS, system libraries do
not survive a fork.
"""

import faulthandler
import multiprocessing
import os
import re
import select
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

import psutil

from hdr_bench.exceptions import ModuleImportError
from hdr_bench.process_tree import MARK, adopt_orphans, end_with_parent, make_mark

_LINE = re.compile(r"^(?:from|import)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)


def imported_names(module: str, path: Iterable[str]) -> Iterator[str]:
    """Yield the names of modules that a module's source imports, each preceded by its packages; nothing is run.

    Parameters
    ----------
    module : str
        Dotted name of the module.
    path : iterable of str
        Import path on which its root is looked up.
    """
    places = list(path)
    name = ""
    for part in module.split("."):
        name = f"{name}.{part}".removeprefix(".")
        spec = PathFinder.find_spec(name, places)
        if spec is None:
            return
        origin = Path(spec.origin or "")
        if origin.suffix == ".py" and origin.is_file():
            with suppress(OSError):
                yield from _LINE.findall(origin.read_text(encoding="utf-8", errors="replace"))
        places = _folders(spec)


def _folders(spec: ModuleSpec) -> list[str]:
    # The folders of a package without a file are known only after the packages above it have been imported.
    with suppress(KeyError):
        return list(spec.submodule_search_locations or ())
    return []


# This library's own dependencies: trying what most methods need would take seconds, and the host has them anyway.
_TRUSTED = frozenset(
    {"hdr_bench", "joblib", "mlxtend", "numpy", "pandas", "PIL", "scipy", "skorch", "sklearn", "torch"}
)
# Modules whose locks a fork may leave held forever; if one is loaded, there is no trial.
_TRIED_FOR_SECONDS = 60.0
_KILLED_WITHIN_SECONDS = 3.0
# An exit code that no library uses.
_RETURNED = 113
# The forked process must end, whatever has replaced this function.
_leave = os._exit


def check_import(module: str) -> None:
    """Import a module on trial, unless it has been imported before or is a dependency of this library.

    Parameters
    ----------
    module : str
        Dotted name of the module. Errors that Python itself can report are left to the real import.

    Raises
    ------
    ModuleImportError
        If its import ends the process.
    """
    if not _needs_trial(module):
        return
    for name in imported_names(module, sys.path):
        if name.partition(".")[0] in _TRUSTED:
            # Import these once, not in the trial and again here.
            with suppress(Exception):
                import_module(name)
    code = _try(module)
    if code in {None, _RETURNED}:
        return
    how = f"signal {_signal_name(-code)}" if code < 0 else f"exit code {code}"
    raise ModuleImportError(
        f"the module {module!r} crashes the process that imports it ({how}); for details, run: python -c 'import "
        f"{module}'"
    )


def import_once(module: str) -> ModuleType:
    """Import a module; if the import forks, only one process continues from there.

    Parameters
    ----------
    module : str
        Dotted path of the module.

    Returns
    -------
    module : module
    """
    process = os.getpid()
    try:
        return import_module(module)
    finally:
        if os.getpid() != process:
            os._exit(0)


def _needs_trial(module: str) -> bool:
    root = module.partition(".")[0]
    if module in sys.modules or root in _TRUSTED or root in sys.stdlib_module_names:
        return False
    # A trial's own process may crash, and only one thread continues in a forked process.
    is_runner = multiprocessing.parent_process() is None and threading.current_thread() is threading.main_thread()
    return is_runner and sys.platform.startswith("linux") and PathFinder.find_spec(root, sys.path) is not None


def _try(module: str) -> int | None:
    """Return the exit code of a process that imports a module, or None if it does not end."""
    reader, writer = os.pipe()
    guard = os.fork()
    if not guard:
        os.close(reader)
        _guard(module, writer)
    os.close(writer)
    try:
        if not select.select([reader], [], [], _TRIED_FOR_SECONDS)[0]:
            return None
        answer = os.read(reader, 16)
    finally:
        os.close(reader)
        os.kill(guard, signal.SIGKILL)
        _, status = os.waitpid(guard, 0)
    return int(answer) if answer else os.waitstatus_to_exitcode(status)


def _guard(module: str, writer: int) -> None:
    """Act as parent of the importing process and report how it ended, once all its children are gone; never return."""
    try:
        os.setsid()
        end_with_parent()
        adopt_orphans()
        _fall_silent()
        importing = os.fork()
        if not importing:
            os.close(writer)
            _import_and_leave(module)
        _, status = os.waitpid(importing, 0)
        _kill_all_below()
        os.write(writer, str(os.waitstatus_to_exitcode(status)).encode())
    finally:
        _leave(0)


def _import_and_leave(module: str) -> None:
    try:
        end_with_parent()
        os.environ[MARK] = make_mark()
        # The module may have kept another handle on standard error.
        faulthandler.disable()
        # As in the real import, where this becomes an error that names the place.
        os._exit = sys.exit  # type: ignore[assignment]
        import_module(module)
    finally:
        _leave(_RETURNED)


def _fall_silent() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    # In a notebook, these are not the process's own streams.
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # until the process ends


def _kill_all_below() -> None:
    until = time.monotonic() + _KILLED_WITHIN_SECONDS
    with suppress(ChildProcessError):
        while time.monotonic() < until:
            # Raises an error if there are none.
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    process.kill()
            time.sleep(0.002)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
