"""Schedule of a run: a suite's trials, those that are stored, their order, and additional seeds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.experiments.planning.conditions import decided_trials, read_decisions, undecided_trials
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.protocols import is_asked, plan_cases
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.experiments.planning.stored_fits import read_fits
from hdr_bench.experiments.planning.study_plan import read_study_decisions, settle_choices
from hdr_bench.import_context import own_modules
from hdr_bench.records.damage import REMEDY
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.lookup import Lookup
from hdr_bench.records.options import Rerun, RunOptions, Settings
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import PlannedTrial, SeedDecision
from hdr_bench.records.store import Store
from hdr_bench.records.study_decision import StudyDecision
from hdr_bench.records.suite import Suite
from hdr_bench.records.trial import Trial


@dataclass(frozen=True, eq=False)
class Schedule:
    """Trials of a run, including those that are pending.

    Attributes
    ----------
    suite : Suite
    origin : str
        Name or path under which the suite was requested; empty for one created in code.
    settings : Settings
        As recorded for the run.
    cases : tuple of PlannedCase
        Including their trials and data.
    trials : tuple of Trial
        All trials of the run: the selected ones, and those stored by earlier calls.
    to_run : tuple of Trial
        The selected trials that are pending.
    conditional : tuple of Trial
        Selected trials that depend on the results of these: with further seeds, or of the chosen level of a study.
    decisions : dict of str to SeedDecision
        Whether a case needs more seeds, by name, as far as its results decide it.
    study_decisions : dict of str to StudyDecision
        Number of seeds and chosen level of each study, by name, as far as its results decide them.
    rerun : {"missing", "failed", "without-model", "all"}
        Which trials to run.
    remarks : tuple of str
        Stored results that are not used, with the reasons.
    searches : mapping of str to SearchState
        Pending grid searches with their stored fits, by key of the trial.
    """

    suite: Suite
    origin: str
    settings: Settings
    cases: tuple[PlannedCase, ...]
    trials: tuple[Trial, ...]
    to_run: tuple[Trial, ...]
    conditional: tuple[Trial, ...] = ()
    decisions: Mapping[str, SeedDecision] = field(default_factory=dict)
    study_decisions: Mapping[str, StudyDecision] = field(default_factory=dict)
    rerun: Rerun = "missing"
    remarks: tuple[str, ...] = ()
    searches: Mapping[str, SearchState] = field(default_factory=dict)


def make_schedule(suite: Suite, options: RunOptions, store: Store, origin: str = "") -> Schedule:
    """Enumerate a suite's trials, and select the pending ones; nothing is run or written.

    Parameters
    ----------
    suite : Suite
    options : RunOptions
    store : Store
        Store with the results so far.
    origin : str, default=""
        Name or path under which the suite was requested.

    Returns
    -------
    schedule : Schedule

    Raises
    ------
    SuiteError, UnknownNameError
        If a case cannot be run with its protocol, or no case matches the option `only`.
    """
    settings, only, rerun = options.settings, options.only, options.rerun
    with own_modules(suite.folder):
        cases = plan_cases(suite, settings, only)
    decisions = read_decisions(cases, partial(_result_of, store=store))
    # A level that runs again may change the choice.
    settled = partial(_settled_result_of, store=store, rerun=rerun)
    chosen = read_study_decisions(suite.studies, cases, settled, store.read_predictions)
    cases = settle_choices(cases, chosen)
    trials, undecided = decided_trials(cases, decisions, chosen), undecided_trials(cases, decisions, chosen)
    names = dict.fromkeys(trial.case for trial in (*trials, *undecided))
    if only is not None and not any(is_asked(name, only) for name in names):
        raise UnknownNameError("case (--only)", only, names)
    # Cases excluded by `only` are part of the run if an earlier call has run them.
    part, to_run, remarks, searches = [], [], [], {}
    datasets = {case.case.name: case.dataset for case in cases}
    for trial in trials:
        found, asked = store.look_up(planned_trial(trial)), is_asked(trial.case, only)
        if asked or found.result is not None or found.is_newer:
            part.append(trial)
        if asked and found.problem:
            remarks.append(_remark(found.problem, found.is_newer))
        if not asked or not _is_due(found, rerun, store):
            continue
        if trial.search is not None:
            fits = read_fits(trial, datasets[trial.case], FitStore(store.folder, trial.key), rerun)
            remarks += [_remark(problem, fits.is_newer) for problem in fits.problems]
            if fits.is_newer:
                continue
            searches[trial.key] = fits.search
        to_run.append(trial)
    conditional = tuple(trial for trial in undecided if is_asked(trial.case, only))
    return Schedule(
        suite=suite,
        origin=origin,
        settings=settings,
        cases=cases,
        trials=tuple(part),
        to_run=tuple(to_run),
        conditional=conditional,
        decisions=decisions,
        study_decisions=chosen,
        rerun=rerun,
        remarks=tuple(remarks),
        searches=searches,
    )


def _remark(problem: str, is_newer: bool) -> str:
    return f"{'left unchanged' if is_newer else 'runs again'}: {problem.removesuffix(f'; {REMEDY}')}"


ScheduleT = TypeVar("ScheduleT", bound=Schedule)


def with_further_seeds(schedule: ScheduleT, store: Store) -> ScheduleT:
    """Return the schedule of what remains when its trials have run: those added because of their results.

    Parameters
    ----------
    schedule : Schedule
    store : Store

    Returns
    -------
    schedule : Schedule
        Of the same class.
    """
    read = partial(_result_of, store=store)
    decisions = read_decisions(schedule.cases, read)
    chosen = read_study_decisions(schedule.suite.studies, schedule.cases, read, store.read_predictions)
    cases = settle_choices(schedule.cases, chosen)
    open_cases, planned = {trial.case for trial in schedule.conditional}, {trial.key for trial in schedule.trials}
    decided = (trial for trial in decided_trials(cases, decisions, chosen) if trial.case in open_cases)
    added = [trial for trial in decided if trial.key not in planned]
    missing = tuple(trial for trial in added if is_missing(planned_trial(trial), store, schedule.rerun))
    undecided = (trial for trial in undecided_trials(cases, decisions, chosen) if trial.case in open_cases)
    return replace(
        schedule,
        cases=cases,
        trials=(*schedule.trials, *added),
        to_run=missing,
        conditional=tuple(undecided),
        decisions=decisions,
        study_decisions=chosen,
    )


def planned_trial(trial: Trial) -> PlannedTrial:
    """Return the record of a trial in the run's record.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    planned : PlannedTrial
    """
    key, limited_key = trial.keys()
    return PlannedTrial(
        key=key,
        limited_key=limited_key,
        case=trial.case,
        seed=trial.seed,
        protocol=trial.protocol,
        fold=trial.fold,
        samples=trial.samples,
    )


def is_missing(trial: PlannedTrial, store: Store, rerun: Rerun) -> bool:
    """Return whether a trial is pending: it has no complete result, or a failed one when those are repeated.

    A trial with a result of a newer version of the library does not run again, as the result would be overwritten.

    Parameters
    ----------
    trial : PlannedTrial
    store : Store
    rerun : {"missing", "failed", "without-model", "all"}

    Returns
    -------
    is_missing : bool
    """
    return _is_due(store.look_up(trial), rerun, store)


def _is_due(found: Lookup, rerun: Rerun, store: Store) -> bool:
    if found.result is None:
        return not found.is_newer
    if rerun == "without-model":
        return found.result.status == "ok" and not store.models.is_settled(found.key)
    return rerun == "all" or (rerun == "failed" and found.result.status != "ok")


def _result_of(trial: Trial, store: Store) -> Result | None:
    return store.look_up(planned_trial(trial)).result


def _settled_result_of(trial: Trial, store: Store, rerun: Rerun) -> Result | None:
    """Return a trial's result, unless the trial is about to run again."""
    found = store.look_up(planned_trial(trial))
    return None if _is_due(found, rerun, store) else found.result
