"""Child processes of the command: what the user's own code starts when it is imported is ended with it."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdr_bench.cli.interruption import is_watchdog

if TYPE_CHECKING:
    from psutil import Process


@contextmanager
def end_child_processes() -> Iterator[None]:
    """At the end of the block, kill all processes that were started in it, whatever has become of their parents.

    For a command's own process alone: another program's may have started some of its own meanwhile.
    """
    from hdr_bench.experiments.processes.leftovers import children
    from hdr_bench.process_tree import MARK, adopt_orphans, make_mark

    before = children()
    adopt_orphans()
    # Should this process be killed, a later run finds them by it.
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
        # Trackers end with this process; the watchdog sees to it that this one ends.
        return [process for process in started if not is_tracker(process) and not is_watchdog(process.pid)]

    end(left)
