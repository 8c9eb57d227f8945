"""One trial after the other in a host: what a trial leaves behind is ended before the next one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker

import psutil

from hdr_bench.experiments.clock import utc_now
from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.leftovers import MARK, children, end, is_running, marked, name_of
from hdr_bench.experiments.orphans import adopt_orphans
from hdr_bench.experiments.place import Place
from hdr_bench.experiments.raised import describe, describe_traceback
from hdr_bench.experiments.remarks import with_remarks
from hdr_bench.experiments.result import Result
from hdr_bench.experiments.work import OnStage, Outcome, Work
from hdr_bench.experiments.worker import NotStartedError, process_context, run_in_child, start_fork_server


class Trials:
    """The trials of this process, which is a host."""

    def __init__(self) -> None:
        with _without_warnings():
            resource_tracker.ensure_running()
        start_fork_server()
        self._machine = read_environment()
        self._find = _find_below()
        self._left: list[psutil.Process] = []

    def run(self, place: Place, work: Work, on_stage: OnStage) -> Outcome:
        """Run a trial as `run_in_child`; then end what it has left running.

        Raises
        ------
        SystemExit
            If the trial was lost because the process that it was forked from, or a tracker, was killed.
        """
        if process_context().get_start_method() == "forkserver":
            forkserver.ensure_running()
        own = self._find()
        # The fork server and the trackers; what earlier trials have left may end at any moment.
        servers = [process for process in own if process not in self._left]
        beside = [name_of(process) for process in self._left if is_running(process)]
        try:
            result, predictions = run_in_child(work, place, self._machine, on_stage)
        except NotStartedError as error:
            result, predictions = self._not_started(work, error.__cause__ or error), None
        if result.status == "crashed" and not all(map(is_running, servers)):
            raise SystemExit(1)
        left = end(lambda: [process for process in self._find() if process not in own])
        self._left += left
        return with_remarks(result, [name_of(process) for process in left], beside), predictions

    def _not_started(self, work: Work, error: BaseException) -> Result:
        return Result(
            key=work.trial.key,
            trial=work.trial,
            status="crashed",
            error=f"the trial's process could not be started: {describe(error)}",
            traceback=describe_traceback(error),
            finished=utc_now(),
            environment=self._machine,
        )


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
