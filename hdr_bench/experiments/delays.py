"""How long each thread of a trial was ready to run and had no processor, as Linux counts it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hdr_bench.experiments.descent import _PROCESSES, descendants

_TASKS = Path("/proc/self/task")
# Threads that end inside the block leave what was read of them last.
_SAMPLE_SECONDS = 0.05


@contextmanager
def watching_delays() -> Iterator["Delays"]:
    """Keep an eye on the delay of each thread, so that those that end are counted as well."""
    delays, ended = Delays(), threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            delays.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield delays
    finally:
        ended.set()
        watcher.join()


class Delays:
    """How long each thread of this process, and of those that it starts, waited: from `begin` to the last `look`."""

    def __init__(self) -> None:
        self._own = str(threading.get_native_id())
        self._before: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._watchers: set[str] = set()

    @property
    def is_known(self) -> bool:
        """The kernel counts."""
        return bool(self._before)

    def begin(self) -> None:
        """Count from now on. Python's threads that run beside this one now are those that watch it."""
        self._watchers = {str(thread.native_id) for thread in threading.enumerate()} - {self._own}
        self._before = self._last = _read_delays()

    def look(self) -> None:
        """Note the delays so far."""
        self._last = self._last | _read_delays()

    def waits(self, wall: float, own: float) -> tuple[float, ...]:
        """Return the seconds that each thread waited, in a block of which this thread ran `own` seconds."""
        waited = {
            task: min((count - self._before.get(task, 0)) / 1e9, wall)
            for task, count in self._last.items()
            if task not in self._watchers
        }
        # The readings before and after a short block take as long as the block: what it ran, it did not wait.
        waited[self._own] = min(waited.get(self._own, 0.0), max(wall - own, 0.0))
        return tuple(waited.values())


def _read_delays() -> dict[str, int]:
    """Return the nanoseconds that each thread has waited for a processor; none if the kernel does not count them."""
    delays = _delays_in(_TASKS)
    for pid in descendants() if delays else ():
        delays |= _delays_in(_PROCESSES / str(pid) / "task")
    return delays


def _delays_in(tasks: Path) -> dict[str, int]:
    delays = {}
    with suppress(OSError):
        for task in tasks.iterdir():
            # It may have ended since. A kernel that does not count says 0 of all, of the time that it ran too.
            with suppress(OSError, ValueError):
                ran, waited, *_ = map(int, (task / "schedstat").read_bytes().split())
                if ran:
                    delays[task.name] = waited
    return delays
