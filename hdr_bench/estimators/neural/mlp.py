"""Multilayer perceptron, based on skorch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hdr_bench.estimators.neural.adversarial import AdversarialTraining
from hdr_bench.estimators.neural.augmentation import Distortion
from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.neural.documentation import document_network
from hdr_bench.estimators.pixels import ImageShape


@document_network(
    image_shape_of_none="None assumes a square if the number of features is a square number, otherwise a\n"
    "    single row; only `augmentation` uses it."
)
class MLPClassifier(NeuralClassifier):
    """Multilayer perceptron: fully connected layers, trained by a skorch net.

    Parameters
    ----------
    layers : str, default="500N-D0.2-300N-D0.2"
        Hidden layers in the notation of `hdr_bench.estimators.neural.notation`.
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
    >>> from hdr_bench.estimators import MLPClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> model = MLPClassifier(layers="64N", random_state=0).fit(digits.train.X, digits.train.y)
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    def __init__(
        self,
        layers: str = "500N-D0.2-300N-D0.2",
        *,
        activation: str = "relu",
        loss: str = "cross_entropy",
        label_smoothing: float = 0.05,
        class_weight: Mapping[Any, float] | str | None = None,
        weight_init: str | Mapping[str, str] | None = None,
        batch_norm_params: Mapping[str, float] | None = None,
        optimizer: str = "Adam",
        optimizer_params: Mapping[str, Any] | None = None,
        lr: float = 0.003,
        schedule: str = "one-cycle",
        schedule_params: Mapping[str, Any] | None = None,
        batch_size: int = 64,
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

    def _layers_on(self, image_shape: ImageShape) -> str:  # noqa: ARG002  # independent of the image
        return self.layers or ""
