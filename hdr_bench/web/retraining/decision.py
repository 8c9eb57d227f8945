"""Decision on a new version of a model: accepted, offered to people, or rejected."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hdr_bench.reporting.statistics.mcnemar import newcombe_paired

Verdict = Literal["taken", "offered", "refused"]

LEAST_KEPT = 5_000
"""Fewest images that can show that a version is not worse: at an accuracy of 99.5 %, the lower end is then within
0.2 points of the difference only if the two versions agree on nearly all of them."""
LEAST_HELD_BACK = 30
"""Fewest held-back corrections whose number of errors is meaningful: about 150 corrections in total."""
MARGIN = 0.002
"""The lower end of the interval must be above the negative of this margin, -0.2 points."""


@dataclass(frozen=True)
class PairedCounts:
    """Answers of a new and an old version for the same images.

    Attributes
    ----------
    both, won, lost, neither : int
        Number of images that both versions read correctly, only the new one, only the old one, neither.
    """

    both: int = 0
    won: int = 0
    lost: int = 0
    neither: int = 0

    @classmethod
    def of_answers(cls, new: NDArray[np.bool_], old: NDArray[np.bool_]) -> "PairedCounts":
        """Count which images each version is right on.

        Parameters
        ----------
        new, old : ndarray of shape (n,), bool
            Whether each version is right.

        Returns
        -------
        counts : PairedCounts
        """
        pairs = (new & old, new & ~old, ~new & old, ~new & ~old)
        return cls(*(int(np.count_nonzero(pair)) for pair in pairs))

    @property
    def n_images(self) -> int:
        """Number of images."""
        return self.both + self.won + self.lost + self.neither

    @property
    def difference(self) -> float:
        """Accuracy of the new version minus that of the old one; 0 without images."""
        return (self.won - self.lost) / self.n_images if self.n_images else 0.0

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the difference, by Newcombe's method for paired data.

        Returns
        -------
        low, high : float
            -1 and 1 without images.
        """
        if not self.n_images:
            return -1.0, 1.0
        return newcombe_paired(self.both, self.won, self.lost, self.neither)

    def to_json(self) -> dict[str, Any]:
        """Return the counts as stored in the database.

        Returns
        -------
        values : dict of str to object
        """
        low, high = self.interval()
        return {
            **asdict(self),
            "n_images": self.n_images,
            "new_errors": self.lost + self.neither,
            "old_errors": self.won + self.neither,
            "difference": self.difference,
            "low": low,
            "high": high,
        }


@dataclass(frozen=True)
class Decision:
    """Verdict on a new version, with the reason.

    Attributes
    ----------
    verdict : {"taken", "offered", "refused"}
        Whether the version is accepted ("taken"), offered, or rejected ("refused").
    reason : str
        Reason, in one or two sentences.
    kept : PairedCounts
        Answers for the reserved test images.
    held_back : PairedCounts
        Answers for the held-back corrections.
    since_first : PairedCounts or None
        Answers for the reserved test images, with the first version in place of the old one; None if it is not
        available.
    """

    verdict: Verdict
    reason: str
    kept: PairedCounts
    held_back: PairedCounts
    since_first: PairedCounts | None

    def to_json(self) -> dict[str, Any]:
        """Return the decision as stored in the database.

        Returns
        -------
        values : dict of str to object
        """
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "kept": self.kept.to_json(),
            "held_back": self.held_back.to_json(),
            "since_first": None if self.since_first is None else self.since_first.to_json(),
            "rule": {"least_kept": LEAST_KEPT, "least_held_back": LEAST_HELD_BACK, "margin": MARGIN},
        }


