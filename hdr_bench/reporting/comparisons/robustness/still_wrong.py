"""Errors on distorted images, split: images that were wrong before, and those that became wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.reporting.comparisons.robustness.corruption_errors import CorruptionErrors
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome

_Split = tuple[float, float, float]


@dataclass(frozen=True)
class StillWrong:
    """What became of the images that a method got wrong before.

    Attributes
    ----------
    label : str
        What tables call the method.
    n_test : int
        Images.
    before : float
        Share that was wrong before, the mean over fits.
    still : float
        Share of all images that was wrong before and is wrong after, the mean over fits and corruptions.
    newly : float
        Share of all images that was right before and is wrong after.
    """

    label: str
    n_test: int
    before: float
    still: float
    newly: float

    @property
    def after(self) -> float:
        """Share that is wrong after."""
        return self.still + self.newly

    @property
    def share_still(self) -> float:
        """Of the images that were wrong before, the share that is wrong after; NaN if none was."""
        return self.still / self.before if self.before else float("nan")


def still_wrong(corruptions: Sequence[CorruptionErrors], label: str) -> StillWrong | None:
    """Split the errors of one method on several versions of the same images.

    Parameters
    ----------
    corruptions : sequence of CorruptionErrors
        Each weighs the same, and each of its severities.
    label : str
        A method that was evaluated under all of them.

    Returns
    -------
    found : StillWrong or None
        None if nothing is known of the images before.
    """
    splits = [_mean([_split(each) for each in corruption.outcomes[label]]) for corruption in corruptions]
    if not splits or any(math.isnan(share) for share in splits[0]):
        return None
    n_test = corruptions[0].outcomes[label][0].n_test
    return StillWrong(label, n_test, *_mean(splits))


def _mean(splits: Sequence[_Split]) -> _Split:
    before, still, newly = (sum(shares) / len(splits) for shares in zip(*splits, strict=True))
    return before, still, newly


def _split(outcome: Outcome) -> _Split:
    if outcome.before is None:
        return math.nan, math.nan, math.nan
    # Fits that agree are one row, which goes with each fit of the other.
    was_right, is_right = outcome.before.right, outcome.fits.right
    return float((~was_right).mean()), float((~was_right & ~is_right).mean()), float((was_right & ~is_right).mean())
