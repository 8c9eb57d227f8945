"""Training of a network: building its net from a configuration, and the state of torch while it learns."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight
from skorch.callbacks import Callback, EarlyStopping, PrintLog, ProgressBar
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from skorch.utils import noop
from torch import nn

from hdr_bench.estimators.allocation import keep_freed_memory
from hdr_bench.estimators.neural.adversary import Adversary
from hdr_bench.estimators.neural.batches import ImageBatches, InputFormat, n_batches
from hdr_bench.estimators.neural.config import NetConfig
from hdr_bench.estimators.neural.devices import (
    choose_device,
    deterministic_algorithms,
    make_generator,
    torch_threads,
    usual_state,
)
from hdr_bench.estimators.neural.initialization import initialize_weights
from hdr_bench.estimators.neural.layer_protocol import Layer
from hdr_bench.estimators.neural.losses import make_loss
from hdr_bench.estimators.neural.modules import set_generator
from hdr_bench.estimators.neural.net import Net, softmax
from hdr_bench.estimators.neural.notation import build_network
from hdr_bench.estimators.neural.optimizers import find_optimizer, has_betas
from hdr_bench.estimators.neural.schedules import make_schedule
from hdr_bench.estimators.neural.split import Codes, Rows

_PREDICT_BATCH = 500
_ENDED = {"schedule", "early_stopping"}


@dataclass(frozen=True)
class TrainingData:
    """Data that a network learns from.

    Attributes
    ----------
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    codes : ndarray of shape (n,)
        Indices of the labels in `classes`.
    classes : ndarray of shape (n_classes,)
        The labels, sorted.
    reading : InputFormat
        Conversion of rows into images.
    held_out : sequence of ndarray or None
        Rows and codes that are evaluated after each epoch.
    pixel_range : tuple of float
        Smallest and largest raw pixel; needed for adversarial training only.
    """

    rows: Rows
    codes: Codes
    classes: NDArray[Any]
    reading: InputFormat
    held_out: Sequence[Rows] | None = None
    pixel_range: tuple[float, ...] = ()


def train_net(config: NetConfig, layers: list[Layer], data: TrainingData, epochs: int, seed: int) -> Net:
    """Train a new network.

    Parameters
    ----------
    config : NetConfig
    layers : list of Layer
        From the first to the last.
    data : TrainingData
    epochs : int
        Number of passes over the data.
    seed : int
        Seeds weights, dropout, the order of the images and their distortion.

    Returns
    -------
    net : Net

    Raises
    ------
    ValueError
        If a parameter is invalid.
    """
    with training_state(config):
        net = build_net(config, layers, data, epochs, seed).fit(data.rows, data.codes)
    _forget_training_data(net)
    return net


def train_one_epoch(config: NetConfig, net: Net, rows: Rows, codes: Codes) -> None:
    """Train a fitted net for one more epoch, at the constant rate `lr`.

    Parameters
    ----------
    config : NetConfig
    net : Net
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    codes : ndarray of shape (n,)
        Indices of the labels in the net's classes.
    """
    with training_state(config):
        net.callbacks_ = [(name, callback) for name, callback in net.callbacks_ if name not in _ENDED]
        net.initialize_for_training().set_params(max_epochs=1)
        for group in net.optimizer_.param_groups:
            # The cycle has changed Adam's first beta too.
            before = {key: net.optimizer_.defaults[key] for key in ("betas", "momentum") if key in group}
            group.update(before, lr=config.lr)
        # The generator of the batches continues where the last epoch left it; that of dropout is not pickled.
        seed = int(torch.randint(2**31 - 1, (1,), generator=net.iterator_train__generator))
        set_generator(net.module_, make_generator(seed, str(net.device)))
        net.partial_fit(rows, codes)


@contextmanager
def training_state(config: NetConfig) -> Iterator[None]:
    """Set the state for training a net: torch's defaults, its threads, memory kept between steps.

    Parameters
    ----------
    config : NetConfig

    Raises
    ------
    ValueError
        If torch has no such device.
    """
    algorithms = deterministic_algorithms(choose_device(config.device))
    with usual_state(), algorithms, torch_threads(config.n_jobs), keep_freed_memory():
        yield


def build_net(config: NetConfig, layers: list[Layer], data: TrainingData, epochs: int, seed: int) -> Net:
    """Build the net that a configuration describes, before training.

    Parameters
    ----------
    config : NetConfig
    layers : list of Layer
        From the first to the last.
    data : TrainingData
    epochs : int
        Number of passes over the data.
    seed : int
        Seeds weights, dropout, the order of the images and their distortion.

    Returns
    -------
    net : Net
    """
    optimizer, options = find_optimizer(config.optimizer, config.optimizer_params)
    policy = make_schedule(
        config.schedule,
        config.schedule_params,
        lr=config.lr,
        epochs=epochs,
        batches=n_batches(len(data.codes), config.batch_size),
        cycles_momentum=has_betas(optimizer),
    )
    device = choose_device(config.device)
    return Net(
        _build_module(config, layers, data.reading, seed, device),
        criterion=make_loss(config.loss, config.label_smoothing, _class_weights(config, data)),
        optimizer=optimizer,
        lr=config.lr,
        max_epochs=epochs,
        batch_size=config.batch_size,
        train_split=None if data.held_out is None else predefined_split(Dataset(*data.held_out)),
        iterator_train=ImageBatches,
        iterator_train__reading=data.reading,
        iterator_train__generator=make_generator(seed, "cpu"),
        iterator_train__distortion=config.distortion,
        iterator_valid=ImageBatches,
        iterator_valid__reading=data.reading,
        iterator_valid__batch_size=_PREDICT_BATCH,
        # skorch modifies callbacks; this leaves those of the parameter unchanged.
        callbacks=[*_callbacks(config, policy, data.held_out), *deepcopy(list(config.callbacks or ()))],
        classes=np.arange(len(data.classes)),
        device=device,
        predict_nonlinearity=softmax,
        verbose=int(config.verbose),
        adversary=_adversary(config, data),
        **{f"optimizer__{name}": value for name, value in options.items()},
    )


def _adversary(config: NetConfig, data: TrainingData) -> Adversary | None:
    training = config.adversarial_training
    if training is None:
        return None
    low, high = (value / data.reading.scale for value in data.pixel_range)
    return Adversary(training, low, high, n_batches(len(data.codes), config.batch_size))


def _forget_training_data(net: Net) -> None:
    """Drop what a fitted net does not need and a saved one must not contain: held-out images, copies of weights."""
    net.train_split = None
    for name, callback in net.callbacks_:
        if name == "early_stopping":
            callback.best_model_weights_ = None
        elif name == "schedule":
            callback.lr_scheduler_ = None


def _callbacks(
    config: NetConfig, policy: Callback | None, held_out: Sequence[Rows] | None
) -> list[tuple[str, Callback]]:
    callbacks: list[tuple[str, Callback]] = []
    if policy is not None:
        callbacks.append(("schedule", policy))
    if config.early_stopping and held_out is not None:
        sink = print if config.verbose else noop
        callbacks.append(("early_stopping", EarlyStopping(patience=config.n_iter_no_change, load_best=True, sink=sink)))
    if config.verbose:
        callbacks += [("log", PrintLog()), ("progress", ProgressBar())]
    return callbacks


def _class_weights(config: NetConfig, data: TrainingData) -> torch.Tensor | None:
    if config.class_weight is None:
        return None
    weights = compute_class_weight(config.class_weight, classes=data.classes, y=data.classes[data.codes])
    return torch.as_tensor(weights, dtype=torch.float32)


def _build_module(config: NetConfig, layers: list[Layer], reading: InputFormat, seed: int, device: str) -> nn.Module:
    generator = make_generator(seed, "cpu")
    network = build_network(layers, (reading.channels, reading.height, reading.width), generator)
    initialize_weights(network, config.weight_init, generator)
    set_generator(network, generator if device == "cpu" else make_generator(seed, device))
    _set_batch_norm(network, config.batch_norm_params)
    # On a CPU, convolutions are fastest with channels interleaved pixel by pixel.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's hints lack it


def _set_batch_norm(network: nn.Module, params: Mapping[str, float] | None) -> None:
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            vars(layer).update(params or {})
