"""All missing trials of a suite: run, and kept one by one."""

import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from hdr_bench.datasets import write_dataset
from hdr_bench.exceptions import CodeChangedWarning, StoredResultWarning, StoreError
from hdr_bench.experiments.messages import Work
from hdr_bench.experiments.planning.code_changes import code_changes
from hdr_bench.experiments.planning.options import make_settings
from hdr_bench.experiments.planning.plan import (
    Plan,
    Rerun,
    interleave,
    is_missing,
    make_plan,
    planned,
    with_further_seeds,
)
from hdr_bench.experiments.planning.protocols import PlannedCase, plan_cases
from hdr_bench.experiments.planning.stored_times import seconds_of_stored
from hdr_bench.experiments.planning.suite_file import check_suite, load_suite
from hdr_bench.experiments.processes.backends import Crew, make_crew, run_works
from hdr_bench.experiments.processes.hosts import clear_leftovers_of_hosts
from hdr_bench.experiments.processes.scratch import data_folder
from hdr_bench.experiments.progress import NoProgress, Progress
from hdr_bench.import_context import own_modules
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.raised import describe_failure, describe_traceback
from hdr_bench.records.result import Result, failed_result
from hdr_bench.records.run_folder import check_run_folder, folder_name
from hdr_bench.records.run_record import RunRecord, Settings
from hdr_bench.records.store import Store
from hdr_bench.records.suite import Suite
from hdr_bench.records.trial import Trial

_LONGEST_DATASET = 40
"""Characters of a data set in the name of a folder: with a suite's name it must stay below 255 bytes."""


