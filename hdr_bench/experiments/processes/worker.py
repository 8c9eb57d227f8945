"""A trial in a child process with limits, which yields a result whatever happens to the child."""

import faulthandler
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.util import get_temp_dir
from pathlib import Path
from typing import Any

import psutil

from hdr_bench.experiments.measuring.memory import is_out_of_memory
from hdr_bench.experiments.messages import OnStage, Outcome, Stage, Task
from hdr_bench.experiments.processes.leftovers import end, tree_of
from hdr_bench.experiments.processes.scratch import fits_socket
from hdr_bench.experiments.processes.tail import Tail
from hdr_bench.experiments.processes.thread_wait_policy import thread_wait_variables
from hdr_bench.experiments.processes.watch import ExceededLimit, Watch, describe_end, receive
from hdr_bench.import_context import ImportContext
from hdr_bench.names import shorten, visible_prose
from hdr_bench.process_tree import MARK, end_with_parent
from hdr_bench.records.environment import Environment, utc_now
from hdr_bench.records.failures import describe_failure, describe_traceback
from hdr_bench.records.quantities import format_bytes
from hdr_bench.records.result import Result, Status
from hdr_bench.records.trial import Trial

_PRELOAD = "hdr_bench.experiments.processes.preload"
_ENDS_WITHIN_SECONDS = 10.0
# A process that ends closes its connection shortly before its exit code is available.
_HAS_A_CODE_WITHIN_SECONDS = 1.0
_TEMPORARY = ("TMPDIR", "TEMP", "TMP", "JOBLIB_TEMP_FOLDER")
_LOG_LINES, _LONGEST_LOG = 30, 65_536


class NotStartedError(RuntimeError):
    """Error for a trial's process that could not be started; its cause gives the reason."""


def run_in_child(task: Task, context: ImportContext, machine: Environment, on_stage: OnStage) -> Outcome:
    """Run a trial in its own process within its limits, and return the outcome.

    Parameters
    ----------
    task : Task
    context : ImportContext
        Working folder, import path and environment of the child.
    machine : Environment
        Description of the machine.
    on_stage : callable
        Called with each stage of the trial.

    Returns
    -------
    result : Result
        With status ``"failed"`` if an exception was raised, ``"timeout"`` or ``"out of memory"`` if a limit was
        exceeded, ``"crashed"`` if the process ended without a result.
    predictions : Predictions or None
        None if the trial failed.

    Raises
    ------
    NotStartedError
        If the process cannot be started.
    """
    start = time.monotonic()
    with _starting():
        scratch = tempfile.TemporaryDirectory(prefix="trial-", ignore_cleanup_errors=True)
    with scratch as folder:
        result, predictions = _supervise(task, context, machine, Path(folder), on_stage)
    measured = {"seconds": time.monotonic() - start, "n_concurrent": task.n_concurrent}
    return result.model_copy(update=measured), predictions


def process_context() -> ForkServerContext | SpawnContext:
    """Return how to start children: forked from a server with the large libraries loaded, or else spawned.

    Returns
    -------
    context : multiprocessing.context.BaseContext
    """
    # macOS has fork, but its system libraries do not support it.
    can_fork = sys.platform != "darwin" and "forkserver" in multiprocessing.get_all_start_methods()
    # A fork server listens on a socket.
    if not can_fork or not fits_socket(get_temp_dir()):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOAD])
    return context


def start_fork_server() -> None:
    """Start the fork server, and wait until it has loaded its libraries, so that no trial's time includes that."""
    process = process_context().Process(target=int)
    process.start()
    process.join()


def _supervise(task: Task, context: ImportContext, machine: Environment, scratch: Path, on_stage: OnStage) -> Outcome:
    processes = process_context()
    with _starting():
        receiver, sender = processes.Pipe(duplex=False)
        printed, output = processes.Pipe(duplex=False)
        process = processes.Process(target=_child, args=(task, context, machine, sender, output, scratch), daemon=False)
        process.start()
    # Look it up now, as its ID may later belong to another process.
    trial = _find_process(process.pid)
    sender.close()
    output.close()
    last, tail = [Stage("start")], Tail(printed)

    def note(stage: Stage) -> None:
        last[0] = stage
        on_stage(stage)

    watch = Watch(process.pid or 0, task.trial.time_limit, task.trial.memory_limit, task.seconds_left)
    try:
        answer = _listen(receiver, process, watch, note)
        if not isinstance(answer, ExceededLimit):
            process.join(_HAS_A_CODE_WITHIN_SECONDS if answer is None else _ENDS_WITHIN_SECONDS)
        # Before it is killed, which would otherwise be reported as the cause.
        exit_code = process.exitcode
    finally:
        # Including processes that the trial itself has started and left behind.
        _end_with_its_own(process, trial)
        receiver.close()
        text = tail.text()
    if isinstance(answer, tuple):
        result, predictions = answer
        if result.status == "out of memory":
            result = result.model_copy(update={"error": f"{result.error}, in: {last[0]}"})
        return result, predictions
    if answer is not None:
        return _result_without_scores(task.trial, answer.status, f"{answer.reason}, in: {last[0]}", machine), None
    return _result_without_scores(
        task.trial, "crashed", describe_end(task.trial, exit_code, last[0]), machine, _last_lines(text)
    ), None


