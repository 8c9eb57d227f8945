"""A trial's process as watched from outside: its messages, time, memory including children, and end."""

import pickle
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import psutil

from hdr_bench.experiments.measuring.memory import read_children, resident_of_children
from hdr_bench.experiments.messages import FIT, Outcome, Stage
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.quantities import format_bytes
from hdr_bench.records.result import Result, Status
from hdr_bench.records.trial import Trial

_LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class ExceededLimit:
    """Limit that a trial exceeded.

    Attributes
    ----------
    status : {"timeout", "out of memory", "crashed"}
    reason : str
    """

    status: Status
    reason: str


class Watch:
    """The limits of a running trial.

    Parameters
    ----------
    pid : int
        The trial's process.
    time_limit : float or None
        In seconds from now.
    memory_limit : int or None
        In bytes above what the process has when its fit begins.
    seconds_left : float, optional
        For one of several fits that share the time limit: the seconds available from the start of the fit. Everything
        before it has the whole limit.
    """

    def __init__(
        self, pid: int, time_limit: float | None, memory_limit: int | None, seconds_left: float | None = None
    ) -> None:
        self._pid, self._time_limit, self._memory_limit = pid, time_limit, memory_limit
        self._seconds_left, self._allowed = seconds_left, time_limit
        self._start = time.monotonic()
        self._baseline: int | None = None
        self._others = read_children() or set()

    def at(self, stage: Stage) -> None:
        """Record a stage: memory counts from the stage in which the method itself begins.

        Parameters
        ----------
        stage : Stage
        """
        if stage.resident_bytes is not None and self._memory_limit is not None:
            self._baseline = stage.resident_bytes
        if stage.name == FIT and self._seconds_left is not None:
            self._allowed, self._start = self._seconds_left, time.monotonic()

    def pause(self) -> float | None:
        """Return the seconds until the next check; None if there is nothing to check.

        Returns
        -------
        seconds : float or None
        """
        left = None if self._allowed is None else max(self._allowed - self._elapsed(), 0.0)
        if self._baseline is None:
            return left
        return _LOOK_EVERY_SECONDS if left is None else min(left, _LOOK_EVERY_SECONDS)

    def passed(self) -> ExceededLimit | None:
        """Return the limit that is currently exceeded, if any.

        Returns
        -------
        limit : ExceededLimit or None
        """
        if self._allowed is not None and self._elapsed() >= self._allowed:
            share = "" if self._allowed == self._time_limit else f", of which this fit had {self._allowed:.3g} s"
            reason = f"ended after {self._elapsed():.1f} s by the time limit of {self._time_limit or 0:g} s{share}"
            return ExceededLimit("timeout", reason)
        if self._baseline is None or self._memory_limit is None:
            return None
        # Processes started by the trial may have lost their parent, and been adopted by this process.
        adopted = (read_children() or set()) - self._others - {self._pid}
        used = sum(map(resident_bytes, (self._pid, *adopted))) - self._baseline
        if used <= self._memory_limit:
            return None
        return ExceededLimit(
            "out of memory",
            f"ended at {used / 1e6:,.0f} MB by the memory limit of {self._memory_limit / 1e6:,.0f} MB",
        )

    def _elapsed(self) -> float:
        return time.monotonic() - self._start


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and its running descendants in bytes.

    Parameters
    ----------
    pid : int
        Process ID.

    Returns
    -------
    size : int
    """
    try:
        process = psutil.Process(pid)
        return int(process.memory_info().rss) + resident_of_children(process)
    except psutil.Error:
        return 0


# Messages that a process sent before its end are in the pipe, and are read immediately.
_IS_READ_WITHIN_SECONDS = 10.0
_STRAY = (
    "the trial's process sent an invalid message; the method or a library wrote to a connection that it does not own"
)


def receive(receiver: Connection, process: Any, watch: Watch) -> Stage | Outcome | ExceededLimit:
    """Return the next message, or the limit that was exceeded meanwhile.

    Parameters
    ----------
    receiver : Connection
        Connection with something to read.
    process : multiprocessing process
        The process that sends.
    watch : Watch

    Returns
    -------
    message : Stage, Outcome or ExceededLimit

    Raises
    ------
    EOFError, OSError
        If the process ended before the message was complete.
    """
    received: list[Any] = []
    # Stray bytes may announce a message of any length that never arrives.
    reader = threading.Thread(target=_read, args=(receiver, received), daemon=True)
    reader.start()
    reader.join(_LOOK_EVERY_SECONDS)
    while not received:
        if process.exitcode is not None:
            reader.join(_IS_READ_WITHIN_SECONDS)
            break
        if passed := watch.passed():
            return passed
        reader.join(_LOOK_EVERY_SECONDS)
    content = received[0] if received else EOFError("another process holds the connection")
    if isinstance(content, EOFError | OSError):
        raise content
    if isinstance(content, Stage) or _is_outcome(content):
        return content
    return ExceededLimit("crashed", _STRAY)


def _read(receiver: Connection, received: list[Any]) -> None:
    try:
        content = receiver.recv_bytes()
    except (EOFError, OSError) as error:
        received.append(error)
        return
    try:
        received.append(pickle.loads(content))  # noqa: S301  # the trial's process runs as this user anyway
    # Bytes that are not a valid pickle may raise anything, or call anything that does.
    except BaseException:  # noqa: BLE001
        received.append(None)


def _is_outcome(content: Any) -> bool:
    if not isinstance(content, tuple) or len(content) != 2:
        return False
    result, predictions = content
    return isinstance(result, Result) and isinstance(predictions, Predictions | None)


def describe_end(trial: Trial, exit_code: int | None, stage: Stage) -> str:
    """Describe how a trial's process ended, and the most likely cause.

    Parameters
    ----------
    trial : Trial
    exit_code : int or None
        Negative for a signal; None if the process is still running without its connection to the harness.
    stage : Stage
        Stage that the trial had reached.

    Returns
    -------
    text : str
    """
    if exit_code is None:
        return f"the process closed its connection to the harness, in: {stage} (the method or a library closed it)"
    hint = ""
    if _signal_name(-exit_code) == "SIGKILL":
        hint = "; most often the kernel kills a process because the machine has run out of memory"
    elif exit_code < 0 and trial.memory_limit is not None:
        hint = (
            f"; it had a memory limit of {format_bytes(trial.memory_limit)}, at which some libraries exit the process"
        )
    elif exit_code >= 0:
        hint = "; the method or a library that it uses exited the process"
    cause = f"signal {_signal_name(-exit_code)}" if exit_code < 0 else f"exit code {exit_code}"
    return f"the process ended without a result, in: {stage} ({cause}{hint})"


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return str(number)
