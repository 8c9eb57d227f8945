"""Verdicts on losses and courses of training, by their ratio to the published ones."""

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from hdr_bench.records.published import half_unit
from hdr_bench.reporting.statistics.verdicts import Outcome

LARGEST_RATIO = 1.25
"""A loss, or an error in training, is reproduced within this ratio: runs of one network differ by about as much."""


def ratio_to(measured: float, published: Decimal, *, is_accuracy: bool) -> float:
    """Return the ratio of a loss to the nearest value that would be printed as the published one.

    Parameters
    ----------
    measured : float
        The mean over the trials.
    published : Decimal
        A loss or an accuracy.
    is_accuracy : bool
        The two are accuracies: the ratio is that of the errors, since accuracies near 1 are all alike in ratio.

    Returns
    -------
    ratio : float
        1 if the measured value would be printed as the published one; above 1 if it is worse.

    Examples
    --------
    >>> from decimal import Decimal
    >>> round(ratio_to(0.0451, Decimal("0.0300"), is_accuracy=False), 3)
    1.501
    >>> ratio_to(0.0302, Decimal("0.03"), is_accuracy=False)
    1.0
    """
    loss, value = (1 - measured, 1 - float(published)) if is_accuracy else (measured, float(published))
    rounding = half_unit(published)
    nearest = min(max(loss, value - rounding), value + rounding)
    return 1.0 if loss == nearest else loss / nearest


def compare_ratios(ratios: Sequence[float]) -> tuple[int, Outcome]:
    """Compare the ratios of a curve, or of one loss: which is furthest from 1, and the outcome by it.

    Parameters
    ----------
    ratios : sequence of float
        Of losses or errors, measured to published, one per epoch.

    Returns
    -------
    furthest : int
        Place in `ratios`, from 0.
    outcome : {"reproduced", "better", "worse"}

    Examples
    --------
    >>> compare_ratios([1.1, 0.7, 1.2])
    (1, 'better')
    """
    # A loss of 0 is further away than any other.
    distances = [abs(math.log(ratio)) if ratio > 0 else math.inf for ratio in ratios]
    furthest = int(np.argmax(distances))
    if distances[furthest] <= math.log(LARGEST_RATIO):
        return furthest, "reproduced"
    return furthest, "worse" if ratios[furthest] > 1 else "better"
