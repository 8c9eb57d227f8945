"""Trials on an existing Dask cluster, through joblib: data are sent to each worker once, and results returned.

If a worker dies, Dask repeats its trials on another one; events on the cluster count how often a trial was begun.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from hdr_bench.error_text import error_line
from hdr_bench.exceptions import MissingDependencyError, SchedulerError, shown
from hdr_bench.experiments.messages import Outcome, Outcomes, Progress, Task
from hdr_bench.experiments.processes.host_handle import HostClosedError
from hdr_bench.experiments.processes.host_pool import (
    MOST_ATTEMPTS,
    Hosts,
    close_idle_hosts,
    crashed_result,
    ignore_stage,
    run_attempts,
)
from hdr_bench.experiments.processes.worker_data import RunData, SharedData, with_data_here
from hdr_bench.records.options import RunOptions

_CONNECTS_WITHIN_SECONDS = 15
_WAITS_FOR_WORKERS_SECONDS = 60
_LOOKS_EVERY_SECONDS, _ANSWERS_WITHIN_SECONDS = 1, 5
# A single failure may be a broken connection, which Dask restores.
_LOOKS_BEFORE_THE_END = 2
_AT_WORK = {"running", "paused"}
# Hosts of each run that has trials on this worker.
_hosts: dict[str, Hosts] = {}
_starting = threading.Lock()


@dataclass(frozen=True)
class ClusterRun:
    """A run as known to the workers of a cluster.

    Attributes
    ----------
    name : str
        Prefix of the names of the cluster's events for this run.
    client : str
        The scheduler's name for the process that requested the run.
    """

    name: str
    client: str


def run_on_cluster(
    tasks: Iterable[Task | None],
    options: RunOptions,
    datasets: RunData,
    progress: Progress,  # noqa: ARG001  # concurrent trials have no common stage
) -> Outcomes:
    """Run trials on a Dask cluster, and yield each outcome as soon as it is available.

    Parameters
    ----------
    tasks : iterable of Task or None
        If it yields None, it is asked again when no trial is running.
    options : RunOptions
        Including the scheduler's address.
    datasets : mapping of str to Dataset or ndarray
        By fingerprint; arrays are images made for test sets. Each is sent to each worker once.
    progress : Progress

    Yields
    ------
    outcome : Outcome

    Raises
    ------
    MissingDependencyError
        If distributed is not installed.
    SchedulerError
        If the scheduler cannot be reached, or has no workers.
    """
    data, scheduler = SharedData(datasets), str(options.scheduler)
    backend: Any = None
    open_tasks: dict[str, Task] = {}
    again: list[Task] = []
    source, n_concurrent, is_over = iter(tasks), 1, False

    def take_up() -> Iterator[Task]:
        nonlocal is_over
        yield from again
        for task in source:
            if task is None:
                is_over = not open_tasks  # nothing is running that it could wait for
                return
            open_tasks[task.trial.key] = task
            yield task
        is_over = True

    with _connect(scheduler) as client, _end_on_workers(client):
        run = ClusterRun(uuid4().hex, client.id)
        while open_tasks or not is_over:
            try:
                backend = backend or _backend_of(client, data)
                for result, predictions in _submit(backend, take_up(), data, run):
                    n_concurrent = max(n_concurrent, _most_threads_of_a_machine(client))  # workers come and go
                    yield result.model_copy(update={"n_concurrent": n_concurrent}), predictions
                    # The outcome is recorded by now, and tasks that depend on it may be taken.
                    del open_tasks[result.trial.key]
            except _loss_errors():
                # All workers with the data are gone, or one had a trial too often: retry with the remaining ones.
                again, backend = [*open_tasks.values()], None
                _wait_for_workers(client, scheduler)
            else:
                again = []


def _submit(backend: Any, tasks: Iterable[Task], data: SharedData, run: ClusterRun) -> Outcomes:
    from joblib import Parallel, delayed, parallel_config

    calls = (delayed(_on_worker)(task, data, run) for task in tasks)
    # Binds the backend only here, so that other work of this thread is not sent to the cluster.
    with parallel_config(backend):
        parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="n_jobs")
    with closing(parallel(calls)) as outcomes:
        yield from outcomes


def _backend_of(client: Any, data: SharedData) -> Any:
    from joblib._dask import DaskDistributedBackend

    class ClusterBackend(DaskDistributedBackend):
        def effective_n_jobs(self, n_jobs: int) -> int:
            # With one job, joblib would run in the calling process rather than on the only worker.
            return max(super().effective_n_jobs(n_jobs), 2)

    # `scatter` sends the data to each worker, once for all trials while one of them remains.
    return ClusterBackend(client=client, scatter=[data], wait_for_workers_timeout=0)


def _loss_errors() -> tuple[type[BaseException], ...]:
    """Return the errors by which a cluster reports that a task was lost with its workers."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    # A worker that ends closes its hosts, and may report that.
    return CancelledError, FutureCancelledError, KilledWorker, HostClosedError


