"""Errors on distorted images, split: images that were wrong before, and those that became wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome


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
        Share of all images that was wrong before and is wrong after, the mean over fits and test sets.
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


def still_wrong(outcomes: Sequence[Outcome]) -> StillWrong | None:
    """Split the errors of one method on several versions of the same images.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of one method.

    Returns
    -------
    found : StillWrong or None
        None if nothing is known of the images before.
    """
    splits = [_split(each) for each in outcomes]
    known = [split for split in splits if split is not None]
    if not known:
        return None
    before, still, newly = (sum(shares) / len(known) for shares in zip(*known, strict=True))
    return StillWrong(outcomes[0].label, outcomes[0].n_test, before, still, newly)


def _split(outcome: Outcome) -> tuple[float, float, float] | None:
    if outcome.before is None:
        return None
    # Fits that agree are one row, which goes with each fit of the other.
    was_right, is_right = outcome.before.right, outcome.fits.right
    return float((~was_right).mean()), float((~was_right & ~is_right).mean()), float((was_right & ~is_right).mean())
