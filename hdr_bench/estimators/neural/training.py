"""How a network is trained: its net, from a classifier's parameters, and what holds while it learns."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight
from skorch.callbacks import Callback, EarlyStopping, PrintLog, ProgressBar
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from skorch.utils import noop
from torch import nn

from hdr_bench.error_text import error_line
from hdr_bench.estimators.allocation import freed_memory_kept
from hdr_bench.estimators.neural.augmentation import as_distortion
from hdr_bench.estimators.neural.batches import Codes, ImageBatches, Reading, Rows, n_batches
from hdr_bench.estimators.neural.devices import (
    choose_device,
    deterministic_algorithms,
    make_generator,
    torch_threads,
    usual_state,
)
from hdr_bench.estimators.neural.initialisation import initialise_weights
from hdr_bench.estimators.neural.losses import make_loss
from hdr_bench.estimators.neural.modules import set_generator
from hdr_bench.estimators.neural.net import Net, softmax
from hdr_bench.estimators.neural.notation import build_network, parse_layers
from hdr_bench.estimators.neural.schedules import check_schedule, make_schedule
from hdr_bench.exceptions import UnknownNameError, shown

if TYPE_CHECKING:
    from hdr_bench.estimators.neural.base import NeuralClassifier

_PREDICT_BATCH = 500
_ENDED = {"schedule", "early_stopping"}
# They want sparse gradients, or weights that are all matrices: no network of ours can use them.
_OTHER_OPTIMIZERS = {"Optimizer", "SparseAdam", "Muon"}


def build_net(
    model: "NeuralClassifier", codes: Codes, seed: int, epochs: int, schedule: str, held_out: Sequence[Rows] | None
) -> Net:
    """Return the untrained net that a classifier's parameters describe.

    Parameters
    ----------
    model : NeuralClassifier
        Its classes, image shape and scale are known already.
    codes : ndarray of shape (n,)
        Places of the training labels in its classes.
    seed : int
        Seeds weights, dropout, the order of the images and their distortion.
    epochs : int
        Passes through the data.
    schedule : str
        Course of the learning rate.
    held_out : sequence of ndarray or None
        Images and codes that are evaluated after each epoch.

    Raises
    ------
    ValueError
        If a parameter is not possible.
    """
    optimizer, options = _optimizer(model.optimizer, model.optimizer_params)
    policy = make_schedule(
        schedule,
        model.schedule_params if schedule == model.schedule else None,
        lr=model.lr,
        epochs=epochs,
        batches=n_batches(len(codes), model.batch_size),
        cycles_momentum="betas" in inspect.signature(optimizer).parameters,
    )
    reading, device = _reading(model), choose_device(model.device)
    return Net(
        _network(model, seed, device),
        criterion=make_loss(model.loss, model.label_smoothing, _class_weights(model, codes)),
        optimizer=optimizer,
        lr=model.lr,
        max_epochs=epochs,
        batch_size=model.batch_size,
        train_split=None if held_out is None else predefined_split(Dataset(*held_out)),
        iterator_train=ImageBatches,
        iterator_train__reading=reading,
        iterator_train__generator=make_generator(seed, "cpu"),
        iterator_train__distortion=as_distortion(model.augmentation),
        iterator_valid=ImageBatches,
        iterator_valid__reading=reading,
        iterator_valid__batch_size=_PREDICT_BATCH,
        # skorch changes callbacks; those of the parameter stay as they are.
        callbacks=[*_callbacks(model, policy, held_out), *deepcopy(list(model.callbacks or ()))],
        classes=np.arange(len(model.classes_)),
        device=device,
        predict_nonlinearity=softmax,
        verbose=int(model.verbose),
        **{f"optimizer__{name}": value for name, value in options.items()},
    )


def forget_training_data(net: Net) -> None:
    """Drop what a fitted net does not need and a saved one should not hold: held-out images, copies of the weights."""
    net.train_split = None
    for name, callback in net.callbacks_:
        if name == "early_stopping":
            callback.best_model_weights_ = None
        elif name == "schedule":
            callback.lr_scheduler_ = None


def train_one_epoch(net: Net, rows: Rows, codes: Codes, lr: float) -> None:
    """Train a fitted net for one more epoch, at a constant rate."""
    net.callbacks_ = [(name, callback) for name, callback in net.callbacks_ if name not in _ENDED]
    net.set_params(max_epochs=1)
    for group in net.optimizer_.param_groups:
        # The cycle moved Adam's first beta too.
        group.update({key: net.optimizer_.defaults[key] for key in ("betas", "momentum") if key in group}, lr=lr)
    # The batches' generator goes on where the last epoch left it; that of the dropout does not travel in a pickle.
    seed = int(torch.randint(2**31 - 1, (1,), generator=net.iterator_train__generator))
    set_generator(net.module_, make_generator(seed, str(net.device)))
    net.partial_fit(rows, codes)


@contextmanager
def training(n_jobs: int | None, device: str) -> Iterator[None]:
    """Hold while a net is trained: torch's usual state, its threads, memory kept between steps."""
    algorithms = deterministic_algorithms(choose_device(device))
    with usual_state(), algorithms, torch_threads(n_jobs), freed_memory_kept():
        yield


