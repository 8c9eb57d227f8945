"""Simulated fits: which images each seed of two methods is right on, with known accuracies.

Image i is right for seed j of method m if ``mu_mj + a_i + b_im + e_imj > 0``, all normal: `a` is how easy the image is
for every method, `b` for this one, `e` is what differs from fit to fit. The seed's own accuracy is drawn from a normal
distribution around the method's, and decides ``mu_mj``. Given the seeds' accuracies the images are independent, so the
number of images with each pattern of right and wrong fits is multinomial: no image is drawn on its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

SHARED, OWN = 0.6, 0.25
"""Parts of the variance that images have for all methods, and for one method; the rest differs from fit to fit.

An assumption: of the images that one method of 98 % is wrong on, another one is then wrong on a quarter, and another
seed of the same method on half.
"""

_NODES = 32, 16


@dataclass(frozen=True)
class Method:
    """What is simulated of a method.

    Attributes
    ----------
    accuracy : float
        Mean over all images and seeds that there could be.
    spread : float
        Standard deviation between seeds; 0 if deterministic.
    n_fits : int
        Seeds; 1 if deterministic.
    """

    accuracy: float
    spread: float
    n_fits: int

    @property
    def is_stochastic(self) -> bool:
        """Its fits differ."""
        return self.spread > 0


def simulate(
    first: Method, second: Method, n_images: int, n_runs: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Give which images each fit of both methods is right on, each of shape (n_fits, n_images), run by run."""
    patterns = [_patterns(method.n_fits) for method in (first, second)]
    shared, weights = _normal_nodes(_NODES[0])
    sizes = [len(each) for each in patterns]
    for _ in range(n_runs):
        one, other = (_pattern_shares(_draw_seeds(method, rng), shared) for method in (first, second))
        shares = (one * weights[:, None]).T @ other
        counts = rng.multinomial(n_images, shares.ravel() / shares.sum()).reshape(sizes)
        rows, columns = counts.nonzero()
        repeats = counts[rows, columns]
        yield np.repeat(patterns[0][rows], repeats, axis=0).T, np.repeat(patterns[1][columns], repeats, axis=0).T


def simulate_on_two_sets(
    method: Method, drop: float, sizes: tuple[int, int], n_runs: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Give which images the same fits are right on, of two test sets: each of shape (n_fits, n_images), run by run.

    Every seed is less accurate by `drop` on the second one.
    """
    patterns = _patterns(method.n_fits)
    shared, weights = _normal_nodes(_NODES[0])
    for _ in range(n_runs):
        seeds = _draw_seeds(method, rng)
        found = []
        for accuracies, n_images in zip((seeds, np.clip(seeds - drop, 1e-6, None)), sizes, strict=True):
            shares = weights @ _pattern_shares(accuracies, shared)
            found.append(np.repeat(patterns, rng.multinomial(n_images, shares / shares.sum()), axis=0).T)
        yield found[0], found[1]


def _draw_seeds(method: Method, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the accuracy of each seed, shape (n_fits,)."""
    return np.clip(rng.normal(method.accuracy, method.spread, method.n_fits), 1e-6, 1 - 1e-6)


def _pattern_shares(accuracies: NDArray[np.float64], shared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how probable each pattern of right and wrong fits is on an image of each ease: (n_nodes, n_patterns)."""
    own, weights = _normal_nodes(_NODES[1])
    ease = np.sqrt(SHARED) * shared[:, None, None] + np.sqrt(OWN) * own[None, :, None] + ndtri(accuracies)
    right = ndtr(ease / np.sqrt(1 - SHARED - OWN))
    # Pattern by pattern doubled: what the next fit is right on comes behind what it is wrong on.
    shares = np.ones((len(shared), len(own), 1))
    for fit in range(len(accuracies)):
        one = right[:, :, fit, None]
        shares = np.concatenate([shares * (1 - one), shares * one], axis=2)
    return np.einsum("sop,o->sp", shares, weights)


def _patterns(n_fits: int) -> NDArray[np.bool_]:
    """Return every pattern of right and wrong fits, shape (2 ** n_fits, n_fits)."""
    return (np.arange(2**n_fits)[:, None] >> np.arange(n_fits) & 1).astype(bool)


@cache
def _normal_nodes(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes of the standard normal distribution with their weights, by Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    return nodes, weights / weights.sum()
