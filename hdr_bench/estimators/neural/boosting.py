"""Boosting by filtering: three networks, of which the later ones learn what the earlier ones find hard."""

import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.engines import draw_seed
from hdr_bench.estimators.neural.augmentation import Distortion
from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.neural.cnn import CNNClassifier
from hdr_bench.estimators.neural.filtering import Filter, disagreements, wrong_and_right
from hdr_bench.estimators.neural.mlp import MLPClassifier
from hdr_bench.estimators.neural.split import codes_of
from hdr_bench.estimators.parameter_checks import DataShape
from hdr_bench.estimators.pixel_classifier import PixelClassifier
from hdr_bench.estimators.plain_values import to_plain, with_plain_parameters
from hdr_bench.exceptions import DatasetWarning, shown

if TYPE_CHECKING:
    from hdr_bench.estimators.neural.distorted_stream import DistortedStream

_LARGEST_SEED = 2**31 - 1


class BoostedNetworks(PixelClassifier):
    """Three networks combined by boosting by filtering.

    The first network learns from the training images. The second learns from distorted images half of which the first
    one classifies wrongly, the third from distorted images on which the first two disagree; their outputs are added
    (Drucker, Schapire and Simard, 1993, "Boosting performance in neural networks"; the boosted LeNet-4 of LeCun,
    Bottou, Bengio and Haffner, 1998, section III.C). The filtered images are drawn from a stream of randomly
    distorted training images.

    Parameters
    ----------
    estimator : MLPClassifier, CNNClassifier or None, default=None
        Network; three clones of it are fitted. Its `augmentation`, which it must have, distorts the images of the first
        network, and those that are filtered for the others. None uses `CNNClassifier` with shifts of up to 7 %, shears
        of up to 10 degrees and zooms of up to 10 %.
    n_filtered : int, default=10000
        Number of images that the second network learns from, and the third.
    max_passes : int, default=100
        Maximum number of times that all training images are distorted and filtered for each of them. If not enough hard
        images are found, the network learns from fewer; if fewer than two, it is left out.
    random_state : int, RandomState instance or None, default=None
        Seed of the networks and of the distortions; those of `estimator` are not used.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    estimators_ : list of MLPClassifier or CNNClassifier
        The fitted networks.
    n_filtered_ : list of int
        Number of images that the second and the third network learned from; 0 for one that is left out. Without a
        second network there is no third.
    n_drawn_ : list of int
        Number of distorted images that these were filtered from.
    n_features_in_ : int
        Number of features seen during fit.

    Notes
    -----
    The later networks learn as long as the first one, in epochs. Fewer hard images are found the better the first
    network is: the defaults are a matter of cost, and were not compared with others.

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import BoostedNetworks, CNNClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> network = CNNClassifier("16C3-MP2-32N", augmentation={"shift": 0.1})
    >>> model = BoostedNetworks(network, n_filtered=500, random_state=0).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [MLPClassifier, CNNClassifier, None],
        "n_filtered": [Interval(Integral, 2, None, closed="left")],
        "max_passes": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: NeuralClassifier | None = None,
        *,
        n_filtered: int = 10000,
        max_passes: int = 100,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.estimator = estimator
        self.n_filtered = n_filtered
        self.max_passes = max_passes
        self.random_state = random_state

    @with_plain_parameters
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train the first network, then filter images for the other two and train these.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.
        y : array-like of shape (n,)
            Labels of at least two classes.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter is invalid, or the network has no `augmentation`.
        """
        from hdr_bench.estimators.neural.distorted_stream import DistortedStream

        rows, labels = self._validate_training(X, y)
        self.classes_ = np.unique(labels)
        codes = codes_of(labels, self.classes_)
        seeds = [int(seed) for seed in check_random_state(draw_seed(self.random_state)).randint(_LARGEST_SEED, size=5)]
        first = self._network(random_state=seeds[0]).fit(rows, labels)
        self.estimators_ = [first]
        self.n_filtered_: list[int] = []
        self.n_drawn_: list[int] = []
        self._add(wrong_and_right, DistortedStream(first, rows, codes, seeds[1], int(self.max_passes)), seeds[2])
        if self.n_filtered_ != [0]:
            self._add(disagreements, DistortedStream(first, rows, codes, seeds[3], int(self.max_passes)), seeds[4])
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return the mean of the networks' probabilities.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        probabilities : ndarray of shape (n, n_classes)
            float32; each row sums to 1.
        """
        rows = self._validate_images(X)
        total = np.zeros((len(rows), len(self.classes_)), np.float32)
        with warnings.catch_warnings():
            # What is unusual about the images has been said of the whole; each network would say it again.
            warnings.simplefilter("ignore", DatasetWarning)
            for network in self.estimators_:
                places = np.searchsorted(self.classes_, network.classes_)
                total[:, places] += network.predict_proba(rows)
        return total / np.float32(len(self.estimators_))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Predict the class with the largest sum of outputs for each image.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        labels : ndarray of shape (n,)
        """
        probabilities = self.predict_proba(X)
        labels: NDArray[np.generic] = self.classes_[probabilities.argmax(axis=1)]
        return labels

    @property
    def n_parameters_(self) -> int:
        """Number of parameters of all networks."""
        check_is_fitted(self)
        return sum(network.n_parameters_ for network in self.estimators_)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates of all networks for one image."""
        check_is_fitted(self)
        return sum(network.n_multiply_accumulates_ for network in self.estimators_)

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed for predictions: weights, running means and variances of all networks."""
        check_is_fitted(self)
        return sum(network.n_stored_variables_ for network in self.estimators_)

    @property
    def engine_(self) -> str:
        """Library that does the computation, with the device if it is not the CPU."""
        check_is_fitted(self)
        return self.estimators_[0].engine_

    @property
    def _libraries(self) -> tuple[str, ...]:
        return self._network()._libraries

    def _check_combination(self) -> None:
        network = self._network()
        if network.augmentation is None:
            raise ValueError(
                "the networks need new images, which are distorted training images, but augmentation of the estimator "
                f"is None: {shown(network)}; give e.g. augmentation={{'shift': 0.07, 'shear': 10, 'zoom': 0.1}}"
            )

    def _check_data(self, data: DataShape) -> None:
        self._network()._check_data(data)

    def _network(self, **params: Any) -> Any:
        """Return a new network, with plain values as parameters."""
        default = CNNClassifier(augmentation=Distortion(shift=0.07, shear=10, zoom=0.1))
        network = clone(default if self.estimator is None else self.estimator)
        plain = {name: to_plain(value) for name, value in network.get_params(deep=False).items()}
        return network.set_params(**plain | params)

    def _add(self, choose: Filter, stream: "DistortedStream", seed: int) -> None:
        """Train a network on the images chosen from a stream, unless it would have a single class to learn."""
        rows, codes = choose(stream.answered(self.estimators_), int(self.n_filtered))
        is_enough = len(np.unique(codes)) > 1
        self.n_filtered_.append(len(rows) if is_enough else 0)
        self.n_drawn_.append(stream.n_drawn)
        if is_enough:
            # The images are distorted already.
            network = self._network(random_state=seed, augmentation=None, pixel_scale=self.estimators_[0].scale_)
            self.estimators_.append(network.fit(rows, self.classes_[codes]))
