"""Number of seeds that a study needs to detect the difference that it asks for."""

import math
import statistics
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.study import Study
from hdr_bench.records.study_decision import detectable_factor


class _Level(NamedTuple):
    """Variances of one level: of its seeds' accuracies, and of its seeds on an image, as a mean over the images."""

    between: float
    within: float


def needed_seeds(study: Study, right: Sequence[NDArray[np.bool_]]) -> int:
    """Return the number of seeds with which a study detects the difference that it asks for.

    Parameters
    ----------
    study : Study
    right : sequence of ndarray of shape (n_seeds, n_images), bool
        For each level that did not fail, which held-out images each of its first seeds is right on.

    Returns
    -------
    seeds : int
        At least the study's first seeds, and at most its largest number. The first seeds alone if no number would be
        enough, since the choice of the held-out images leaves more uncertainty than that.

    Notes
    -----
    The variance of a difference with k seeds is that of `hdr_bench.reporting.statistics.crossed.paired_difference`,
    with the variances that were found in the first seeds: ``(c + (r_A + r_B) / k) / n`` of n images, where c is the
    variance over the images of the difference in the chance to be right and r the variance of the seeds on an image,
    and ``max(0, s² - r / n) / k`` of each level, where s² is the variance of its seeds' accuracies. The degrees of
    freedom are Satterthwaite's. Half of the pairs of levels detect the difference with the number that is returned.

    Examples
    --------
    >>> import numpy as np
    >>> levels = [{"value": 1}, {"value": 2}]
    >>> base = {"estimator": "tree"}
    >>> study = Study(name="D", base=base, factor="params.max_depth", levels=levels, detectable=0.02, max_seeds=20)
    >>> rng = np.random.default_rng(0)
    >>> alike = [rng.random((5, 2000)) < 0.9 for _ in range(2)]
    >>> needed_seeds(study, alike)
    5
    >>> different = [rng.random((5, 2000)) < share for share in rng.uniform(0.88, 0.92, (2, 5, 1))]
    >>> needed_seeds(study, different)
    9
    """
    many = [each for each in right if len(each) > 1]
    if study.detectable is None or study.most_seeds is None or len(many) < 2:
        return study.seeds
    n_images = many[0].shape[1]
    levels = [_variances(each) for each in many]
    pairs = [
        (_chance_variance(many[a], many[b], levels[a], levels[b]) / n_images, levels[a], levels[b])
        for a, b in combinations(range(len(many)), 2)
    ]
    images_alone = detectable_factor(n_images - 1, len(many)) * math.sqrt(statistics.median(each[0] for each in pairs))
    if images_alone > study.detectable:
        return study.seeds
    for seeds in range(study.seeds, study.most_seeds):
        detected = [_detectable(seeds, n_images, len(many), *pair) for pair in pairs]
        if statistics.median(detected) <= study.detectable:
            return seeds
    return study.most_seeds


def _variances(right: NDArray[np.bool_]) -> _Level:
    shares, n_seeds = right.mean(axis=0), len(right)
    within = float((shares * (1 - shares)).mean()) * n_seeds / (n_seeds - 1)
    return _Level(float(right.mean(axis=1).var(ddof=1)), within)


def _chance_variance(first: NDArray[np.bool_], second: NDArray[np.bool_], one: _Level, other: _Level) -> float:
    """Return the variance over the images of the difference in the chance to be right."""
    differences = first.mean(axis=0) - second.mean(axis=0)
    drawn = one.within / len(first) + other.within / len(second)
    return max(0.0, float(differences.var(ddof=1)) - drawn)


def _detectable(seeds: int, n_images: int, n_levels: int, images: float, *levels: _Level) -> float:
    """Return the difference of two levels that so many seeds detect."""
    of_images = images + sum(each.within for each in levels) / seeds / n_images
    variance = of_images + sum(max(0.0, each.between - each.within / n_images) for each in levels) / seeds
    spread = of_images**2 / (n_images - 1) + sum((each.between / seeds) ** 2 for each in levels) / (seeds - 1)
    freedom = variance**2 / spread if spread else math.inf
    return detectable_factor(freedom, n_levels) * math.sqrt(variance)
