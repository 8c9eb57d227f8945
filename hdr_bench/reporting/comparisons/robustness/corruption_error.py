"""Mean corruption error and relative mean corruption error, with their intervals.

Hendrycks and Dietterich (2019), "Benchmarking neural network robustness to common corruptions and perturbations",
ICLR: the errors of a method under a corruption, all severities together, as a share of those of a reference method,
so that hard corruptions weigh no more than easy ones; the mean over corruptions. Relative: the same of what is lost
against the images before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hdr_bench.reporting.comparisons.robustness.corruption_errors import (
    CorruptionErrors,
    before_of,
    complete_labels,
)
from hdr_bench.reporting.statistics.crossed_values import (
    Estimate,
    Values,
    change_of,
    estimate,
    weighted_sum,
)

_ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class CorruptionError:
    """Mean corruption errors of a run's methods.

    Attributes
    ----------
    reference : str
        The method that all are divided by; empty if there is none.
    mean : mapping of str to Estimate
        By method: the mean corruption error; 1 is as many errors as the reference.
    relative : mapping of str to Estimate
        By method: the relative one; empty if the reference loses nothing measurable under any corruption.
    n_corruptions : int
        That the mean is over.
    left_out : tuple of str
        Corruptions that the relative one is not over, since the reference loses nothing measurable under them.
    """

    reference: str
    mean: Mapping[str, Estimate]
    relative: Mapping[str, Estimate]
    n_corruptions: int = 0
    left_out: tuple[str, ...] = ()


def corruption_error(corruptions: Sequence[CorruptionErrors], reference: str) -> CorruptionError:
    """Return the mean corruption errors of all methods.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        All of the same images.
    reference : str
        The method that all are divided by.

    Returns
    -------
    found : CorruptionError
        Without figures if the reference was not evaluated under every corruption.

    Notes
    -----
    The interval is by the delta method: a mean of ratios of means is, near its value, the mean over images of
    ``(x_i - ratio * y_i) / mean(y)``, x of the method and y of the reference, so that images are crossed with both
    and with the corruptions, and seeds nested in each, as in `crossed_values.estimate`. The reference itself has 1
    and no interval. A ratio whose denominator is not measurably above 0 has no such interval (Fieller 1954, "Some
    problems in interval estimation", Journal of the Royal Statistical Society B 16): corruptions under which the
    reference makes no error, or for the relative one is not measurably worse than before, are left out for all.
    """
    labels = complete_labels(corruptions)
    if reference not in labels:
        return CorruptionError("", {}, {})
    before = before_of(corruptions)
    absolute = [each for each in corruptions if each.errors[reference].mean > 0]
    lossy = [each for each in corruptions if _loses(each.errors[reference], before[reference])]
    lost = {each.name: {label: _lost(each, label, before) for label in labels} for each in lossy}
    return CorruptionError(
        reference,
        _ratios(labels, reference, absolute, lambda each, label: each.errors[label]),
        _ratios(labels, reference, lossy, lambda each, label: lost[each.name][label]),
        len(absolute),
        tuple(each.name for each in corruptions if each not in lossy),
    )


def _loses(errors: Values, before: Values) -> bool:
    found = change_of(before, errors)
    return found.value > 0 and found.p_value <= _ALPHA


def _lost(corruption: CorruptionErrors, label: str, before: Mapping[str, Values]) -> Values:
    return weighted_sum([(1.0, corruption.errors[label]), (-1.0, before[label])])


def _ratios(
    labels: Sequence[str],
    reference: str,
    corruptions: Sequence[CorruptionErrors],
    values_of: Callable[[CorruptionErrors, str], Values],
) -> dict[str, Estimate]:
    """Return for each method the mean over corruptions of its ratio to the reference."""
    if not corruptions:
        return {}
    divisors = [values_of(each, reference) for each in corruptions]
    return {
        label: _mean_ratio([values_of(each, label) for each in corruptions], divisors, is_same=label == reference)
        for label in labels
    }


def _mean_ratio(values: Sequence[Values], divisors: Sequence[Values], *, is_same: bool) -> Estimate:
    if is_same:
        return Estimate(1.0, 0.0, float("inf"))
    n, ratios = len(values), [one.mean / other.mean for one, other in zip(values, divisors, strict=True)]
    above = weighted_sum([(1 / (n * other.mean), one) for one, other in zip(values, divisors, strict=True)])
    below = weighted_sum([(ratio / (n * other.mean), other) for ratio, other in zip(ratios, divisors, strict=True)])
    found = estimate([above, below.scaled(-1)])
    return Estimate(sum(ratios) / n, found.variance, found.freedom)
