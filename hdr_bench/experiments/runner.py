"""All trials of a suite: which there are, which are missing, run and kept one by one."""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from hdr_bench.datasets import write_dataset
from hdr_bench.exceptions import CodeChangedWarning, UnknownNameError
from hdr_bench.experiments.backends import Crew, make_crew, run_works
from hdr_bench.experiments.code_changes import code_changes
from hdr_bench.experiments.host import clear_hosts_leftovers, data_folder
from hdr_bench.experiments.interleaving import interleave
from hdr_bench.experiments.more_seeds import decided_trials, open_trials, read_decisions
from hdr_bench.experiments.progress import NoProgress, Progress
from hdr_bench.experiments.protocols import PlannedCase, plan_case
from hdr_bench.experiments.result import Result
from hdr_bench.experiments.run_record import Planned, RunRecord, Settings
from hdr_bench.experiments.seed_decision import SeedDecision
from hdr_bench.experiments.settings import make_settings
from hdr_bench.experiments.store import Store
from hdr_bench.experiments.suite import Suite
from hdr_bench.experiments.suite_file import check_suite, load_suite
from hdr_bench.experiments.trial import Trial
from hdr_bench.experiments.work import Work

Rerun = Literal["missing", "failed", "all"]


@dataclass(frozen=True, eq=False)
class Plan:
    """What a run would do.

    Attributes
    ----------
    suite : Suite
    origin : str
        What the suite was asked for as: a name or a path; empty for one made in code.
    settings : Settings
    cases : tuple of PlannedCase
        With their trials and their data.
    trials : tuple of Trial
        All of the run: the chosen ones, and those that are there from earlier calls.
    to_run : tuple of Trial
        Those among them that are chosen and not there yet.
    conditional : tuple of Trial
        Chosen ones that run after these only if their case's first seeds differ much.
    decisions : dict of str to SeedDecision
        Whether a case needs more seeds, as far as its results decide it.
    rerun : {"missing", "failed", "all"}
    remarks : tuple of str
        What stored results are not believed, and why.
    """

    suite: Suite
    origin: str
    settings: Settings
    cases: tuple[PlannedCase, ...]
    trials: tuple[Trial, ...]
    to_run: tuple[Trial, ...]
    conditional: tuple[Trial, ...] = ()
    decisions: Mapping[str, SeedDecision] = field(default_factory=dict)
    rerun: Rerun = "missing"
    remarks: tuple[str, ...] = ()


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
    """Run a suite's trials, each in a process of its own, and keep every result as soon as it is there.

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
        Seeds a random method is tried with, in place of the suite's.
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
        Which trials to run: those that are missing, also those that did not go well, or all.
    jobs : int, default=1
        Trials at a time. With more than one the times are marked, and reports do not rank them.
    backend : {"sequential", "loky", "dask"}, optional
        Where trials run; by default loky where there are several jobs.
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
        If a result cannot be written; those before it are kept.

    Warns
    -----
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
    plan = make_plan(loaded, settings, store, only, rerun, origin="" if isinstance(suite, Suite) else str(suite))
    for line in code_changes(plan.to_run, store):
        warnings.warn(line, CodeChangedWarning, stacklevel=2)
    execute(plan, store, progress or NoProgress(), crew)
    return store.folder


def make_plan(suite: Suite, settings: Settings, store: Store, only: str | None, rerun: Rerun, origin: str = "") -> Plan:
    """Enumerate a suite's trials, and choose those to run; nothing is run or written.

    Raises
    ------
    SuiteError, UnknownNameError
        If a case cannot be run as its protocol wants, or no case fits `only`.
    """
    if rerun not in get_args(Rerun):
        raise UnknownNameError("choice of what to run again", rerun, get_args(Rerun))
    cases = tuple(plan_case(suite, case, settings) for case in suite.cases)
    decisions = read_decisions(cases, partial(_result_of, store=store))
    trials, undecided = decided_trials(cases, decisions), open_trials(cases, decisions)
    if only is not None and not any(fnmatch(trial.case.lower(), only.lower()) for trial in trials):
        raise UnknownNameError("case (--only)", str(only), dict.fromkeys(trial.case for trial in trials))
    # What `only` leaves out is part of the run where an earlier call has run it.
    part, to_run, remarks = [], [], []
    for trial in trials:
        entry, asked = planned(trial), _is_asked(trial, only)
        found = store.look_up(entry)
        if asked or found.result is not None or found.is_newer:
            part.append(trial)
        if asked and is_missing(entry, store, rerun):
            to_run.append(trial)
        if asked and found.problem:
            remarks.append(f"{'left as it is' if found.is_newer else 'runs again'}: {found.problem}")
    conditional = tuple(trial for trial in undecided if _is_asked(trial, only))
    return Plan(
        suite, origin, settings, cases, tuple(part), tuple(to_run), conditional, decisions, rerun, tuple(remarks)
    )


def _is_asked(trial: Trial, only: str | None) -> bool:
    return only is None or fnmatch(trial.case.lower(), only.lower())


def expand(suite: Suite, settings: Settings) -> tuple[Trial, ...]:
    """Return every trial of a suite: case by case, seed by seed, fold by fold.

    Raises
    ------
    SuiteError
        If a case cannot be run as its protocol wants.
    """
    return tuple(trial for case in suite.cases for trial in plan_case(suite, case, settings).trials)


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
        Seconds that trials are expected to take, by key.
    """
    store.clear_leftovers()
    clear_hosts_leftovers()
    _write_record(plan, store)
    for case in plan.cases:
        if any(trial.fold is None for trial in case.trials):
            store.arrays.write_images(case.dataset.fingerprint, case.dataset.test.images)
    _run_round(plan, store, progress, crew, expected or {})
    if any(case.conditional for case in plan.cases):
        further = _with_further_seeds(plan, store)
        _write_record(further, store)
        if further.to_run:
            _run_round(further, store, progress, crew, expected or {})


