"""Expected times of a run's trials, derived from stored results."""

from collections.abc import Iterable, Iterator
from itertools import islice
from statistics import fmean

from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.planning.schedule import Schedule, planned_trial
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.records.result import Result
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Trial

_MOST_OF_A_CASE = 3
"""Number of stored trials that represent the others of a case, as each is read from disk."""


def seconds_of_stored(schedule: Schedule, store: Store) -> dict[str, float]:
    """Return, by key, the seconds that trials took before, or that stored ones of the same case and size took.

    Parameters
    ----------
    schedule : Schedule
    store : Store

    Returns
    -------
    seconds : dict of str to float
        On an otherwise idle machine, for trials to run about which something is stored, and for fits within grid
        searches.
    """
    due = {trial.key for trial in schedule.to_run}
    stored = _alike(trial for trial in schedule.trials if schedule.rerun != "missing" or trial.key not in due)
    seconds: dict[str, float] = {}
    for alike, trials in _alike(schedule.to_run).items():
        results = list(islice(_results(stored.get(alike, []), store), _MOST_OF_A_CASE))
        for trial in trials:
            if trial.key in schedule.searches:
                seconds |= _seconds_of_search(schedule.searches[trial.key], results)
            elif results:
                seconds[trial.key] = fmean(costs_alone(result).total for result in results)
    return seconds


def _seconds_of_search(search: SearchState, others: list[Result]) -> dict[str, float]:
    """Return the seconds of a search's missing fits and final fit, from its own fits or searches of other seeds."""
    by_size = _means((_samples(result.trial), costs_alone(result).total) for result in search.outcomes.values())
    of_others = [(other.searched, other.measurements) for other in others]
    candidates = [candidate for searched, _ in of_others if searched is not None for candidate in searched.candidates]
    by_size = {**_means((each.samples, each.fit_seconds + each.score_seconds) for each in candidates), **by_size}
    seconds = {key: by_size[size] for key, fit in search.missing.items() if (size := _samples(fit)) in by_size}
    last = [searched.refit_seconds + cost.predict_seconds for searched, cost in of_others if searched and cost]
    if last:
        seconds[search.trial.key] = fmean(last)
    return seconds


def _means(pairs: Iterable[tuple[int | None, float]]) -> dict[int | None, float]:
    values: dict[int | None, list[float]] = {}
    for size, seconds in pairs:
        values.setdefault(size, []).append(seconds)
    return {size: fmean(several) for size, several in values.items()}


def _samples(trial: Trial) -> int | None:
    return None if trial.search_fit is None else trial.search_fit.samples


def _alike(trials: Iterable[Trial]) -> dict[tuple[str, int | None], list[Trial]]:
    """Return trials by case and number of training images."""
    groups: dict[tuple[str, int | None], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.case, trial.samples), []).append(trial)
    return groups


def _results(trials: list[Trial], store: Store) -> Iterator[Result]:
    for trial in trials:
        result = store.look_up(planned_trial(trial)).result
        if result is not None and result.status == "ok":
            yield result
