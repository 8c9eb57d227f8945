"""How a cost grows with what is to be done: a power law through a few measurements, and how far it can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SMALLEST = 1e-9


@dataclass(frozen=True)
class Expected:
    """An expected value with its 95 % prediction interval.

    Attributes
    ----------
    value, low, high : float
        Of a single new measurement.
    """

    value: float
    low: float
    high: float

    def __add__(self, other: "Expected") -> "Expected":
        return Expected(self.value + other.value, self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> "Expected":
        """Return it that many times over, its uncertainty too: what is wrong for one is wrong for all."""
        return Expected(factor * self.value, factor * self.low, factor * self.high)

    def at_most(self, limit: float | None) -> "Expected":
        """Return it cut off at a limit."""
        if limit is None:
            return self
        return Expected(min(self.value, limit), min(self.low, limit), min(self.high, limit))


@dataclass(frozen=True)
class Growth:
    """The power law ``cost = factor * amount ** exponent``, fitted by least squares of the logarithms.

    Attributes
    ----------
    amounts, costs : tuple of float
        What was measured.
    factor, exponent : float
    spread : float
        Standard deviation of the logarithms of the costs about the law.
    """

    amounts: tuple[float, ...]
    costs: tuple[float, ...]
    factor: float
    exponent: float
    spread: float

    def at(self, amount: float) -> Expected:
        """Return the cost expected of `amount`, with the prediction interval of the fitted line.

        Without a degree of freedom left there is no interval: it is from zero to infinity.
        """
        from scipy.stats import t

        value = self.factor * amount**self.exponent
        free = len(self.amounts) - 2
        if free < 1:
            return Expected(value, 0.0, float("inf"))
        logs = np.log(self.amounts)
        squares = float(((logs - logs.mean()) ** 2).sum())
        distance = (np.log(amount) - logs.mean()) ** 2 / squares
        reach = float(t.ppf(0.975, free)) * self.spread * np.sqrt(1 + 1 / len(logs) + distance)
        # What is beyond all reason is said as infinity.
        high = value * np.exp(reach) if reach < 50 else np.inf
        return Expected(value, float(value * np.exp(-reach)), float(high))


def fit_growth(amounts: Sequence[float], costs: Sequence[float]) -> Growth:
    """Fit a power law to measurements at two amounts or more.

    Raises
    ------
    ValueError
        If there are fewer.
    """
    if len(set(amounts)) < 2:
        raise ValueError(f"a power law needs measurements at two amounts or more, not at {sorted(set(amounts))}")
    x, y = np.log(np.asarray(amounts, float)), np.log(np.maximum(np.asarray(costs, float), _SMALLEST))
    exponent, intercept = np.polyfit(x, y, 1)
    residuals = y - (intercept + exponent * x)
    spread = np.sqrt(float((residuals**2).sum()) / max(len(x) - 2, 1))
    return Growth(tuple(amounts), tuple(costs), float(np.exp(intercept)), float(exponent), float(spread))
