"""Child processes of the command: processes that user code starts at import end with it."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdr_bench.cli.interruption import is_watchdog

if TYPE_CHECKING:
    from psutil import Process


@contextmanager
def end_child_processes() -> Iterator[None]:
    """Kill all processes started within the block when it ends, even if their parents are gone.

    Only for a process that runs the command itself: another program may have started processes of its own meanwhile.
    """
    from hdr_bench.experiments.processes.leftovers import children
    from hdr_bench.process_tree import MARK, adopt_orphans, make_mark

    before = children()
    adopt_orphans()
    # If this process is killed, a later run finds them by this record.
    os.environ.setdefault(MARK, make_mark())
    try:
        yield
    finally:
        _close_hosts()
        _end_started(before)


def _close_hosts() -> None:
    from hdr_bench.experiments.processes.host_pool import close_idle_hosts

    close_idle_hosts()


def _end_started(before: "Collection[Process]") -> None:
    from hdr_bench.experiments.processes.leftovers import children, end, is_tracker

    def left() -> "list[Process]":
        started = [process for process in children() if process not in before]
        # Resource trackers end with this process; the watchdog makes sure that it ends.
        return [process for process in started if not is_tracker(process) and not is_watchdog(process.pid)]

    end(left)
