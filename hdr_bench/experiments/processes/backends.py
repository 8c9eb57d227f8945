"""Where trials run: one after the other here, several at once here, or on a Dask cluster."""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal

from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.messages import Outcome, Outcomes, Work
from hdr_bench.experiments.processes.attempts import run_attempts, say_nothing
from hdr_bench.experiments.processes.hosts import Hosts, close_idle_hosts
from hdr_bench.experiments.progress import Progress
from hdr_bench.import_context import Place

BackendName = Literal["sequential", "local", "dask"]
# What it was called while trials at once ran in loky's workers.
_FORMER = {"loky": "local"}


@dataclass(frozen=True)
class Crew:
    """Who runs the trials.

    Attributes
    ----------
    backend : {"sequential", "local", "dask"}
    jobs : int
        Of local: trials at a time.
    scheduler : str or None
        Of Dask: the scheduler's address.
    """

    backend: BackendName = "sequential"
    jobs: int = 1
    scheduler: str | None = None


def make_crew(backend: str | None = None, jobs: int = 1, scheduler: str | None = None) -> Crew:
    """Return who runs the trials; without a backend's name, local for several jobs.

    Raises
    ------
    SuiteError
        If the choices do not fit each other.
    """
    name = backend or ("local" if jobs > 1 else "sequential")
    name = _FORMER.get(name, name)
    if name not in {"sequential", "local", "dask"}:
        raise SuiteError(f"unknown backend {backend!r}. Choose from: sequential, local, dask")
    if jobs < 1:
        raise SuiteError(f"jobs must be at least 1, got {jobs}")
    if (name == "dask") != (scheduler is not None):
        raise SuiteError("the backend dask needs a scheduler's address, and only that: --scheduler tcp://HOST:PORT")
    if name != "local" and jobs > 1:
        raise SuiteError(
            f"jobs={jobs} is for the backend local; {name} decides by itself how many trials run at a time"
        )
    return Crew(name, jobs, scheduler)  # type: ignore[arg-type]  # looked at above


def run_works(works: Iterable[Work], crew: Crew, datasets: dict[str, Any], progress: Progress) -> Outcomes:
    """Run trials, and give each outcome as soon as it is there.

    Parameters
    ----------
    works : iterable of Work
        Looked at as they are taken up.
    crew : Crew
    datasets : dict of str to Dataset
        By fingerprint; for workers on other machines.
    progress : Progress
        Told of each trial that begins; on a cluster, of each that is sent there. Where they run one after the other,
        also of its stages.
    """
    if crew.backend == "dask":
        from hdr_bench.experiments.processes.dask_cluster import run_on_cluster

        return run_on_cluster(_told(works, progress), str(crew.scheduler), datasets)
    if crew.backend == "local":
        return _at_once(_told(works, progress), crew.jobs)
    return _in_turn(_told(works, progress), progress)


def _told(works: Iterable[Work], progress: Progress) -> Iterator[Work]:
    """Give the works, and say of each that it begins when it is taken up."""
    for work in works:
        progress.trial(work.trial)
        yield work


def _in_turn(works: Iterable[Work], progress: Progress) -> Outcomes:
    for work in works:
        yield run_attempts(work, progress.stage)


def _at_once(works: Iterable[Work], jobs: int) -> Outcomes:
    """Run trials in as many hosts, each waited for by a thread."""
    source, hosts, pool = iter(works), Hosts(), ThreadPoolExecutor(jobs, "hdr-bench-trial")

    def begun(most: int) -> Iterator[Future[Outcome]]:
        for work in islice(source, most):
            # The trial is where this process is now.
            placed = replace(work, n_concurrent=jobs, place=Place.here())
            yield pool.submit(run_attempts, placed, say_nothing, hosts)

    try:
        under_way = set(begun(jobs))
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            under_way |= set(begun(len(done)))
            for future in done:
                yield future.result()
    finally:
        try:
            hosts.close()
        finally:
            pool.shutdown()
        close_idle_hosts(keep=1)
