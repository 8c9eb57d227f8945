"""What both networks share: how they are trained, skorch inside, and how they answer."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.base import EPOCH, LayerRow
from hdr_bench.estimators.constraints import DataShape, check_parameters
from hdr_bench.estimators.engines import draw_seed
from hdr_bench.estimators.images.background import learn_background
from hdr_bench.estimators.images.scaling import learn_scale
from hdr_bench.estimators.likeness import summarize_pixels, warn_if_unlike
from hdr_bench.estimators.neural.augmentation import Distortion, as_distortion
from hdr_bench.estimators.neural.batches import Codes, Rows, codes_of, hold_out
from hdr_bench.estimators.neural.constraints import (
    CONSTRAINTS,
    check_network,
    check_network_on,
    default_epochs,
    held_out_share,
)
from hdr_bench.estimators.neural.layers import Shape
from hdr_bench.estimators.neural.notation import layer_table, parse_layers
from hdr_bench.estimators.parameters import with_plain_parameters
from hdr_bench.estimators.pixel_classifier import check_classes
from hdr_bench.estimators.pixels import ImageShape, channels_first, image_shape_of
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import shown


class NeuralClassifier(VersionChecked, ClassifierMixin, BaseEstimator, ABC):
    """What both networks share: everything but the layers' default and what comes in."""

    layers: str | None
    activation: str
    loss: str
    label_smoothing: float
    class_weight: Mapping[Any, float] | str | None
    weight_init: str | Mapping[str, str] | None
    batch_norm_params: Mapping[str, float] | None
    optimizer: str
    optimizer_params: Mapping[str, Any] | None
    lr: float
    schedule: str
    schedule_params: Mapping[str, Any] | None
    batch_size: int
    max_epochs: int | None
    early_stopping: bool
    validation_fraction: float | None
    n_iter_no_change: int
    augmentation: Distortion | Mapping[str, float] | None
    image_shape: Sequence[int] | None
    pixel_scale: float | None
    callbacks: Sequence[Any] | None
    device: str
    n_jobs: int | None
    verbose: int
    random_state: int | np.random.RandomState | None

    _fewest_epochs = 8
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = CONSTRAINTS

    @with_plain_parameters
    def fit(self, X: ArrayLike, y: ArrayLike, *, validation_data: tuple[ArrayLike, ArrayLike] | None = None) -> Self:
        """Train a new network.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels, or any floats. `CNNClassifier` takes images of three or four axes too.
        y : array-like of shape (n,)
            Labels of at least two classes.
        validation_data : tuple of array-like, optional
            Images and labels that are evaluated after each epoch, for `history_` and for early stopping; nothing is
            learnt from them.

        Returns
        -------
        self

        Raises
        ------
        NotationError
            If `layers` cannot be read or does not fit the image.
        ValueError
            If the data or a parameter cannot be used.
        """
        check_parameters(self)
        rows, labels = self._validated(X, y)
        self._begin(rows, np.unique(labels))
        codes, seed = codes_of(labels, self.classes_), draw_seed(self.random_state)
        held_out: Sequence[Rows] | None = None
        if validation_data is not None:
            held_out = self._validated_pair(*validation_data)
        elif share := held_out_share(self):
            rows, codes, *held_out = hold_out(rows, codes, share, seed)
        epochs = self.max_epochs or default_epochs(math.ceil(len(rows) / self.batch_size), self._fewest_epochs)
        self._train(rows, codes, seed, epochs, self.schedule, held_out)
        return self

    @with_plain_parameters
    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Train for one more pass through `X`, at the constant rate `lr` and without early stopping.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            As for `fit`. The first call's images decide `scale_`, unless `pixel_scale` is given.
        y : array-like of shape (n,)
            Labels.
        classes : array-like of shape (n_classes,), optional
            All classes that will come; needed at the first call.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data or a parameter cannot be used, or labels come that `classes` did not hold.
        """
        check_parameters(self)
        is_new = not hasattr(self, "net_")
        rows, labels = self._validated(X, y, reset=is_new)
        if self.class_weight == "balanced":
            raise ValueError("class_weight='balanced' needs all labels at once; give partial_fit a mapping")
        if is_new and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit: all that will come")
        if is_new:
            self._begin(rows, np.unique(np.asarray(classes)))
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ValueError(f"classes={shown(classes)} are not those of the first call: {shown(self.classes_)}")
        codes = codes_of(labels, self.classes_)
        self._check_batches(len(rows))
        if is_new:
            self._train(rows, codes, draw_seed(self.random_state), 1, "constant", None)
            return self
        self._train_on(rows, codes)
        return self

    def epochs_for(self, n: int) -> int:
        """Return how many epochs a fit on `n` images runs, at most: early stopping may end it before."""
        learnt = n - math.ceil(held_out_share(self) * n)
        return int(self.max_epochs or 0) or default_epochs(math.ceil(learnt / self.batch_size), self._fewest_epochs)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return the probability of each class for `X` of shape (n, n_features): shape (n, n_classes)."""
        from hdr_bench.estimators.neural.devices import torch_threads, usual_state

        check_is_fitted(self)
        X, told = self._rows(X)
        rows = validate_data(self, X, reset=False)
        self._check_shape(told)
        warn_if_unlike(self, rows)
        with usual_state(), torch_threads(self.n_jobs):
            probabilities: NDArray[np.float32] = self.net_.predict_proba(rows)
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the most probable class for `X` of shape (n, n_features): shape (n,)."""
        probabilities = self.predict_proba(X)
        labels: NDArray[np.generic] = self.classes_[probabilities.argmax(axis=1)]
        return labels

    @property
    def history_(self) -> list[dict[str, float]]:
        """Loss and accuracy of each epoch: on the training images while it ran, and on those held out."""
        check_is_fitted(self)
        return [{key: float(row[key]) for key in EPOCH if key in row} for row in self.net_.history]

    @property
    def n_iter_(self) -> int:
        """Epochs run."""
        check_is_fitted(self)
        return len(self.net_.history)

    @property
    def n_parameters_(self) -> int:
        """Number of trainable parameters."""
        check_is_fitted(self)
        return sum(parameter.numel() for parameter in self.net_.module_.parameters() if parameter.requires_grad)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: of convolutions and fully connected layers."""
        return sum(row.multiply_accumulates for row in self.layer_table_)

    @property
    def n_stored_variables_(self) -> int:
        """Numbers that predictions need: weights, running means and variances."""
        check_is_fitted(self)
        return sum(row.parameters + row.buffers for row in self.layer_table_)

    @property
    def layer_table_(self) -> list[LayerRow]:
        """The network layer by layer: token, output shape, parameters, buffers, multiply-accumulates for one image."""
        check_is_fitted(self)
        layers = parse_layers(self._layers(), len(self.classes_), self.activation)
        return layer_table(layers, self._input_shape())

    @property
    def engine_(self) -> str:
        """The library that computes; with the device where that is not the CPU."""
        check_is_fitted(self)
        return "torch" if str(self.net_.device) == "cpu" else f"torch ({self.net_.device})"

    @property
    def _libraries(self) -> tuple[str, ...]:
        return ("numpy", "scikit-learn", "skorch", "torch")

    @abstractmethod
    def _layers_on(self, image_shape: ImageShape) -> str:
        """Return the layer string for images of a shape."""

    def _layers(self) -> str:
        return self._layers_on(self.image_shape_)

    def _check_combination(self) -> None:
        check_network(self)

    def _check_data(self, data: DataShape) -> None:
        if data.n_features is None:
            return
        shape = image_shape_of(data.n_features, self.image_shape)
        layers = parse_layers(self._layers_on(shape), data.n_classes, self.activation)
        check_network_on(self, layer_table(layers, channels_first(shape)), data.n_samples)

    def _rows(self, X: ArrayLike) -> tuple[Any, ImageShape | None]:
        """Return `X` as rows of features, with the shape of the images where it tells."""
        return X, None

    def _input_shape(self) -> Shape:
        return channels_first(self.image_shape_)

    def _validated(self, X: ArrayLike, y: ArrayLike, *, reset: bool = True) -> tuple[Rows, NDArray[Any]]:
        X, told = self._rows(X)
        rows, labels = validate_data(self, X, y, reset=reset)
        check_classification_targets(labels)
        if reset:
            self.image_shape_ = image_shape_of(rows.shape[1], told if self.image_shape is None else self.image_shape)
        self._check_shape(told)
        return rows, labels

    def _validated_pair(self, X: ArrayLike, y: ArrayLike) -> tuple[Rows, Codes]:
        rows, labels = self._validated(X, y, reset=False)
        return rows, codes_of(labels, self.classes_)

    def _check_shape(self, told: ImageShape | None) -> None:
        if told is not None and told != self.image_shape_:
            raise ValueError(
                f"X holds images of shape {told}, but {type(self).__name__} works on {self.image_shape_}; "
                "give images of that shape, or leave image_shape=None"
            )

    def _begin(self, rows: Rows, classes: NDArray[Any]) -> None:
        check_classes(self, classes)
        self._check_batches(len(rows))
        self.classes_ = classes
        self.scale_ = learn_scale(rows, self.pixel_scale)
        self._fitted_on = summarize_pixels(rows)
        self.background_ = self._learn_background(rows)

    def _learn_background(self, rows: Rows) -> tuple[float, ...]:
        """Return the background of each channel, for distorted images to be padded with; empty without distortion."""
        distortion = as_distortion(self.augmentation)
        if distortion is None:
            return ()
        height, width, *_ = self.image_shape_
        images = rows.reshape(len(rows), height, width, -1)
        return tuple(learn_background(images[..., k], distortion.background) for k in range(images.shape[3]))

    def _check_batches(self, n: int) -> None:
        if min(n, self.batch_size) == 1 and "BN" in self._layers().split("-"):
            raise ValueError(
                f"batch normalisation (BN) needs two images at a time: {n} came, batch_size={shown(self.batch_size)}; "
                "give more of them, or layers without BN"
            )

    def _train(
        self, rows: Rows, codes: Codes, seed: int, epochs: int, schedule: str, held_out: Sequence[Rows] | None
    ) -> None:
        from hdr_bench.estimators.neural.training import build_net, forget_training_data, training

        with training(self.n_jobs, self.device):
            self.net_ = build_net(self, codes, seed, epochs, schedule, held_out).fit(rows, codes)
        forget_training_data(self.net_)

    def _train_on(self, rows: Rows, codes: Codes) -> None:
        from hdr_bench.estimators.neural.training import train_one_epoch, training

        with training(self.n_jobs, self.device):
            train_one_epoch(self.net_, rows, codes, self.lr)
