"""Convolutional network, based on skorch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hdr_bench.estimators.neural.adversarial import AdversarialTraining
from hdr_bench.estimators.neural.augmentation import Distortion
from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.neural.documentation import document_network
from hdr_bench.estimators.pixels import ImageShape, as_rows

_SMALLEST_UNPADDED = 10


@document_network(
    image_shape_of_none="None uses the shape of the images that `fit` is\n"
    "    given, and for rows of features a square if their number is a square number, otherwise a single row."
)
class CNNClassifier(NeuralClassifier):
    """Convolutional network, trained by a skorch net.

    It accepts rows of pixels, and images of shape (n, height, width), (n, 1, height, width) or (n, height, width,
    channels).

    Parameters
    ----------
    layers : str or None, default=None
        Layers in the notation of `hdr_bench.estimators.neural.notation`. None uses a network suited to images of 28x28
        pixels, with fewer poolings if the image is smaller: see `default_layers`.
    {shared parameters}

    Attributes
    ----------
    {shared attributes}

    References
    ----------
    {references}

    Examples
    --------
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import CNNClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = CNNClassifier(layers="16C3-MP2-32N", random_state=0).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.images, digits.test.y) > 0.95
    True
    """

    _fewest_epochs = 5

    def __init__(
        self,
        layers: str | None = None,
        *,
        activation: str = "relu",
        loss: str = "cross_entropy",
        label_smoothing: float = 0.05,
        class_weight: Mapping[Any, float] | str | None = None,
        weight_init: str | Mapping[str, str] | None = None,
        batch_norm_params: Mapping[str, float] | None = None,
        optimizer: str = "Adam",
        optimizer_params: Mapping[str, Any] | None = None,
        lr: float = 0.01,
        schedule: str = "one-cycle",
        schedule_params: Mapping[str, Any] | None = None,
        batch_size: int = 128,
        max_epochs: int | None = None,
        early_stopping: bool = False,
        validation_fraction: float | None = None,
        n_iter_no_change: int = 10,
        augmentation: Distortion | Mapping[str, float] | None = None,
        adversarial: AdversarialTraining | Mapping[str, float] | None = None,
        image_shape: Sequence[int] | None = None,
        pixel_scale: float | None = None,
        callbacks: Sequence[Any] | None = None,
        device: str = "auto",
        n_jobs: int | None = None,
        verbose: int = 0,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.layers = layers
        self.activation = activation
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.weight_init = weight_init
        self.batch_norm_params = batch_norm_params
        self.optimizer = optimizer
        self.optimizer_params = optimizer_params
        self.lr = lr
        self.schedule = schedule
        self.schedule_params = schedule_params
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.augmentation = augmentation
        self.adversarial = adversarial
        self.image_shape = image_shape
        self.pixel_scale = pixel_scale
        self.callbacks = callbacks
        self.device = device
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def _layers_on(self, image_shape: ImageShape) -> str:
        return default_layers(image_shape) if self.layers is None else self.layers

    def _rows(self, X: ArrayLike) -> tuple[Any, ImageShape | None]:
        return as_rows(X)


def default_layers(image_shape: ImageShape) -> str:
    """Return the default network: three convolutions, two poolings if they fit the image.

    Parameters
    ----------
    image_shape : tuple of int
        (height, width) or (height, width, channels).

    Returns
    -------
    layers : str
        In the layer notation.

    Examples
    --------
    >>> default_layers((28, 28))
    '20C5-linear-MP2-BN-relu-32C3-linear-BN-relu-40C3-linear-MP2-BN-relu-D0.3-128N-linear-BN-relu-D0.3'
    """
    stages = []
    side = min(image_shape[:2])
    for channels, kernel, pooled in ((20, 5, True), (32, 3, False), (40, 3, True)):
        is_small = side < _SMALLEST_UNPADDED
        padding = f"p{kernel // 2}" if is_small else ""
        side -= 0 if is_small else kernel - 1
        pooling = "-MP2" if pooled and side >= 2 else ""
        side //= 2 if pooling else 1
        # Pooling comes first: with maximum pooling the result is nearly the same, and later steps do a quarter of the
        # work.
        stages.append(f"{channels}C{kernel}{padding}-linear{pooling}-BN-relu")
    return "-".join([*stages, "D0.3-128N-linear-BN-relu-D0.3"])
