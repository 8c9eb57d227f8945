"""What a run would do: the trials of a suite, in which order, which are there, and which seeds are added."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, get_args

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.experiments.planning.protocols import PlannedCase, is_asked, plan_cases
from hdr_bench.import_context import own_modules
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import Planned, SeedDecision, Settings, decide_more_seeds
from hdr_bench.records.store import Lookup, Store
from hdr_bench.records.suite import Suite
from hdr_bench.records.trial import Trial
from hdr_bench.records.trial_file import REMEDY


def read_decisions(cases: Iterable[PlannedCase], read: Callable[[Trial], Result | None]) -> dict[str, SeedDecision]:
    """Return the decisions that the results so far allow, by the cases' names.

    Parameters
    ----------
    cases : iterable of PlannedCase
    read : callable
        Returns a trial's result; None if there is none that can be read.
    """
    found: dict[str, SeedDecision] = {}
    for case in cases:
        if not case.conditional:
            continue
        results = [result for trial in case.trials if (result := read(trial)) is not None]
        decision = decide_more_seeds(results) if len(results) == len(case.trials) else None
        if decision is not None:
            found[case.case.name] = decision
    return found


def decided_trials(cases: Iterable[PlannedCase], decisions: Mapping[str, SeedDecision]) -> tuple[Trial, ...]:
    """Return every trial that is sure to belong to a run: those of the suite, and the further seeds decided on."""
    trials: list[Trial] = []
    for case in cases:
        decision = decisions.get(case.case.name)
        trials += [*case.trials, *(case.conditional if decision is not None and decision.more else ())]
    return tuple(trials)


def open_trials(cases: Iterable[PlannedCase], decisions: Mapping[str, SeedDecision]) -> tuple[Trial, ...]:
    """Return the trials with further seeds that nothing has been decided about yet."""
    return tuple(trial for case in cases if case.case.name not in decisions for trial in case.conditional)


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


def make_plan(suite: Suite, settings: Settings, store: Store, only: str | None, rerun: Rerun, origin: str = "") -> Plan:
    """Enumerate a suite's trials, and choose those to run; nothing is run or written.

    Raises
    ------
    SuiteError, UnknownNameError
        If a case cannot be run as its protocol wants, or no case fits `only`.
    """
    if rerun not in get_args(Rerun):
        raise UnknownNameError("choice of what to run again", rerun, get_args(Rerun))
    with own_modules(suite.folder):
        cases = plan_cases(suite, settings, only)
    decisions = read_decisions(cases, partial(_result_of, store=store))
    trials, undecided = decided_trials(cases, decisions), open_trials(cases, decisions)
    if only is not None and not any(is_asked(trial.case, only) for trial in trials):
        raise UnknownNameError("case (--only)", str(only), dict.fromkeys(trial.case for trial in trials))
    # What `only` leaves out is part of the run where an earlier call has run it.
    part, to_run, remarks = [], [], []
    for trial in trials:
        entry, asked = planned(trial), is_asked(trial.case, only)
        found = store.look_up(entry)
        if asked or found.result is not None or found.is_newer:
            part.append(trial)
        if asked and _is_due(found, rerun):
            to_run.append(trial)
        if asked and found.problem:
            problem = found.problem.removesuffix(f"; {REMEDY}")
            remarks.append(f"{'left as it is' if found.is_newer else 'runs again'}: {problem}")
    conditional = tuple(trial for trial in undecided if is_asked(trial.case, only))
    return Plan(
        suite, origin, settings, cases, tuple(part), tuple(to_run), conditional, decisions, rerun, tuple(remarks)
    )


def with_further_seeds(plan: Plan, store: Store) -> Plan:
    """Return the plan of what is left when its trials have run: seeds that their results have decided on."""
    decisions = read_decisions(plan.cases, partial(_result_of, store=store))
    decided = {trial.key for trial in decided_trials(plan.cases, decisions)}
    added = [trial for trial in plan.conditional if trial.key in decided]
    missing = tuple(trial for trial in added if is_missing(planned(trial), store, plan.rerun))
    return replace(plan, trials=(*plan.trials, *added), to_run=missing, conditional=(), decisions=decisions)


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
    return _is_due(store.look_up(trial), rerun)


def _is_due(found: Lookup, rerun: Rerun) -> bool:
    if found.result is None:
        return not found.is_newer
    return rerun == "all" or (rerun == "failed" and found.result.status != "ok")


def _result_of(trial: Trial, store: Store) -> Result | None:
    return store.look_up(planned(trial)).result


def interleave(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return trials so that each case has its first one run, then each its second, and so on.

    A slow minute of the machine then falls on one fit of several methods, not on all fits of one.

    Parameters
    ----------
    trials : iterable of Trial
        Case by case, as `expand` returns them.

    Returns
    -------
    trials : tuple of Trial
        The same ones. Within a round the cases keep their order, and so do the trials of each case.
    """
    counts: dict[str, int] = {}
    rounds: list[tuple[int, Trial]] = []
    for trial in trials:
        counts[trial.case] = counts.get(trial.case, 0) + 1
        rounds.append((counts[trial.case], trial))
    return tuple(trial for _, trial in sorted(rounds, key=lambda each: each[0]))
