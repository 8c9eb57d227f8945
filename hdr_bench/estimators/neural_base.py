"""What both networks share: how they are trained, skorch inside, and how they answer."""

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.augmentation import Distortion
from hdr_bench.estimators.images import learn_scale, scaled
from hdr_bench.estimators.layers import Shape
from hdr_bench.estimators.notation import build_network, layer_table, parse_layers
from hdr_bench.estimators.seeds import draw_seed
from hdr_bench.estimators.shapes import image_shape_of
from hdr_bench.exceptions import UnknownNameError

if TYPE_CHECKING:
    import torch

SCHEDULES = ("constant", "one-cycle")
_FEWEST_EPOCHS, _MOST_EPOCHS, _FEWEST_UPDATES = 8, 100, 800
_PREDICT_BATCH = 1000


class NeuralClassifier(ClassifierMixin, BaseEstimator, ABC):
    """What both networks share: everything but the layers' default and the shape of the input."""

    layers: str | None
    activation: str
    optimizer: str
    lr: float
    schedule: str
    batch_size: int
    max_epochs: int | None
    augmentation: Distortion | Mapping[str, float] | None
    image_shape: tuple[int, int] | None
    pixel_scale: float | None
    random_state: int | np.random.RandomState | None

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a new network.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels, or any floats.
        y : array-like of shape (n,)
            Labels of at least two classes.

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
        import torch

        pixels, labels = validate_data(self, X, y)
        check_classification_targets(labels)
        encoder = LabelEncoder().fit(labels)
        self.classes_ = encoder.classes_
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs at least two classes; y holds one class: {encoder.classes_[0]!r}"
            )
        self._check_parameters()
        self.image_shape_ = image_shape_of(pixels.shape[1], self.image_shape)
        self.scale_ = learn_scale(pixels, self.pixel_scale)
        seed = draw_seed(self.random_state)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = self._build_network()
            self.net_ = self._build_net(network, len(pixels), seed)
            self.net_.fit(self._tensor(pixels), torch.from_numpy(encoder.transform(labels).astype(np.int64)))
        self.history_ = [{key: row[key] for key in ("train_loss", "train_accuracy")} for row in self.net_.history]
        self.n_iter_ = len(self.history_)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return the probability of each class for `X` of shape (n, n_features): shape (n, n_classes)."""
        check_is_fitted(self)
        pixels = validate_data(self, X, reset=False)
        probabilities: NDArray[np.float32] = self.net_.predict_proba(self._tensor(pixels))
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the most probable class for `X` of shape (n, n_features): shape (n,)."""
        probabilities = self.predict_proba(X)
        labels: NDArray[np.generic] = self.classes_[probabilities.argmax(axis=1)]
        return labels

    @property
    def n_parameters_(self) -> int:
        """Number of trainable parameters."""
        check_is_fitted(self)
        return sum(parameter.numel() for parameter in self.net_.module_.parameters() if parameter.requires_grad)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image: of convolutions and fully connected layers."""
        check_is_fitted(self)
        layers = parse_layers(self._layers(), len(self.classes_), self.activation)
        return sum(row.multiply_accumulates for row in layer_table(layers, self._input_shape()))

    @property
    def engine_(self) -> str:
        """The library that computes."""
        return "torch"

    @abstractmethod
    def _input_shape(self) -> Shape:
        """Return what comes in: channels, height and width."""

    @abstractmethod
    def _layers(self) -> str:
        """Return the layer string in use."""

    def _check_parameters(self) -> None:
        import torch

        optimizers = [name for name, kind in vars(torch.optim).items() if isinstance(kind, type)]
        if self.optimizer not in optimizers:
            raise UnknownNameError("optimizer of torch.optim", self.optimizer, optimizers)
        if self.schedule not in SCHEDULES:
            raise UnknownNameError("schedule", self.schedule, SCHEDULES)
        if self.batch_size < 1 or (self.max_epochs is not None and self.max_epochs < 1) or not self.lr > 0:
            raise ValueError(
                f"batch_size={self.batch_size!r}, max_epochs={self.max_epochs!r}, lr={self.lr!r}: "
                "the first two are at least 1, lr is above 0"
            )

    def _build_network(self) -> "torch.nn.Module":
        import torch

        layers = parse_layers(self._layers(), len(self.classes_), self.activation)
        network = build_network(layers, self._input_shape())
        # On a CPU convolutions run fastest with a pixel's channels side by side.
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's hints lack it

    def _build_net(self, network: "torch.nn.Module", n_samples: int, seed: int) -> Any:
        import torch
        from skorch.callbacks import LRScheduler

        from hdr_bench.estimators.training import Net, TensorBatches, n_batches

        batches = n_batches(n_samples, self.batch_size)
        epochs = self.max_epochs or default_epochs(batches)
        optimizer = getattr(torch.optim, self.optimizer)
        accepted = inspect.signature(optimizer).parameters
        callbacks = []
        if self.schedule == "one-cycle":
            policy = LRScheduler(
                torch.optim.lr_scheduler.OneCycleLR,
                max_lr=self.lr,
                total_steps=epochs * batches + 1,
                # Adam's momentum runs against the rate; the optimizers without one keep none.
                cycle_momentum="betas" in accepted,
                step_every="batch",
            )
            callbacks.append(("schedule", policy))
        # Fused optimizers update all weights in one call: the same arithmetic, several times as fast on small networks.
        fused = {"optimizer__fused": True} if "fused" in accepted else {}
        return Net(
            network,
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=optimizer,
            lr=self.lr,
            max_epochs=epochs,
            batch_size=self.batch_size,
            train_split=None,
            iterator_train=TensorBatches,
            iterator_train__generator=torch.Generator().manual_seed(seed),
            iterator_train__distortion=self._distortion(),
            iterator_valid=TensorBatches,
            iterator_valid__batch_size=_PREDICT_BATCH,
            callbacks=callbacks,
            classes=np.arange(len(self.classes_)),
            verbose=0,
            **fused,
        )

    def _distortion(self) -> Distortion | None:
        if isinstance(self.augmentation, Mapping):
            return Distortion(**self.augmentation)
        return self.augmentation

    def _tensor(self, X: NDArray[np.generic]) -> "torch.Tensor":
        import torch

        pixels = np.ascontiguousarray(scaled(X, self.scale_), dtype=np.float32)
        return torch.from_numpy(pixels).view(-1, *self._input_shape())


def default_epochs(n_batches: int) -> int:
    """Return the default number of epochs of `n_batches` steps each: 800 steps or more, in 8 to 100 epochs."""
    return min(max(_FEWEST_EPOCHS, math.ceil(_FEWEST_UPDATES / n_batches)), _MOST_EPOCHS)
