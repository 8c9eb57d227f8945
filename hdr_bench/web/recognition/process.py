"""A reading process from the server's side: started, queried, stopped, and restarted after a crash."""

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
    """The process crashed, or took too long and was killed; its request is lost."""


class TooSlowError(ProcessDiedError):
    """The process was killed because its request took too long."""


class ReadingProcess:
    """One process, used by a single thread at a time.

    Parameters
    ----------
    most_pixels : int
        Largest accepted picture.
    """

    def __init__(self, most_pixels: int) -> None:
        self._most_pixels = most_pixels
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Process id; None while it is not running."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process if it is not running, so that it can import its modules."""
        if self._process is None:
            self._start()

    def ask(self, request: Request, seconds: float) -> list[Outcome]:
        """Send a request to the process, starting it if it is not running.

        Parameters
        ----------
        request : Request
        seconds : float
            Time limit, after which the process is killed.

        Returns
        -------
        outcomes : list of Outcome

        Raises
        ------
        ProcessDiedError
            If it died, or took too long (`TooSlowError`).
        """
        if self._process is not None and not self._process.is_alive():
            # It was killed while idle, e.g. because the machine ran out of memory; no request is lost.
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
        # A forked process would inherit the server's locks and sockets.
        context = get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_run, args=(there, self._most_pixels), daemon=True)
        with _one_thread(), _without_interrupts():
            process.start()
        there.close()
        self._process, self._connection = process, here
        return here


def _run(connection: Connection, most_pixels: int) -> None:
    # Imported in the child only: the server itself does not read pictures.
    from hdr_bench.web.recognition.worker import run_worker

    run_worker(connection, most_pixels)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start the process with Ctrl+C blocked, since it reaches all processes of a terminal; the server stops it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # The process unblocks signals once it has started.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limit the process's libraries to one thread; they read these variables at import."""
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
