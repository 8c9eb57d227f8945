"""Server in a host, which runs trials from its standard input and replies.

It ends, with everything that it has started, when its input ends, its parent has gone, or on SIGTERM, SIGINT or SIGHUP.
"""

import os
import pickle
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from typing import IO, Any

import psutil

from hdr_bench.error_text import describe_error
from hdr_bench.experiments.messages import CAUSE, Done, NotStarted, OnStage, Stage, Task
from hdr_bench.experiments.processes.leftovers import children, end, is_running, is_tracker, processes_with_mark
from hdr_bench.experiments.processes.worker import NotStartedError, run_in_child, start_fork_server
from hdr_bench.import_context import ImportContext
from hdr_bench.process_tree import MARK, adopt_orphans, wake_with_parent
from hdr_bench.records.environment import read_environment
from hdr_bench.records.failures import describe_failure


class Trials:
    """The trials of this host process."""

    def __init__(self) -> None:
        with _without_warnings():
            resource_tracker.ensure_running()
        start_fork_server()
        self._machine = read_environment()
        self._find = _find_below()
        # The fork server and the tracker; no trial has run yet, so there is nothing else.
        self._servers = self._find()
        self._left: list[psutil.Process] = []

    def run(self, context: ImportContext, task: Task, on_stage: OnStage) -> Done | NotStarted:
        """Run a trial as `run_in_child` does, then end everything that it has left running.

        Parameters
        ----------
        context : ImportContext
            Context in which to run the trial.
        task : Task
        on_stage : callable
            Called with each stage of the trial.

        Returns
        -------
        answer : Done or NotStarted

        Raises
        ------
        SystemExit
            If the fork server or the tracker was killed by this trial, which is then lost, or by the previous one.
        """
        self._check_servers()
        self._end_what_is_left()
        try:
            result, predictions = run_in_child(task, context, self._machine, on_stage)
        except NotStartedError as error:
            self._check_servers()
            return NotStarted(describe_failure(error.__cause__ or error))
        if result.status == "crashed":
            self._check_servers()
        return Done(result, predictions, tuple(process.pid for process in self._end_what_is_left()))

    def _check_servers(self) -> None:
        if not all(map(is_running, self._servers)):
            raise SystemExit("the process that trials are forked from, or the tracker of what they share, was killed")
        for process in self._servers:
            # A trial may have stopped the fork server; the next one would wait for it forever.
            with suppress(psutil.Error):
                process.resume()

    def _end_what_is_left(self) -> list[psutil.Process]:
        """Kill all processes but the servers and known unkillable ones; return those that cannot be killed now."""
        spared = [*self._servers, *self._left]
        left = end(lambda: [process for process in self._find() if process not in spared])
        self._left += left
        return left


def _find_below() -> Callable[[], list[psutil.Process]]:
    """Return a function that finds everything this host has started; orphans are found by their mark elsewhere."""
    mark = os.environ.get(MARK)
    return children if adopt_orphans() or mark is None else lambda: processes_with_mark(mark)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Silence warnings of a process started in the block about shared memory left by killed trials."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


_LOOKS_FOR_ITS_PARENT_EVERY_SECONDS = 1.0
_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")
_STANDARD_STREAMS = 2
"""Last file descriptor of the standard streams."""


def say_why(error: BaseException) -> None:
    """Report on standard error why this process ends; the user sees that line, without a traceback.

    Parameters
    ----------
    error : BaseException
    """
    cause = str(error) if isinstance(error, SystemExit) else describe_error(error)
    sys.stderr.write(f"{CAUSE}{cause}\n")
    sys.stderr.flush()


class _End:
    """End of this host, its descendants and its files; runs once, in whichever thread requests it first."""

    def __init__(self, folders: list[str]) -> None:
        self._folders, self._once = folders, threading.Lock()

    @property
    def has_begun(self) -> bool:
        return self._once.locked()

    def __call__(self, code: int = 0) -> None:
        if not self._once.acquire(blocking=False):
            return
        try:
            # The main thread and resource trackers may still print complaints.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            # Trackers end by themselves when this process does.
            end(lambda: [process for process in children() if not is_tracker(process)])
            for folder in self._folders:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os._exit(code)


def serve(parent: int, answers_to: int, folders: list[str]) -> None:
    """Run requests from standard input and reply on a file descriptor; does not return.

    Parameters
    ----------
    parent : int
        Process with which this one ends.
    answers_to : int
        File descriptor for replies.
    folders : list of str
        Folders to remove at the end.
    """
    ending = _End(folders)
    try:
        for name in _SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: ending())
        adopt_orphans()
        # A stopped host would not notice that its parent has gone.
        wake_with_parent()
        # Output must not mix with replies, and no child may inherit them or read the requests.
        answers, requests = os.fdopen(os.dup(answers_to), "wb"), os.fdopen(os.dup(0), "rb")
        if answers_to > _STANDARD_STREAMS:
            os.close(answers_to)
        os.dup2(2, 1)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 0)
        asked: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=_read, args=(requests, asked, ending), daemon=True).start()
        threading.Thread(target=_look_for, args=(parent, ending), daemon=True).start()
        _run_trials(asked, answers)
    except BaseException as error:  # noqa: BLE001  # nothing may be left behind
        # If the fork server was killed, its pipes close; the trial runs again in another host, which reports the rest.
        if not ending.has_begun and not isinstance(error, ConnectionError | EOFError):
            say_why(error)
        ending(1)
    # Another thread is already ending it.
    threading.Event().wait()


def _read(requests: IO[bytes], asked: "queue.Queue[Any]", ending: _End) -> None:
    try:
        while True:
            asked.put(pickle.load(requests))  # noqa: S301  # our own user wrote it
    except (EOFError, OSError):
        ending()
    except BaseException as error:  # noqa: BLE001  # without requests, the host must end
        say_why(error)
        ending(1)


def _look_for(parent: int, ending: _End) -> None:
    """End when the parent has gone; the input stays open if another process has inherited its other end."""
    while os.getppid() == parent:
        time.sleep(_LOOKS_FOR_ITS_PARENT_EVERY_SECONDS)
    ending()


def _run_trials(asked: "queue.Queue[Any]", answers: IO[bytes]) -> None:

    def answer(message: Stage | Done | NotStarted) -> None:
        pickle.dump(message, answers)
        answers.flush()

    trials = Trials()
    while True:
        context, task = asked.get()
        answer(trials.run(context, task, answer))