def run_suite(
    suite: str | Path | Suite,
    *,
    out: str | Path | None = None,
    only: str | None = None,
    dataset: str | None = None,
    samples: int | None = None,
    repeats: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    full: bool = False,
    time_limit: float | str | None = None,
    memory_limit: int | str | None = None,
    rerun: Rerun = "missing",
    jobs: int = 1,
    backend: str | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Run a suite's trials, each in its own process, and keep every result as soon as it is there.

    A trial that is there already is not run again: an interrupted run, started again, does what is missing.

    Parameters
    ----------
    suite : str, Path or Suite
        A name among the suites that the library carries, the path of a TOML file, or a suite made in code.
    out : path-like, optional
        The run's folder; by default ``reports/NAME``, or ``reports/NAME-DATASET`` where `dataset` is given.
    only : str, optional
        Run only cases whose name fits this pattern, e.g. ``"SVM*"``; case does not matter.
    dataset : str, optional
        Take this data set in place of the suite's.
    samples : int, optional
        Train on so many images, a stratified share.
    repeats : int, optional
        Seeds a stochastic method is fitted with, in place of the suite's, however much they differ.
    seed : int, default=0
        The first seed.
    threads : int, optional
        Of every thread pool of a trial; by default all cores, shared among `jobs`.
    full : bool, default=False
        Run at full size what the suite reduces.
    time_limit : float or str, optional
        Seconds, or e.g. ``"10min"``, after which a trial is ended; in place of the suite's.
    memory_limit : int or str, optional
        Bytes, or e.g. ``"8GB"``, above what its process has at the start, at which a trial is ended; in place of the
        suite's.
    rerun : {"missing", "failed", "all"}, default="missing"
        Which trials to run: those that are missing, also those that failed, or all.
    jobs : int, default=1
        Trials at a time. Times that one trial disturbs of another are marked, and reports do not rank them.
    backend : {"sequential", "local", "dask"}, optional
        Where trials run; by default ``"local"``, in hosts of this machine, if there are several jobs.
    scheduler : str, optional
        Address of a Dask scheduler, e.g. ``"tcp://host:8786"``.
    progress : Progress, optional
        Told what happens; nothing by default.

    Returns
    -------
    folder : Path
        The run's folder, for `load_results` and `write_report`.

    Raises
    ------
    SuiteError, UnknownNameError
        If the suite cannot be run; nothing has been run then.
    DatasetError, DatasetNotFoundError
        If its data cannot be used.
    SchedulerError
        If no Dask scheduler answers.
    StoreError
        If the run's folder cannot be written, or something is where its files belong; or if a result cannot be
        written: those before it are kept.

    Warns
    -----
    StoredResultWarning
        If a stored result is damaged, so that its trial runs again, or of a newer format, so that it does not.
    CodeChangedWarning
        If own code changed since its stored results, whose trials then run again.

    Examples
    --------
    >>> from hdr_bench import run_suite, load_results
    >>> folder = run_suite("quick", only="k-NN", samples=500, out="runs/try")  # doctest: +SKIP
    >>> load_results(folder)[["case", "accuracy"]]  # doctest: +SKIP
    """
    crew = make_crew(backend, jobs, scheduler)
    settings = make_settings(
        dataset=dataset, samples=samples, repeats=repeats, seed=seed, threads=threads, full=full, jobs=jobs,
        time_limit=time_limit, memory_limit=memory_limit,
    )  # fmt: skip
    loaded = suite if isinstance(suite, Suite) else load_suite(suite)
    if isinstance(suite, Suite):
        check_suite(suite, suite.name)
    store = Store(default_folder(loaded, settings) if out is None else out)
    check_run_folder(store.folder)
    plan = make_plan(loaded, settings, store, only, rerun, origin="" if isinstance(suite, Suite) else str(suite))
    for remark in plan.remarks:
        warnings.warn(remark, StoredResultWarning, stacklevel=2)
    for line in code_changes(plan.to_run, store):
        warnings.warn(line, CodeChangedWarning, stacklevel=2)
    execute(plan, store, progress or NoProgress(), crew)
    return store.folder


def expand(suite: Suite, settings: Settings) -> tuple[Trial, ...]:
    """Return every trial of a suite: case by case, seed by seed, fold by fold.

    Raises
    ------
    SuiteError
        If a case cannot be run as its protocol wants.
    """
    with own_modules(suite.folder):
        return tuple(trial for case in plan_cases(suite, settings) for trial in case.trials)


def execute(
    plan: Plan,
    store: Store,
    progress: Progress,
    crew: Crew = Crew(),  # noqa: B008  # it cannot change
    expected: Mapping[str, float] | None = None,
) -> None:
    """Run a plan's trials; each result is on disk before anything else is done with it.

    Parameters
    ----------
    plan : Plan
    store : Store
    progress : Progress
    crew : Crew
        Who runs them; one after the other in this machine by default.
    expected : mapping of str to float, optional
        Seconds that trials are expected to take, by key; of what has run before, its results tell more.
    """
    check_run_folder(store.folder)
    store.clear_leftovers()
    clear_leftovers_of_hosts()
    _write_record(plan, store)
    for case in plan.cases:
        if any(trial.fold is None for trial in case.trials):
            store.arrays.write_images(case.dataset.fingerprint, case.dataset.test.images)
    expected = {**(expected or {}), **seconds_of_stored(plan, store)}
    _run_round(plan, store, progress, crew, expected)
    if any(case.conditional for case in plan.cases):
        further = with_further_seeds(plan, store)
        _write_record(further, store)
        if further.to_run:
            _run_round(further, store, progress, crew, expected | seconds_of_stored(further, store))


def _write_record(plan: Plan, store: Store) -> None:
    record = RunRecord(suite=plan.suite, origin=plan.origin, settings=plan.settings,
                       trials=tuple(map(planned, plan.trials)), decisions=tuple(plan.decisions.values()))  # fmt: skip
    every = tuple(planned(trial) for case in plan.cases for trial in (*case.trials, *case.conditional))
    store.write_run(record, every)


def _run_round(plan: Plan, store: Store, progress: Progress, crew: Crew, expected: Mapping[str, float]) -> None:
    progress.begin(plan.to_run, len(plan.trials) - len(plan.to_run), expected)
    datasets = {case.dataset.fingerprint: case.dataset for case in plan.cases}
    try:
        with (
            own_modules(plan.suite.folder),
            _works(plan, store) as works,
            closing(run_works(works, crew, datasets, progress)) as outcomes,
        ):
            for result, predictions in outcomes:
                progress.done(_write(result, predictions, store))
    finally:
        progress.end()
        clear_leftovers_of_hosts()
    if not store.run_file.exists():
        # A method has removed it, with the results that were there; what came later is a run all the same.
        _write_record(plan, store)


def _write(result: Result, predictions: Predictions | None, store: Store) -> Result:
    """Write a result; if it is of a form that no file holds, its trial has failed, and the remaining ones continue."""
    try:
        store.write(result, predictions)
    except (OSError, StoreError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever comes of what a method has put into its result
        said = f"its result could not be stored: {describe_failure(error)}"
        result = failed_result(result.trial, said, result.environment, describe_traceback(error))
        store.write(result, None)
    return result


def default_folder(suite: Suite, settings: Settings) -> Path:
    """Return where a suite's run lies unless told otherwise: ``reports/NAME``, below the current folder.

    On another data set than its own it is ``reports/NAME-DATASET``: the two are not the same comparison. A name that
    cannot be a folder's is made one, see `folder_name`.
    """
    other = re.sub(r"[^A-Za-z0-9.]+", "-", settings.dataset or "").strip("-")
    if len(other) > _LONGEST_DATASET:
        digest = hashlib.sha256((settings.dataset or "").encode(errors="replace")).hexdigest()
        other = f"{other[:_LONGEST_DATASET]}-{digest[:8]}"
    return Path("reports") / folder_name(suite.name, f"-{other}" if other else "")


@contextmanager
def _works(plan: Plan, store: Store) -> Iterator[Iterator[Work]]:
    """Give what is to be run, with data that were made in code on disk while the block lasts."""
    given = {case.dataset.fingerprint: case.dataset for case in plan.cases if _is_made_in_code(plan, case)}
    with ExitStack() as stack:
        folders = {}
        for fingerprint, dataset in given.items():
            folders[fingerprint] = stack.enter_context(data_folder())
            write_dataset(Path(folders[fingerprint]), dataset)
        yield _due(plan, store, folders)


def _is_made_in_code(plan: Plan, case: PlannedCase) -> bool:
    choice = case.case.dataset or plan.suite.dataset
    return choice.given is not None and plan.settings.dataset is None


def _due(plan: Plan, store: Store, folders: dict[str, str]) -> Iterator[Work]:
    pickles = {case.case.name: case.pickled for case in plan.cases}
    for trial in interleave(plan.to_run):
        # Another run on the same folder may have done it by now.
        if plan.rerun == "missing" and not is_missing(planned(trial), store, plan.rerun):
            continue
        yield Work(trial, pickles[trial.case], folders.get(trial.fingerprint))
