"""Peak resident memory of this process during a block, and a limit on memory."""

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
"""Text added to the method if there were such processes."""


class Peak:
    """Peak of memory at the end of `peak_memory`.

    Attributes
    ----------
    bytes : int
        Peak above what was resident at the start.
    method : str
        How the peak was measured.
    """

    bytes: int = 0
    method: str = ""


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the peak of resident memory in the block above what was resident at its start.

    Freed memory is returned to the system first, as otherwise a call that reuses memory of an earlier one would seem to
    need none. On Linux, the peak is the kernel's high-water mark, reset beforehand: it needs no sampling and misses no
    short peak. On other systems, or if the mark cannot be reset, a thread samples the memory. The mark does not include
    processes that the block starts: if there are any, they are sampled, and the method says so.

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
    """Sample the memory of processes that this one starts; their highest sum is added to its own peak."""
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
    """Return the bytes that this process's children have gained since an earlier reading."""
    # Per process, so that an earlier child that has ended does not offset the memory of the others.
    return sum(max(resident - before.get(pid, 0), 0) for pid, resident in _own_children().items())


def _own_children() -> dict[int, int]:
    """Return the resident bytes of each running process that this process has started, by process ID."""
    return {} if _has_no_children() else resident_by_child(psutil.Process())


def resident_of_children(process: psutil.Process) -> int:
    """Return the resident bytes of all running processes that a process has started.

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
    """Return the resident bytes of each running process that a process has started, by process ID.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    sizes : dict of int to int
        In bytes, by process ID.
    """
    resident = {}
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            resident[child.pid] = int(child.memory_info().rss)
    return resident


def _has_no_children() -> bool:
    """Return whether the kernel reports, at little cost, that there are none; if it reports nothing, return False."""
    return read_children() == set()


def read_children() -> set[int] | None:
    """Return the IDs of this process's own children, at little cost; None if the kernel does not report them.

    Returns
    -------
    pids : set of int or None
    """
    try:
        return {int(pid) for task in _TASKS.iterdir() for pid in (task / "children").read_bytes().split()}
    except OSError:
        return None


def _reset_mark() -> bool:
    """Reset the kernel's mark to what is resident now; return whether that succeeded."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        _CLEAR_REFS.write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def status_bytes(field: str) -> int:
    """Return a size that Linux reports for this process in bytes.

    Parameters
    ----------
    field : str
        Name of the field, e.g. ``"VmRSS"``.

    Returns
    -------
    size : int

    Raises
    ------
    OSError
        If Linux does not report it, or the system is not Linux.
    """
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {field}")


# A library may reserve more memory than it touches; only what it touches counts against the limit.
_SLACK_SHARE, _SLACK_BYTES = 0.1, 64 * 2**20
_SAYS_SO = re.compile(
    r"can'?t allocate|cannot allocate|could not allocate|unable to allocate|failed to allocate|out of memory|bad_?alloc"
    r"|not enough memory|insufficient memory|CUBLAS_STATUS_ALLOC_FAILED",
    re.IGNORECASE,
)


@contextmanager
def limited_memory(limit: int | None) -> Iterator[None]:
    """Let this process allocate at most `limit` more bytes, plus a small slack, within the block.

    On Linux this uses RLIMIT_DATA, which counts private writable memory; on other systems there is no limit from
    within. What exceeds the limit within the slack is stopped by the process that watches from outside.

    Parameters
    ----------
    limit : int or None
        Limit in bytes; None for no limit.
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
    """Return whether an error reports a lack of memory, whether Python's own or a native library's in its own words.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    is_out_of_memory : bool
    """
    return any(isinstance(link, MemoryError) or _SAYS_SO.search(error_text(link)) for link in exception_chain(error))
