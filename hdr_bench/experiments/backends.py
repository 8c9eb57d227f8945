"""Where trials run: one after the other here, several at once here, or on a Dask cluster."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.attempts import MOST_ATTEMPTS, given_up, run_attempts, say_nothing
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
    from joblib import Parallel, delayed

    taken: dict[str, Work] = {}
    deaths: Counter[str] = Counter()

    def taking(source: Iterable[Work]) -> Iterator[Any]:
        for work in source:
            taken[work.trial.key] = work
            yield delayed(run_attempts)(replace(work, n_concurrent=jobs), say_nothing)

    source: Iterator[Work] = iter(works)
    while True:
        parallel = Parallel(
            n_jobs=jobs, backend="loky", return_as="generator_unordered", batch_size=1, pre_dispatch="n_jobs"
        )
        try:
            with closing(parallel(taking(source))) as outcomes:
                for outcome in outcomes:
                    del taken[outcome[0].trial.key]
                    yield outcome
        except BrokenProcessPool as error:
            # Which of the workers died is not told: each trial that was under way may be its own.
            deaths.update(taken.keys())
            lost = [work for key, work in taken.items() if deaths[key] >= MOST_ATTEMPTS]
            source = chain([work for key, work in taken.items() if deaths[key] < MOST_ATTEMPTS], source)
            taken.clear()
            for work in lost:
                yield given_up(work.trial, f"a worker ended while it ran ({type(error).__name__})"), None
        else:
            return
