"""How the order of the methods changes under corruptions, as far as they are told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.stats import kendalltau

from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.statistics.crossed_values import Values

RankRange = tuple[int, int]
"""First and last rank that a method may have: as many are told apart above it, and below it."""


@dataclass(frozen=True)
class RankChange:
    """A method's place among the others before and under corruptions.

    Attributes
    ----------
    label : str
        What tables call the method.
    before, after : tuple of int and int
        Its rank from 1, of those not told apart the first and the last that it may have.
    """

    label: str
    before: RankRange
    after: RankRange

    @property
    def verdict(self) -> Literal["up", "down", "same", "not told apart"]:
        """Whether it gains or loses places: only if the two ranges have no rank in common; the same if both are one."""
        if self.before == self.after and self.before[0] == self.before[1]:
            return "same"
        if self.after[1] < self.before[0]:
            return "up"
        return "down" if self.after[0] > self.before[1] else "not told apart"


@dataclass(frozen=True)
class RankChanges:
    """Ranks before and under corruptions.

    Attributes
    ----------
    changes : tuple of RankChange
        The most accurate under corruptions first.
    tau : float
        Kendall's tau-b between the accuracies before and the mean accuracies under corruptions.
    reversed : tuple of tuple of str and str
        Pairs of which the first is more accurate before and the second under corruptions, told apart both times.
    """

    changes: tuple[RankChange, ...]
    tau: float
    reversed: tuple[tuple[str, str], ...]


def rank_changes(
    before: Mapping[str, Values], after: Mapping[str, Values], pairs_before: Sequence[Pair], pairs_after: Sequence[Pair]
) -> RankChanges | None:
    """Compare the order of methods before and under corruptions.

    Parameters
    ----------
    before, after : mapping of str to Values
        Errors of each method.
    pairs_before, pairs_after : sequence of Pair
        Of the methods, each time all of them.

    Returns
    -------
    changes : RankChanges or None
        None for fewer than two methods that are compared both times.
    """
    compared = _labels_of(pairs_before) & _labels_of(pairs_after)
    labels = sorted((label for label in after if label in compared), key=lambda label: after[label].mean)
    if len(labels) < 2:
        return None
    one, other = (_better(pairs, compared) for pairs in (pairs_before, pairs_after))
    changes = [RankChange(label, _range(label, one, labels), _range(label, other, labels)) for label in labels]
    errors = ([values[label].mean for label in labels] for values in (before, after))
    swapped = sorted((first, second) for first, second in one if (second, first) in other)
    return RankChanges(tuple(changes), float(kendalltau(*errors).statistic), tuple(swapped))


def _labels_of(pairs: Sequence[Pair]) -> set[str]:
    return {label for pair in pairs for label in (pair.first, pair.second)}


def _better(pairs: Sequence[Pair], labels: set[str]) -> set[tuple[str, str]]:
    """Return the pairs that are told apart, the more accurate one first."""
    return {(pair.first, pair.second) for pair in pairs if pair.is_told_apart and {pair.first, pair.second} <= labels}


def _range(label: str, better: set[tuple[str, str]], labels: Sequence[str]) -> RankRange:
    n_above = sum((other, label) in better for other in labels)
    n_below = sum((label, other) in better for other in labels)
    return 1 + n_above, len(labels) - n_below
