"""Estimate of the cost of a run before it starts, extrapolated from fits of each case on a few images."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from hdr_bench.exceptions import EstimateError
from hdr_bench.experiments.forecast.estimate_record import CaseEstimate, Estimate
from hdr_bench.experiments.forecast.growth import Expected
from hdr_bench.experiments.forecast.probes import CostCurves, Probe, ProbeTimeoutError, probes_of, run_probe
from hdr_bench.experiments.messages import Progress
from hdr_bench.experiments.planning.other_images import count_images
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.schedule import Schedule
from hdr_bench.experiments.planning.search_fits import search_of
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.import_context import own_modules
from hdr_bench.records.trial import Trial

_NONE = Expected(0.0, 0.0, 0.0)
_UNKNOWN = Expected(math.nan, math.nan, math.nan)


def estimate_plan(plan: Schedule, progress: Progress) -> Estimate:
    """Fit each case on a few images, and estimate the cost of all its trials.

    Parameters
    ----------
    plan : Schedule
        For example the `Plan` returned by `plan_suite`.
    progress : Progress
        Notified of the fits.

    Returns
    -------
    estimate : Estimate
        Without cases if there is nothing to run.

    Raises
    ------
    WorkingFolderError
        If the working folder was removed.

    Notes
    -----
    Each case is fitted on 1,000, 2,000 and 4,000 of its training images (if it has fewer than 4,000: on a quarter, a
    half, and all), fast ones twice. Times are derived from processor time and apply to an otherwise idle machine, so
    that other programs change the estimate little. Networks are fitted for a few epochs, and the times scaled to their
    number of epochs. A curve `Growth` is fitted to the costs, and its 95 % bootstrap interval is the uncertainty. The
    curve cannot predict effects that begin only beyond the fitted sizes, such as caches that no longer hold the data.
    For distorted test sets, the estimate includes predictions but not the cost of making the images, above all attacks.
    For a grid search, up to four candidates spread over the grid are fitted and represent all. A case whose fit on a
    few images already exceeds the time limit is assumed to take that limit in each trial.
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
            estimate, costs = _estimate_case(case, trials, probes[case.case.name], plan.searches, progress)
            largest = max(task.trial.samples or 0 for probe in probes[case.case.name] for task in probe.tasks)
            estimates.append(replace(estimate, largest_fit=largest))
            seconds |= {key: cost.value for key, cost in costs.items()}
    finally:
        progress.end()
    return Estimate(tuple(estimates), seconds)


def _all_trials(case: PlannedCase) -> tuple[Trial, ...]:
    """Return a case's trials, including those with further seeds, which run if they turn out to be needed."""
    return (*case.trials, *case.conditional)


def _estimate_case(
    case: PlannedCase,
    trials: list[Trial],
    probes: tuple[Probe, ...],
    searches: Mapping[str, SearchState],
    progress: Progress,
) -> tuple[CaseEstimate, dict[str, Expected]]:
    """Return the cost of a case, and of each trial and each fit within a search by key; none if unknown."""
    try:
        curves = [run_probe(probe, progress) for probe in probes]
    except EstimateError as error:
        unknown = CaseEstimate(case.case.name, len(trials), _UNKNOWN, _UNKNOWN, _UNKNOWN, math.nan, problem=str(error))
        return unknown, {}
    except ProbeTimeoutError:
        costs = {trial.key: _limit_of(trial) for trial in trials}
        return _stopped_by_limit(case, trials, costs), costs
    parts = {trial.key: _parts(trial, case, curves, searches.get(trial.key)) for trial in trials}
    costs = {trial.key: _total(trial, parts[trial.key], searches.get(trial.key)) for trial in trials}
    longest = max(trials, key=lambda trial: costs[trial.key].value)
    fit = _fit(longest, case, curves, searches.get(longest.key))
    estimate = _case_estimate(case, longest, curves, fit, sum(costs.values(), _NONE))
    return replace(estimate, n_trials=len(trials)), {key: cost for each in parts.values() for key, cost in each.items()}


def _limit_of(trial: Trial) -> Expected:
    limit = trial.time_limit or 0.0
    return Expected(limit, limit, limit)


def _stopped_by_limit(case: PlannedCase, trials: list[Trial], costs: dict[str, Expected]) -> CaseEstimate:
    """Return the estimate of a case whose fits on a few images exceed the time limit: each trial takes the limit."""
    limit, total = costs[trials[0].key], sum(costs.values(), _NONE)
    is_over = f"time limit of {limit.value:g} s"
    return CaseEstimate(case.case.name, len(trials), limit, _UNKNOWN, total, math.nan, is_over)


