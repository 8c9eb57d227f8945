"""Cases that a run with several jobs runs one at a time, since their source publishes times."""

from collections.abc import Iterator
from dataclasses import replace

from hdr_bench.experiments.planning.schedule import ScheduleT
from hdr_bench.records.options import RunOptions
from hdr_bench.records.suite import Suite


def split_timed(schedule: ScheduleT, options: RunOptions) -> Iterator[tuple[ScheduleT, RunOptions]]:
    """Yield the parts of a schedule that run one after the other: with several jobs, first the timed cases.

    Parameters
    ----------
    schedule : Schedule
    options : RunOptions
        Those of the run.

    Yields
    ------
    part : Schedule
    options : RunOptions
        Those of the part: of timed cases, with one job.
    """
    names = timed_cases(schedule.suite)
    timed = tuple(trial for trial in schedule.to_run if trial.case in names)
    if options.jobs == 1 or not timed:
        yield schedule, options
        return
    others = tuple(trial for trial in schedule.to_run if trial.case not in names)
    later = {trial.key for trial in others}
    known = tuple(trial for trial in schedule.trials if trial.key not in later)
    one_at_a_time = options.model_copy(update={"jobs": 1, "backend": None, "threads": schedule.settings.threads})
    yield replace(schedule, trials=known, to_run=timed), one_at_a_time
    if others:
        yield replace(schedule, to_run=others), options


def timed_cases(suite: Suite) -> frozenset[str]:
    """Return the names of the cases whose trials run one at a time, so that nothing of the run disturbs their times.

    Parameters
    ----------
    suite : Suite

    Returns
    -------
    names : frozenset of str
        If a time to fit or to predict is published of any case, all cases, since they are compared by it; otherwise
        those with a published time, such as that of an epoch.
    """
    times = {
        case.name: {each.metric for each in case.published if each.definition.kind == "seconds"} for case in suite.cases
    }
    if any({"fit_seconds", "predict_seconds"} & metrics for metrics in times.values()):
        return frozenset(times)
    return frozenset(name for name, metrics in times.items() if metrics)