def _on_worker(task: Task, data: SharedData, run: ClusterRun) -> Outcome:
    """Run a trial in a worker; repeated if workers die, but at most twice."""
    from distributed import Event, get_client, get_worker

    client = get_client()
    begun = [Event(f"{run.name}-{task.trial.key}-{number}", client=client) for number in range(MOST_ATTEMPTS)]
    free = next((event for event in begun if not event.is_set()), None)
    if free is None:
        return crashed_result(task.trial, "a worker died while it ran"), None
    free.set()
    asked = with_data_here(task, data)
    try:
        return run_attempts(asked, ignore_stage, _hosts_of(run))
    except HostClosedError:
        if get_worker().status.name not in _AT_WORK or not _is_awaited(client, run):
            raise
        # The scheduler was unreachable for a while, and the run was considered finished.
        return run_attempts(asked, ignore_stage, _hosts_of(run))


@contextmanager
def _connect(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingDependencyError(
            f"the backend dask needs distributed, which cannot be imported ({error_line(error)}); run: pip install "
            "'hdr-bench[dask]'"
        ) from error
    try:
        client = Client(scheduler, timeout=_CONNECTS_WITHIN_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SchedulerError(
            f"no Dask scheduler answers at {shown(scheduler)}: {error_line(error)}; start one with: dask scheduler, "
            "and workers with: dask worker tcp://HOST:PORT"
        ) from error
    with client:
        _wait_for_workers(client, scheduler)
        yield client


def _wait_for_workers(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_WAITS_FOR_WORKERS_SECONDS)
    except TimeoutError as error:
        raise SchedulerError(
            f"the scheduler {scheduler} has no workers; start some with: dask worker {scheduler}"
        ) from error


@contextmanager
def _end_on_workers(client: Any) -> Iterator[None]:
    """When the block ends, including by Ctrl-C, end the idle processes of workers; workers end the busy ones."""
    try:
        yield
    finally:
        # If the cluster is gone, there is nothing left to stop.
        with suppress(OSError, TimeoutError, RuntimeError):
            client.run(close_idle_hosts, on_error="ignore")


def _hosts_of(run: ClusterRun) -> Hosts:
    """Return the hosts of a run's trials on this worker, which end with the run's process or with the worker."""
    from distributed import get_client, get_worker

    with _starting:
        if run.name not in _hosts:
            _hosts[run.name] = Hosts()
            watched = get_client(), get_worker(), run, _hosts[run.name]
            threading.Thread(target=_watch, args=watched, daemon=True).start()
        return _hosts[run.name]


def _watch(client: Any, worker: Any, run: ClusterRun, hosts: Hosts) -> None:
    # Also between trials, when hosts are idle.
    try:
        while worker.status.name in _AT_WORK and _is_awaited(client, run):
            time.sleep(_LOOKS_EVERY_SECONDS)
    finally:
        with _starting:
            del _hosts[run.name]
        hosts.close()
        close_idle_hosts()


def _is_awaited(client: Any, run: ClusterRun) -> bool:
    """Return whether the process that requested the run still exists, as far as the scheduler knows."""
    for _ in range(_LOOKS_BEFORE_THE_END):
        try:
            return _is_connected(client, run)
        except (OSError, RuntimeError):
            # The connection is broken, or the scheduler is gone.
            time.sleep(_LOOKS_EVERY_SECONDS)
    return False


def _is_connected(client: Any, run: ClusterRun) -> bool:
    """Return whether the scheduler is still connected to the process that requested the run."""
    asked = run.client
    try:
        # A lambda is pickled by value, so the scheduler does not need this library.
        return bool(
            client.run_on_scheduler(
                lambda dask_scheduler: asked in dask_scheduler.clients, callback_timeout=_ANSWERS_WITHIN_SECONDS
            )
        )
    except TimeoutError:
        # The scheduler is busy, or this worker is ending.
        return True


def _most_threads_of_a_machine(client: Any) -> int:
    """Return how many trials may run concurrently on the machine with the most worker threads."""
    threads: Counter[str] = Counter()
    for worker in client.scheduler_info(n_workers=-1)["workers"].values():
        threads[worker["host"]] += worker["nthreads"]
    return max(threads.values(), default=1)
