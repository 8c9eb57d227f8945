"""The processes that draw the figures of a large report, several at a time.

Requests and figures travel as pickles over their standard input and output, so that a report can be written from
anywhere, also from a script without a main guard. They end with the process that uses them, however that ends.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, cast

from hdr_bench.import_context import path_of_libraries
from hdr_bench.reporting.drawing.figure import Figure, PlannedFigure

READY = "ready"
"""What a process sends when it can draw."""


class DrawerEndedError(RuntimeError):
    """A process that ended while it was drawing a figure."""


class DrawerStartError(OSError):
    """A process that ended before it could draw anything."""


class Drawer:
    """A process that draws; one figure at a time.

    Raises
    ------
    OSError
        If there can be no process.
    """

    def __init__(self) -> None:
        # In its own session: the terminal's Ctrl-C goes to its user alone, who ends it.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "hdr_bench.reporting.drawing.process", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path_of_libraries())},
        )
        self._stdin, self._stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._is_ready = False

    def draw(self, planned: PlannedFigure) -> Figure:
        """Draw a figure.

        Parameters
        ----------
        planned : PlannedFigure
            What to draw.

        Returns
        -------
        figure : Figure
            Drawn, or with the reason why it could not be.

        Raises
        ------
        DrawerEndedError
            If the process ends meanwhile.
        DrawerStartError
            If it ended before.
        """
        request = pickle.dumps(planned)
        try:
            if not self._is_ready:
                self._is_ready = pickle.load(self._stdout) == READY  # noqa: S301  # as below
            self._stdin.write(request)
            self._stdin.flush()
            figure: Figure = pickle.load(self._stdout)  # noqa: S301  # our own process wrote it
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            self.kill()
            if not self._is_ready:
                raise DrawerStartError(f"a process that draws could not start ({self._cause()})") from error
            raise DrawerEndedError(f"the process that drew it ended ({self._cause()})") from error
        return figure

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process; nothing is drawn in it any more."""
        self.kill()
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):
                pipe.close()

    def _cause(self) -> str:
        code = self._process.returncode
        if code >= 0:
            return f"exit code {code}"
        with suppress(ValueError):
            return f"signal {signal.Signals(-code).name}"
        return f"signal {-code}"


class _Drawers:
    """Those of one report: each figure is drawn in an idle one, or in another that is started for it."""

    def __init__(self) -> None:
        self._idle: list[Drawer] = []
        self._all: list[Drawer] = []
        self._obstacle: Exception | None = None
        self._lock = threading.Lock()

    def draw(self, planned: PlannedFigure) -> Figure | Exception:
        """Return the figure, or what kept a process from drawing it."""
        try:
            drawer = self._take()
            figure = drawer.draw(planned)
        except DrawerEndedError as error:
            return error
        except OSError as error:
            # No other one would start.
            self._obstacle = self._obstacle or error
            return error
        with self._lock:
            self._idle.append(drawer)
        return figure

    def close(self) -> None:
        """End all of them, also while they draw."""
        with self._lock:
            self._obstacle = DrawerEndedError("the report is not written any more")
            self._idle.clear()
            for drawer in self._all:
                drawer.kill()

    def release(self) -> None:
        """Close their pipes, when nobody reads or writes them any more."""
        for drawer in self._all:
            drawer.close()

    def _take(self) -> Drawer:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if self._obstacle is not None:
                raise self._obstacle
            drawer = Drawer()
            self._all.append(drawer)
            return drawer


def draw_in_parallel(planned: Sequence[PlannedFigure], jobs: int) -> list[Figure | Exception]:
    """Draw figures in several processes at a time.

    Parameters
    ----------
    planned : sequence of PlannedFigure
        What to draw.
    jobs : int
        Number of processes.

    Returns
    -------
    outcomes : list of Figure or Exception
        In the place of a figure that could not be drawn the reason: a `DrawerEndedError` if its process ended, which
        may be the figure's own fault or not, otherwise an `OSError`, since no process could be started for it.
    """
    # The kernel ends a process with the thread that started it: these threads stay until all have been ended.
    drawers, pool = _Drawers(), ThreadPoolExecutor(jobs, "hdr-bench-drawing")
    try:
        return list(pool.map(drawers.draw, planned))
    finally:
        drawers.close()
        pool.shutdown(cancel_futures=True)
        drawers.release()


def draw_in_own_process(planned: PlannedFigure) -> Figure:
    """Draw a figure in its own process.

    Parameters
    ----------
    planned : PlannedFigure
        What to draw.

    Returns
    -------
    figure : Figure

    Raises
    ------
    DrawerEndedError
        If the process ends before it is drawn.
    OSError
        If no process can be started.
    """
    drawer = Drawer()
    try:
        return drawer.draw(planned)
    finally:
        drawer.close()
