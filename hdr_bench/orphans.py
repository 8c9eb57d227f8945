"""The kernel's part in leaving no process behind.

On Linux, by prctl(2): a process is killed when its parent ends, however that ends and whatever the process does at that
moment (it may hold the interpreter's lock or be stopped); and what its descendants leave behind becomes its own child.
Elsewhere the functions do nothing and return False.
"""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def end_with_parent() -> bool:
    """Have the kernel kill this process when the thread that started it ends; return whether it will.

    A parent that has ended before this call is not noticed.
    """
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wake_with_parent() -> bool:
    """Have the kernel continue this process, should it be stopped, when its parent ends; return whether it will."""
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGCONT)


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends; return whether that will be so."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3) == 0)
