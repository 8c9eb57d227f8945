"""One trial after the other in a host: what a trial leaves behind is ended before the next one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker

import psutil

from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.leftovers import children, end, is_running, marked
from hdr_bench.experiments.place import Place
from hdr_bench.experiments.raised import describe
from hdr_bench.experiments.work import Done, NotStarted, OnStage, Work
from hdr_bench.experiments.worker import NotStartedError, run_in_child, start_fork_server
from hdr_bench.orphans import adopt_orphans
from hdr_bench.processes import MARK


class Trials:
    """The trials of this process, which is a host."""

    def __init__(self) -> None:
        with _without_warnings():
            resource_tracker.ensure_running()
        start_fork_server()
        self._machine = read_environment()
        self._find = _find_below()
        # The fork server and the tracker: no trial has run, so that nothing else is there.
        self._servers = self._find()
        self._left: list[psutil.Process] = []

    def run(self, place: Place, work: Work, on_stage: OnStage) -> Done | NotStarted:
        """Run a trial as `run_in_child`; then end what it has left running.

        Raises
        ------
        SystemExit
            If the process that trials are forked from, or the tracker, was killed: by this trial, which is lost, or
            by the one before.
        """
        self._check_servers()
        self._end_what_is_left()
        try:
            result, predictions = run_in_child(work, place, self._machine, on_stage)
        except NotStartedError as error:
            self._check_servers()
            return NotStarted(describe(error.__cause__ or error))
        if result.status == "crashed":
            self._check_servers()
        return Done(result, predictions, tuple(process.pid for process in self._end_what_is_left()))

    def _check_servers(self) -> None:
        if not all(map(is_running, self._servers)):
            raise SystemExit("the process that trials are forked from, or the tracker of what they share, was killed")
        for process in self._servers:
            # A trial may have stopped the process that it was forked from; the next one would wait for it for good.
            with suppress(psutil.Error):
                process.resume()

    def _end_what_is_left(self) -> list[psutil.Process]:
        """Kill all but the servers and what could not be killed before; return what cannot be killed now."""
        spared = [*self._servers, *self._left]
        left = end(lambda: [process for process in self._find() if process not in spared])
        self._left += left
        return left


def _find_below() -> Callable[[], list[psutil.Process]]:
    """Return what finds all that this host has started; what has lost its parent is found by its mark elsewhere."""
    mark = os.environ.get(MARK)
    return children if adopt_orphans() or mark is None else lambda: marked(mark)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Have a process that is started in the block say nothing of what killed trials left in shared memory."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before
