"""Growth of a cost with the number of images: a curve through a few measurements, with its uncertainty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DRAWS = 400
LINEAR = (0.0, 1.0)
"""Powers of n for costs of a single pass through the images."""

FASTER = (0.0, 1.0, 1.5)
"""Powers of n for costs that may grow faster than the number of images."""

# Minimum difference between two equal fits on a machine with other load, whatever few measurements suggest.
_LEAST_SPREAD = 0.05
_SMALLEST = 1e-9


@dataclass(frozen=True)
class Expected:
    """An expected value, with the interval that would contain 95 % of new measurements.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float

    def __add__(self, other: "Expected") -> "Expected":
        return Expected(self.value + other.value, self.low + other.low, self.high + other.high)

    def times(self, factor: float) -> "Expected":
        """Return the value multiplied by a factor, and its uncertainty too, as an error in one applies to all.

        Parameters
        ----------
        factor : float
            The factor.

        Returns
        -------
        expected : Expected
        """
        return Expected(factor * self.value, factor * self.low, factor * self.high)

    def at_most(self, limit: float | None) -> "Expected":
        """Return the value capped at a limit.

        Parameters
        ----------
        limit : float or None
            None for no limit.

        Returns
        -------
        expected : Expected
        """
        if limit is None:
            return self
        return Expected(min(self.value, limit), min(self.low, limit), min(self.high, limit))


@dataclass(frozen=True)
class Growth:
    """The curve ``cost = a + b n + c n**1.5`` with nonnegative coefficients, fitted by relative least squares.

    It has a constant part, a part proportional to the number of images, and one that grows faster, as for support
    vectors and deep trees. Among five curves (a power law; the line alone; n to the power of 1.3, 1.5 or 2 as the last
    part), it came nearest to the times of nine cases on all 60,000 images of MNIST, in one comparison on a noisy
    machine. A single pass through the images, such as a network's epoch or predictions, grows no faster than their
    number, so ``c`` is left out.

    Attributes
    ----------
    sizes, costs : tuple of float
        The measurements.
    powers : tuple of float
        Powers of n in the parts of the curve.
    coefficients : tuple of float
        Coefficient of each part.
    spread : float
        Standard deviation of the costs about the curve, relative to the cost; at least 5 %.
    """

    sizes: tuple[float, ...]
    costs: tuple[float, ...]
    powers: tuple[float, ...]
    coefficients: tuple[float, ...]
    spread: float

    def at(self, n: float) -> Expected:
        """Return the expected cost of `n` images.

        The interval is from a parametric bootstrap: curves fitted to the curve's own values with the spread added, and
        a new measurement of each, also with the spread added.

        Parameters
        ----------
        n : float
            Number of images.

        Returns
        -------
        cost : Expected
        """
        rng = np.random.default_rng(0)
        amounts = _amounts(np.asarray(self.sizes), self.powers)
        curve = amounts @ self.coefficients
        here = _amounts(np.array([n]), self.powers)[0]
        drawn = []
        for noise in rng.normal(0, self.spread, (_DRAWS, len(curve) + 1)):
            again = _fit(amounts, curve * np.exp(noise[:-1]))
            drawn.append(float(here @ again) * np.exp(noise[-1]))
        value = float(here @ self.coefficients)
        low, high = np.percentile(drawn, [2.5, 97.5])
        return Expected(value, min(float(low), value), max(float(high), value))

    def exponent_at(self, n: float) -> float:
        """Return the local exponent with which the cost grows at `n` images.

        Parameters
        ----------
        n : float
            Number of images.

        Returns
        -------
        exponent : float
        """
        parts = np.asarray(self.coefficients) * _amounts(np.array([n]), self.powers)[0]
        return float(parts @ np.asarray(self.powers) / max(parts.sum(), _SMALLEST))


def fit_growth(sizes: Sequence[float], costs: Sequence[float], powers: tuple[float, ...] = FASTER) -> Growth:
    """Fit the curve to measurements at two or more sizes.

    Parameters
    ----------
    sizes, costs : sequence of float
        The measurements.
    powers : tuple of float, default=FASTER
        Powers of n in the parts of the curve.

    Returns
    -------
    growth : Growth

    Raises
    ------
    ValueError
        If there are fewer than two sizes.
    """
    if len(set(sizes)) < 2:
        raise ValueError(f"a curve needs measurements at two or more sizes, got {sorted(set(sizes))}")
    amounts = _amounts(np.asarray(sizes, float), powers)
    measured = np.maximum(np.asarray(costs, float), _SMALLEST)
    coefficients = _fit(amounts, measured)
    free = max(len(measured) - np.count_nonzero(coefficients), 1)
    shares = amounts @ coefficients / measured - 1
    spread = max(float(np.sqrt((shares**2).sum() / free)), _LEAST_SPREAD)
    return Growth(tuple(map(float, sizes)), tuple(map(float, costs)), powers, tuple(map(float, coefficients)), spread)


def _amounts(sizes: NDArray[np.float64], powers: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the powers of each size in thousands, which keeps the numbers of similar magnitude."""
    return np.stack([(sizes / 1000) ** power for power in powers], axis=1)


def _fit(amounts: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.optimize import nnls

    # Divided by the cost, so that the error of a small fit counts as much as that of a large one.
    coefficients: NDArray[np.float64] = nnls(amounts / costs[:, None], np.ones(len(costs)))[0]
    return coefficients
