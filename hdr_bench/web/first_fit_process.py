"""The process that fits the first models, from the server's side."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.models.model_file import ENDING

_LOG = "log.txt"
_LAST_CHARACTERS = 300
# Libraries read these variables at import.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Fit:
    """Outcome of fitting a method.

    Attributes
    ----------
    method : str
    path : Path
        The model file.
    failure : str
        Why there is no file; empty if there is one.
    """

    method: str
    path: Path
    failure: str = ""


async def run_fits(methods: Sequence[str], folder: Path, on_fit: Callable[[Fit], Awaitable[None]]) -> None:
    """Fit methods one after the other in another process, which is stopped with this coroutine.

    If the process dies, the method being fitted has failed, and a new process continues with the remaining ones.

    Parameters
    ----------
    methods : sequence of str
    folder : Path
        Where the model files are written.
    on_fit : callable
        Awaited after each method, in order.

    Raises
    ------
    OSError
        If the process cannot be started.
    """
    remaining = list(methods)
    while remaining:
        with (folder / _LOG).open("wb") as log:
            # -P: import nothing from the working folder. The process stays in the server's session, since a lower
            # priority only has an effect within a session.
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "hdr_bench.web.first_fit",
                str(folder),
                *remaining,
                env=os.environ | _ONE_THREAD,
                # Stays open for as long as the process should live.
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        try:
            await _follow(process, remaining, folder, on_fit)
            code = await process.wait()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if remaining:
            method = remaining.pop(0)
            await on_fit(Fit(method, _path(folder, method), _describe_end(code, folder / _LOG)))


async def _follow(
    process: asyncio.subprocess.Process, remaining: list[str], folder: Path, on_fit: Callable[[Fit], Awaitable[None]]
) -> None:
    """Remove each reported method from the remaining ones, until the process exits."""
    if process.stdout is None:
        return
    async for line in process.stdout:
        try:
            message = json.loads(line)
            method, failure = str(message["method"]), str(message["failure"])
        except (ValueError, TypeError, KeyError):
            # Anything the interpreter prints at start is not a message.
            continue
        if method in remaining:
            remaining.remove(method)
            await on_fit(Fit(method, _path(folder, method), failure))


def _path(folder: Path, method: str) -> Path:
    return folder / f"{method}{ENDING}"


def _describe_end(code: int, log: Path) -> str:
    if code < 0:
        return f"its process was killed by {signal.Signals(-code).name}"
    said = log.read_text(errors="replace").strip()[-_LAST_CHARACTERS:]
    return f"its process exited without a model (exit code {code}). {said}".strip()
