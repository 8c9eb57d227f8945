"""A trial in a child process: whatever happens to the child, the runner gets a result."""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Any

from hdr_bench.datasets.home import data_folders
from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.measure import measure_trial, utc_now
from hdr_bench.experiments.trial import Predictions, Result, Trial

_PRELOAD = "hdr_bench.experiments.preload"
_ENDS_WITHIN_SECONDS = 10.0


def run_in_child(trial: Trial, on_step: Callable[[str], None]) -> tuple[Result, Predictions | None]:
    """Run a trial in a process of its own, and return what came out.

    Parameters
    ----------
    trial : Trial
    on_step : callable
        Told the name of each step as it begins.

    Returns
    -------
    result : Result
        With status ``"failed"`` where an exception was raised, ``"crashed"`` where the process ended without a word.
    predictions : Predictions or None
        None unless the trial went well.
    """
    context = process_context()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(trial, sender, data_folders()), daemon=False)
    process.start()
    sender.close()
    try:
        answer = _listen(receiver, process, on_step)
        process.join(_ENDS_WITHIN_SECONDS)
    finally:
        if process.is_alive():
            process.kill()
        process.join()
        receiver.close()
    return answer if answer is not None else (_crashed(trial, process.exitcode), None)


def process_context() -> ForkServerContext | SpawnContext:
    """Return how children start: from a fork server that has the heavy libraries loaded, else spawned."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOAD])
    return context


def _listen(
    receiver: Connection, process: Any, on_step: Callable[[str], None]
) -> tuple[Result, Predictions | None] | None:
    """Take messages until the result comes, or the process ends."""
    while True:
        ready = wait([receiver, process.sentinel])
        if receiver not in ready:
            return None
        try:
            kind, content = receiver.recv()
        except EOFError:
            return None
        if kind == "result":
            return content
        on_step(content)


def _child(trial: Trial, sender: Connection, folders: dict[str, str]) -> None:
    # A fork server keeps the environment that it began with.
    os.environ.update(folders)
    # The terminal sends Ctrl-C to every process of the group; the runner decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_runner, daemon=True).start()
    try:
        answer: tuple[Result, Predictions | None] = measure_trial(trial, lambda step: sender.send(("step", step)))
    except Exception as error:  # noqa: BLE001  # whatever a method raises is a row of the results
        answer = (_failed(trial, error), None)
    sender.send(("result", answer))


def _end_with_the_runner() -> None:
    """End this process when the runner is gone, even by ``kill -9``: its end of a pipe closes then."""
    runner = multiprocessing.parent_process()
    if runner is not None:
        wait([runner.sentinel])
        os._exit(1)


def _failed(trial: Trial, error: Exception) -> Result:
    return Result(
        key=trial.key,
        trial=trial,
        status="failed",
        error=f"{type(error).__name__}: {error}".strip().replace("\n", " "),
        traceback=traceback.format_exc(),
        finished=utc_now(),
        environment=read_environment(),
    )


def _crashed(trial: Trial, exit_code: int | None) -> Result:
    code = exit_code or 0
    hint = '; a script that calls run_suite needs `if __name__ == "__main__":` around it' if code == 1 else ""
    cause = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return Result(
        key=trial.key,
        trial=trial,
        status="crashed",
        error=f"the process ended without a result: {cause}{hint}",
        finished=utc_now(),
        environment=read_environment(),
    )
