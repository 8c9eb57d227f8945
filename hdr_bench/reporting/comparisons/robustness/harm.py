"""Which corruption does most harm, over all methods."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.reporting.comparisons.pairs import ALPHA
from hdr_bench.reporting.comparisons.robustness.corruption_errors import CorruptionErrors
from hdr_bench.reporting.statistics.crossed_values import TEST, estimate, weighted_sum
from hdr_bench.reporting.statistics.tests import benjamini_hochberg, student_difference


@dataclass(frozen=True, eq=False)
class Harm:
    """The corruption with the highest mean error.

    Attributes
    ----------
    corruption : CorruptionErrors
    error : float
        Mean over the methods.
    labels : tuple of str
        The methods that the mean is over.
    alike : tuple of CorruptionErrors
        Other corruptions whose mean error is not told apart from its.
    """

    corruption: CorruptionErrors
    error: float
    labels: tuple[str, ...]
    alike: tuple[CorruptionErrors, ...]


def most_harmful(corruptions: Sequence[CorruptionErrors], labels: Sequence[str]) -> Harm | None:
    """Return the corruption under which the methods make most errors on average.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        All of the same images.
    labels : sequence of str
        Methods that were evaluated under all of them.

    Returns
    -------
    harm : Harm or None
        None for fewer than two corruptions, or without methods. Each other corruption is tested against it over images
        and the seeds of every method; the p-values are corrected by Benjamini and Hochberg's procedure.
    """
    if len(corruptions) < 2 or not labels:
        return None
    worst = max(corruptions, key=lambda each: _mean(each, labels))
    others = [each for each in corruptions if each is not worst]
    corrected = benjamini_hochberg([_p_value(worst, each, labels) for each in others])
    alike = [each for each, p_value in zip(others, corrected, strict=True) if p_value > ALPHA]
    return Harm(worst, _mean(worst, labels), tuple(labels), tuple(alike))


def _mean(corruption: CorruptionErrors, labels: Sequence[str]) -> float:
    return sum(corruption.errors[label].mean for label in labels) / len(labels)


def _p_value(worst: CorruptionErrors, other: CorruptionErrors, labels: Sequence[str]) -> float:
    share = 1 / len(labels)
    # A seed that is good under one corruption may be good under the other: each method's seeds are one term.
    terms = [weighted_sum([(share, worst.errors[label]), (-share, other.errors[label])]) for label in labels]
    found = estimate(terms)
    return student_difference(found.value, math.sqrt(found.variance), found.freedom, TEST).p_value
