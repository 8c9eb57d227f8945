"""A convolutional network, skorch inside."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hdr_bench.estimators.neural.augmentation import Distortion
from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.pixels import ImageShape, as_rows

_SMALLEST_UNPADDED = 10


class CNNClassifier(NeuralClassifier):
    """Convolutional network, trained by a skorch net.

    It takes rows of pixels, and images of shape (n, height, width), (n, 1, height, width) or
    (n, height, width, channels).

    Parameters
    ----------
    layers : str or None, default=None
        The layers in the notation of `hdr_bench.estimators.neural.notation`. None takes a network that suits images of
        28x28 pixels, with fewer poolings where the image is smaller: see `default_layers`.
    activation : str, default="relu"
        What follows each layer unless `layers` says otherwise.
    loss : {"cross_entropy", "kl_divergence", "squared_error"}, default="cross_entropy"
        What is made small. The last is taken from probabilities, averaged over the classes.
    label_smoothing : float, default=0.05
        Share of the target that is spread evenly over all classes (Szegedy et al., 2016, "Rethinking the Inception
        architecture").
    class_weight : mapping, "balanced" or None, default=None
        What an image of each class counts in the loss; "balanced" is by the inverse of a class's frequency.
    weight_init : str, mapping or None, default=None
        How weights start: a name of `hdr_bench.estimators.neural.initialisation.WEIGHT_INITS`, or names by kind of
        layer ("convolution", "dense", "output"); None is torch's own way.
    batch_norm_params : mapping or None, default=None
        What every ``BN`` is given, e.g. ``{"momentum": 0.01, "eps": 1e-3}``, which are Keras's; None is torch's own
        0.1 and 1e-5.
    optimizer : str, default="Adam"
        A class of `torch.optim`, by name.
    optimizer_params : mapping or None, default=None
        What else the optimizer is given, e.g. ``{"weight_decay": 1e-4}``.
    lr : float, default=0.01
        Learning rate; the highest of the cycle with ``schedule="one-cycle"``.
    schedule : {"one-cycle", "cosine", "step", "constant"}, default="one-cycle"
        Course of the learning rate; see `hdr_bench.estimators.neural.schedules.make_schedule`.
    schedule_params : mapping or None, default=None
        What else torch's scheduler is given, e.g. ``{"step_size": 10}`` for "step".
    batch_size : int, default=128
        Images a step.
    max_epochs : int or None, default=None
        Passes through the data. None takes 5, or more where the images are few: see `default_epochs`.
    early_stopping : bool, default=False
        End when the loss on the images held out has not fallen for `n_iter_no_change` epochs, and keep the weights of
        the best one. Meant for the schedules "constant" and "step", which do not plan for a last epoch.
    validation_fraction : float or None, default=None
        Share of the training images, stratified, that is held out and evaluated after each epoch. None holds out none,
        or a tenth with `early_stopping`; images given to `fit` as `validation_data` stand in its place.
    n_iter_no_change : int, default=10
        Patience of `early_stopping`, in epochs.
    augmentation : Distortion or mapping or None, default=None
        Random distortion of the training images, e.g. ``{"rotation": 10, "shift": 0.1}``.
    image_shape : tuple of int or None, default=None
        Height and width, and channels where there are several. None takes the shape of what `fit` is given, and
        rows of features as a square image where their number is a square, else as one row.
    pixel_scale : float or None, default=None
        What pixels are divided by; None learns the largest absolute value.
    callbacks : list or None, default=None
        More callbacks of skorch's, or (name, callback) pairs.
    device : str, default="auto"
        Where torch computes: "auto" is a CUDA device where there is one, else the CPU.
    n_jobs : int or None, default=None
        Threads of torch while this estimator works, as joblib counts them; None leaves torch's number.
    verbose : int, default=0
        1 prints a line an epoch and shows a progress bar.
    random_state : int, RandomState instance or None, default=None
        Seeds weights, shuffling, dropout, augmentation and what is held out. The same seed on the same machine,
        versions and threads gives bit-equal results. The global generators of numpy and torch stay as they are.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    net_ : skorch.NeuralNetClassifier
        Takes the same rows of raw pixels; its labels are places in `classes_`.
    history_ : list of dict
        "train_loss" and "train_accuracy" of each epoch, measured while it runs; "validation_loss" and
        "validation_accuracy" after it, if images are held out.
    image_shape_ : tuple of int
        What a row of features is seen as.
    scale_ : float
        What pixels are divided by.
    background_ : tuple of float
        With `augmentation`: value of the raw pixels behind the ink, one per channel.
    n_iter_ : int
        Epochs run.
    n_features_in_ : int

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
    """Return the default network for images of `image_shape`: three convolutions, two poolings where they fit.

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
        # The pooling comes first: with maxima the result is nearly the same, and the rest has a quarter of the work.
        stages.append(f"{channels}C{kernel}{padding}-linear{pooling}-BN-relu")
    return "-".join([*stages, "D0.3-128N-linear-BN-relu-D0.3"])
