"""Kernels of support vector machines as functions of the images, with their gradients."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.pixels import Floats


@dataclass(frozen=True, eq=False)
class Kernel:
    """Kernel of images with fixed vectors, as scikit-learn defines it.

    Attributes
    ----------
    name : {"rbf", "poly", "linear"}
        Which one.
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
        """Return the kernel's values, and how a gradient in them goes back to the images.

        Parameters
        ----------
        images : ndarray of shape (n, n_features)

        Returns
        -------
        values : ndarray of shape (n, n_vectors)
        pull_back : callable
            Takes the gradient in the values (n, n_vectors); returns that in the images (n, n_features).
        """
        images = np.asarray(images, np.float64)
        if self.name == "rbf":
            return self._gaussians(images)
        products = images @ self.vectors.T
        if self.name == "linear":
            return products, lambda slopes: slopes @ self.vectors
        bases = self.gamma * products + self.coef0

        def pull_back(slopes: Floats) -> Floats:
            # Of degree 0 the values are constant, and a base of 0 has no power of -1.
            steepness = self.degree * self.gamma * bases ** max(self.degree - 1, 0)
            return (slopes * steepness) @ self.vectors

        return bases**self.degree, pull_back

    def _gaussians(self, images: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        squares = np.einsum("ij,ij->i", images, images)[:, None] + np.einsum("ij,ij->i", self.vectors, self.vectors)
        values = np.exp(-self.gamma * np.maximum(squares - 2 * images @ self.vectors.T, 0))

        def pull_back(slopes: Floats) -> Floats:
            weights = slopes * values
            return 2 * self.gamma * (weights @ self.vectors - weights.sum(axis=1)[:, None] * images)

        return values, pull_back