def _case_estimate(
    case: PlannedCase, longest: Trial, curves: list[CostCurves], fit: Expected, total: Expected
) -> CaseEstimate:
    """Return the estimate for one trial of a case, with `longest` as its longest trial."""
    n, _ = _sizes(longest, case)
    memory = max((each.memory.at(n) for each in curves), key=lambda expected: expected.value)
    over = []
    if longest.time_limit is not None and fit.value > longest.time_limit:
        over.append(f"time limit of {longest.time_limit:g} s")
    if longest.memory_limit is not None and memory.value > longest.memory_limit:
        over.append(f"memory limit of {longest.memory_limit / 1e6:,.0f} MB")
    return CaseEstimate(case.case.name, 1, fit, memory, total, curves[0].one_pass.exponent_at(n), " and ".join(over))


def _total(trial: Trial, parts: dict[str, Expected], search: SearchState | None) -> Expected:
    """Return the seconds of a whole trial; for a search, as far as its stored fits leave time for more."""
    limit = trial.time_limit
    if limit is not None and search is not None:
        limit = max(limit - search.spent, 0.0)
    return sum(parts.values(), _NONE).at_most(limit)


def _parts(
    trial: Trial, case: PlannedCase, curves: list[CostCurves], search: SearchState | None
) -> dict[str, Expected]:
    """Return the seconds of a trial, preceded by those of a search's missing fits, by key."""
    n, tested = _sizes(trial, case)
    n_images = 2 * tested + _count_distorted(trial, case)
    predict = curves[0].predict.at(n).times(n_images / len(case.dataset.test))
    other = Expected(*[curves[0].other_seconds] * 3)
    if search is None:
        return {trial.key: (curves[0].fit(n) + predict + other).at_most(trial.time_limit)}
    by_size = {size: _search_fit(trial, size, case, curves) + other for size in _sizes_of_missing(search)}
    fits = {key: by_size[_samples(fit)] for key, fit in search.missing.items()}
    return {**fits, trial.key: _last_fit(n, curves) + predict + other}


def _count_distorted(trial: Trial, case: PlannedCase) -> int:
    """Return how many distorted images a trial predicts; the cost of attacks on them is unknown."""
    counts = [
        each.samples or count_images(case.test_sets[each.name], each.part)
        for each in trial.test_sets
        if each.is_distorted and each.fingerprint
    ]
    return sum(counts)


def _fit(trial: Trial, case: PlannedCase, curves: list[CostCurves], search: SearchState | None) -> Expected:
    """Return the seconds of a trial's fit; for a search, of all its missing fits."""
    n, _ = _sizes(trial, case)
    if search is None:
        return curves[0].fit(n)
    fits = [_search_fit(trial, size, case, curves).times(count) for size, count in _sizes_of_missing(search).items()]
    return sum(fits, _last_fit(n, curves))


def _last_fit(n: int, curves: list[CostCurves]) -> Expected:
    """Return the seconds of the fit of the selected candidate, which may be the slowest."""
    return max((each.fit(n) for each in curves), key=lambda expected: expected.value)


def _search_fit(trial: Trial, samples: int | None, case: PlannedCase, curves: list[CostCurves]) -> Expected:
    """Return the mean seconds of a fit within a search, including its evaluation, for a number of images."""
    n, _ = _sizes(trial, case)
    size, folds = samples or n, search_of(trial).folds
    inside = size * (folds - 1) // folds
    share = (size - inside) / len(case.dataset.test)
    one = sum((each.fit(inside) for each in curves), _NONE)
    scoring = sum((each.predict.at(inside) for each in curves), _NONE).times(share)
    return (one + scoring).times(1 / len(curves))


def _sizes_of_missing(search: SearchState) -> Counter[int | None]:
    return Counter(map(_samples, search.missing.values()))


def _samples(fit: Trial) -> int | None:
    return None if fit.search_fit is None else fit.search_fit.samples


def _sizes(trial: Trial, case: PlannedCase) -> tuple[int, int]:
    """Return how many images a trial learns from and is evaluated on."""
    n = trial.samples or len(case.dataset.train)
    if trial.held_out is not None:
        held_out = math.ceil(trial.held_out * len(case.dataset.train))
        return min(n, len(case.dataset.train) - held_out), held_out
    if trial.folds is None:
        return n, len(case.dataset.test)
    tested = n // trial.folds
    return n - tested, tested
