"""Seeds that run only if the first ones differ much: which cases are decided, and which trials that adds."""

from collections.abc import Callable, Iterable, Mapping

from hdr_bench.experiments.protocols import PlannedCase
from hdr_bench.experiments.result import Result
from hdr_bench.experiments.seed_decision import SeedDecision, decide_more_seeds
from hdr_bench.experiments.trial import Trial


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
