"""A reading process as the server sees it: started, asked, ended, and started again after a crash."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from hdr_bench.exceptions import ServerError
from hdr_bench.web.recognition.requests import Outcome, Request

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ProcessDiedError(ServerError):
    """The process crashed, or took too long and was killed; what it was asked is lost."""


class TooSlowError(ProcessDiedError):
    """A process that was killed because its request took too long."""


class ReadingProcess:
    """One process; a single thread at a time asks it.

    Parameters
    ----------
    most_pixels : int
        Larger pictures are refused.
    """

    def __init__(self, most_pixels: int) -> None:
        self._most_pixels = most_pixels
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Its process id; None while it is not running."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process, if it is not running: it imports what it needs meanwhile."""
        if self._process is None:
            self._start()

    def ask(self, request: Request, seconds: float) -> list[Outcome]:
        """Ask the process, starting it if it is not running.

        Parameters
        ----------
        request : Request
        seconds : float
            After which the process is killed.

        Returns
        -------
        outcomes : list of Outcome

        Raises
        ------
        ProcessDiedError
            If it died, or took too long (`TooSlowError`).
        """
        if self._process is not None and not self._process.is_alive():
            # It was killed while it had nothing to do, e.g. for the machine's memory: no request is lost by that.
            self.end()
        connection = self._start() if self._connection is None else self._connection
        try:
            connection.send(request)
            if not connection.poll(seconds):
                raise TooSlowError(f"the picture took longer than {seconds:.0f} seconds to read; send a simpler one")
            outcomes: list[Outcome] = connection.recv()
        except (EOFError, OSError) as error:
            self.end()
            raise ProcessDiedError("the process that read the picture died; send the picture again") from error
        except ProcessDiedError:
            self.end()
            raise
        return outcomes

    def end(self) -> None:
        """Kill the process, if it is running."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None

    def _start(self) -> Connection:
        # A forked server would take locks and sockets along.
        context = get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_run, args=(there, self._most_pixels), daemon=True)
        with _one_thread(), _without_interrupts():
            process.start()
        there.close()
        self._process, self._connection = process, here
        return here


def _run(connection: Connection, most_pixels: int) -> None:
    # The server itself needs none of what reads pictures.
    from hdr_bench.web.recognition.worker import run_worker

    run_worker(connection, most_pixels)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let the process start with Ctrl+C blocked, which reaches all of a terminal's: the server ends this one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # When it starts, it lets signals through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the process's libraries start with one thread: they read these names while they are imported."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
