"""The process of a retraining from the server's side: its messages, its limits, its exit."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.experiments.processes.watch import resident_bytes

_LOG = "log.txt"
_LOOK_EVERY_SECONDS = 1.0
_LAST_CHARACTERS = 300


@dataclass(frozen=True)
class Limits:
    """Limits of a retraining.

    Attributes
    ----------
    seconds : float
        Time limit, two hours by default: an epoch of the embedded network on MNIST takes half a minute on one thread,
        and a support vector machine is fitted to all of MNIST in minutes.
    n_bytes : int
        Limit of resident memory. The embedded network on MNIST takes about 1 GB.
    """

    seconds: float = 7_200
    n_bytes: int = 4_000_000_000


@dataclass(frozen=True)
class Progress:
    """Progress of a retraining.

    Attributes
    ----------
    stage : str
        Stage, in words.
    epoch, n_epochs : int
        Epochs of a network.
    """

    stage: str
    epoch: int = 0
    n_epochs: int = 0


async def run_child(folder: Path, limits: Limits, on_progress: Callable[[Progress], object]) -> str:
    """Run the process of a retraining; it is stopped with this coroutine, even if that is cancelled.

    Parameters
    ----------
    folder : Path
        Folder with its input.
    limits : Limits
    on_progress : callable
        Called with each `Progress`.

    Returns
    -------
    failure : str
        Why there is no result; empty on success.

    Raises
    ------
    OSError
        If the process cannot be started.
    """
    with (folder / _LOG).open("wb") as log:
        # -P: import nothing from the working folder. The process stays in the server's session, since a lower priority
        # only has an effect within a session.
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "hdr_bench.web.retraining.child",
            str(folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    watching = asyncio.create_task(_watch(process, limits))
    try:
        failure = await _listen(process, on_progress)
        code = await process.wait()
        if watching.done():
            return watching.result()
        return failure or ("" if code == 0 else _describe_end(code, folder / _LOG))
    finally:
        watching.cancel()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _listen(process: asyncio.subprocess.Process, on_progress: Callable[[Progress], object]) -> str:
    """Read messages until the process exits; return the error that it reported."""
    failure = ""
    if process.stdout is None:
        return failure
    async for line in process.stdout:
        # Anything the interpreter prints at start is not a message.
        with suppress(ValueError, TypeError):
            message = json.loads(line)
            if "error" in message:
                failure = str(message["error"])
            else:
                on_progress(Progress(**message))
    return failure


async def _watch(process: asyncio.subprocess.Process, limits: Limits) -> str:
    """Kill the process at a limit; return which one it was."""
    loop = asyncio.get_running_loop()
    end = loop.time() + limits.seconds
    while loop.time() < end:
        used = await asyncio.to_thread(resident_bytes, process.pid)
        if used > limits.n_bytes:
            _kill(process)
            return f"It was killed at {used / 1e6:,.0f} MB, by the memory limit of {limits.n_bytes / 1e6:,.0f} MB."
        await asyncio.sleep(min(_LOOK_EVERY_SECONDS, max(end - loop.time(), 0)))
    _kill(process)
    return f"It was killed by the time limit of {limits.seconds:,.0f} s."


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def _describe_end(code: int, log: Path) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        hint = ", most often by the kernel when the machine runs out of memory" if name == "SIGKILL" else ""
        return f"Its process was killed by {name}{hint}."
    # Without a message, it did not reach its own code, or could not write.
    said = log.read_text(errors="replace").strip()[-_LAST_CHARACTERS:]
    return f"Its process exited without a result (exit code {code}). {said}".strip()