def decide(kept: PairedCounts, held_back: PairedCounts, since_first: PairedCounts | None) -> Decision:
    """Decide whether a new version is accepted, offered or rejected.

    It is rejected ("refused") if it is shown to be worse: the whole 95 % interval of new minus old is below 0, on the
    reserved test images or on the held-back corrections, or it makes more errors on at least 30 held-back corrections.
    It is accepted ("taken") only if it is shown not to be worse: the interval is above -0.2 points on at least 5,000
    reserved test images, and it makes no more errors on at least 30 held-back corrections. In all other cases it is
    offered, and people decide.

    The interval must be above -0.2 points against the first version of the model too. Otherwise, small losses, each
    within the margin, would add up over versions.

    Without reserved test images, only the held-back corrections decide, and there must be as many of them as are
    required of the test images. Fewer are not enough, however clear their result: people correct what the old version
    gets wrong, so nearly any other version does better on corrections, and they do not show what it has forgotten.

    Parameters
    ----------
    kept : PairedCounts
        Counts on the reserved test images, which neither version has learned from; empty if there are none.
    held_back : PairedCounts
        Counts on the held-back corrections.
    since_first : PairedCounts or None
        Counts on the same images as `kept`, against the first version; equal to `kept` if the old version is the first
        one, None if the first one is not available.

    Returns
    -------
    decision : Decision

    Examples
    --------
    >>> kept = PairedCounts(4975, 5, 4, 16)
    >>> decide(kept, PairedCounts(20, 15, 2, 3), kept).verdict
    'taken'
    >>> decide(PairedCounts(), PairedCounts(20, 15, 2, 3), PairedCounts()).verdict
    'offered'
    """
    worse = _what_is_worse(kept, held_back)
    if worse:
        return Decision("refused", worse, kept, held_back, since_first)
    missing = _what_is_missing(kept, held_back) or _what_was_lost(since_first)
    if missing:
        return Decision("offered", missing, kept, held_back, since_first)
    judge, name = (kept, "test images") if kept.n_images else (held_back, "held-back corrections")
    return Decision("taken", f"It is not worse: {_describe(judge, name)}.", kept, held_back, since_first)


def _what_is_worse(kept: PairedCounts, held_back: PairedCounts) -> str:
    for counts, name in ((kept, "test images"), (held_back, "held-back corrections")):
        if counts.interval()[1] < 0:
            return f"It is worse: {_describe(counts, name)}."
    if held_back.lost > held_back.won and held_back.n_images >= LEAST_HELD_BACK:
        return f"It makes more errors on the held-back corrections: {_describe(held_back, 'held-back corrections')}."
    return ""


def _what_is_missing(kept: PairedCounts, held_back: PairedCounts) -> str:
    if not kept.n_images and held_back.n_images < LEAST_KEPT:
        return (
            "Too few images to say: MNIST's test images are missing or were used for training, so only the held-back "
            f"corrections can decide; there are {held_back.n_images:,} of them, and at least {LEAST_KEPT:,} are needed."
        )
    if kept.n_images and kept.n_images < LEAST_KEPT:
        return f"Too few images to say: {kept.n_images:,} test images, and at least {LEAST_KEPT:,} are needed."
    if held_back.n_images < LEAST_HELD_BACK:
        return (
            f"Too few corrections to say: {held_back.n_images:,} were held back, and at least {LEAST_HELD_BACK} are "
            "needed."
        )
    judge, name = (kept, "test images") if kept.n_images else (held_back, "held-back corrections")
    if judge.interval()[0] <= -MARGIN:
        return f"It may be worse by more than {100 * MARGIN:g} points: {_describe(judge, name)}."
    return ""


def _what_was_lost(since_first: PairedCounts | None) -> str:
    if since_first is None:
        return "The file of the first version is missing, so losses since then cannot be measured."
    if since_first.n_images and since_first.interval()[0] <= -MARGIN:
        told = _describe(since_first, "test images")
        return f"It may be worse than the first version by more than {100 * MARGIN:g} points: {told}."
    return ""


def _describe(counts: PairedCounts, name: str) -> str:
    low, high = counts.interval()
    return (
        f"{counts.lost + counts.neither:,} errors on {counts.n_images:,} {name}, {counts.won + counts.neither:,} "
        f"before; difference {100 * counts.difference:+.2f} points, 95 % interval {100 * low:+.3f} to {100 * high:+.3f}"
    )
