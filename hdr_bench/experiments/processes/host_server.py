"""Server in a host: it runs the trials that come on its standard input, and answers.

It ends, with all that it has started, when its input ends, when its parent has gone, or by SIGTERM, SIGINT or SIGHUP.
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

    def run(self, context: ImportContext, task: Task, on_stage: OnStage) -> Done | NotStarted:
        """Run a trial as `run_in_child`; then end what it has left running.

        Parameters
        ----------
        context : ImportContext
            Context that the trial runs in.
        task : Task
        on_stage : callable
            Called with each stage of the trial.

        Returns
        -------
        answer : Done or NotStarted

        Raises
        ------
        SystemExit
            If the process that trials are forked from, or the tracker, was killed: by this trial, which is lost, or
            by the one before.
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
    return children if adopt_orphans() or mark is None else lambda: processes_with_mark(mark)


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


_LOOKS_FOR_ITS_PARENT_EVERY_SECONDS = 1.0
_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")
_STANDARD_STREAMS = 2
"""Last file descriptor of the standard streams."""


def say_why(error: BaseException) -> None:
    """Tell the process that reads standard error why this one ends; its user is shown that line, and no traceback.

    Parameters
    ----------
    error : BaseException
    """
    cause = str(error) if isinstance(error, SystemExit) else describe_error(error)
    sys.stderr.write(f"{CAUSE}{cause}\n")
    sys.stderr.flush()


class _End:
    """The end of this host, of all below it, and of its files; once, in whichever thread it is asked for first."""

    def __init__(self, folders: list[str]) -> None:
        self._folders, self._once = folders, threading.Lock()

    @property
    def has_begun(self) -> bool:
        return self._once.locked()

    def __call__(self, code: int = 0) -> None:
        if not self._once.acquire(blocking=False):
            return
        try:
            # The main thread, and resource trackers, may say what they think of it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            # Trackers end by themselves, when this process does.
            end(lambda: [process for process in children() if not is_tracker(process)])
            for folder in self._folders:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os._exit(code)


def serve(parent: int, answers_to: int, folders: list[str]) -> None:
    """Run what comes on standard input, and answer on a file descriptor; does not return.

    Parameters
    ----------
    parent : int
        The process whose end is this one's too.
    answers_to : int
        The file descriptor.
    folders : list of str
        Removed at the end.
    """
    ending = _End(folders)
    try:
        for name in _SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: ending())
        adopt_orphans()
        # A host that is stopped could not see that its parent has gone.
        wake_with_parent()
        # Whatever prints here must not come between the answers, and no child may hold them, or read the requests.
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
    except BaseException as error:  # noqa: BLE001  # whatever it is, nothing may stay
        # A fork server that was killed ends its pipes; the trial runs again in another host, which says the rest.
        if not ending.has_begun and not isinstance(error, ConnectionError | EOFError):
            say_why(error)
        ending(1)
    # Another thread is at it.
    threading.Event().wait()


def _read(requests: IO[bytes], asked: "queue.Queue[Any]", ending: _End) -> None:
    try:
        while True:
            asked.put(pickle.load(requests))  # noqa: S301  # our own user wrote it
    except (EOFError, OSError):
        ending()
    except BaseException as error:  # noqa: BLE001  # who cannot read any more must not stay
        say_why(error)
        ending(1)


def _look_for(parent: int, ending: _End) -> None:
    """End when the parent has gone; the input stays open if another process has inherited the other end."""
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
