"""What a network's training reads: a classifier's parameters as one frozen record. No torch here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdr_bench.estimators.neural.adversarial import AdversarialTraining, as_adversarial
from hdr_bench.estimators.neural.augmentation import Distortion, as_distortion

LOSSES = ("cross_entropy", "kl_divergence", "squared_error")
SCHEDULES = ("constant", "step", "cosine", "one-cycle")
BATCH_NORM_PARAMS = ("momentum", "eps")
KINDS_OF_LAYER = ("convolution", "dense", "output")
WEIGHT_INIT_NAMES = (
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "lecun_normal",
    "orthogonal",
    "uniform",
    "normal",
)

MOST_EPOCHS = 1_000_000
"""Epochs that a network can be given; more are taken for a mistake."""

OTHER_LENGTHS = frozenset({"epochs", "steps_per_epoch"})
"""What torch's one-cycle schedule ignores if it is given total_steps, as it always is."""

# What early stopping looks at, unless another share is given.
_HELD_OUT = 0.1
_MOST_EPOCHS_BY_DEFAULT, _FEWEST_UPDATES = 100, 800


@dataclass(frozen=True)
class NetConfig:
    """How a network is built and trained: parameters of `MLPClassifier` and `CNNClassifier`, which document them.

    Attributes
    ----------
    fewest_epochs : int
        What `max_epochs` of None takes at least.
    layers : str or None
        None depends on the images.
    activation, loss : str
    label_smoothing : float
    class_weight : mapping of label to float, "balanced" or None
    weight_init : str, mapping of str to str or None
    batch_norm_params : mapping of str to float or None
    optimizer : str
    optimizer_params : mapping of str to Any or None
    lr : float
    schedule : str
    schedule_params : mapping of str to Any or None
    batch_size : int
    max_epochs : int or None
    early_stopping : bool
    validation_fraction : float or None
    n_iter_no_change : int
    augmentation : Distortion, mapping of str to float or None
    adversarial : AdversarialTraining, mapping of str to float or None
    callbacks : sequence of skorch.callbacks.Callback or None
    device : str
    n_jobs : int or None
    verbose : int
    """

    fewest_epochs: int
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
    adversarial: AdversarialTraining | Mapping[str, float] | None
    callbacks: Sequence[Any] | None
    device: str
    n_jobs: int | None
    verbose: int

    @property
    def distortion(self) -> Distortion | None:
        """The random distortion of the training images.

        Raises
        ------
        UnknownNameError
            If `augmentation` holds something else.
        ValueError
            If one of its values is out of its range.
        """
        return as_distortion(self.augmentation)

    @property
    def adversarial_training(self) -> AdversarialTraining | None:
        """How training images are changed to mislead the network.

        Raises
        ------
        UnknownNameError
            If `adversarial` holds something else.
        ValueError
            If one of its values is out of its range.
        """
        return as_adversarial(self.adversarial)

    @property
    def held_out_share(self) -> float:
        """Share of the training images that is held out, for early stopping or for the curves of the training."""
        if self.validation_fraction is not None:
            return float(self.validation_fraction)
        return _HELD_OUT if self.early_stopping else 0.0

    def n_learnt(self, n_samples: int) -> int:
        """Return how many training images are not held out.

        Parameters
        ----------
        n_samples : int

        Returns
        -------
        n_learnt : int
        """
        return n_samples - math.ceil(self.held_out_share * n_samples)

    def epochs(self, n_learnt: int) -> int:
        """Return the most epochs of a training.

        Parameters
        ----------
        n_learnt : int
            Training images without those held out.

        Returns
        -------
        epochs : int
        """
        return self.max_epochs or default_epochs(math.ceil(n_learnt / self.batch_size), self.fewest_epochs)


def default_epochs(n_batches: int, fewest: int) -> int:
    """Return the default number of epochs: 800 steps or more, in `fewest` to 100 epochs.

    Parameters
    ----------
    n_batches : int
        Steps per epoch.
    fewest : int

    Returns
    -------
    epochs : int
    """
    return min(max(fewest, math.ceil(_FEWEST_UPDATES / n_batches)), _MOST_EPOCHS_BY_DEFAULT)
