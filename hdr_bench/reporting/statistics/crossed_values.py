"""Means of any value of an image, over images and seeds: weighted sums of methods that saw the same images.

It is `crossed` for values that are not only right or wrong, such as the mean over several corruptions of one image, or
a share of a ratio. Images are crossed with methods, random seeds are nested in them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from hdr_bench.reporting.statistics.crossed import ONE_SEED_SPREAD, Component, Fits, combine, images_component
from hdr_bench.reporting.statistics.tests import Difference, student_difference

TEST = "t-test over images and seeds"

_NO_VARIANCE = 1e-20


@dataclass(frozen=True, eq=False)
class Values:
    """Values of the fits of one method for each image.

    Attributes
    ----------
    values : ndarray of shape (n_fits, n_images)
        Of a deterministic method a single row.
    is_stochastic : bool
        Fits of the method differ.
    assumed : float
        Standard deviation between seeds that is assumed of the mean of a single fit of a stochastic method.
    """

    values: NDArray[np.float64]
    is_stochastic: bool
    assumed: float = 0.0

    @property
    def mean(self) -> float:
        """Over fits and images."""
        return float(self.values.mean())

    def scaled(self, factor: float) -> "Values":
        """Return the values multiplied by a number.

        Parameters
        ----------
        factor : float

        Returns
        -------
        values : Values
        """
        return Values(factor * self.values, self.is_stochastic, abs(factor) * self.assumed)


@dataclass(frozen=True)
class Estimate:
    """A figure with its variance over images and seeds.

    Attributes
    ----------
    value : float
    variance : float
    freedom : float
        Degrees of freedom of the variance; infinite if it is known.
    """

    value: float
    variance: float
    freedom: float

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return Student's interval.

        Parameters
        ----------
        confidence : float, default=0.95

        Returns
        -------
        low, high : float
        """
        reach = float(student.ppf((1 + confidence) / 2, self.freedom)) * math.sqrt(self.variance)
        return self.value - reach, self.value + reach


def errors_of(fits: Fits) -> Values:
    """Return which images each fit of a method gets wrong, as numbers.

    Parameters
    ----------
    fits : Fits

    Returns
    -------
    values : Values
        1 for a wrong image, 0 for a right one.
    """
    spread = ONE_SEED_SPREAD * fits.accuracy * (1 - fits.accuracy)
    return Values((~fits.right).astype(np.float64), fits.is_stochastic, spread)


def weighted_sum(terms: Sequence[tuple[float, Values]]) -> Values:
    """Return the weighted sum of values that the same fits of one method have for the same images.

    Parameters
    ----------
    terms : sequence of tuple of float and Values
        Of one method; a single row goes with every fit of the others.

    Returns
    -------
    values : Values
        The spread that is assumed of a single fit is that of spreads that go together: it is not too small.

    Examples
    --------
    >>> import numpy as np
    >>> first, second = (Values(np.array([row]), False) for row in ([1.0, 0.0], [1.0, 1.0]))
    >>> weighted_sum([(0.5, first), (0.5, second)]).values.tolist()
    [[1.0, 0.5]]
    """
    total = np.zeros((1, 1))
    for weight, each in terms:
        total = total + weight * each.values
    is_stochastic = any(each.is_stochastic for _, each in terms)
    return Values(total, is_stochastic, sum(abs(weight) * each.assumed for weight, each in terms))


def estimate(terms: Sequence[Values]) -> Estimate:
    r"""Return the sum of the means of several methods' values for the same images, with its variance.

    Parameters
    ----------
    terms : sequence of Values
        One for each method, all for the same images in the same order. A difference has the second one's values with
        their signs changed.

    Returns
    -------
    estimate : Estimate

    Notes
    -----
    With :math:`x_{kim}` the value of fit k of method m for image i and :math:`x_i` the sum over methods of the means
    over fits, ``V = var_i(x_i) / n + sum over m of v_m / k_m``, where of a stochastic method with k seeds ``v = max(0,
    s² - r / n)``, s² the variance of the seeds' means and r the mean over images of the variance over seeds, which the
    images' part holds already. It is the rule of `crossed.paired_difference`, which says where it comes from.

    Examples
    --------
    >>> import numpy as np
    >>> first = Values(np.array([[1.0, 0.0, 1.0, 0.0]]), False)
    >>> second = Values(np.array([[0.0, 0.0, 1.0, 0.0]]), False)
    >>> found = estimate([first, second.scaled(-1)])
    >>> found.value, round(found.variance, 4), found.freedom
    (0.25, 0.0625, 3.0)
    """
    of_images = sum((each.values.mean(axis=0) for each in terms), np.zeros(terms[0].values.shape[1]))
    components = [images_component(of_images), *(part for each in terms for part in _seeds(each))]
    variance, freedom = combine(components)
    return Estimate(float(of_images.mean()), variance, freedom)


def difference_of(first: Values, second: Values) -> Difference:
    """Return the difference of two methods' means for the same images, with its test.

    Parameters
    ----------
    first, second : Values

    Returns
    -------
    difference : Difference
        The first mean minus the second.

    Raises
    ------
    ValueError
        If the numbers of images differ.
    """
    _check_same_images(first, second)
    return _test([first, second.scaled(-1)])


def change_of(before: Values, after: Values) -> Difference:
    """Return how far the mean of one method changes, from one version of the images to another, with its test.

    Parameters
    ----------
    before, after : Values
        Of the same fits, so that a fit that is good on both versions is no evidence for either.

    Returns
    -------
    change : Difference
        The mean after minus the mean before.

    Raises
    ------
    ValueError
        If the numbers of images differ.

    Examples
    --------
    >>> import numpy as np
    >>> seeds = np.array([[0.0, 0.1, 0.2, 0.3], [0.4, 0.5, 0.6, 0.7]])
    >>> before, after = Values(seeds, True), Values(seeds + [[0.1, 0.2, 0.1, 0.2]], True)
    >>> round(change_of(before, after).value, 3), change_of(before, after).p_value < 0.05
    (0.15, True)
    >>> difference_of(after, before).p_value < 0.05
    False
    """
    _check_same_images(before, after)
    return _test([weighted_sum([(1.0, after), (-1.0, before)])])


def _check_same_images(first: Values, second: Values) -> None:
    n, m = first.values.shape[1], second.values.shape[1]
    if n != m:
        raise ValueError(f"{n} and {m} images cannot be paired")


def _test(terms: Sequence[Values]) -> Difference:
    found = estimate(terms)
    error = math.sqrt(found.variance) if found.variance > _NO_VARIANCE else 0.0
    return student_difference(round(found.value, 12), error, found.freedom, TEST)


def _seeds(each: Values) -> tuple[Component, ...]:
    if not each.is_stochastic:
        return ()
    n_fits, n_images = each.values.shape
    if n_fits == 1:
        return (Component(each.assumed**2, 0.0, math.inf),)
    between = float(each.values.mean(axis=1).var(ddof=1))
    within = float(each.values.var(axis=0, ddof=1).mean())
    return (Component(max(0.0, between - within / n_images) / n_fits, between / n_fits, n_fits - 1),)
