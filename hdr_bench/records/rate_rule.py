"""Rule by which a learning-rate range test suggests a range: a function of the median loss alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# As the rise time of a signal is counted from 10 to 90 %: where the loss begins to fall, and where its fall slows down.
_BEGIN, _END = 0.1, 0.9
# As a share of the first loss; less is within the noise of single batches.
_LEAST_FALL = 0.05


@dataclass(frozen=True)
class RateSuggestion:
    """Suggested range of learning rates, or the reason why there is none.

    Attributes
    ----------
    rates : tuple of float or None
        Lowest and highest suggested rate; None if the loss does not fall.
    remark : str
        Why there is no range, or what limits it; empty if nothing does.
    """

    rates: tuple[float, float] | None
    remark: str = ""


def suggest_rates(rates: NDArray[np.float64], median: NDArray[np.float64]) -> RateSuggestion:
    """Return the range of rates over which the loss falls.

    The whole fall reaches from the first loss to the lowest one. The highest suggested rate is the first at which the
    loss is at least nine tenths of the whole fall below the first loss; the lowest is the smallest from which on, up to
    the highest, it is at least a tenth below. These are Smith's bounds [1]_, "when the accuracy starts to increase and
    when the accuracy slows, becomes ragged, or starts to fall", as numbers. The rate of the lowest loss itself is too
    high: the loss lags behind the rate, because a sweep takes only a few steps at each. A tenth of that rate, as in
    fastai, is too low if the loss falls within less than a decade, as with plain gradient descent.

    Parameters
    ----------
    rates : ndarray of shape (n_steps,)
        Learning rates, ascending.
    median : ndarray of shape (n_steps,)
        Median over the sweeps of the smoothed loss, at least 0; infinite where at least half of the sweeps have
        stopped.

    Returns
    -------
    suggestion : RateSuggestion
        Without a range if the whole fall is less than a twentieth of the first loss.

    References
    ----------
    .. [1] Smith, L. N. (2017). Cyclical learning rates for training neural networks. WACV, section 3.3.

    Examples
    --------
    >>> import numpy as np
    >>> rates = np.array([0.001, 0.01, 0.1, 1.0, 10.0])
    >>> suggest_rates(rates, np.array([2.0, 1.7, 0.5, 0.45, np.inf])).rates
    (0.01, 0.1)
    """
    if not np.isfinite(median[0]):
        return RateSuggestion(None, f"the loss is not finite at the first rate, {rates[0]:.2g}; begin at a lower rate")
    lowest = int(np.argmin(median))
    fall = float(median[0] - median[lowest])
    # Not "<": a loss of 0 does not fall either.
    if fall <= _LEAST_FALL * median[0]:
        return RateSuggestion(
            None,
            f"the loss falls by less than {100 * _LEAST_FALL:g} % between the rates {rates[0]:.2g} and "
            f"{rates[-1]:.2g}; test other rates, or more steps",
        )
    end = int(np.flatnonzero(median <= median[0] - _END * fall)[0])
    begin = int(np.flatnonzero(median[:end] > median[0] - _BEGIN * fall)[-1]) + 1
    return RateSuggestion((float(rates[begin]), float(rates[end])), _remark(rates, begin, end, lowest))


def _remark(rates: NDArray[np.float64], begin: int, end: int, lowest: int) -> str:
    if lowest == len(rates) - 1:
        return f"the loss still falls at the last rate, {rates[-1]:.2g}; test higher rates"
    if begin == 1:
        return f"the loss falls from the first rate on, {rates[0]:.2g}; begin at a lower rate"
    return "the loss falls within a single step; use more steps" if begin == end else ""
