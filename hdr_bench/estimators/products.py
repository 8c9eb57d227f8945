"""Products of columns, and least squares on them without storing all of them at once."""

from collections.abc import Iterator
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, lstsq, solve

from hdr_bench.estimators.pixels import Floats

_BLOCK = 2000


def count_products(n_columns: int, degree: int) -> int:
    """Return the number of products of the columns, with repeated factors.

    Parameters
    ----------
    n_columns : int
    degree : int
        Maximum number of factors.

    Returns
    -------
    n_products : int
    """
    return sum(comb(n_columns + size - 1, size) for size in range(1, degree + 1))


def products(columns: Floats, degree: int) -> Floats:
    """Return all products of the columns, with repeated factors.

    They are in the order of `itertools.combinations_with_replacement`, those with fewer factors first.

    Parameters
    ----------
    columns : ndarray of shape (n, n_columns)
        Factors of the products.
    degree : int
        Maximum number of factors.

    Returns
    -------
    products : ndarray of shape (n, n_products)
    """
    n, n_columns = columns.shape
    made = np.empty((n, count_products(n_columns, degree)), columns.dtype)
    made[:, :n_columns] = columns
    for column, shorter, longer in _factors(n_columns, degree):
        np.multiply(made[:, shorter], columns[:, column, None], out=made[:, longer])
    return made


def products_gradient(columns: Floats, degree: int, gradient: Floats) -> Floats:
    """Return the gradient of a function of the products with respect to the columns.

    Parameters
    ----------
    columns : ndarray of shape (n, n_columns)
        Factors of the products.
    degree : int
        Maximum number of factors.
    gradient : ndarray of shape (n, n_products)
        Gradient of the function with respect to the products, in the order of `products`.

    Returns
    -------
    gradient : ndarray of shape (n, n_columns)
    """
    n_columns = columns.shape[1]
    made, slopes, sums = products(columns, degree), gradient.copy(), np.zeros_like(columns)
    # From the longest products down: the gradients of the shorter ones include what the longer ones pass on.
    for column, shorter, longer in reversed(list(_factors(n_columns, degree))):
        sums[:, column] += np.einsum("ij,ij->i", slopes[:, longer], made[:, shorter])
        slopes[:, shorter] += slopes[:, longer] * columns[:, column, None]
    return sums + slopes[:, :n_columns]


def _factors(n_columns: int, degree: int) -> Iterator[tuple[int, slice, slice]]:
    """Yield a column, the products it multiplies, and the results; products come before those that depend on them."""
    # Start, among the products with one factor fewer, of those whose first factor is this column or a later one.
    begins, end = list(range(n_columns)), n_columns
    for _ in range(2, degree + 1):
        longer, place = [], end
        for column, begin in enumerate(begins):
            longer.append(place)
            yield column, slice(begin, end), slice(place, place + end - begin)
            place += end - begin
        begins, end = longer, place


def all_products(columns: Floats, degree: int) -> Floats:
    """Return the products of all rows in one array, computed in blocks of rows.

    Parameters
    ----------
    columns : ndarray of shape (n, n_columns)
        Factors of the products.
    degree : int
        Maximum number of factors.

    Returns
    -------
    products : ndarray of shape (n, n_products)
    """
    made = np.empty((len(columns), count_products(columns.shape[1], degree)), columns.dtype)
    for part in _parts(len(columns)):
        made[part] = products(columns[part], degree)
    return made


def outputs_on_products(columns: Floats, degree: int, coef: Floats, intercept: Floats) -> Floats:
    """Return the linear model's outputs on the products, computed in blocks of rows.

    Parameters
    ----------
    columns : ndarray of shape (n, n_columns)
        Factors of the products.
    degree : int
        Maximum number of factors.
    coef : ndarray of shape (n_outputs, n_products)
    intercept : ndarray of shape (n_outputs,)

    Returns
    -------
    outputs : ndarray of shape (n, n_outputs)
    """
    parts = [products(columns[part], degree) @ coef.T + intercept for part in _parts(len(columns))]
    return np.concatenate(parts)


def ridge_on_products(columns: Floats, degree: int, targets: Floats, alpha: float) -> tuple[float, Floats, Floats]:
    """Solve least squares with an L2 penalty on the products, all divided by the same number.

    The normal equations are summed over blocks of rows (each block in the precision of the columns, the sum over blocks
    in double precision), so that memory grows with the square of the number of products and not with the number of
    rows.

    Parameters
    ----------
    columns : ndarray of shape (n, n_columns)
        Factors of the products.
    degree : int
        Maximum number of factors.
    targets : ndarray of shape (n, n_outputs)
        Values to predict.
    alpha : float
        Strength of the penalty, as in scikit-learn's Ridge; the intercept is not penalized.

    Returns
    -------
    scale : float
        Divisor of the products: the root mean square of their deviations.
    coef : ndarray of shape (n_outputs, n_products)
        For the divided products.
    intercept : ndarray of shape (n_outputs,)
    """
    gram, cross, sums = _normal_equations(columns, degree, targets)
    n = len(columns)
    means, target_means = sums / n, targets.mean(axis=0)
    gram -= np.outer(n * means, means)
    cross -= np.outer(n * means, target_means)
    scale = float(np.sqrt(gram.trace() / (n * len(gram)))) or 1.0
    gram.flat[:: len(gram) + 1] += alpha * scale**2
    coef = _solve(gram, cross).T
    intercept = target_means - coef @ means
    return scale, (scale * coef).astype(columns.dtype), intercept.astype(columns.dtype)


def _normal_equations(
    columns: Floats, degree: int, targets: Floats
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the products' Gram matrix, their inner products with the targets, and the sums of the products."""
    size = count_products(columns.shape[1], degree)
    gram, cross, sums = np.zeros((size, size)), np.zeros((size, targets.shape[1])), np.zeros(size)
    for part in _parts(len(columns)):
        block = products(columns[part], degree)
        gram += block.T @ block
        cross += block.T @ targets[part]
        sums += block.sum(axis=0, dtype=np.float64)
    return gram, cross, sums


def _solve(gram: NDArray[np.float64], cross: NDArray[np.float64]) -> NDArray[np.float64]:
    try:
        solution: NDArray[np.float64] = solve(gram, cross, assume_a="pos")
    except LinAlgError:  # linearly dependent products without a penalty: use the minimum-norm solution
        solution = lstsq(gram, cross)[0]
    return solution


def _parts(n: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, n, _BLOCK))
