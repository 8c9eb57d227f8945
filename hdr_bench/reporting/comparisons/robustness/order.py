"""The order in which tables and figures show corruptions and methods."""

from collections.abc import Sequence

from hdr_bench.reporting.comparisons.robustness.corruption_errors import CorruptionErrors, complete_labels


def by_harm(corruptions: Sequence[CorruptionErrors]) -> list[CorruptionErrors]:
    """Return the corruptions, that with the highest mean error over the methods first.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        All of the same images.

    Returns
    -------
    corruptions : list of CorruptionErrors
    """
    return sorted(corruptions, key=lambda each: -_mean([errors.mean for errors in each.errors.values()]))


def by_mean_error(corruptions: Sequence[CorruptionErrors]) -> list[str]:
    """Return the methods, that with the least mean error first; those that lack a corruption last.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        All of the same images.

    Returns
    -------
    labels : list of str
    """
    complete = complete_labels(corruptions)
    means = {label: _mean([each.errors[label].mean for each in corruptions]) for label in complete}
    others = dict.fromkeys(label for each in corruptions for label in each.errors if label not in means)
    return [*sorted(means, key=lambda label: means[label]), *others]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)
