"""Neural networks, skorch inside: a multilayer perceptron and a convolutional network."""

from collections.abc import Mapping

import numpy as np

from hdr_bench.estimators.augmentation import Distortion
from hdr_bench.estimators.layers import Shape
from hdr_bench.estimators.neural_base import NeuralClassifier

_SMALLEST_UNPADDED = 10


class MLPClassifier(NeuralClassifier):
    """Multilayer perceptron: fully connected layers, trained by a skorch net.

    Parameters
    ----------
    layers : str, default="500N-D0.2-300N-D0.2"
        The hidden layers in the notation of `hdr_bench.estimators.notation`.
    activation : str, default="relu"
        What follows each layer unless `layers` says otherwise.
    optimizer : str, default="Adam"
        A class of `torch.optim`, by name.
    lr : float, default=0.003
        Learning rate; the highest of the cycle with ``schedule="one-cycle"``.
    schedule : {"one-cycle", "constant"}, default="one-cycle"
        Course of the learning rate: one cycle (Smith and Topin, 2018, "Super-convergence"), or none.
    batch_size : int, default=64
        Images a step.
    max_epochs : int or None, default=None
        Passes through the data. None takes 8, or more where the images are few: see `default_epochs`.
    pixel_scale : float or None, default=None
        What pixels are divided by; None learns the largest absolute value.
    random_state : int, RandomState instance or None, default=None
        Seeds weights, shuffling and dropout. The same seed on the same machine, versions and threads gives
        bit-equal results. The global generators of numpy and torch stay as they are.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    net_ : skorch.NeuralNetClassifier
    history_ : list of dict
        Loss and accuracy on the training images, an epoch each, measured while it runs.
    scale_ : float
    n_iter_ : int
        Epochs run.
    n_features_in_ : int

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import MLPClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = MLPClassifier(layers="64N", random_state=0).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    augmentation = None
    image_shape = None

    def __init__(
        self,
        layers: str = "500N-D0.2-300N-D0.2",
        *,
        activation: str = "relu",
        optimizer: str = "Adam",
        lr: float = 0.003,
        schedule: str = "one-cycle",
        batch_size: int = 64,
        max_epochs: int | None = None,
        pixel_scale: float | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.layers = layers
        self.activation = activation
        self.optimizer = optimizer
        self.lr = lr
        self.schedule = schedule
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.pixel_scale = pixel_scale
        self.random_state = random_state

    def _input_shape(self) -> Shape:
        return (1, 1, self.n_features_in_)

    def _layers(self) -> str:
        return self.layers or ""


class CNNClassifier(NeuralClassifier):
    """Convolutional network, trained by a skorch net.

    Parameters
    ----------
    layers : str or None, default=None
        The layers in the notation of `hdr_bench.estimators.notation`. None takes a network that suits images of
        28x28 pixels, with fewer poolings where the image is smaller: see `default_layers`.
    activation : str, default="relu"
        What follows each layer unless `layers` says otherwise.
    optimizer : str, default="Adam"
        A class of `torch.optim`, by name.
    lr : float, default=0.01
        Learning rate; the highest of the cycle with ``schedule="one-cycle"``.
    schedule : {"one-cycle", "constant"}, default="one-cycle"
        Course of the learning rate: one cycle (Smith and Topin, 2018, "Super-convergence"), or none.
    batch_size : int, default=128
        Images a step.
    max_epochs : int or None, default=None
        Passes through the data. None takes 8, or more where the images are few: see `default_epochs`.
    augmentation : Distortion or mapping or None, default=None
        Random distortion of the training images, e.g. ``{"rotation": 10, "shift": 0.1}``.
    image_shape : tuple of int or None, default=None
        Height and width. None takes the features as a square image where their number is a square, else as one row.
    pixel_scale : float or None, default=None
        What pixels are divided by; None learns the largest absolute value.
    random_state : int, RandomState instance or None, default=None
        Seeds weights, shuffling, dropout and augmentation. The same seed on the same machine, versions and threads
        gives bit-equal results. The global generators of numpy and torch stay as they are.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    net_ : skorch.NeuralNetClassifier
    history_ : list of dict
        Loss and accuracy on the training images, an epoch each, measured while it runs.
    image_shape_ : tuple of int
    scale_ : float
    n_iter_ : int
        Epochs run.
    n_features_in_ : int

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import CNNClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = CNNClassifier(layers="16C3-MP2-32N", random_state=0).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    def __init__(
        self,
        layers: str | None = None,
        *,
        activation: str = "relu",
        optimizer: str = "Adam",
        lr: float = 0.01,
        schedule: str = "one-cycle",
        batch_size: int = 128,
        max_epochs: int | None = None,
        augmentation: Distortion | Mapping[str, float] | None = None,
        image_shape: tuple[int, int] | None = None,
        pixel_scale: float | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.layers = layers
        self.activation = activation
        self.optimizer = optimizer
        self.lr = lr
        self.schedule = schedule
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.augmentation = augmentation
        self.image_shape = image_shape
        self.pixel_scale = pixel_scale
        self.random_state = random_state

    def _input_shape(self) -> Shape:
        return (1, *self.image_shape_)

    def _layers(self) -> str:
        return default_layers(self.image_shape_) if self.layers is None else self.layers


def default_layers(image_shape: tuple[int, int]) -> str:
    """Return the default network for images of `image_shape`: two stages, each with a pooling where it fits.

    Examples
    --------
    >>> default_layers((28, 28))
    '24C5-linear-MP2-BN-relu-48C5-linear-MP2-BN-relu-D0.3-128N-linear-BN-relu-D0.3'
    """
    stages = []
    side = min(image_shape)
    for channels in (24, 48):
        padding = "" if side >= _SMALLEST_UNPADDED else "p2"
        pooling = "-MP2" if side >= 2 else ""
        # The pooling comes first: with maxima the result is nearly the same, and the rest has a quarter of the work.
        stages.append(f"{channels}C5{padding}-linear{pooling}-BN-relu")
        side = (side if padding else side - 4) // 2
    return "-".join([*stages, "D0.3-128N-linear-BN-relu-D0.3"])
