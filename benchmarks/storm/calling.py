"""The command line, run in a fork: no interpreter starts and nothing is imported, so thousands of calls are cheap."""

import atexit
import importlib
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from benchmarks.storm.judging import Said

_MOST_BYTES = 6 * 10**9
_LOOKS_EVERY_SECONDS = 0.01
# What `report` and `run` import; nothing that starts threads, which a fork would not carry over.
_PRELOADED = (
    "hdr_bench.cli",
    "hdr_bench.datasets",
    "hdr_bench.experiments.processes.local",
    "hdr_bench.experiments.runner",
    "hdr_bench.reporting.comparisons.runs",
    "hdr_bench.reporting.console",
    "hdr_bench.reporting.report",
    "hdr_bench.reporting.page.index",
    "sklearn.tree",
    "sklearn.neighbors",
)


@dataclass(frozen=True)
class Call:
    """How a command is called.

    Attributes
    ----------
    folder : Path
        Working folder.
    environment : mapping
    before : callable or None
        Called in the fork, before the command.
    seconds : float
        The longest that it may take.
    """

    folder: Path
    environment: Mapping[str, str]
    before: Callable[[], None] | None
    seconds: float


def limit_memory() -> None:
    """Let this process have a few gigabytes at most: what asks for more is refused, and the machine goes on."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))


def use_one_core() -> None:
    """Let this process have one core: attacks share the machine, and figures are drawn here, not by more processes."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


def warm_up(run: Path, folder: Path) -> None:
    """Make a report once, with all imports and caches that it takes; forks then have them."""
    cores = os.sched_getaffinity(0)
    use_one_core()
    shutil.copytree(run, folder)
    importlib.import_module("hdr_bench.reporting.report").write_report(folder)
    shutil.rmtree(folder)
    os.sched_setaffinity(0, cores)


def preload() -> None:
    """Import what most commands need, once for all forks."""
    for name in _PRELOADED:
        importlib.import_module(name)


def call_main(arguments: Sequence[str | bytes], call: Call, output: Path) -> Said:
    """Run the command line in a fork of this process; return its exit code and what it printed."""
    words = tuple(os.fsdecode(argument) for argument in arguments)
    began = time.monotonic()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        _become(words, call, output)
    is_too_late = False
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        if time.monotonic() - began > call.seconds:
            is_too_late = True
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            break
        time.sleep(_LOOKS_EVERY_SECONDS)
    code = os.waitstatus_to_exitcode(status)
    return Said(words, code, output.read_bytes(), time.monotonic() - began, is_too_late)


def _become(words: tuple[str, ...], call: Call, output: Path) -> NoReturn:
    """Be the command: never return."""
    code = 70
    try:
        os.setsid()
        use_one_core()
        _redirect(output, call.environment.get("PYTHONIOENCODING") or "utf-8")
        os.chdir(call.folder)
        os.environ.clear()
        os.environ.update(call.environment)
        tempfile.tempdir = None
        sys.argv = ["hdr-bench", *words]
        if call.before:
            call.before()
        code = _main()
    except BaseException:  # noqa: BLE001  # what an interpreter would print and end with
        traceback.print_exc()
        code = 1
    finally:
        os._exit(code)


def _redirect(output: Path, encoding: str) -> None:
    """Give this process streams of its own, as an interpreter does: those of a test runner are not a process's."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for stream in (1, 2):
        os.dup2(file, stream)
    name, _, errors = encoding.partition(":")
    sys.stdin = open(0, encoding=name, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding=name, errors=errors or "strict", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding=name, errors="backslashreplace", closefd=False)  # noqa: SIM115


def _main() -> int:
    """Run the command as an interpreter would, to its last step; return its exit code."""
    from hdr_bench.cli import main

    code = 0
    try:
        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except KeyboardInterrupt:
        traceback.print_exc()
        code = 130
    except BaseException:  # noqa: BLE001  # an interpreter prints it
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()  # what os._exit leaves out
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        # As an interpreter ends whose output cannot be written.
        code = 120
    return code
