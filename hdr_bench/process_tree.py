"""Ownership of processes and files, and cleaning up orphaned processes with the kernel's help.

On Linux, by prctl(2): a process is killed when its parent ends, however that ends and whatever the process is doing at
that moment (it may hold the interpreter's lock or be stopped); and orphans of its descendants become its own children.
On other systems those functions do nothing and return False.
"""

import ctypes
import hashlib
import itertools
import os
import platform
import signal
import sys
from contextlib import suppress
from pathlib import Path

MARK = "HDR_BENCH_HOST"
"""The environment variable by which all processes are found that this process started to run users' code."""

_START_TIME = 19
_DIGEST_LETTERS = 4
_serial = itertools.count()


def start_time(pid: int) -> str:
    """Return when a process started; an empty string if there is no such process.

    Parameters
    ----------
    pid : int
        Process ID.

    Returns
    -------
    time : str
    """
    with suppress(OSError):
        # Linux: in ticks since the machine booted, whatever the clock is set to.
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[_START_TIME]
    import psutil

    with suppress(psutil.Error):
        return f"{psutil.Process(pid).create_time():.0f}"
    return ""


def make_mark() -> str:
    """Return a new mark for the processes that this one starts: its ID, its start time and a serial number.

    Returns
    -------
    mark : str
    """
    return f"{os.getpid()}-{start_time(os.getpid())}-{next(_serial)}"


def namespace(pid: int | str = "self") -> str:
    """Return the PID namespace of a process: in a container, the same ID is another process.

    Parameters
    ----------
    pid : int or str, default="self"
        Process ID.

    Returns
    -------
    namespace : str
    """
    with suppress(OSError):
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    return ""


def name_of_owner() -> str:
    """Return the name of this process for the names of its files, e.g. ``4321.0a1b2c3d``; it has no hyphen.

    Returns
    -------
    name : str
    """
    return f"{os.getpid()}.{_digest(_place())}{_digest(start_time(os.getpid()))}"


def may_be_in_use(owner: str) -> bool:
    """Whether the owner may still be running: it is, or it belongs to another machine or container.

    The names of earlier versions are a process ID alone; for them, that ID decides.

    Parameters
    ----------
    owner : str
        Name that `name_of_owner` returned, from the name of a file.

    Returns
    -------
    may_be_in_use : bool
    """
    pid, _, digests = owner.partition(".")
    if not pid.isdecimal():
        return True
    place, start = digests[:_DIGEST_LETTERS], digests[_DIGEST_LETTERS:]
    if digests and place != _digest(_place()):
        return True
    now = start_time(int(pid))
    if not digests or not now:
        return bool(now) or _exists(int(pid))
    return start == _digest(now)


def _exists(pid: int) -> bool:
    """Whether a process with this ID exists, even if the system hides other users' processes."""
    if not hasattr(os, "getuid"):
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _place() -> str:
    return f"{platform.node()} {namespace()}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LETTERS]


_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def end_with_parent() -> bool:
    """Ask the kernel to kill this process when the thread that started it ends; return whether it will.

    A parent that has ended before this call is not noticed.

    Returns
    -------
    is_asked : bool
    """
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wake_with_parent() -> bool:
    """Ask the kernel to continue this process, if it is stopped, when its parent ends; return whether it will.

    Returns
    -------
    is_asked : bool
    """
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGCONT)


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends; return whether the kernel agreed.

    Returns
    -------
    is_asked : bool
    """
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3) == 0)
