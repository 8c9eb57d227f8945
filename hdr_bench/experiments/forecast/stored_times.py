"""Stored times: what the results so far say of the time that the trials of a run will take."""

from collections.abc import Iterable, Iterator
from itertools import islice

from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.planning.schedule import Schedule, planned_trial
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Trial

_MOST_OF_A_CASE = 3
"""Stored trials that stand for a case's others: of thousands, each would be read from the disk."""


def seconds_of_stored(schedule: Schedule, store: Store) -> dict[str, float]:
    """Return the seconds that trials took before, or that stored ones of the same case and size took, by key.

    Parameters
    ----------
    schedule : Schedule
    store : Store

    Returns
    -------
    seconds : dict of str to float
        Of a machine that does nothing else; of the trials to be run of which something is stored.
    """
    due = {trial.key for trial in schedule.to_run}
    stored = _alike(trial for trial in schedule.trials if schedule.rerun != "missing" or trial.key not in due)
    seconds: dict[str, float] = {}
    for alike, trials in _alike(schedule.to_run).items():
        took = list(islice(_took(stored.get(alike, []), store), _MOST_OF_A_CASE))
        if took:
            seconds |= dict.fromkeys((trial.key for trial in trials), sum(took) / len(took))
    return seconds


def _alike(trials: Iterable[Trial]) -> dict[tuple[str, int | None], list[Trial]]:
    """Return trials by their case and how many images they learn from."""
    groups: dict[tuple[str, int | None], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.case, trial.samples), []).append(trial)
    return groups


def _took(trials: list[Trial], store: Store) -> Iterator[float]:
    for trial in trials:
        result = store.look_up(planned_trial(trial)).result
        if result is not None and result.status == "ok":
            yield costs_alone(result).total