def _callbacks(model: "NeuralClassifier", policy: Callback | None, held_out: Any) -> list[tuple[str, Callback]]:
    callbacks: list[tuple[str, Callback]] = []
    if policy is not None:
        callbacks.append(("schedule", policy))
    if model.early_stopping and held_out is not None:
        stopping = EarlyStopping(patience=model.n_iter_no_change, load_best=True, sink=print if model.verbose else noop)
        callbacks.append(("early_stopping", stopping))
    if model.verbose:
        callbacks += [("log", PrintLog()), ("progress", ProgressBar())]
    return callbacks


def _reading(model: "NeuralClassifier") -> Reading:
    height, width, *channels = model.image_shape_
    return Reading(height, width, channels[0] if channels else 1, model.scale_, model.background_)


def _class_weights(model: "NeuralClassifier", codes: Codes) -> torch.Tensor | None:
    if model.class_weight is None:
        return None
    weights = compute_class_weight(model.class_weight, classes=model.classes_, y=model.classes_[codes])
    return torch.as_tensor(weights, dtype=torch.float32)


def _network(model: "NeuralClassifier", seed: int, device: str) -> nn.Module:
    layers = parse_layers(model._layers(), len(model.classes_), model.activation)
    generator = make_generator(seed, "cpu")
    network = build_network(layers, model._input_shape(), generator)
    initialise_weights(network, model.weight_init, generator)
    set_generator(network, generator if device == "cpu" else make_generator(seed, device))
    _set_batch_norm(network, model.batch_norm_params)
    # On a CPU convolutions run fastest with a pixel's channels side by side.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's hints lack it


def _set_batch_norm(network: nn.Module, params: Mapping[str, float] | None) -> None:
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            vars(layer).update(params or {})


def make_optimizer(name: str, params: Mapping[str, Any] | None, lr: float) -> Any:
    """Make an optimizer of one weight, since torch checks its parameters then.

    Raises
    ------
    UnknownNameError
        If torch has no such optimizer, or that no such parameter.
    ValueError
        If torch refuses a value.
    """
    kind, options = _optimizer(name, params)
    make: Any = kind
    _check_pairs(f"optimizer_params of {name}", kind, params)
    try:
        return make([torch.zeros(1, requires_grad=True, dtype=torch.float32)], lr=lr, **options)
    except (RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"optimizer_params of {name}: {error_line(error)}") from error


def check_schedule_params(model: "NeuralClassifier") -> None:
    """Check the parameters of a network's schedule with its optimizer.

    Raises
    ------
    UnknownNameError, ValueError
        As `make_optimizer`, or if torch refuses a value of the schedule's.
    """
    optimizer = make_optimizer(model.optimizer, model.optimizer_params, model.lr)
    cycles = "betas" in inspect.signature(type(optimizer)).parameters
    check_schedule(model.schedule, model.schedule_params or {}, optimizer, model.lr, cycles_momentum=cycles)


def _check_pairs(place: str, kind: Any, params: Mapping[str, Any] | None) -> None:
    """Check that a list is given where torch has several numbers, as for Adam's betas, and nowhere else.

    Raises
    ------
    ValueError
        Naming the parameter.
    """
    for name, value in (params or {}).items():
        default = inspect.signature(kind).parameters[name].default
        is_list, n = isinstance(value, list | tuple), len(default) if isinstance(default, tuple) else 0
        if n and not (is_list and len(value) == n):
            raise ValueError(f"{place}: {name} must be a list of {n} numbers, got {shown(value)}")
        if is_list and not n:
            raise ValueError(f"{place}: {name} must be one number, true or false, got {shown(value)}")


def _optimizer(name: str, params: Mapping[str, Any] | None) -> tuple[type[torch.optim.Optimizer], dict[str, Any]]:
    """Return the class, and what it is given: its fused form where there is one, one call for all weights."""
    known = {
        key: kind
        for key, kind in vars(torch.optim).items()
        if isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer) and key not in _OTHER_OPTIMIZERS
    }
    if name not in known:
        raise UnknownNameError("optimizer of torch.optim", name, known)
    accepted = [key for key in inspect.signature(known[name]).parameters if key not in {"params", "lr"}]
    for key in params or {}:
        if key not in accepted:
            raise UnknownNameError(f"optimizer_params of {name}", key, accepted)
    ways = {"foreach", "fused", "differentiable"}
    fused = {"fused": True} if "fused" in accepted and not ways & set(params or {}) else {}
    return known[name], {**fused, **(params or {})}
