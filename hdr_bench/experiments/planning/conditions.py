"""Conditional trials: with further seeds, or of a study, and which of them the results so far decide."""

from collections.abc import Callable, Iterable, Mapping

from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.study_plan import decided_of, undecided_of
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import SeedDecision, decide_more_seeds
from hdr_bench.records.study_decision import StudyDecision
from hdr_bench.records.trial import Trial

_NONE: Mapping[str, StudyDecision] = {}


def read_decisions(cases: Iterable[PlannedCase], read: Callable[[Trial], Result | None]) -> dict[str, SeedDecision]:
    """Return the decisions that the results so far allow, by name of the case.

    Parameters
    ----------
    cases : iterable of PlannedCase
    read : callable
        Returns a trial's result; None if there is no readable result.

    Returns
    -------
    decisions : dict of str to SeedDecision
    """
    found: dict[str, SeedDecision] = {}
    for case in cases:
        if case.study or not case.conditional:
            continue
        results = [result for trial in case.trials if (result := read(trial)) is not None]
        decision = decide_more_seeds(results) if len(results) == len(case.trials) else None
        if decision is not None:
            found[case.case.name] = decision
    return found


def decided_trials(
    cases: Iterable[PlannedCase],
    decisions: Mapping[str, SeedDecision],
    study_decisions: Mapping[str, StudyDecision] = _NONE,
) -> tuple[Trial, ...]:
    """Return every trial that certainly belongs to a run: those of the suite, and those that results have decided on.

    Parameters
    ----------
    cases : iterable of PlannedCase
    decisions : mapping of str to SeedDecision
        By name of the case.
    study_decisions : mapping of str to StudyDecision, optional
        By name of the study.

    Returns
    -------
    trials : tuple of Trial
    """
    trials: list[Trial] = []
    for case in cases:
        if case.study:
            trials += decided_of(case, study_decisions)
            continue
        decision = decisions.get(case.case.name)
        trials += [*case.trials, *(case.conditional if decision is not None and decision.more else ())]
    return tuple(trials)


def undecided_trials(
    cases: Iterable[PlannedCase],
    decisions: Mapping[str, SeedDecision],
    study_decisions: Mapping[str, StudyDecision] = _NONE,
) -> tuple[Trial, ...]:
    """Return the trials with additional seeds, or of a study's chosen level, that have not been decided on yet.

    Parameters
    ----------
    cases : iterable of PlannedCase
    decisions : mapping of str to SeedDecision
        By name of the case.
    study_decisions : mapping of str to StudyDecision, optional
        By name of the study.

    Returns
    -------
    trials : tuple of Trial
    """
    trials: list[Trial] = []
    for case in cases:
        if case.study:
            trials += undecided_of(case, study_decisions)
        elif case.case.name not in decisions:
            trials += case.conditional
    return tuple(trials)
