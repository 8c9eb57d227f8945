"""Handle of a host: the process that starts trials, as the process that uses it sees it.

A host (`host` beside this) may be used from anywhere: from a script without a main guard, from a notebook,
from Dask's workers, which are daemonic and may have no children by multiprocessing. It is spoken to by pickles over its
standard input and a pipe for its answers. It ends, with the trial that runs, when it is asked to or when its user has
gone.
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

# Its guard kills it before, and then needs a moment for what it has left.
_ENDS_WITHIN_SECONDS = 2.5


class HostError(RuntimeError):
    """A host that ended while a trial was running in it.

    Parameters
    ----------
    message : str
    left : tuple of str
        Names of processes that it has left, and that cannot be ended.
    """

    def __init__(self, message: str, left: tuple[str, ...]) -> None:
        super().__init__(message)
        self.left = left


class HostClosedError(RuntimeError):
    """A host that was closed while a trial was running in it."""


class Host:
    """A running host; one trial at a time.

    Parameters
    ----------
    for_networks : bool, default=False
        Whether trials begin with what networks need: loading that takes as long as all else.
    """

    def __init__(self, *, for_networks: bool = False) -> None:
        self.is_for_networks = for_networks
        self._mark, libraries = make_mark(), path_of_libraries()
        self._scratch = make_scratch()
        environ = {
            **os.environ,
            # Here, not in the trial's process: that one is forked when the libraries have read them.
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
        """It can take a trial."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def run(self, task: Task, on_stage: OnStage) -> Outcome:
        """Run a trial; as `run_in_child`.

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
            If it is closed meanwhile.
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
                # The method of an earlier trial may have removed what this host needs; another one may have it.
                left = note_unkillable(self.close())
                raise HostError(f"the trial's process could not be started: {answer.reason}", left)
        except BaseException:
            # Ctrl-C, or an error of the caller's own: the trial that runs has no one to report to.
            self.close()
            raise
        return with_remarks(answer.result, note_unkillable(_still_there(answer.left)), beside), answer.predictions

    def _next_message(self) -> Stage | Done | NotStarted:
        with self._while_it_lives():
            message: Stage | Done | NotStarted = pickle.load(self._answers)  # noqa: S301  # our own process wrote it
        return message

    @contextmanager
    def _while_it_lives(self) -> Iterator[None]:
        """Turn what a broken, or closed, pipe raises into what it means."""
        try:
            yield
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            if self._is_stopped:
                raise HostClosedError("the run was stopped") from error
            # Before it is closed, which would be the cause that is reported.
            how = self._how_it_ended()
            left = note_unkillable(self.close())
            raise HostError(f"the process that starts the trials {how}{self._why_it_ended()}", left) from error

    def _how_it_ended(self) -> str:
        try:
            return f"ended (exit code {self._process.wait(_ENDS_WITHIN_SECONDS)})"
        except subprocess.TimeoutExpired:
            return "closed its connection"

    def _why_it_ended(self) -> str:
        """Return the reason that it gave for its end, if it could give one."""
        causes = [line for line in self._printed_last().splitlines() if line.startswith(CAUSE)]
        return f": {causes[-1].removeprefix(CAUSE)}" if causes else ""

    def _printed_last(self) -> str:
        return "" if self._tail is None else self._tail.text()

    def ask_to_end(self) -> None:
        """Have the host end, with the trial that runs in it, without waiting for that."""
        self._is_stopped = True
        self._asked = self._asked or time.monotonic()
        # Its input stays open: closing that would wait for whoever writes to a host that has been stopped.
        self._process.terminate()

    def close(self) -> list[psutil.Process]:
        """End the host, and all that it has started; return what cannot be ended.

        Returns
        -------
        left : list of psutil.Process
        """
        atexit.unregister(self.close)
        self.ask_to_end()
        # Of several that were asked at once, each ends meanwhile.
        left_to_it = (self._asked or 0.0) + _ENDS_WITHIN_SECONDS - time.monotonic()
        try:
            self._process.wait(max(left_to_it, 0.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        left = end(lambda: processes_with_mark(self._mark))
        self._printed_last()
        # Whoever reads or writes in another thread has come to its end by now.
        for pipe in (self._stdin, self._answers):
            with suppress(OSError):
                pipe.close()
        self._scratch.remove()
        return left


def _still_there(pids: Iterable[int]) -> Iterator[psutil.Process]:
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            yield psutil.Process(pid)
