"""Result of a grid search: the selected candidate, or why none could be selected."""

import math
from collections.abc import Iterable, Iterator
from statistics import fmean

import numpy as np

from hdr_bench.experiments.planning.search_candidates import all_candidates, identity_of
from hdr_bench.experiments.planning.search_fits import CandidateFits, accuracies_of, search_of
from hdr_bench.experiments.planning.search_state import SearchState, seconds_of
from hdr_bench.names import abbreviate
from hdr_bench.records.environment import Environment, utc_now
from hdr_bench.records.measurements import Measurements
from hdr_bench.records.result import Candidate, Result, SearchResult, Status
from hdr_bench.records.search_outcome import SearchOutcome
from hdr_bench.records.text import pluralize

_BY_LIMITS = {"timeout", "out of memory"}


def conclude(search: SearchState, environment: Environment) -> SearchOutcome | Result:
    """Return the outcome of the fits of a complete search.

    Parameters
    ----------
    search : SearchState
        None of its fits is running, and none may begin.
    environment : Environment
        Environment of this process.

    Returns
    -------
    outcome : SearchOutcome or Result
        The outcome, with the candidate to fit on all images; or the result of a failed trial, if no candidate could be
        fitted on every fold or no time is left.
    """
    limit = search.trial.time_limit or math.inf
    took = f"its fits took {search.spent:.1f} s of the time limit of {limit:g} s"
    if search.n_missing and search_of(search.trial).strategy == "halving":
        # All of them are required.
        return _failed(search, "timeout", f"{took}, but not all of them finished", environment)
    best = search.best
    if best is None:
        return _failed(search, *_why_none(search), environment)
    if search.spent >= limit:
        return _failed(search, "timeout", f"{took}, which leaves none for the final fit", environment)
    tried = tuple(_candidates(search))
    results = tuple(search.outcomes.values())
    searched = SearchResult(
        chosen=best.params,
        score=_mean_accuracy(search, best),
        candidates=tried,
        n_candidates=len(all_candidates(search_of(search.trial))),
        is_limited=bool(search.n_missing) or any(result.status == "timeout" for result in results),
        search_seconds=search.spent,
        refit_seconds=0.0,
    )
    costs = [result.measurements for result in results if result.measurements is not None]
    return SearchOutcome(
        searched=searched,
        is_limited=_is_limited(search),
        seconds=sum(result.seconds for result in results),
        cpu_seconds=sum(cost.fit_cpu_seconds + (cost.predict_cpu_seconds or 0.0) for cost in costs),
        alone_seconds=_alone_seconds(results),
        peak_bytes=max(cost.fit_peak_bytes for cost in costs),
        gpu_peak_bytes=max((cost.fit_gpu_peak_bytes for cost in costs if cost.fit_gpu_peak_bytes), default=None),
        n_concurrent=max(result.n_concurrent for result in results),
        warnings=tuple(_warnings(results)),
    )


def _is_limited(search: SearchState) -> bool:
    """Return whether the trial's limits affected the outcome: they stopped a fit, or kept one from starting."""
    return bool(search.n_missing) or any(result.status in _BY_LIMITS for result in search.outcomes.values())


def _candidates(search: SearchState) -> Iterator[Candidate]:
    is_halving = search_of(search.trial).strategy == "halving"
    fits = [result.trial.search_fit for result in search.outcomes.values()]
    begun = {identity_of(fit.params, fit.samples) for fit in fits if fit is not None}
    for iteration, candidates in enumerate(search.rounds):
        for candidate in candidates:
            if candidate.identity not in begun:
                continue
            results = [search.outcomes[key] for key in candidate.fits if key in search.outcomes]
            costs = [result.measurements for result in results if result.measurements is not None]
            yield Candidate(
                params=candidate.params,
                scores=tuple(None if math.isnan(each) else each for each in accuracies_of(candidate, search.outcomes)),
                fit_seconds=_mean(cost.fit_seconds for cost in costs),
                score_seconds=_mean(cost.predict_seconds for cost in costs),
                iteration=iteration if is_halving else None,
                samples=candidate.samples,
            )


def _mean(values: Iterable[float]) -> float:
    several = tuple(values)
    return fmean(several) if several else 0.0


def _mean_accuracy(search: SearchState, candidate: CandidateFits) -> float:
    # Summed as in scikit-learn, to the last digit.
    return float(np.average(accuracies_of(candidate, search.outcomes)))


def _alone_seconds(results: Iterable[Result]) -> float | None:
    """Return the wall time of all fits without the waits for a processor; None if any was not measured."""
    alone = [_alone(result) for result in results]
    known = [seconds for seconds in alone if seconds is not None]
    return sum(known) if len(known) == len(alone) else None


def _alone(result: Result) -> float | None:
    cost: Measurements | None = result.measurements
    if cost is None:
        return seconds_of(result)
    if cost.fit_wait_share is None or cost.predict_wait_share is None:
        return None
    return cost.fit_seconds / (1 + cost.fit_wait_share) + cost.predict_seconds / (1 + cost.predict_wait_share)


def _warnings(results: tuple[Result, ...]) -> Iterator[str]:
    yield from dict.fromkeys(text for result in results for text in result.warnings)
    failed = [result for result in results if result.status != "ok"]
    if failed:
        count = f"{len(failed):,} of {pluralize(len(results), 'fit')}"
        yield f"{count} of the search failed; the first: {_describe(failed[0])}"


def _describe(result: Result) -> str:
    fit = result.trial.search_fit
    params = {} if fit is None else fit.params
    return abbreviate(f"{params}, fold {(result.trial.fold or 0) + 1}: {result.status}: {result.error}")


def _why_none(search: SearchState) -> tuple[Status, str]:
    """Return why no candidate can be selected, with the common status of the failed fits if they have one."""
    failed = [result for result in search.outcomes.values() if result.status != "ok"]
    if not failed:
        limit = search.trial.time_limit or math.inf
        return "timeout", f"the time limit of {limit:g} s was reached before any candidate was fitted on every fold"
    statuses = {result.status for result in failed}
    reason = f"none of the {pluralize(search.n_candidates, 'candidate')} could be fitted on every fold"
    if search.n_candidates == 1:
        reason = "the only candidate could not be fitted on every fold"
    return statuses.pop() if len(statuses) == 1 else "failed", f"{reason}; the first failure: {_describe(failed[0])}"


def _failed(search: SearchState, status: Status, reason: str, environment: Environment) -> Result:
    trial, results = search.trial, tuple(search.outcomes.values())
    by_limits = status in _BY_LIMITS or _is_limited(search)
    first = next((result for result in results if result.traceback), None)
    return Result(
        key=trial.limited_key if by_limits else trial.key,
        trial=trial,
        status=status,
        error=reason,
        traceback="" if first is None else first.traceback,
        finished=utc_now(),
        environment=environment,
        seconds=sum(result.seconds for result in results),
        n_concurrent=max((result.n_concurrent for result in results), default=1),
    )
