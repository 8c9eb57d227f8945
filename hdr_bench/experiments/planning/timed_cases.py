"""Cases whose source publishes times: their trials run one at a time, so that nothing of the run disturbs them."""

from hdr_bench.records.suite import Suite


def timed_cases(suite: Suite) -> frozenset[str]:
    """Return the names of the cases with a published time.

    Parameters
    ----------
    suite : Suite

    Returns
    -------
    names : frozenset of str
    """
    return frozenset(
        case.name for case in suite.cases if any(each.definition.kind == "seconds" for each in case.published)
    )
