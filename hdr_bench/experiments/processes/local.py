"""Trials on this machine, each in its own process: one after the other, or several at a time."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import islice
from typing import Any

from hdr_bench.experiments.messages import Outcome, Outcomes, Progress, Task
from hdr_bench.experiments.processes.host_pool import Hosts, close_idle_hosts, ignore_stage, run_attempts
from hdr_bench.import_context import ImportContext
from hdr_bench.records.options import RunOptions


def run_sequentially(
    tasks: Iterable[Task | None],
    options: RunOptions,  # noqa: ARG001  # unused here
    datasets: Mapping[str, Any],  # noqa: ARG001  # trials load their own data
    progress: Progress,
) -> Outcomes:
    """Run trials one after the other.

    Parameters
    ----------
    tasks : iterable of Task or None
    options : RunOptions
    datasets : mapping of str to Dataset
    progress : Progress
        Notified of each trial's stages.

    Yields
    ------
    outcome : Outcome

    Raises
    ------
    HostClosedError
        If the processes in which trials run were closed in the meantime.
    """
    for task in tasks:
        if task is None:
            # Nothing is running that it could wait for.
            return
        yield run_attempts(task, progress.stage)


def run_concurrently(
    tasks: Iterable[Task | None],
    options: RunOptions,
    datasets: Mapping[str, Any],  # noqa: ARG001  # as above
    progress: Progress,  # noqa: ARG001  # concurrent trials have no common stage
) -> Outcomes:
    """Run several trials at a time, each in its own host, with one waiting thread per host.

    Parameters
    ----------
    tasks : iterable of Task or None
    options : RunOptions
        Including the number of concurrent trials.
    datasets : mapping of str to Dataset
    progress : Progress

    Yields
    ------
    outcome : Outcome
        In order of completion.
    """
    source, hosts, pool = iter(tasks), Hosts(), ThreadPoolExecutor(options.jobs, "hdr-bench-trial")

    def begin(most: int) -> Iterator[Future[Outcome]]:
        for task in islice(source, most):
            if task is None:
                return
            # The trial runs in the current context of this process.
            here = replace(task, n_concurrent=options.jobs, context=ImportContext.current())
            yield pool.submit(run_attempts, here, ignore_stage, hosts)

    try:
        pending = set(begin(options.jobs))
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            pending |= set(begin(len(done)))
            for future in done:
                yield future.result()
            # Tasks that these outcomes have made available.
            pending |= set(begin(options.jobs - len(pending)))
    finally:
        try:
            hosts.close()
        finally:
            pool.shutdown()
        close_idle_hosts(keep=1)
