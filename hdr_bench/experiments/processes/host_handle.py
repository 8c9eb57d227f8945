"""Handle of a host, for the process that uses it to start trials.

A host (see `host`) can be used from anywhere: from a script without a main guard, from a notebook, or from Dask
workers, which are daemonic and may not have multiprocessing children. Messages are pickles on its standard input and a
pipe for its replies. It ends, with the running trial, on request or when its user has gone.
"""

import atexit
import os
import pickle
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast

import psutil

from hdr_bench.experiments.messages import CAUSE, NETWORKS, Done, NotStarted, OnStage, Outcome, Stage, Task
from hdr_bench.experiments.processes.host_start import start_host
from hdr_bench.experiments.processes.leftovers import (
    end,
    names_of_unkillable,
    note_unkillable,
    processes_with_mark,
    with_remarks,
)
from hdr_bench.experiments.processes.scratch import make_scratch
from hdr_bench.experiments.processes.thread_wait_policy import thread_wait_variables
from hdr_bench.import_context import ImportContext, path_of_libraries
from hdr_bench.process_tree import MARK, make_mark

# The guard kills the host before this, and then needs a moment to clean up.
_ENDS_WITHIN_SECONDS = 2.5


class HostError(RuntimeError):
    """Error for a host that ended while a trial was running in it.

    Parameters
    ----------
    message : str
    left : tuple of str
        Names of processes that it left behind, and that cannot be killed.
    """

    def __init__(self, message: str, left: tuple[str, ...]) -> None:
        super().__init__(message)
        self.left = left


class HostClosedError(RuntimeError):
    """Error for a host that was closed while a trial was running in it."""


class Host:
    """A running host, for one trial at a time.

    Parameters
    ----------
    for_networks : bool, default=False
        Whether to preload what networks need, which takes as long as all other imports.
    """

    def __init__(self, *, for_networks: bool = False) -> None:
        self.is_for_networks = for_networks
        self._mark, libraries = make_mark(), path_of_libraries()
        self._scratch = make_scratch()
        environ = {
            **os.environ,
            # Set here rather than in the trial's process, which is forked after libraries have read them.
            **thread_wait_variables(os.environ),
            "TMPDIR": self._scratch.path,
            MARK: self._mark,
            **({NETWORKS: "1"} if for_networks else {}),
            "PYTHONPATH": os.pathsep.join(libraries),
        }
        try:
            self._process, self._answers, self._tail = start_host(self._scratch.made, environ)
        except BaseException:
            self._scratch.remove()
            raise
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._is_stopped = False
        self._asked: float | None = None
        atexit.register(self.close)

    @property
    def is_running(self) -> bool:
        """Whether it can take a trial."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process ID."""
        return self._process.pid

    def run(self, task: Task, on_stage: OnStage) -> Outcome:
        """Run a trial, as `run_in_child` does.

        Parameters
        ----------
        task : Task
        on_stage : callable
            Called with each stage of the trial.

        Returns
        -------
        outcome : Outcome

        Raises
        ------
        HostError
            If the host ends.
        HostClosedError
            If the host is closed in the meantime.
        WorkingFolderError
            If the working folder was removed.
        """
        context, beside = task.context or ImportContext.current(), names_of_unkillable()
        try:
            with self._while_it_lives():
                pickle.dump((context, task), self._stdin)
                self._stdin.flush()
            while isinstance(answer := self._next_message(), Stage):
                on_stage(answer)
            if isinstance(answer, NotStarted):
                # An earlier trial's method may have removed something that this host needs; another host may still have
                # it.
                left = note_unkillable(self.close())
                raise HostError(f"the trial's process could not be started: {answer.reason}", left)
        except BaseException:
            # On Ctrl-C, or an error in the caller, the running trial has nothing to report to.
            self.close()
            raise
        return with_remarks(answer.result, note_unkillable(_still_there(answer.left)), beside), answer.predictions

    def _next_message(self) -> Stage | Done | NotStarted:
        with self._while_it_lives():
            message: Stage | Done | NotStarted = pickle.load(self._answers)  # noqa: S301  # our own process wrote it
        return message

    @contextmanager
    def _while_it_lives(self) -> Iterator[None]:
        """Convert errors of a broken or closed pipe into what they mean."""
        try:
            yield
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            if self._is_stopped:
                raise HostClosedError("the run was stopped") from error
            # Checked before closing, which would otherwise be reported as the cause.
            how = self._how_it_ended()
            left = note_unkillable(self.close())
            raise HostError(f"the process that starts the trials {how}{self._why_it_ended()}", left) from error

    def _how_it_ended(self) -> str:
        try:
            return f"ended (exit code {self._process.wait(_ENDS_WITHIN_SECONDS)})"
        except subprocess.TimeoutExpired:
            return "closed its connection"

    def _why_it_ended(self) -> str:
        """Return the reason that the host gave for its end, if any."""
        causes = [line for line in self._printed_last().splitlines() if line.startswith(CAUSE)]
        return f": {causes[-1].removeprefix(CAUSE)}" if causes else ""

    def _printed_last(self) -> str:
        return "" if self._tail is None else self._tail.text()

    def ask_to_end(self) -> None:
        """Ask the host to end, with its running trial, without waiting for it."""
        self._is_stopped = True
        self._asked = self._asked or time.monotonic()
        # Its input stays open: closing it would block while another thread writes to a stopped host.
        self._process.terminate()

    def close(self) -> list[psutil.Process]:
        """End the host and everything that it has started; return what cannot be killed.

        Returns
        -------
        left : list of psutil.Process
        """
        atexit.unregister(self.close)
        self.ask_to_end()
        # If several hosts were asked at once, they end in parallel.
        left_to_it = (self._asked or 0.0) + _ENDS_WITHIN_SECONDS - time.monotonic()
        try:
            self._process.wait(max(left_to_it, 0.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        left = end(lambda: processes_with_mark(self._mark))
        self._printed_last()
        # Any thread that was reading or writing has finished by now.
        for pipe in (self._stdin, self._answers):
            with suppress(OSError):
                pipe.close()
        self._scratch.remove()
        return left


def _still_there(pids: Iterable[int]) -> Iterator[psutil.Process]:
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            yield psutil.Process(pid)
