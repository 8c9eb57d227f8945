"""One sweep of a learning-rate range test: a new network is trained while its rate rises from batch to batch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skorch.callbacks import Callback, EarlyStopping, LRScheduler

from hdr_bench.estimators.neural.batches import n_batches
from hdr_bench.estimators.neural.config import NetConfig
from hdr_bench.estimators.neural.layer_protocol import Layer
from hdr_bench.estimators.neural.training import TrainingData, build_net, training_state

STOP_FACTOR = 4.0
"""A sweep stops when its smoothed loss exceeds this multiple of its lowest, as in fastai."""

_NAME = "learning_rate_sweep"
# They set the rate or end the training, which the sweep does itself.
_REPLACED = (EarlyStopping, LRScheduler)


@dataclass
class MovingAverage:
    """Exponential moving average with bias correction, as Adam's moments (Kingma and Ba, 2015).

    Without the correction, the average would begin near 0, because it starts there.

    Attributes
    ----------
    factor : float
        Weight of the average so far against the next value: at least 0, which smooths nothing, and below 1.
    total : float, default=0
        The average before the correction.
    weight : float, default=0
        Sum of the weights of all values so far.

    Examples
    --------
    >>> average = MovingAverage(0.5)
    >>> [round(average.add(value), 3) for value in (1.0, 1.0, 4.0)]
    [1.0, 1.0, 2.714]
    """

    factor: float
    total: float = 0.0
    weight: float = 0.0

    def add(self, value: float) -> float:
        """Return the average after one more value.

        Parameters
        ----------
        value : float

        Returns
        -------
        average : float
        """
        self.total = self.factor * self.total + (1 - self.factor) * value
        self.weight = self.factor * self.weight + (1 - self.factor)
        return self.total / self.weight


class RateSweep(Callback):
    """Callback that sets the rate of each batch, records its loss, and ends the training when the loss explodes.

    Parameters
    ----------
    rates : ndarray of shape (n_steps,)
        Learning rate of each batch.
    smoothing : float
        Factor of the moving average.

    Attributes
    ----------
    losses_ : list of float
        Loss of each batch before its step.
    smoothed_ : list of float
        Moving average of the losses.
    """

    def __init__(self, rates: NDArray[np.float64], smoothing: float) -> None:
        self.rates = rates
        self.smoothing = smoothing

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        """Begin the sweep.

        Parameters
        ----------
        net : Net
        **kwargs
            From skorch; unused.
        """
        self.losses_: list[float] = []
        self.smoothed_: list[float] = []
        self.average_ = MovingAverage(self.smoothing)

    def on_batch_begin(self, net: Any, **kwargs: Any) -> None:
        """Set the rate.

        Parameters
        ----------
        net : Net
        **kwargs
            From skorch; unused.
        """
        for group in net.optimizer_.param_groups:
            group["lr"] = float(self.rates[len(self.losses_)])

    def on_batch_end(self, net: Any, loss: torch.Tensor, **kwargs: Any) -> None:
        """Record the loss, and end the training after the last rate or a loss that explodes.

        Parameters
        ----------
        net : Net
        loss : torch.Tensor
            A scalar, computed before the step.
        **kwargs
            From skorch; unused.

        Raises
        ------
        KeyboardInterrupt
            To end the training, as skorch's callbacks do.
        """
        self.losses_.append(loss.item())
        self.smoothed_.append(self.average_.add(self.losses_[-1]))
        if len(self.losses_) == len(self.rates) or _has_exploded(self.smoothed_):
            raise KeyboardInterrupt


def sweep_rates(
    config: NetConfig, layers: list[Layer], data: TrainingData, rates: NDArray[np.float64], smoothing: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Train a new network for one batch per rate, or until the loss explodes.

    Parameters
    ----------
    config : NetConfig
        Its schedule and what ends its training early are ignored.
    layers : list of Layer
        From the first to the last.
    data : TrainingData
    rates : ndarray of shape (n_steps,)
        Learning rate of each batch, ascending.
    smoothing : float
        Factor of the moving average: at least 0 and below 1.
    seed : int
        Seeds weights, dropout, the order of the images and their distortion.

    Returns
    -------
    losses : ndarray of shape (n_steps,)
        float64; loss of each batch before its step, NaN after the sweep has stopped.
    smoothed : ndarray of shape (n_steps,)
        float64; moving average of the losses, NaN after the sweep has stopped.
    """
    callbacks = [*_kept(config.callbacks or ()), (_NAME, RateSweep(rates, smoothing))]
    config = replace(
        config, schedule="constant", schedule_params=None, early_stopping=False, callbacks=callbacks, verbose=0
    )
    epochs = math.ceil(len(rates) / n_batches(len(data.codes), config.batch_size))
    with training_state(config):
        net = build_net(config, layers, replace(data, held_out=None), epochs, seed).fit(data.rows, data.codes)
    sweep: RateSweep = dict(net.callbacks_)[_NAME]
    return _padded(sweep.losses_, len(rates)), _padded(sweep.smoothed_, len(rates))


def _has_exploded(smoothed: Sequence[float]) -> bool:
    return not math.isfinite(smoothed[-1]) or smoothed[-1] > STOP_FACTOR * min(smoothed)


def _kept(callbacks: Sequence[Any]) -> list[Any]:
    """Return the callbacks without those that change the rate or end the training; each may have a name."""
    return [each for each in callbacks if not _is_replaced(each[1] if isinstance(each, list | tuple) else each)]


def _is_replaced(callback: Any) -> bool:
    return issubclass(callback if isinstance(callback, type) else type(callback), _REPLACED)


def _padded(values: Sequence[float], n: int) -> NDArray[np.float64]:
    return np.pad(np.asarray(values, dtype=np.float64), (0, n - len(values)), constant_values=np.nan)
