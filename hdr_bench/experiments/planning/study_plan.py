"""Studies within a plan: which of their trials are certain, and which depend on results."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hdr_bench.exceptions import SuiteError, shown
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.records.crossed_variance import Fits
from hdr_bench.records.needed_seeds import needed_seeds
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.study import Study
from hdr_bench.records.study_cases import StudyCase
from hdr_bench.records.study_decision import StudyDecision, accuracies_of, choose_level
from hdr_bench.records.suite import Suite
from hdr_bench.records.trial import Trial

Decisions = Mapping[str, StudyDecision]
"""By name of the study."""


def sampled_levels(suite: Suite, samples: int | None) -> tuple[StudyCase, ...]:
    """Return the cases of a suite's studies, without levels that need more training images than a run may use.

    Parameters
    ----------
    suite : Suite
    samples : int or None
        Number of training images that the run is limited to.

    Returns
    -------
    cases : tuple of StudyCase

    Raises
    ------
    SuiteError
        If fewer than two levels of a study remain.
    """
    cases = suite.study_cases
    if samples is None:
        return cases
    within = tuple(each for each in cases if each.case.samples is None or each.case.samples <= samples)
    counts = Counter(each.study.name for each in within if not each.is_chosen)
    for study in suite.studies:
        if counts[study.name] < 2:
            raise SuiteError(
                f"suite {suite.name!r}, study {shown(study.name)}: fewer than two of its levels are within the "
                f"{samples:,} training images requested; ask for more"
            )
    return within


def with_roles(cases: Iterable[tuple[PlannedCase, StudyCase | None]]) -> tuple[PlannedCase, ...]:
    """Return planned cases that know the study they belong to; the candidates of a study's choice become one case.

    Parameters
    ----------
    cases : iterable of tuple of PlannedCase and StudyCase or None
        Each planned case, with its role in a study.

    Returns
    -------
    cases : tuple of PlannedCase
    """
    planned: list[PlannedCase] = []
    candidates: dict[str, dict[str, PlannedCase]] = {}
    places: dict[str, int] = {}
    for case, role in cases:
        if role is None:
            planned.append(case)
        elif not role.is_chosen:
            planned.append(replace(case, study=role.study.name, level=role.level.name))
        else:
            if role.study.name not in places:
                places[role.study.name] = len(planned)
                planned.append(case)
            candidates.setdefault(role.study.name, {})[role.level.name] = case
    for study, place in places.items():
        planned[place] = _chosen_case(study, candidates[study])
    return tuple(planned)


def _chosen_case(study: str, candidates: dict[str, PlannedCase]) -> PlannedCase:
    # Until a level is chosen, the first one stands for it: all have the same number of trials.
    first = next(iter(candidates.values()))
    return replace(
        first, trials=(), conditional=(*first.trials, *first.conditional), study=study, candidates=candidates
    )


def read_study_decisions(
    studies: Sequence[Study],
    cases: Iterable[PlannedCase],
    read: Callable[[Trial], Result | None],
    read_predictions: Callable[[str], Predictions | None],
) -> dict[str, StudyDecision]:
    """Return the decisions on studies that the results so far allow.

    Parameters
    ----------
    studies : sequence of Study
    cases : iterable of PlannedCase
    read : callable
        Returns a trial's result; None if there is none.
    read_predictions : callable
        Returns the predictions of a result, by its key; None if they are not stored.

    Returns
    -------
    decisions : dict of str to StudyDecision
        By name of the study.
    """
    decisions: dict[str, StudyDecision] = {}
    by_study: dict[str, list[PlannedCase]] = {}
    for case in cases:
        if case.level:
            by_study.setdefault(case.study, []).append(case)
    for study in studies:
        decision = _decide(study, by_study.get(study.name, ()), read, read_predictions)
        if decision is not None:
            decisions[study.name] = decision
    return decisions


def _decide(
    study: Study,
    levels: Sequence[PlannedCase],
    read: Callable[[Trial], Result | None],
    read_predictions: Callable[[str], Predictions | None],
) -> StudyDecision | None:
    first = _results_of({case.level: case.trials for case in levels}, read)
    if not levels or first is None:
        return None
    # Without conditional trials, the caller has set the number of seeds.
    is_open = any(case.conditional for case in levels)
    first_seeds = max(len(case.trials) for case in levels)
    seeds = needed_seeds(study, list(_fits_of(first, read_predictions))) if is_open else first_seeds
    results = _results_of({case.level: level_trials(case, seeds) for case in levels}, read)
    if results is None:
        return StudyDecision(study=study.name, seeds=seeds)
    return choose_level(study, seeds, results)


def _fits_of(
    results: Mapping[str, Sequence[Result]], read_predictions: Callable[[str], Predictions | None]
) -> Iterator[Fits]:
    """Yield the fits of each level that can be compared, as in a report: none of them failed, and all are stored."""
    for each in results.values():
        if not accuracies_of(each):
            continue
        predictions = [found for result in each if (found := read_predictions(result.key)) is not None]
        if len(predictions) == len(each):
            yield Fits.from_predictions(predictions, is_deterministic=each[0].trial.is_deterministic)


def _results_of(
    trials: Mapping[str, Sequence[Trial]], read: Callable[[Trial], Result | None]
) -> dict[str, list[Result]] | None:
    """Return the results of trials by level; None if one is missing."""
    found = {level: [read(trial) for trial in each] for level, each in trials.items()}
    results = {level: [result for result in each if result is not None] for level, each in found.items()}
    is_complete = all(len(results[level]) == len(each) for level, each in found.items())
    return results if is_complete else None


def level_trials(case: PlannedCase, seeds: int) -> tuple[Trial, ...]:
    """Return the trials of a level with the decided number of seeds.

    Parameters
    ----------
    case : PlannedCase
        Case of a level, or of a chosen one.
    seeds : int
        Number of seeds of each level.

    Returns
    -------
    trials : tuple of Trial
    """
    return (*case.trials, *case.conditional[: max(seeds - len(case.trials), 0)])


def decided_of(case: PlannedCase, decisions: Decisions) -> tuple[Trial, ...]:
    """Return the trials of a study's case that certainly belong to a run.

    Parameters
    ----------
    case : PlannedCase
        Case of a study.
    decisions : mapping of str to StudyDecision

    Returns
    -------
    trials : tuple of Trial
    """
    decision = decisions.get(case.study)
    if decision is None:
        return case.trials
    if case.level:
        return level_trials(case, decision.seeds)
    return level_trials(case.candidates[decision.level], decision.seeds) if decision.level else ()


def undecided_of(case: PlannedCase, decisions: Decisions) -> tuple[Trial, ...]:
    """Return the trials of a study's case that have not been decided on yet.

    Parameters
    ----------
    case : PlannedCase
        Case of a study.
    decisions : mapping of str to StudyDecision

    Returns
    -------
    trials : tuple of Trial
    """
    decision = decisions.get(case.study)
    is_decided = decision is not None and (bool(case.level) or bool(decision.level) or bool(decision.accuracies))
    return () if is_decided else case.conditional


def settle_choices(cases: Iterable[PlannedCase], decisions: Decisions) -> tuple[PlannedCase, ...]:
    """Return planned cases in which each chosen case is that of its level.

    Parameters
    ----------
    cases : iterable of PlannedCase
    decisions : mapping of str to StudyDecision

    Returns
    -------
    cases : tuple of PlannedCase
    """
    return tuple(_settle(case, decisions) for case in cases)


def _settle(case: PlannedCase, decisions: Decisions) -> PlannedCase:
    decision = decisions.get(case.study)
    if not case.candidates or decision is None or not decision.level:
        return case
    chosen = case.candidates[decision.level]
    # No other level can belong to the run any more.
    trials = level_trials(chosen, decision.seeds)
    return replace(case, case=chosen.case, conditional=trials, candidates={decision.level: chosen})


def possible_trials(case: PlannedCase) -> tuple[Trial, ...]:
    """Return every trial of a case that may belong to a run.

    Parameters
    ----------
    case : PlannedCase

    Returns
    -------
    trials : tuple of Trial
    """
    if case.candidates:
        return tuple(trial for each in case.candidates.values() for trial in (*each.trials, *each.conditional))
    return (*case.trials, *case.conditional)
