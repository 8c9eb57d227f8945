"""Every two methods under every corruption, on the same images; and over the mean of all corruptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from hdr_bench.reporting.comparisons.pairs import Pair, correct_p_values
from hdr_bench.reporting.comparisons.robustness.corruption_errors import (
    CorruptionErrors,
    mean_over_corruptions,
)
from hdr_bench.reporting.statistics.crossed import paired_difference
from hdr_bench.reporting.statistics.crossed_values import Values, difference_of
from hdr_bench.reporting.statistics.intervals import margin
from hdr_bench.reporting.statistics.tests import Difference


@dataclass(frozen=True, eq=False)
class CorruptedPairs:
    """Pairs of methods under corruptions, the more accurate one of each pair first.

    Attributes
    ----------
    of_each : mapping of str to tuple of Pair
        By the corruption's name; all of them together are one family of Benjamini and Hochberg's procedure.
    of_mean : tuple of Pair
        Of the mean accuracy over all corruptions, a family of their own; those of the most accurate method come first.
    """

    of_each: Mapping[str, tuple[Pair, ...]]
    of_mean: tuple[Pair, ...]

    def wins(self, label: str, other: str) -> int:
        """Return under how many corruptions a method is more accurate than another one, and told apart from it.

        Parameters
        ----------
        label, other : str
            Two methods.

        Returns
        -------
        count : int
        """
        sides = (label, other)
        return sum((pair.first, pair.second) == sides and pair.is_told_apart for pair in self._all())

    def count(self, label: str, other: str) -> int:
        """Return under how many corruptions two methods are compared.

        Parameters
        ----------
        label, other : str
            Two methods.

        Returns
        -------
        count : int
        """
        return sum({pair.first, pair.second} == {label, other} for pair in self._all())

    def _all(self) -> tuple[Pair, ...]:
        return tuple(pair for of_one in self.of_each.values() for pair in of_one)


def pairs_under_corruptions(corruptions: Sequence[CorruptionErrors], ranked: Sequence[str]) -> CorruptedPairs:
    """Compare every two ranked methods under each corruption, paired by images.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        All of the same images.
    ranked : sequence of str
        The methods that are compared.

    Returns
    -------
    pairs : CorruptedPairs
        Of several severities of one corruption, the mean error over them is compared.
    """
    found = {each.name: list(_pairs_under(each, ranked)) for each in corruptions}
    corrected = iter(correct_p_values([pair for of_one in found.values() for pair in of_one]))
    of_each = {name: tuple(next(corrected) for _ in of_one) for name, of_one in found.items()}
    means = mean_over_corruptions(corruptions) if corruptions else {}
    chosen = {label: each for label, each in means.items() if label in ranked}
    return CorruptedPairs(of_each, correct_p_values(_pairs_of(chosen)))


def _pairs_under(corruption: CorruptionErrors, ranked: Sequence[str]) -> list[Pair]:
    errors = {label: each for label, each in corruption.errors.items() if label in ranked}
    if len(corruption.severities) > 1:
        return _pairs_of(errors)
    # One test set: the test is that of any other, exact for single fits.
    fits = {label: corruption.outcomes[label][0].fits for label in errors}
    return [
        _pair(first, second, errors, paired_difference(fits[first], fits[second]))
        for first, second in combinations(_most_accurate_first(errors), 2)
    ]


def _pairs_of(errors: Mapping[str, Values]) -> list[Pair]:
    return [
        _pair(first, second, errors, difference_of(errors[second], errors[first]))
        for first, second in combinations(_most_accurate_first(errors), 2)
    ]


def _most_accurate_first(errors: Mapping[str, Values]) -> list[str]:
    return sorted(errors, key=lambda label: errors[label].mean)


def _pair(first: str, second: str, errors: Mapping[str, Values], difference: Difference) -> Pair:
    one, other = errors[first], errors[second]
    return Pair(
        first,
        second,
        difference,
        1.0,
        margin(1 - one.mean, one.values.shape[1]),
        is_one_seed=any(each.is_stochastic and len(each.values) == 1 for each in (one, other)),
        is_stochastic=one.is_stochastic or other.is_stochastic,
    )
