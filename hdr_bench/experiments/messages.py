"""The messages of a trial's process: a method may have written anything into the same connection."""

import pickle
import threading
from multiprocessing.connection import Connection
from typing import Any

from hdr_bench.experiments.predictions import Predictions
from hdr_bench.experiments.result import Result
from hdr_bench.experiments.watch import _LOOK_EVERY_SECONDS, Ended, Watch
from hdr_bench.experiments.work import Outcome, Stage

# What a process has sent before its end is in the pipe, and read at once.
_IS_READ_WITHIN_SECONDS = 10.0
_STRAY = "its process sent what is no message of a trial's; the method, or a library, wrote to a connection not its own"


def receive(receiver: Connection, process: Any, watch: Watch) -> Stage | Outcome | Ended:
    """Return the next message, or the limit that was passed while it came.

    Parameters
    ----------
    receiver : Connection
        With something to read.
    process : multiprocessing process
        The one that sends.
    watch : Watch

    Raises
    ------
    EOFError, OSError
        If the process ended before the message was whole.
    """
    received: list[Any] = []
    # Stray bytes may announce a message of any length, which never comes.
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
    return Ended("crashed", _STRAY)


def _read(receiver: Connection, received: list[Any]) -> None:
    try:
        content = receiver.recv_bytes()
    except (EOFError, OSError) as error:
        received.append(error)
        return
    try:
        received.append(pickle.loads(content))  # noqa: S301  # the trial's process runs as this user anyway
    # Bytes that are not a pickle of ours may raise anything, or import and call anything that does.
    except BaseException:  # noqa: BLE001
        received.append(None)


def _is_outcome(content: Any) -> bool:
    if not isinstance(content, tuple) or len(content) != 2:
        return False
    result, predictions = content
    return isinstance(result, Result) and isinstance(predictions, Predictions | None)
