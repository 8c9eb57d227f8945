"""Cases that a run with several jobs runs one at a time, since their source publishes times."""

from hdr_bench.records.suite import Suite


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
