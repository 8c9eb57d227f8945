"""The process that trials are started from: of its own, so that a trial's child imports nothing of its caller's.

It may be used from anywhere: from a script without a main guard, from a notebook, from Dask's workers, which are
daemonic and may have no children by multiprocessing. It speaks by pickles over its standard input and output, and ends,
with the trial that runs, when its input closes: so whatever happens to its user, nothing stays.
"""

import atexit
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.util import Finalize
from pathlib import Path
from typing import IO, Any, cast

import psutil

from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.place import Place
from hdr_bench.experiments.thread_waiting import thread_waiting
from hdr_bench.experiments.work import OnStage, Outcome, Stage, Work
from hdr_bench.files import clear_leftovers

_ENDS_WITHIN_SECONDS = 1.5
_running: set["Host"] = set()
_FOLDER, _LONGEST_FOLDER = "hdr-bench-", 75


class HostError(RuntimeError):
    """A host that ended while a trial was running in it."""


class HostClosedError(RuntimeError):
    """A host that was told to end while a trial was running in it."""


class Host:
    """A running host; one trial at a time."""

    def __init__(self) -> None:
        self._folder = _own_folder()
        # In a session of its own: the terminal's Ctrl-C goes to the runner alone. -P: what lies in the working folder
        # is imported only where the caller would.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hdr_bench.experiments.host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={
                **os.environ,
                # Here, not in the trial's process: that one is forked when the libraries have read them.
                **thread_waiting(os.environ),
                **({"TMPDIR": self._folder} if self._folder else {}),
                "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
            },
        )
        self._stdin, self._stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._is_stopped = self._is_busy = False
        _running.add(self)
        atexit.register(self.close)

    @property
    def is_running(self) -> bool:
        """It can take a trial."""
        return self._process.poll() is None

    def run(self, work: Work, on_stage: OnStage) -> Outcome:
        """Run a trial; as `run_in_child`.

        Raises
        ------
        HostError
            If the host ends.
        HostClosedError
            If it is closed meanwhile.
        """
        self._is_busy = True
        try:
            with self._while_it_lives():
                pickle.dump((work.place or Place.here(), work), self._stdin)
                self._stdin.flush()
            while isinstance(answer := self._next_message(), Stage):
                on_stage(answer)
        except BaseException:
            # Ctrl-C, or an error of the caller's own: the trial that runs has no one to report to.
            self.close()
            raise
        finally:
            self._is_busy = False
        outcome: Outcome = answer
        return outcome

    def _next_message(self) -> Stage | Outcome:
        with self._while_it_lives():
            message: Stage | Outcome = pickle.load(self._stdout)  # noqa: S301  # our own process wrote it
        return message

    @contextmanager
    def _while_it_lives(self) -> Iterator[None]:
        """Turn what a broken, or closed, pipe raises into what it means."""
        try:
            yield
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            if self._is_stopped:
                raise HostClosedError("the run was stopped") from error
            self.close()
            code = self._process.returncode
            raise HostError(f"the process that starts the trials ended (exit code {code})") from error

    def close(self) -> None:
        """End the host, and the trial that runs in it."""
        self._is_stopped = self._is_busy
        atexit.unregister(self.close)
        _running.discard(self)
        with suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(_ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Whoever reads in another thread has come to its end by now.
        with suppress(OSError):
            self._stdout.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def close_if_idle(self) -> None:
        """End the host where no trial runs in it."""
        if not self._is_busy:
            self.close()


def clear_hosts_leftovers() -> None:
    """Remove the temporary files of hosts whose user was killed, and who were killed with it."""
    clear_leftovers(Path(tempfile.gettempdir()), _FOLDER)


def data_folder() -> "tempfile.TemporaryDirectory[str]":
    """Make a folder for a data set that trials are given; should this process be killed, a later run removes it."""
    return tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-")


def _own_folder() -> str:
    """Make a folder for all temporary files of a host and its trials; nothing where its name would be too long.

    The fork server listens on a socket in it, whose whole path has 107 characters at most.
    """
    folder = tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-")
    if len(folder) <= _LONGEST_FOLDER:
        return folder
    Path(folder).rmdir()
    return ""


class _Seat(threading.local):
    """The host of a thread."""

    host: Host | None = None


_seat = _Seat()


def run_in_host(work: Work, on_stage: OnStage) -> Outcome:
    """Run a trial in this thread's host, which is started where there is none yet."""
    return this_threads_host().run(work, on_stage)


def this_threads_host() -> Host:
    """Return this thread's host; it is started where there is none that runs."""
    if _seat.host is None or not _seat.host.is_running:
        _seat.host = Host()
    return _seat.host


def close_idle_hosts() -> None:
    """End every host of this process in which no trial runs."""
    for host in tuple(_running):
        host.close_if_idle()


def _serve() -> None:
    """Run what comes on standard input, and answer on standard output."""
    from hdr_bench.experiments.worker import run_in_child, start_fork_server

    if Path(tempfile.gettempdir()).name.startswith(_FOLDER):
        # Whoever made the folder may be gone by then. Multiprocessing's own, in it, goes before, at -100.
        Finalize(None, shutil.rmtree, args=(tempfile.gettempdir(), True), exitpriority=-200)
    # Whatever prints here must not come between the answers, and no child may read the requests.
    answers, requests = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    # In a shell's background the interpreter starts without a handler.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_read, args=(requests, asked), daemon=True).start()

    def answer(message: Stage | Outcome) -> None:
        pickle.dump(message, answers)
        answers.flush()

    # The end of the requests interrupts whatever is done here, a trial included.
    try:
        start_fork_server()
        machine = read_environment()
        while True:
            place, work = asked.get()
            answer(run_in_child(work, place, machine, answer))
    except (KeyboardInterrupt, BrokenPipeError):
        # A fork server that still imports its libraries would notice only afterwards.
        children = psutil.Process().children(recursive=True)
        for child in children:
            with suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(children, timeout=_ENDS_WITHIN_SECONDS)


def _read(requests: IO[bytes], asked: "queue.Queue[Any]") -> None:
    try:
        with suppress(EOFError, OSError):
            while True:
                asked.put(pickle.load(requests))  # noqa: S301  # our own user wrote it
    finally:
        # Whatever went wrong: who cannot read any more must not stay.
        os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    _serve()
