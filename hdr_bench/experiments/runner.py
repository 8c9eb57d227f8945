"""Runner, which plans and runs the missing trials of a suite, and stores each result at once."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hdr_bench.datasets import write_dataset
from hdr_bench.exceptions import CodeChangedWarning, StoredResultWarning
from hdr_bench.experiments.forecast.estimate_record import read_expected
from hdr_bench.experiments.forecast.stored_times import seconds_of_stored
from hdr_bench.experiments.image_making import arrays_of, make_images
from hdr_bench.experiments.messages import NoProgress, Progress
from hdr_bench.experiments.planning.code_changes import code_changes
from hdr_bench.experiments.planning.expected_models import check_room, model_command
from hdr_bench.experiments.planning.fit_removal import remove_fits_after, remove_fits_before
from hdr_bench.experiments.planning.run_data import datasets_made_in_code, datasets_of
from hdr_bench.experiments.planning.run_source import check_source, write_source
from hdr_bench.experiments.planning.schedule import Schedule, make_schedule, planned_trial, with_further_seeds
from hdr_bench.experiments.planning.source_copy import write_source_copy
from hdr_bench.experiments.planning.study_plan import possible_trials
from hdr_bench.experiments.planning.suite_check import check_suite
from hdr_bench.experiments.planning.suite_file import load_suite
from hdr_bench.experiments.planning.timed_cases import split_timed
from hdr_bench.experiments.processes.backends import backend_of, run_tasks
from hdr_bench.experiments.processes.host_pool import clear_leftovers_of_hosts
from hdr_bench.experiments.processes.scratch import data_folder
from hdr_bench.experiments.result_writing import write_result
from hdr_bench.experiments.task_queue import TaskQueue
from hdr_bench.import_context import own_modules
from hdr_bench.records.made_images import MadeImages
from hdr_bench.records.option_description import with_options
from hdr_bench.records.options import RunOptions
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.run_folder import check_run_folder, default_folder
from hdr_bench.records.run_record import RunRecord
from hdr_bench.records.store import Store
from hdr_bench.records.suite import Suite


@with_options(RunOptions)
def run_suite(suite: str | Path | Suite, *, progress: Progress | None = None, **options: Any) -> Path:
    """Run a suite's trials, each in its own process, and store every result as soon as it is available.

    Stored trials are not run again: when an interrupted run is restarted, it runs what is missing.

    Parameters
    ----------
    suite : str, Path or Suite
        Name of a built-in suite, path of a TOML file, or a suite created in code.
    progress : Progress, optional
        Notified of the run's events; by default, nothing is shown.
    **options : object
        Options of `RunOptions`, listed below.

    Returns
    -------
    folder : Path
        Folder of the run, for `load_results` and `write_report`.

    Raises
    ------
    SuiteError, UnknownNameError
        If the suite cannot be run, or an option is out of range; nothing has been run in this case.
    DatasetError, DatasetNotFoundError
        If its data cannot be used.
    SchedulerError
        If no Dask scheduler answers.
    StoreError
        If the run's folder cannot be written, something else is in the place of its files, or it belongs to another
        suite file; or if a result cannot be written, in which case earlier ones remain stored.

    Warns
    -----
    StoredResultWarning
        If a stored result is damaged, so that its trial runs again, or has a newer format, so that it does not.
    CodeChangedWarning
        If user code has changed since its results were stored, so that those trials run again.

    Examples
    --------
    >>> from hdr_bench import run_suite, load_results
    >>> folder = run_suite("quick", only="k-NN", samples=500, out="runs/try")  # doctest: +SKIP
    >>> load_results(folder)[["case", "accuracy"]]  # doctest: +SKIP
    """
    plan = plan_suite(suite, RunOptions(**options))
    for remark in plan.remarks:
        warnings.warn(remark, StoredResultWarning, stacklevel=2)
    for line in plan.code_changes:
        warnings.warn(line, CodeChangedWarning, stacklevel=2)
    return plan.execute(progress)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Plan(Schedule):
    """Plan of a run: its trials, where they would run, and the folder of their results.

    Created by `plan_suite` and run by `execute`; its other attributes are those of `Schedule`.

    Attributes
    ----------
    options : RunOptions
    store : Store
        Store in the run's folder.
    code_changes : tuple of str
        Descriptions of the cases that run again because user code has changed.
    """

    options: RunOptions
    store: Store
    code_changes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Plan of {self.suite.name!r}: {len(self.to_run)} of {len(self.trials)} trials to run>"

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.store.folder

    def execute(self, progress: Progress | None = None) -> Path:
        """Run the pending trials, writing each result to disk before anything else is done with it.

        Parameters
        ----------
        progress : Progress, optional
            Notified of the run's events; by default, nothing is shown.

        Returns
        -------
        folder : Path
            Folder of the run.

        Raises
        ------
        SchedulerError
            If no Dask scheduler answers.
        StoreError
            If the run's folder or a result cannot be written.
        """
        _execute(self, progress or NoProgress())
        return self.folder


def plan_suite(suite: str | Path | Suite, options: RunOptions | None = None, *, origin: str | None = None) -> Plan:
    """Plan the run of a suite; everything is checked, but nothing is run or written.

    Parameters
    ----------
    suite : str, Path or Suite
        As for `run_suite`.
    options : RunOptions, optional
        By default, everything is left to the suite.
    origin : str, optional
        Name or path under which a `Suite` was requested, if it was read before.

    Returns
    -------
    plan : Plan

    Raises
    ------
    SuiteError, UnknownNameError
        If the suite cannot be run.
    DatasetError, DatasetNotFoundError
        If its data cannot be used.
    StoreError
        If the run's folder cannot be written, something else is in the place of its files, or it belongs to another
        suite file.

    Examples
    --------
    >>> from hdr_bench.records.options import RunOptions
    >>> plan = plan_suite("quick", RunOptions(only="k-NN", out="runs/try"))
    >>> [trial.case for trial in plan.trials]
    ['k-NN']
    """
    options = RunOptions() if options is None else options
    backend_of(options)
    if isinstance(suite, Suite):
        loaded = suite
        check_suite(loaded, suite.name if origin is None else origin)
    else:
        loaded, origin = load_suite(suite), str(suite)
    store = Store(default_folder(loaded.name, options.dataset) if options.out is None else options.out)
    check_run_folder(store.folder)
    check_source(store.folder, loaded.file)
    schedule = make_schedule(loaded, options, store, origin or "")
    changes = tuple(code_changes(schedule.to_run, store))
    return Plan(**vars(schedule), options=options, store=store, code_changes=changes)


def _execute(plan: Plan, progress: Progress) -> None:
    store = plan.store
    check_run_folder(store.folder)
    check_source(store.folder, plan.suite.file)
    check_room(plan, plan.options, store)
    store.clear_leftovers()
    remove_fits_before(plan, store)
    clear_leftovers_of_hosts()
    _write_record(plan)
    write_source(store.folder, plan.suite.file)
    if plan.to_run:
        write_source_copy(store.folder, plan.suite, plan.origin)
    for case in plan.cases:
        if any(trial.is_on_test_part for trial in (*case.trials, *case.conditional)):
            store.arrays.write_images(case.dataset.fingerprint, case.dataset.test.images)
    # Results of earlier runs are more informative.
    expected = {**read_expected(store.folder), **seconds_of_stored(plan, store)}
    _run_round(plan, progress, expected)
    _run_further_rounds(plan, progress, expected)
    remove_fits_after(plan, store)


def _run_further_rounds(plan: Plan, progress: Progress, expected: Mapping[str, float]) -> None:
    """Run what depends on results: further seeds, then the chosen level of each study."""
    while plan.conditional:
        further = with_further_seeds(plan, plan.store)
        _write_record(further)
        if further.to_run:
            _run_round(further, progress, {**expected, **seconds_of_stored(further, plan.store)})
        if len(further.trials) == len(plan.trials):
            return
        plan = further


def _write_record(plan: Plan) -> None:
    record = RunRecord(
        suite=plan.suite,
        origin=plan.origin,
        settings=plan.settings,
        trials=tuple(map(planned_trial, plan.trials)),
        decisions=tuple(plan.decisions.values()),
        study_decisions=tuple(plan.study_decisions.values()),
    )
    every = tuple(planned_trial(trial) for case in plan.cases for trial in possible_trials(case))
    plan.store.write_run(record, every)


def _run_round(plan: Plan, progress: Progress, expected: Mapping[str, float]) -> None:
    for part, options in split_timed(plan, plan.options):
        _run_part(replace(part, options=options), progress, expected)
    if not plan.store.run_file.exists():
        # A method has removed the record along with earlier results; later results still form a run.
        _write_record(plan)


def _run_part(plan: Plan, progress: Progress, expected: Mapping[str, float]) -> None:
    folders: dict[str, str] = {}
    images: dict[str, MadeImages] = {}
    with _queue(plan, folders, images) as queue:
        progress.begin(queue.trials, len(plan.trials) - len(plan.to_run), expected)
        try:
            with own_modules(plan.suite.folder):
                images.update(make_images(plan, plan.store, folders, progress))
            data = {**datasets_of(plan), **dict(arrays_of(images, plan.store.made_images))}
            outcomes = run_tasks(queue, plan.options, data, progress)
            with own_modules(plan.suite.folder), closing(outcomes):
                for result, predictions in outcomes:
                    _take_in(result, predictions, queue, plan, progress)
                    _write_failed_searches(queue, plan, progress)
            # There is no outcome if all fits were stored before or by another run.
            _write_failed_searches(queue, plan, progress)
        finally:
            progress.end()
            clear_leftovers_of_hosts()


def _take_in(result: Result, predictions: Predictions | None, queue: TaskQueue, plan: Plan, progress: Progress) -> None:
    """Write a result, and let the queue continue from what is stored."""
    if queue.is_awaited(result):
        result = write_result(queue.with_costs_of_fits(result), predictions, plan.store)
    queue.record(result)
    progress.done(result)


def _write_failed_searches(queue: TaskQueue, plan: Plan, progress: Progress) -> None:
    for result in queue.failed_searches():
        progress.done(write_result(result, None, plan.store))


@contextmanager
def _queue(plan: Plan, folders: dict[str, str], images: dict[str, MadeImages]) -> Iterator[TaskQueue]:
    """Yield the queue of tasks to run, with data sets created in code on disk for the duration of the block."""
    with ExitStack() as stack:
        for fingerprint, dataset in datasets_made_in_code(plan).items():
            folders[fingerprint] = stack.enter_context(data_folder())
            write_dataset(Path(folders[fingerprint]), dataset)
        command = model_command(plan.options, plan.origin)
        keeps_models = plan.options.keep_models
        yield TaskQueue(plan, plan.store, folders, images, keeps_models=keeps_models, model_command=command)
