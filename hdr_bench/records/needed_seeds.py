"""Number of seeds that a study needs to detect the difference that it asks for."""

import math
from collections.abc import Sequence

from hdr_bench.records.crossed_variance import Fits
from hdr_bench.records.detectable import detectable_difference
from hdr_bench.records.study import Study


def needed_seeds(study: Study, levels: Sequence[Fits]) -> int:
    """Return the number of seeds with which the test of the two most accurate levels detects what a study asks for.

    The forecast for these two levels is that of the report, over images and seeds, with the correction for all levels:
    `detectable_difference` with more seeds than the first ones.

    Parameters
    ----------
    study : Study
    levels : sequence of Fits
        The first seeds of each level that did not fail, at least two of each, all on the same images.

    Returns
    -------
    seeds : int
        At least the study's first seeds, and at most its largest number. The first seeds also if no number would do,
        since the choice of held-out images alone hides such a difference, and if there are fewer than two levels.

    Examples
    --------
    >>> import numpy as np
    >>> base, levels = {"estimator": "tree"}, [{"value": 1}, {"value": 2}]
    >>> study = Study(name="D", base=base, factor="params.max_depth", levels=levels, detectable=0.1)
    >>> shares = np.array([0.86, 0.94, 0.90, 0.93, 0.87])[:, None]
    >>> fits = [Fits((np.arange(1000) + shift) % 1000 < 1000 * shares, is_stochastic=True) for shift in (0, 20)]
    >>> needed_seeds(study, fits), needed_seeds(study.model_copy(update={"detectable": 0.06}), fits)
    (5, 7)
    >>> needed_seeds(study.model_copy(update={"detectable": 0.001}), fits)
    5
    """
    if study.detectable is None or study.most_seeds is None or len(levels) < 2:
        return study.seeds
    first, second = sorted(levels, key=lambda fits: fits.accuracy, reverse=True)[:2]
    if not detectable_difference(first, second, len(levels), math.inf) <= study.detectable:
        return study.seeds
    for seeds in range(study.seeds, study.most_seeds):
        if detectable_difference(first, second, len(levels), seeds) <= study.detectable:
            return seeds
    return study.most_seeds