def _write_record(plan: Plan, store: Store) -> None:
    record = RunRecord(suite=plan.suite, origin=plan.origin, settings=plan.settings,
                       trials=tuple(map(planned, plan.trials)), decisions=tuple(plan.decisions.values()))  # fmt: skip
    every = tuple(planned(trial) for case in plan.cases for trial in (*case.trials, *case.conditional))
    store.write_run(record, every)


def _with_further_seeds(plan: Plan, store: Store) -> Plan:
    """Return the plan of what is left when its trials have run: seeds that their results have decided on."""
    decisions = read_decisions(plan.cases, partial(_result_of, store=store))
    decided = {trial.key for trial in decided_trials(plan.cases, decisions)}
    added = [trial for trial in plan.conditional if trial.key in decided]
    missing = tuple(trial for trial in added if is_missing(planned(trial), store, plan.rerun))
    return replace(plan, trials=(*plan.trials, *added), to_run=missing, conditional=(), decisions=decisions)


def _run_round(plan: Plan, store: Store, progress: Progress, crew: Crew, expected: Mapping[str, float]) -> None:
    progress.begin(plan.to_run, len(plan.trials) - len(plan.to_run), expected)
    datasets = {case.dataset.fingerprint: case.dataset for case in plan.cases}
    try:
        with _works(plan, store) as works, closing(run_works(works, crew, datasets, progress)) as outcomes:
            for result, predictions in outcomes:
                store.write(result, predictions)
                progress.done(result)
    finally:
        progress.end()
        clear_hosts_leftovers()


def default_folder(suite: Suite, settings: Settings) -> Path:
    """Return where a suite's run lies unless told otherwise: ``reports/NAME``, below the current folder.

    On another data set than its own it is ``reports/NAME-DATASET``: the two are not the same comparison.
    """
    other = re.sub(r"[^A-Za-z0-9.]+", "-", settings.dataset or "").strip("-")
    return Path("reports") / (f"{suite.name}-{other}" if other else suite.name)


def planned(trial: Trial) -> Planned:
    """Return what the run's record holds of a trial."""
    key, limited_key = trial.keys()
    return Planned(
        key=key,
        limited_key=limited_key,
        case=trial.case,
        seed=trial.seed,
        protocol=trial.protocol,
        fold=trial.fold,
        samples=trial.samples,
    )


def is_missing(trial: Planned, store: Store, rerun: Rerun) -> bool:
    """Whether a trial is to be run: there is no whole result, or a failed one where those are to be run again.

    What a newer version of the library wrote is not run again: its result would be written over.
    """
    found = store.look_up(trial)
    if found.result is None:
        return not found.is_newer
    return rerun == "all" or (rerun == "failed" and found.result.status != "ok")


def _result_of(trial: Trial, store: Store) -> Result | None:
    return store.look_up(planned(trial)).result


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