@contextmanager
def _starting() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotStartedError("the trial's process could not be started") from error


def _find_process(pid: int | None) -> psutil.Process | None:
    """Return a process; None if it has already ended."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid)
    return None


def _end_with_its_own(process: Any, trial: psutil.Process | None) -> None:
    """End a trial's process and everything that it started, immediately."""
    if trial is not None:
        known = tree_of(trial)
        end(lambda: known | tree_of(trial))
    process.join(_ENDS_WITHIN_SECONDS)


def _listen(receiver: Connection, process: Any, watch: Watch, on_stage: OnStage) -> Outcome | ExceededLimit | None:
    """Receive messages until the result arrives, the process ends (None), or a limit is exceeded."""
    while True:
        ready = wait([receiver, process.sentinel], timeout=watch.pause())
        if receiver in ready:
            try:
                content = receive(receiver, process, watch)
            # An incomplete message is left when its sender dies.
            except (EOFError, OSError):
                return None
            if not isinstance(content, Stage):
                return content
            watch.at(content)
            on_stage(content)
        elif ready:
            return None
        if passed := watch.passed():
            return passed


def _child(
    task: Task, context: ImportContext, machine: Environment, sender: Connection, output: Connection, scratch: Path
) -> None:
    # The fork server has it. A host, which starts trials without running any, starts a second faster without it.
    from hdr_bench.experiments.measuring.images_for_others import make_images_for_others
    from hdr_bench.experiments.measuring.measure import measure_trial

    # Its own session, so that it ends with everything that it starts, and Ctrl-C goes only to the runner.
    if hasattr(os, "setsid"):
        os.setsid()
    _end_with_the_host()
    mark = {name: value for name, value in os.environ.items() if name == MARK}
    _print_to(output)
    try:
        context.apply()
        os.environ.update({**dict.fromkeys(_TEMPORARY, str(scratch)), **mark})
        # For libraries that only the trial loads, and for processes that it starts.
        os.environ.update(thread_wait_variables(os.environ))
        tempfile.tempdir = None
        folder = Path(task.folder) if task.folder else None
        carry_out = make_images_for_others if task.makes else measure_trial
        answer: Outcome = carry_out(task, folder, machine, _sending(sender))
    except BaseException as error:  # noqa: BLE001  # anything a method raises, even `SystemExit`, becomes a row of the results
        answer = (_failed_result(task.trial, error, machine), None)
    try:
        sender.send(answer)
    except OSError:
        # The method has closed the connection, which the host notices, reports, and ends this process.
        time.sleep(_ENDS_WITHIN_SECONDS)
        raise


def _sending(sender: Connection) -> Callable[[Stage], None]:
    def send(stage: Stage) -> None:
        sender.send(stage)

    return send


def _print_to(output: Connection) -> None:
    """Send output of the method and its libraries to the host, to include it in the result if the process crashes."""
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    output.close()
    faulthandler.enable(file=2, all_threads=False)


def _end_with_the_host() -> None:
    """Have this process killed when its host ends, by the kernel if possible."""
    host = multiprocessing.parent_process()
    if not end_with_parent():
        threading.Thread(target=_wait_for_the_end_of, args=(host,), daemon=True).start()
    elif host is not None and wait([host.sentinel], timeout=0):
        # The host ended before the kernel was asked.
        os._exit(1)


def _wait_for_the_end_of(host: Any) -> None:
    wait([host.sentinel])
    if hasattr(os, "killpg"):
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _failed_result(trial: Trial, error: BaseException, machine: Environment) -> Result:
    status: Status = "out of memory" if trial.memory_limit is not None and is_out_of_memory(error) else "failed"
    said = describe_failure(error)
    if status == "out of memory":
        said = f"the memory limit of {format_bytes(trial.memory_limit or 0)} was reached: {said}"
    return _result_without_scores(trial, status, said, machine, describe_traceback(error))


def _result_without_scores(trial: Trial, status: Status, error: str, machine: Environment, told: str = "") -> Result:
    by_limits = status in {"timeout", "out of memory"}
    return Result(
        key=trial.limited_key if by_limits else trial.key,
        trial=trial,
        status=status,
        error=visible_prose(error),
        traceback=shorten(told, _LONGEST_LOG),
        finished=utc_now(),
        environment=machine,
    )


def _last_lines(text: str) -> str:
    # faulthandler ends with a list of all compiled modules.
    lines = [line for line in text.splitlines() if line and not line.startswith("Extension modules:")]
    return "\n".join(lines[-_LOG_LINES:])
