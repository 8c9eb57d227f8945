"""Where trials run: one after the other here, several at once here, or on a Dask cluster."""

from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Literal

from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.attempts import given_up, run_attempts, say_nothing
from hdr_bench.experiments.place import Place, started_safely
from hdr_bench.experiments.progress import Progress
from hdr_bench.experiments.work import Outcomes, Work

BackendName = Literal["sequential", "loky", "dask"]


@dataclass(frozen=True)
class Crew:
    """Who runs the trials.

    Attributes
    ----------
    backend : {"sequential", "loky", "dask"}
    jobs : int
        Of loky: trials at a time.
    scheduler : str or None
        Of Dask: the scheduler's address.
    """

    backend: BackendName = "sequential"
    jobs: int = 1
    scheduler: str | None = None


def make_crew(backend: str | None = None, jobs: int = 1, scheduler: str | None = None) -> Crew:
    """Return who runs the trials; without a backend's name, loky for several jobs.

    Raises
    ------
    SuiteError
        If the choices do not fit each other.
    """
    name = backend or ("loky" if jobs > 1 else "sequential")
    if name not in {"sequential", "loky", "dask"}:
        raise SuiteError(f"unknown backend {backend!r}; there are: sequential, loky, dask")
    if jobs < 1:
        raise SuiteError(f"jobs={jobs} is not possible; give the number of trials at a time, at least 1")
    if (name == "dask") != (scheduler is not None):
        raise SuiteError("the backend dask needs a scheduler's address, and only that: --scheduler tcp://HOST:PORT")
    if name != "loky" and jobs > 1:
        raise SuiteError(f"jobs={jobs} is for the backend loky; {name} decides by itself how many trials run at a time")
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
        Told of the trial that runs, where they run one after the other.
    """
    if crew.backend == "dask":
        from hdr_bench.experiments.dask_cluster import run_on_cluster

        return run_on_cluster(works, str(crew.scheduler), datasets)
    if crew.backend == "loky":
        return _at_once(works, crew.jobs)
    return _in_turn(works, progress)


def _in_turn(works: Iterable[Work], progress: Progress) -> Outcomes:
    for work in works:
        progress.trial(work.trial)
        yield run_attempts(work, progress.stage)


def _at_once(works: Iterable[Work], jobs: int) -> Outcomes:
    source: Iterator[Work] = iter(works)
    under_way: dict[str, Work] = {}
    while True:
        try:
            yield from _in_pool(source, under_way, jobs, at_a_time=jobs)
        except BrokenProcessPool:
            # Which trial ended a worker is not told: each of them is run again, alone.
            suspects = tuple(under_way.values())
            under_way.clear()
            for work in suspects:
                yield from _alone(work, jobs)
        else:
            return


def _alone(work: Work, jobs: int) -> Outcomes:
    try:
        yield from _in_pool(iter([work]), {}, jobs, at_a_time=1)
    except BrokenProcessPool as error:
        yield given_up(work.trial, f"a worker ended while it ran ({type(error).__name__})"), None


def _in_pool(source: Iterator[Work], under_way: dict[str, Work], jobs: int, at_a_time: int) -> Outcomes:
    """Run trials in loky's workers; `under_way` holds those that have begun and not ended."""
    from joblib import Parallel, delayed

    # Workers live on from run to run; the trials are where this process is now.
    here = Place.here()

    def begun() -> Iterator[Any]:
        for work in source:
            under_way[work.trial.key] = work
            yield delayed(run_attempts)(replace(work, n_concurrent=jobs, place=here), say_nothing)

    # With one job joblib would run the trials in this very process.
    pool = Parallel(
        n_jobs=max(jobs, 2), backend="loky", return_as="generator_unordered", batch_size=1, pre_dispatch=at_a_time
    )
    with started_safely(), closing(pool(begun())) as outcomes:
        for result, predictions in outcomes:
            under_way.pop(result.trial.key, None)
            yield result, predictions
