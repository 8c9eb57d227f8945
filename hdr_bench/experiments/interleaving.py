"""The order in which trials run: repeats in turn over the methods."""

from collections.abc import Iterable

from hdr_bench.experiments.trial import Trial


def interleave(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return trials so that each case has its first one run, then each its second, and so on.

    A slow minute of the machine then falls on one fit of several methods, not on all fits of one.

    Parameters
    ----------
    trials : iterable of Trial
        Case by case, as `expand` returns them.

    Returns
    -------
    trials : tuple of Trial
        The same ones. Within a round the cases keep their order, and so do the trials of each case.
    """
    counts: dict[str, int] = {}
    rounds: list[tuple[int, Trial]] = []
    for trial in trials:
        counts[trial.case] = counts.get(trial.case, 0) + 1
        rounds.append((counts[trial.case], trial))
    return tuple(trial for _, trial in sorted(rounds, key=lambda each: each[0]))
