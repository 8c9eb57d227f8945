"""Configuration of a network's training: a classifier's parameters as one frozen record, without importing torch."""

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
"""Maximum number of epochs that a network accepts; larger values are assumed to be a mistake."""

OTHER_LENGTHS = frozenset({"epochs", "steps_per_epoch"})
"""Parameters that torch's one-cycle schedule ignores if total_steps is given, as it always is."""

# Default fraction of the training images that early stopping evaluates.
_HELD_OUT = 0.1
_MOST_EPOCHS_BY_DEFAULT, _FEWEST_UPDATES = 100, 800


@dataclass(frozen=True)
class NetConfig:
    """How a network is built and trained: the parameters of `MLPClassifier` and `CNNClassifier`, documented there.

    Attributes
    ----------
    fewest_epochs : int
        Minimum number of epochs if `max_epochs` is None.
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
        """Random distortion of the training images.

        Raises
        ------
        UnknownNameError
            If `augmentation` has an unknown key.
        ValueError
            If one of its values is out of range.
        """
        return as_distortion(self.augmentation)

    @property
    def adversarial_training(self) -> AdversarialTraining | None:
        """Adversarial change of the training images.

        Raises
        ------
        UnknownNameError
            If `adversarial` has an unknown key.
        ValueError
            If one of its values is out of range.
        """
        return as_adversarial(self.adversarial)

    @property
    def held_out_share(self) -> float:
        """Fraction of the training images that is held out, for early stopping or learning curves."""
        if self.validation_fraction is not None:
            return float(self.validation_fraction)
        return _HELD_OUT if self.early_stopping else 0.0

    def n_learnt(self, n_samples: int) -> int:
        """Return the number of training images that are not held out.

        Parameters
        ----------
        n_samples : int

        Returns
        -------
        n_learnt : int
        """
        return n_samples - math.ceil(self.held_out_share * n_samples)

    def epochs(self, n_learnt: int) -> int:
        """Return the maximum number of epochs of a training.

        Parameters
        ----------
        n_learnt : int
            Number of training images without those held out.

        Returns
        -------
        epochs : int
        """
        return self.max_epochs or default_epochs(math.ceil(n_learnt / self.batch_size), self.fewest_epochs)


def default_epochs(n_batches: int, fewest: int) -> int:
    """Return the default number of epochs: at least 800 steps, within `fewest` to 100 epochs.

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
