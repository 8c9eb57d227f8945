"""Processes of a run, found by a token in the environment that all of them inherit, and told apart by what they do."""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

TOKEN = "HDR_BENCH_STORM"  # the name of a variable
_LOOKS_EVERY_SECONDS = 0.05


def with_token(token: str) -> list[psutil.Process]:
    """Return the living processes that were started with a token in their environment; zombies are dead."""
    mark, found = f"{TOKEN}={token}".encode(), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError, psutil.Error):
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                process = psutil.Process(int(entry.name))
                if process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
    return found


def descendants(process: psutil.Process) -> list[psutil.Process]:
    """Return all processes below one, as far as they still run."""
    with suppress(psutil.Error):
        return list(process.children(recursive=True))
    return []


def roles(processes: Iterable[psutil.Process]) -> dict[str, list[psutil.Process]]:
    """Return processes by what they do: guard, host, fork server, tracker, trial, grandchild."""
    found: dict[str, list[psutil.Process]] = {}
    lines = {process: command_line(process) for process in processes}
    for process, line in lines.items():
        found.setdefault(_role(process, line), []).append(process)
    return found


def command_line(process: psutil.Process) -> str:
    """Return a process's command line; nothing if it has ended."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def has_loaded(pid: int, library: str) -> bool:
    """Return whether a process has loaded a compiled library: how far it is with its imports."""
    with suppress(OSError):
        return library in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
    return False


def _role(process: psutil.Process, line: str) -> str:
    if "resource_tracker" in line:
        return "tracker"
    if "experiments.host" in line:
        return "host" if "experiments.host" in _parents_line(process) else "guard"
    if "forkserver" in line:
        return "trial" if "forkserver" in _parents_line(process) else "fork server"
    return "grandchild" if "forkserver" in _parents_line(process) else "other"


def _parents_line(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        parent = process.parent()
        return command_line(parent) if parent else ""
    return ""


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether a condition came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOKS_EVERY_SECONDS)
    return True


def still_alive(find: Callable[[], list[psutil.Process]], seconds: float) -> list[str]:
    """Return the command lines of the processes that are still there after so many seconds; end them."""
    if wait_until(lambda: not find(), seconds):
        return []
    alive = find()
    lines = [f"{process.pid}: {command_line(process)[:120]}" for process in alive]
    end(alive)
    return lines


def end(processes: Iterable[psutil.Process]) -> None:
    """End processes at once."""
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


def running(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return those that still run; zombies do not."""
    alive = []
    for process in processes:
        with suppress(psutil.Error):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive
