"""Rules that say whether two methods differ: this library's, and the tests that are usual instead."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.mcnemar import sign_p_value

LEVEL = 0.05
RESAMPLES = 200

Right = NDArray[np.bool_]


def crossed(first: Right, second: Right) -> bool:
    """Over images and seeds, as this library compares."""
    return paired_difference(as_fits(first), as_fits(second)).p_value <= LEVEL


def welch(first: Right, second: Right) -> bool:
    """Welch's t-test of the seeds' accuracies; a single fit counts as known."""
    accuracies = [right.mean(axis=1) for right in (first, second) if len(right) > 1]
    parts = [(each.var(ddof=1) / len(each), len(each) - 1) for each in accuracies]
    variance = sum(part for part, _ in parts)
    if not variance:
        return bool(first.mean() != second.mean())
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    return bool(2 * student.sf(abs(first.mean() - second.mean()) / np.sqrt(variance), freedom) <= LEVEL)


def pooled_mcnemar(first: Right, second: Right) -> bool:
    """McNemar's test (mid-p) on the images of all seeds together, as if they were so many more images."""
    won, lost = int((first & ~second).sum()), int((~first & second).sum())
    return sign_p_value(won, lost) <= LEVEL


def bootstrap_images(first: Right, second: Right, rng: np.random.Generator) -> bool:
    """Resample images; the percentile interval of the difference leaves out zero."""
    scale = len(first) * len(second)
    differences = first.sum(axis=0) * len(second) - second.sum(axis=0) * len(first)
    # There are far fewer different values than images.
    counts = np.bincount(differences + scale)
    values = (np.arange(len(counts)) - scale) / scale
    n = first.shape[1]
    return _leaves_out_zero(rng.multinomial(n, counts / n, RESAMPLES) @ values / n)


def bootstrap_images_and_seeds(first: Right, second: Right, rng: np.random.Generator) -> bool:
    """Resample images and seeds; the percentile interval of the difference leaves out zero."""
    fits = np.vstack([first, second])
    # There are far fewer patterns of right and wrong fits than images.
    counts = np.bincount((1 << np.arange(len(fits))) @ fits)
    found = counts.nonzero()[0]
    patterns = (found[:, None] >> np.arange(len(fits)) & 1).astype(float)
    n = fits.shape[1]
    shares = rng.multinomial(n, counts[found] / n, RESAMPLES) / n
    weights = np.hstack(
        [
            sign * rng.multinomial(size, [1 / size] * size, RESAMPLES) / size
            for sign, size in ((1, len(first)), (-1, len(second)))
        ]
    )
    return _leaves_out_zero((shares * (weights @ patterns.T)).sum(axis=1))


def as_fits(right: Right) -> Fits:
    """Return fits as the rule takes them: several are those of a stochastic method."""
    return Fits(right, is_stochastic=len(right) > 1)


def _leaves_out_zero(means: NDArray[np.float64]) -> bool:
    low, high = np.quantile(means, [LEVEL / 2, 1 - LEVEL / 2])
    return bool(low > 0 or high < 0)
