"""Which process something belongs to, and the kernel's part in leaving none behind.

On Linux, by prctl(2): a process is killed when its parent ends, however that ends and whatever the process does at that
moment (it may hold the interpreter's lock or be stopped); and what its descendants leave behind becomes its own child.
Elsewhere those functions do nothing and return False.
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
"""The environment variable by which all that this process has started for code of others is found."""

_START_TIME = 19
_DIGEST_LETTERS = 4
_serial = itertools.count()


def start_time(pid: int) -> str:
    """Return when a process started; nothing if there is no such process.

    Parameters
    ----------
    pid : int
        Number of the process.

    Returns
    -------
    time : str
    """
    with suppress(OSError):
        # Linux: in ticks since the machine's own start, whatever the clock is set to.
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[_START_TIME]
    import psutil

    with suppress(psutil.Error):
        return f"{psutil.Process(pid).create_time():.0f}"
    return ""


def make_mark() -> str:
    """Return another mark of this process, for what it starts: its number, when it started, and a serial number.

    Returns
    -------
    mark : str
    """
    return f"{os.getpid()}-{start_time(os.getpid())}-{next(_serial)}"


def namespace(pid: int | str = "self") -> str:
    """Return in which namespace a process has its number: in a container the same number is another process.

    Parameters
    ----------
    pid : int or str, default="self"
        Number of the process.

    Returns
    -------
    namespace : str
    """
    with suppress(OSError):
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    return ""


def name_of_owner() -> str:
    """Return what a file's name says of the process that made it, e.g. ``4321.0a1b2c3d``; it has no hyphen.

    Returns
    -------
    name : str
    """
    return f"{os.getpid()}.{_digest(_place())}{_digest(start_time(os.getpid()))}"


def may_be_in_use(owner: str) -> bool:
    """Whether the process that `name_of_owner` names may run: it does, or it is one of another machine or container.

    Of earlier versions' names, which are a number alone, that number decides.

    Parameters
    ----------
    owner : str
        Of a file's name.

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
    """Whether there is a process of this number, although the system may hide other users'."""
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
    """Have the kernel kill this process when the thread that started it ends; return whether it will.

    A parent that has ended before this call is not noticed.

    Returns
    -------
    is_asked : bool
    """
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wake_with_parent() -> bool:
    """Have the kernel continue this process, should it be stopped, when its parent ends; return whether it will.

    Returns
    -------
    is_asked : bool
    """
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGCONT)


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends; return whether that will be so.

    Returns
    -------
    is_asked : bool
    """
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3) == 0)
