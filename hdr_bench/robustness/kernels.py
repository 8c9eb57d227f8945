"""Kernels of support vector machines as functions of the images, with their gradients."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.pixels import Floats


@dataclass(frozen=True, eq=False)
class Kernel:
    """Kernel of images with fixed vectors, as defined in scikit-learn.

    Attributes
    ----------
    name : {"rbf", "poly", "linear"}
        Name of the kernel.
    vectors : ndarray of shape (n_vectors, n_features)
        Support vectors, or centres.
    gamma : float, default=1.0
        Coefficient of "rbf" and "poly".
    degree : int, default=1
        Degree of "poly".
    coef0 : float, default=0.0
        Constant term of "poly".
    """

    name: str
    vectors: NDArray[np.float64]
    gamma: float = 1.0
    degree: int = 1
    coef0: float = 0.0

    def evaluate(self, images: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Return the kernel's values, and the pull-back of a gradient to the images.

        Parameters
        ----------
        images : ndarray of shape (n, n_features)
            float32 or float64; computations use this type.

        Returns
        -------
        values : ndarray of shape (n, n_vectors)
        pull_back : callable
            Maps the gradient in the values (n, n_vectors) to that in the images (n, n_features).
        """
        vectors = self.vectors.astype(images.dtype, copy=False)
        if self.name == "rbf":
            return _gaussians(images, vectors, self.gamma)
        products = images @ vectors.T
        if self.name == "linear":
            return products, lambda slopes: slopes @ vectors
        bases = self.gamma * products + self.coef0

        def pull_back(slopes: Floats) -> Floats:
            # For degree 0 the values are constant, and 0 has no power of -1.
            steepness = self.degree * self.gamma * bases ** max(self.degree - 1, 0)
            return (slopes * steepness) @ vectors

        return bases**self.degree, pull_back


def _gaussians(images: Floats, vectors: Floats, gamma: float) -> tuple[Floats, Callable[[Floats], Floats]]:
    squares = np.einsum("ij,ij->i", images, images)[:, None] + np.einsum("ij,ij->i", vectors, vectors)
    values = np.exp(-gamma * np.maximum(squares - 2 * images @ vectors.T, 0))

    def pull_back(slopes: Floats) -> Floats:
        weights = slopes * values
        return 2 * gamma * (weights @ vectors - weights.sum(axis=1)[:, None] * images)

    return values, pull_back
