"""Estimate of what a run would cost, before anything long runs: each case fitted on a few images, and extrapolated."""

import math
from dataclasses import replace

from hdr_bench.exceptions import EstimateError
from hdr_bench.experiments.forecast.estimate_record import CaseEstimate, Estimate
from hdr_bench.experiments.forecast.growth import Expected
from hdr_bench.experiments.forecast.probes import CostCurves, Probe, ProbeTimeoutError, probes_of, run_probe
from hdr_bench.experiments.messages import Progress
from hdr_bench.experiments.planning.protocols import PlannedCase
from hdr_bench.experiments.planning.schedule import Schedule
from hdr_bench.experiments.planning.search_fits import candidates_of
from hdr_bench.import_context import own_modules
from hdr_bench.records.trial import Trial

_NONE = Expected(0.0, 0.0, 0.0)
_UNKNOWN = Expected(math.nan, math.nan, math.nan)


def estimate_plan(plan: Schedule, progress: Progress) -> Estimate:
    """Fit each case that is to be run on a few images, and say what all its trials would cost.

    Parameters
    ----------
    plan : Schedule
        E.g. the `Plan` that `plan_suite` returns.
    progress : Progress
        Told of the fits.

    Returns
    -------
    estimate : Estimate
        Without cases if nothing is to run.

    Notes
    -----
    Each is fitted on 1,000, 2,000 and 4,000 of its training images (of fewer than 4,000: on a quarter, a half, and
    all), those that are quick twice. Times are those that processor time tells of a machine that does nothing else, so
    that neighbours change the estimate little. Networks are fitted for a few epochs, taken as many times over as they
    will have. Through the costs goes a curve `Growth`, and its bootstrap's interval of 95 % is the uncertainty. What
    begins only beyond the sizes that were fitted, such as memory that no longer holds what it held, the curve cannot
    know. Of a grid search up to four candidates are fitted, spread over the grid, and stand for all. A case whose fit
    on a few images already passes the time limit takes that limit in each trial.
    """
    if not plan.to_run:
        return Estimate((), {})
    with own_modules(plan.suite.folder):
        return _estimate(plan, progress)


def _estimate(plan: Schedule, progress: Progress) -> Estimate:
    due = {trial.key for trial in plan.to_run}
    cases = [case for case in plan.cases if any(trial.key in due for trial in _all_trials(case))]
    probes = {case.case.name: tuple(probes_of(case)) for case in cases}
    tasks = [task for each in probes.values() for probe in each for task in probe.tasks]
    progress.begin(tuple(task.trial for task in tasks), 0, {})
    estimates: list[CaseEstimate] = []
    seconds: dict[str, float] = {}
    try:
        for case in cases:
            trials = [trial for trial in _all_trials(case) if trial.key in due]
            estimate, costs = _estimate_case(case, trials, probes[case.case.name], progress)
            largest = max(task.trial.samples or 0 for probe in probes[case.case.name] for task in probe.tasks)
            estimates.append(replace(estimate, largest_fit=largest))
            seconds |= {key: cost.value for key, cost in costs.items()}
    finally:
        progress.end()
    return Estimate(tuple(estimates), seconds)


def _all_trials(case: PlannedCase) -> tuple[Trial, ...]:
    """Return a case's trials with those of further seeds, which are due once they are decided on."""
    return (*case.trials, *case.conditional)


def _estimate_case(
    case: PlannedCase, trials: list[Trial], probes: tuple[Probe, ...], progress: Progress
) -> tuple[CaseEstimate, dict[str, Expected]]:
    """Return what a case costs, and each of its trials by key; no trials if that is not known."""
    try:
        curves = [run_probe(probe, progress) for probe in probes]
    except EstimateError as error:
        unknown = CaseEstimate(case.case.name, len(trials), _UNKNOWN, _UNKNOWN, _UNKNOWN, math.nan, problem=str(error))
        return unknown, {}
    except ProbeTimeoutError:
        costs = {trial.key: _limit_of(trial) for trial in trials}
        return _stopped_by_limit(case, trials, costs), costs
    costs = {trial.key: _trial_cost(trial, case, curves) for trial in trials}
    return _case_estimate(case, trials, curves, costs), costs


def _limit_of(trial: Trial) -> Expected:
    limit = trial.time_limit or 0.0
    return Expected(limit, limit, limit)


def _stopped_by_limit(case: PlannedCase, trials: list[Trial], costs: dict[str, Expected]) -> CaseEstimate:
    """Return the estimate of a case whose fits on a few images already pass the time limit: it is what trials take."""
    limit, total = costs[trials[0].key], sum(costs.values(), _NONE)
    is_over = f"time limit of {limit.value:g} s"
    return CaseEstimate(case.case.name, len(trials), limit, _UNKNOWN, total, math.nan, is_over)


def _case_estimate(
    case: PlannedCase, trials: list[Trial], curves: list[CostCurves], costs: dict[str, Expected]
) -> CaseEstimate:
    longest = max(trials, key=lambda trial: costs[trial.key].value)
    n, _ = _sizes(longest, case)
    fit = _fit(longest, case, curves)
    memory = max((each.memory.at(n) for each in curves), key=lambda expected: expected.value)
    over = []
    if longest.time_limit is not None and fit.value > longest.time_limit:
        over.append(f"time limit of {longest.time_limit:g} s")
    if longest.memory_limit is not None and memory.value > longest.memory_limit:
        over.append(f"memory limit of {longest.memory_limit / 1e6:,.0f} MB")
    total, exponent = sum((costs[trial.key] for trial in trials), _NONE), curves[0].one_pass.exponent_at(n)
    return CaseEstimate(case.case.name, len(trials), fit, memory, total, exponent, " and ".join(over))


def _trial_cost(trial: Trial, case: PlannedCase, curves: list[CostCurves]) -> Expected:
    """Return the seconds of a whole trial."""
    n, tested = _sizes(trial, case)
    share = tested / len(case.dataset.test)
    predict = curves[0].predict.at(n).times(2 * share)
    other = curves[0].other_seconds
    whole = _fit(trial, case, curves) + predict + Expected(other, other, other)
    return whole.at_most(trial.time_limit)


def _fit(trial: Trial, case: PlannedCase, curves: list[CostCurves]) -> Expected:
    n, _ = _sizes(trial, case)
    if trial.search is None:
        return curves[0].fit(n)
    inside = n * (trial.search.folds - 1) // trial.search.folds
    share = (n - inside) / len(case.dataset.test)
    one = sum((each.fit(inside) for each in curves), _NONE).times(1 / len(curves))
    scoring = sum((each.predict.at(inside) for each in curves), _NONE).times(share / len(curves))
    last = max((each.fit(n) for each in curves), key=lambda expected: expected.value)
    return (one + scoring).times(_fits(trial)) + last


def _fits(trial: Trial) -> float:
    """Return a search's fits, as many as would take its time on all images."""
    if trial.search is None:
        return 1
    candidates = len(candidates_of(trial.search, trial.seed))
    if trial.search.strategy == "grid":
        return candidates * trial.search.folds
    # Each round of successive halving has a third of the candidates on three times the images.
    rounds = math.floor(math.log(candidates, 3)) + 1
    return rounds * candidates / 3 ** (rounds - 1) * trial.search.folds


def _sizes(trial: Trial, case: PlannedCase) -> tuple[int, int]:
    """Return how many images a trial learns from, and is evaluated on."""
    n = trial.samples or len(case.dataset.train)
    if trial.folds is None:
        return n, len(case.dataset.test)
    tested = n // trial.folds
    return n - tested, tested
