"""Base class of both networks: training with skorch, and prediction."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.engines import draw_seed
from hdr_bench.estimators.images.background import learn_background
from hdr_bench.estimators.images.scaling import learn_scale
from hdr_bench.estimators.likeness import summarize_pixels, warn_if_unlike
from hdr_bench.estimators.neural.adversarial import AdversarialTraining
from hdr_bench.estimators.neural.config import NetConfig
from hdr_bench.estimators.neural.constraints import CONSTRAINTS, check_batches, check_network, check_network_on
from hdr_bench.estimators.neural.layer_protocol import Layer
from hdr_bench.estimators.neural.network_properties import NetworkProperties
from hdr_bench.estimators.neural.notation import layer_table, parse_layers
from hdr_bench.estimators.neural.split import Codes, Rows, codes_of, hold_out
from hdr_bench.estimators.parameter_checks import DataShape, check_parameters
from hdr_bench.estimators.pixel_classifier import check_classes
from hdr_bench.estimators.pixels import ImageShape, channels_first, image_shape_of, split_channels
from hdr_bench.estimators.plain_values import with_plain_parameters
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import shown

if TYPE_CHECKING:
    from hdr_bench.estimators.neural.training import TrainingData

_OF_CONFIG = tuple(field.name for field in fields(NetConfig) if field.name != "fewest_epochs")


class NeuralClassifier(VersionChecked, NetworkProperties, ClassifierMixin, BaseEstimator, ABC):
    """Base class of the networks; subclasses define the default layers and the accepted inputs.

    Attributes
    ----------
    layers : str or None
        Layers in the notation of `hdr_bench.estimators.neural.notation`.
    activation : str
        Activation after each hidden layer.
    class_weight : mapping of label to float, "balanced" or None
    adversarial : AdversarialTraining, mapping of str to float or None
    batch_size : int
        Training images per step.
    image_shape : tuple of int or None
        Image shape of a row of features.
    pixel_scale : float or None
        Divisor of the pixels; None learns it.
    n_jobs : int or None
        Number of torch's threads; None leaves the current setting.
    random_state : int, RandomState instance or None
    """

    layers: str | None
    activation: str
    class_weight: Mapping[Any, float] | str | None
    adversarial: AdversarialTraining | Mapping[str, float] | None
    batch_size: int
    image_shape: Sequence[int] | None
    pixel_scale: float | None
    n_jobs: int | None
    random_state: int | np.random.RandomState | None

    _fewest_epochs = 8
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS

    @with_plain_parameters
    def fit(self, X: ArrayLike, y: ArrayLike, *, validation_data: tuple[ArrayLike, ArrayLike] | None = None) -> Self:
        """Train a new network.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels, or any floats. `CNNClassifier` also accepts images of three or four axes.
        y : array-like of shape (n,)
            Labels of at least two classes.
        validation_data : tuple of array-like, optional
            Images and labels that are evaluated after each epoch, for `history_` and early stopping; they are not used
            for training.

        Returns
        -------
        self

        Raises
        ------
        NotationError
            If `layers` is not valid or does not fit the image.
        ValueError
            If the data or a parameter is invalid.
        """
        check_parameters(self)
        config = self._config()
        rows, codes, held_out, seed = self._prepare(config, X, y, validation_data)
        self._train(config, rows, codes, held_out, config.epochs(len(rows)), seed)
        return self

    @with_plain_parameters
    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Train for one more pass over `X`, at the constant rate `lr` and without early stopping.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            As for `fit`. The images of the first call determine `scale_`, unless `pixel_scale` is given.
        y : array-like of shape (n,)
            Labels.
        classes : array-like of shape (n_classes,), optional
            All classes that will occur; required in the first call.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter is invalid, or labels occur that are not in `classes`.
        """
        check_parameters(self)
        is_new = not hasattr(self, "net_")
        rows, labels = self._validate_training(X, y, reset=is_new)
        if self.class_weight == "balanced":
            raise ValueError("class_weight='balanced' needs all labels at once; use a mapping with partial_fit")
        if is_new and classes is None:
            raise ValueError(
                "classes must be passed on the first call to partial_fit, including all that will occur later"
            )
        if is_new:
            self._begin(rows, np.unique(np.asarray(classes)))
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ValueError(f"classes={shown(classes)} differ from those of the first call: {shown(self.classes_)}")
        codes = codes_of(labels, self.classes_)
        check_batches(self.batch_size, self._layers_on(self.image_shape_), len(rows))
        config = replace(self._config(), schedule="constant", schedule_params=None)
        if is_new:
            self._train(config, rows, codes, None, 1, draw_seed(self.random_state))
        else:
            self._train_further(config, rows, codes)
        return self

    def epochs_for(self, n: int) -> int:
        """Return the maximum number of epochs of a fit; early stopping may end it sooner.

        Parameters
        ----------
        n : int
            Number of training images.

        Returns
        -------
        epochs : int
        """
        config = self._config()
        return config.epochs(config.n_learnt(n))

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        probabilities : ndarray of shape (n, n_classes)
            float32; each row sums to 1.
        """
        from hdr_bench.estimators.neural.devices import torch_threads, usual_state

        check_is_fitted(self)
        X, shape = self._rows(X)
        rows = validate_data(self, X, reset=False)
        self._check_shape(shape)
        warn_if_unlike(self, rows)
        with usual_state(), torch_threads(self.n_jobs):
            probabilities: NDArray[np.float32] = self.net_.predict_proba(rows)
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Predict the most probable class of each image.

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
    def _libraries(self) -> tuple[str, ...]:
        return ("numpy", "scikit-learn", "skorch", "torch")

    @abstractmethod
    def _layers_on(self, image_shape: ImageShape) -> str:
        """Return the layer string for images of the given shape."""

    def _parsed_layers(self) -> list[Layer]:
        return parse_layers(self._layers_on(self.image_shape_), len(self.classes_), self.activation)

    def _config(self) -> NetConfig:
        return NetConfig(fewest_epochs=self._fewest_epochs, **{name: getattr(self, name) for name in _OF_CONFIG})

    def _check_combination(self) -> None:
        check_network(self._config())

    def _check_data(self, data: DataShape) -> None:
        if data.n_features is None:
            return
        shape = image_shape_of(data.n_features, self.image_shape)
        layers = parse_layers(self._layers_on(shape), data.n_classes, self.activation)
        check_network_on(self._config(), layer_table(layers, channels_first(shape)), data.n_samples)

    def _rows(self, X: ArrayLike) -> tuple[Any, ImageShape | None]:
        """Return `X` as rows of features, and the shape of its images if it has one."""
        return X, None

    def _prepare(
        self, config: NetConfig, X: ArrayLike, y: ArrayLike, validation_data: tuple[ArrayLike, ArrayLike] | None = None
    ) -> tuple[Rows, Codes, Sequence[Rows] | None, int]:
        """Begin a fit; return the rows and codes to learn from, those held out, and the seed."""
        rows, labels = self._validate_training(X, y)
        self._begin(rows, np.unique(labels))
        codes, seed = codes_of(labels, self.classes_), draw_seed(self.random_state)
        held_out: Sequence[Rows] | None = None
        if validation_data is not None:
            held_rows, held_labels = self._validate_training(*validation_data, reset=False)
            held_out = held_rows, codes_of(held_labels, self.classes_)
        elif share := config.held_out_share:
            rows, codes, *held_out = hold_out(rows, codes, share, seed)
        return rows, codes, held_out, seed

    def _validate_training(self, X: ArrayLike, y: ArrayLike, *, reset: bool = True) -> tuple[Rows, NDArray[Any]]:
        X, shape = self._rows(X)
        rows, labels = validate_data(self, X, y, reset=reset)
        check_classification_targets(labels)
        if reset:
            self.image_shape_ = image_shape_of(rows.shape[1], shape if self.image_shape is None else self.image_shape)
        self._check_shape(shape)
        return rows, labels

    def _check_shape(self, shape: ImageShape | None) -> None:
        if shape is not None and shape != self.image_shape_:
            raise ValueError(
                f"X contains images of shape {shape}, but {type(self).__name__} expects {self.image_shape_}; "
                "pass images of that shape, or leave image_shape=None"
            )

    def _begin(self, rows: Rows, classes: NDArray[Any]) -> None:
        check_classes(self, classes)
        check_batches(self.batch_size, self._layers_on(self.image_shape_), len(rows))
        self.classes_ = classes
        self.scale_ = learn_scale(rows, self.pixel_scale)
        self._fitted_on = summarize_pixels(rows)
        if self.adversarial is not None:
            # Limits for images that mislead the network.
            self.pixel_range_ = float(rows.min()), float(rows.max())
        distortion = self._config().distortion
        # Padding value of distorted images.
        self.background_: tuple[float, ...] = ()
        if distortion is not None:
            channels = split_channels(rows, self.image_shape_)
            self.background_ = tuple(learn_background(channel, distortion.background) for channel in channels)

    def _train(
        self, config: NetConfig, rows: Rows, codes: Codes, held_out: Sequence[Rows] | None, epochs: int, seed: int
    ) -> None:
        from hdr_bench.estimators.neural.training import train_net

        data = self._training_data(config, rows, codes, held_out)
        self.net_ = train_net(config, self._parsed_layers(), data, epochs, seed)

    def _training_data(
        self, config: NetConfig, rows: Rows, codes: Codes, held_out: Sequence[Rows] | None
    ) -> "TrainingData":
        from hdr_bench.estimators.neural.batches import InputFormat
        from hdr_bench.estimators.neural.training import TrainingData

        channels, height, width = channels_first(self.image_shape_)
        reading = InputFormat(height, width, channels, self.scale_, self.background_)
        pixel_range = () if config.adversarial is None else self.pixel_range_
        return TrainingData(rows, codes, self.classes_, reading, held_out, pixel_range)

    def _train_further(self, config: NetConfig, rows: Rows, codes: Codes) -> None:
        from hdr_bench.estimators.neural.training import train_one_epoch

        train_one_epoch(config, self.net_, rows, codes)
