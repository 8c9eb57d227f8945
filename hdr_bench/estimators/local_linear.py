"""Linear classifiers fitted to the neighbourhood of each image."""

from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.linear_head import decide, flatten_outputs
from hdr_bench.estimators.neighbor_base import NeighborClassifier
from hdr_bench.estimators.neighbor_search import ENGINES, Places
from hdr_bench.estimators.pixels import Floats

_BLOCK = 50  # images whose neighbourhoods are in memory at once

Doubles = NDArray[np.float64]


class LocalLinearClassifier(NeighborClassifier):
    """Linear least-squares classifier fitted for each image to its nearest training images.

    This is local learning (Bottou and Vapnik, 1992, "Local learning algorithms", Neural Computation 4, 888-900): when
    an image is to be classified, its nearest training images are found, a classifier is trained on them alone with
    weight decay, applied to the image, and discarded. Applied to the last hidden layer of a network, see
    `HiddenActivations`, it is the "local learning" of LeCun, Bottou, Bengio and Haffner (1998), section III.C.

    Parameters
    ----------
    n_neighbors : int, default=50
        Number of nearest training images that each classifier is fitted to; all if there are fewer.
    alpha : float, default=0.01
        Strength of the L2 penalty on the weights, relative to the sum of the squared distances of the neighbours from
        their mean. With a large value, the outputs are the shares of the classes among the neighbours.
    engine : {"auto", "faiss", "onedal", "scikit-learn"}, default="auto"
        Library for the search, as for `KNNClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    engine_ : str
        Library of the search.
    n_features_in_ : int
        Number of features seen during fit.

    Notes
    -----
    The defaults were chosen in the last layer of LeNet-4, trained on 50,000 training images of MNIST, on the other
    10,000: of 20 to 200 neighbours, 50 had the fewest errors (81; 200 had 91, the network itself 92), and of penalties
    from 0.001 to 1, 0.01.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import LocalLinearClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = LocalLinearClassifier().fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, None, closed="neither")],
        "engine": [StrOptions({"auto", *ENGINES})],
    }
    _fewest_classes = 2

    def __init__(self, n_neighbors: int = 50, *, alpha: float = 0.01, engine: str = "auto") -> None:
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.engine = engine

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return the outputs of each image's own classifier, the largest of which decides the class.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels, or any features.

        Returns
        -------
        outputs : ndarray of shape (n, n_classes), or (n,) for two classes
            Near 1 for the class of the neighbours, near -1 for the others. For two classes, positive values mean the
            second.
        """
        compared = self._to_compare(self._validate_images(X))
        targets = self._targets()
        outputs = [
            _local_outputs(images, self._images[places], targets[places], float(self.alpha))
            for images, places in self._neighborhoods(compared)
        ]
        return flatten_outputs(np.concatenate(outputs))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Predict the class with the largest output for each image.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels, or any features.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        return decide(self.decision_function(X), self.classes_)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: the search, the neighbours' products, and the solution of their system.

        A symmetric system of k equations takes k^3 / 6 + k^2 of them.
        """
        check_is_fitted(self)
        n_images, n_features = self._images.shape
        k = min(int(self.n_neighbors), n_images)
        products = k * (k + 1) // 2 + k
        solution = k**3 // 6 + k**2 + k * self._targets().shape[1]
        return int(n_images * n_features + products * n_features + solution)

    def _targets(self) -> Doubles:
        """Return the desired outputs of the training images, shape (n, n_outputs)."""
        codes = np.arange(len(self.classes_))
        targets: Doubles = LabelBinarizer(neg_label=-1).fit(codes).transform(self._codes).astype(np.float64)
        return targets

    def _neighborhoods(self, compared: Floats) -> Iterator[tuple[Doubles, Places]]:
        """Yield blocks of images, and the positions of their neighbours."""
        k = min(int(self.n_neighbors), len(self._images))
        _, places = self._index.neighbors(compared, k)
        for start in range(0, len(compared), _BLOCK):
            part = slice(start, start + _BLOCK)
            yield compared[part].astype(np.float64), places[part]


def _local_outputs(images: Doubles, neighbors: Floats, targets: Doubles, alpha: float) -> Doubles:
    """Return the outputs of ridge regressions at the images that they were fitted around.

    Parameters
    ----------
    images : ndarray of shape (n, n_features)
    neighbors : ndarray of shape (n, k, n_features)
    targets : ndarray of shape (n, k, n_outputs)
        Desired outputs of the neighbours.
    alpha : float
        Penalty, relative to the sum of the neighbours' squared distances from their mean.

    Returns
    -------
    outputs : ndarray of shape (n, n_outputs)
    """
    means = neighbors.mean(axis=1, dtype=np.float64)
    centered = neighbors - means[:, np.newaxis]
    products = centered @ centered.transpose(0, 2, 1)
    spread = np.einsum("nkk->n", products)
    # Equal neighbours have no direction in which a weight could differ from 0.
    penalty = alpha * np.where(spread > 0, spread, 1.0)
    system = products + penalty[:, np.newaxis, np.newaxis] * np.eye(products.shape[1])
    own = centered @ (images - means)[:, :, np.newaxis]
    shares = np.linalg.solve(system, own)
    outputs: Doubles = targets.mean(axis=1) + (shares.transpose(0, 2, 1) @ targets)[:, 0]
    return outputs
