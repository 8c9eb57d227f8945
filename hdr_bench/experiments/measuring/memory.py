"""The highest resident memory of this process while something runs, and a limit on it."""

import gc
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from hdr_bench.error_text import error_text
from hdr_bench.estimators.allocation import give_back_freed_memory
from hdr_bench.records.failures import exception_chain

_STATUS = Path("/proc/self/status")
_TASKS = Path("/proc/self/task")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_SAMPLE_SECONDS = 0.002
_LOOK_FOR_CHILDREN_SECONDS = 0.05
KERNEL, SAMPLED = "kernel high-water mark", "sampled every 2 ms"
CHILDREN = ", and the processes that it started, sampled every 50 ms"
"""Text that is added to the method if there were such processes."""


class Peak:
    """Peak of memory at the end of `peak_memory`.

    Attributes
    ----------
    bytes : int
        Above what was resident at the start.
    method : str
        How it was found.
    """

    bytes: int = 0
    method: str = ""


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the highest resident memory of the block above what was resident at its start.

    Memory that was freed before goes back to the system first: a call that took what an earlier one left would seem
    to need none. On Linux the peak is the kernel's high-water mark, reset before: nothing is sampled, and a peak of
    any length is seen. Elsewhere, and where the mark may not be reset, a thread samples. The mark says nothing of
    processes that the block starts: where there are any, they are sampled, and the method says so.

    Yields
    ------
    peak : Peak
        Filled in when the block ends.
    """
    gc.collect()
    give_back_freed_memory()
    measure = _kernel_mark if _reset_mark() else _samples
    peak = Peak()
    with measure() as read, _children() as read_children:
        yield peak
        started = read_children()
        peak.bytes = max(read(), 0) + started
        peak.method = KERNEL if measure is _kernel_mark else SAMPLED
        peak.method += CHILDREN if started else ""


@contextmanager
def _kernel_mark() -> Iterator[Callable[[], int]]:
    baseline = status_bytes("VmRSS")
    yield lambda: status_bytes("VmHWM") - baseline


@contextmanager
def _samples() -> Iterator[Callable[[], int]]:
    process = psutil.Process()
    baseline = highest = process.memory_info().rss
    ended = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not ended.wait(_SAMPLE_SECONDS):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: max(highest, process.memory_info().rss) - baseline
    finally:
        ended.set()
        watcher.join()


@contextmanager
def _children() -> Iterator[Callable[[], int]]:
    """Watch what the processes have that this one starts; the highest sum of them is added to its own peak."""
    before, highest = _own_children(), 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not ended.wait(_LOOK_FOR_CHILDREN_SECONDS):
            highest = max(highest, _grown_by(before))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: max(highest, _grown_by(before))
    finally:
        ended.set()
        watcher.join()


def _grown_by(before: dict[int, int]) -> int:
    """Return the bytes that this process's children have now beyond those that they had before."""
    # One by one: a child of before that has ended takes nothing from what the others have.
    return sum(max(resident - before.get(pid, 0), 0) for pid, resident in _own_children().items())


def _own_children() -> dict[int, int]:
    """Return the resident bytes of all that this process has started, and that still run, by their numbers."""
    return {} if _has_no_children() else resident_by_child(psutil.Process())


def resident_of_children(process: psutil.Process) -> int:
    """Return the resident bytes of all that a process has started, and that still run.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    size : int
        In bytes.
    """
    return sum(resident_by_child(process).values())


def resident_by_child(process: psutil.Process) -> dict[int, int]:
    """Return the resident bytes of each process that a process has started, and that still runs, by its number.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    sizes : dict of int to int
        In bytes, by number.
    """
    resident = {}
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            resident[child.pid] = int(child.memory_info().rss)
    return resident


def _has_no_children() -> bool:
    """Whether the kernel says, at little cost, that there are none; where it does not say, there may be."""
    return read_children() == set()


def read_children() -> set[int] | None:
    """Return the numbers of this process's own children, at little cost; None if the kernel does not say.

    Returns
    -------
    pids : set of int or None
    """
    try:
        return {int(pid) for task in _TASKS.iterdir() for pid in (task / "children").read_bytes().split()}
    except OSError:
        return None


def _reset_mark() -> bool:
    """Set the kernel's mark to what is resident now; whether it could be done."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        _CLEAR_REFS.write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def status_bytes(field: str) -> int:
    """Return a size that Linux tells of this process, e.g. ``"VmRSS"``, in bytes.

    Parameters
    ----------
    field : str
        E.g. ``"VmRSS"``.

    Returns
    -------
    size : int

    Raises
    ------
    OSError
        If Linux does not tell it, or the system is not Linux.
    """
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {field}")


# A library may reserve more than it touches; only what is touched counts against the limit.
_SLACK_SHARE, _SLACK_BYTES = 0.1, 64 * 2**20
_SAYS_SO = re.compile(
    r"can'?t allocate|cannot allocate|could not allocate|unable to allocate|failed to allocate|out of memory|bad_?alloc"
    r"|not enough memory|insufficient memory|CUBLAS_STATUS_ALLOC_FAILED",
    re.IGNORECASE,
)


@contextmanager
def limited_memory(limit: int | None) -> Iterator[None]:
    """Let this process allocate `limit` bytes more than it has, and a little slack, while the block runs.

    On Linux by RLIMIT_DATA, which counts what may be written and is not shared; elsewhere nothing is limited from
    inside. What the slack lets through, whoever watches the process from outside ends.

    Parameters
    ----------
    limit : int or None
        Bytes; None for no limit.
    """
    if limit is None or not sys.platform.startswith("linux"):
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = status_bytes("VmData") + int(limit * (1 + _SLACK_SHARE)) + _SLACK_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was no memory left: Python's own, or a native library's in its words.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    is_out_of_memory : bool
    """
    return any(isinstance(link, MemoryError) or _SAYS_SO.search(error_text(link)) for link in exception_chain(error))
