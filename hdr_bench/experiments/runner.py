"""All trials of a suite: which there are, which are missing, run one after the other."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from hdr_bench.datasets import load_dataset
from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.experiments.environment import available_cores, library_versions
from hdr_bench.experiments.measure import seeded_parameters, unseeded_model
from hdr_bench.experiments.progress import NoProgress, Progress
from hdr_bench.experiments.store import Planned, RunRecord, Settings, Store
from hdr_bench.experiments.suite import Case, DatasetChoice, Protocol, Suite
from hdr_bench.experiments.suite_file import check_suite, load_suite
from hdr_bench.experiments.trial import Trial
from hdr_bench.experiments.worker import run_in_child

Rerun = Literal["missing", "failed", "all"]
RUNNABLE_PROTOCOLS = ("holdout",)


@dataclass(frozen=True)
class Plan:
    """What a run would do.

    Attributes
    ----------
    suite : Suite
    origin : str
        What the suite was asked for as: a name or a path; empty for one made in code.
    settings : Settings
    trials : tuple of Trial
        All of the run: the chosen ones, and those that are there from earlier calls.
    to_run : tuple of Trial
        Those among them that are chosen and not there yet.
    """

    suite: Suite
    origin: str
    settings: Settings
    trials: tuple[Trial, ...]
    to_run: tuple[Trial, ...]


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
    rerun: Rerun = "missing",
    progress: Progress | None = None,
) -> Path:
    """Run a suite's trials, each in a process of its own, and keep every result as soon as it is there.

    A trial that is there already is not run again: an interrupted run, started again, does what is missing. In a
    script, call it under ``if __name__ == "__main__":``, since the trials' processes import the script.

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
        Of every thread pool; all cores by default.
    full : bool, default=False
        Run at full size what the suite reduces.
    rerun : {"missing", "failed", "all"}, default="missing"
        Which trials to run: those that are missing, also those that failed, or all.
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

    Examples
    --------
    >>> from hdr_bench import run_suite, load_results
    >>> folder = run_suite("quick", only="k-NN", samples=500, out="runs/try")  # doctest: +SKIP
    >>> load_results(folder)[["case", "accuracy"]]  # doctest: +SKIP
    """
    settings = make_settings(dataset=dataset, samples=samples, repeats=repeats, seed=seed, threads=threads, full=full)
    loaded = suite if isinstance(suite, Suite) else load_suite(suite)
    if isinstance(suite, Suite):
        check_suite(suite, suite.name)
    store = Store(default_folder(loaded, settings) if out is None else out)
    plan = make_plan(loaded, settings, store, only, rerun, origin="" if isinstance(suite, Suite) else str(suite))
    execute(plan, store, progress or NoProgress())
    return store.folder


def make_settings(*, threads: int | None = None, **chosen: Any) -> Settings:
    """Return the settings of a run; by default with as many threads as this process may use cores.

    Raises
    ------
    SuiteError
        If a value is not possible.
    """
    try:
        return Settings(threads=available_cores() if threads is None else threads, **chosen)
    except ValidationError as error:
        fault = error.errors()[0]
        raise SuiteError(f"{fault['loc'][0]}={fault['input']!r} is not possible: {fault['msg']}") from error


def make_plan(suite: Suite, settings: Settings, store: Store, only: str | None, rerun: Rerun, origin: str = "") -> Plan:
    """Enumerate a suite's trials, and choose those to run; nothing is run or written.

    Raises
    ------
    SuiteError, UnknownNameError
        If a protocol is none that can be run, or no case fits `only`.
    """
    if rerun not in get_args(Rerun):
        raise UnknownNameError("choice of what to run again", rerun, get_args(Rerun))
    trials = expand(suite, settings)
    chosen = [trial for trial in trials if only is None or fnmatch(trial.case.lower(), only.lower())]
    if not chosen:
        raise UnknownNameError("case (--only)", str(only), dict.fromkeys(trial.case for trial in trials))
    # What `only` leaves out is part of the run where an earlier call has run it.
    part = tuple(trial for trial in trials if trial in chosen or store.has(trial.key))
    to_run = tuple(trial for trial in chosen if rerun == "all" or _is_missing(trial, store, rerun))
    return Plan(suite, origin, settings, part, to_run)


def expand(suite: Suite, settings: Settings) -> tuple[Trial, ...]:
    """Return every trial of a suite: case by case, seed by seed.

    Raises
    ------
    SuiteError
        If a protocol is none that can be run.
    """
    return tuple(trial for case in suite.cases for trial in _trials_of(suite, case, settings))


def execute(plan: Plan, store: Store, progress: Progress) -> None:
    """Run a plan's trials one after the other; each result is on disk before the next trial begins."""
    store.clear_leftovers()
    planned = tuple(Planned(key=trial.key, case=trial.case, seed=trial.seed) for trial in plan.trials)
    store.write_run(RunRecord(suite=plan.suite, origin=plan.origin, settings=plan.settings, trials=planned))
    progress.begin(len(plan.to_run), len(plan.trials) - len(plan.to_run))
    try:
        for trial in plan.to_run:
            progress.trial(trial)
            result, predictions = run_in_child(trial, progress.step)
            store.write(result, predictions)
            progress.done(result)
    finally:
        progress.end()


def default_folder(suite: Suite, settings: Settings) -> Path:
    """Return where a suite's run lies unless told otherwise: ``reports/NAME``, below the current folder.

    On another data set than its own it is ``reports/NAME-DATASET``: the two are not the same comparison.
    """
    other = re.sub(r"[^A-Za-z0-9.]+", "-", settings.dataset or "").strip("-")
    return Path("reports") / (f"{suite.name}-{other}" if other else suite.name)


def _trials_of(suite: Suite, case: Case, settings: Settings) -> Iterable[Trial]:
    protocol: Protocol = case.protocol or suite.protocol
    if protocol.kind not in RUNNABLE_PROTOCOLS:
        raise SuiteError(
            f"suite {suite.name!r}, case {case.name!r}: the protocol {protocol.kind!r} can be read but not yet run; "
            f"this version runs: {', '.join(RUNNABLE_PROTOCOLS)}"
        )
    choice = DatasetChoice(name=settings.dataset) if settings.dataset else case.dataset or suite.dataset
    dataset = load_dataset(choice.name, resize=choice.resize, test_size=choice.test_size, split_seed=choice.split_seed)
    reduced_to = None if settings.full or case.reduced is None else case.reduced.samples
    samples = settings.samples or reduced_to
    if samples is not None:
        dataset.check_subsample(samples)
    template = Trial(
        suite=suite.name,
        case=case.name,
        estimator=case.estimator,
        params=case.params,
        steps=case.steps,
        dataset=choice,
        fingerprint=dataset.fingerprint,
        protocol=protocol.kind,
        seed=settings.seed,
        is_deterministic=False,
        samples=samples,
        is_reduced=settings.samples is not None or reduced_to is not None,
        threads=settings.threads,
        versions=library_versions(),
        published=case.published,
    )
    if not seeded_parameters(unseeded_model(template)):
        return [template.model_copy(update={"is_deterministic": True, "seed": 0})]
    repeats = settings.repeats or protocol.repeats
    return [template.model_copy(update={"seed": settings.seed + repeat}) for repeat in range(repeats)]


def _is_missing(trial: Trial, store: Store, rerun: Rerun) -> bool:
    if not store.has(trial.key):
        return True
    return rerun == "failed" and store.read(trial.key).status != "ok"
