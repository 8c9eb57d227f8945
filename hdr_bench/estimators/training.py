"""The skorch net: how a network is trained, and what is recorded."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, EarlyStopping, PassthroughScoring, PrintLog, ProgressBar
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from skorch.utils import noop
from torch import nn

from hdr_bench.estimators.allocation import freed_memory_kept
from hdr_bench.estimators.augmentation import Distortion
from hdr_bench.estimators.batches import ImageBatches, Reading, n_batches
from hdr_bench.estimators.devices import choose_device, own_random_numbers, torch_threads
from hdr_bench.estimators.held_out import Codes, Rows
from hdr_bench.estimators.initialisation import initialise_weights
from hdr_bench.estimators.losses import make_loss
from hdr_bench.estimators.notation import build_network, parse_layers
from hdr_bench.estimators.schedules import make_schedule
from hdr_bench.exceptions import UnknownNameError

if TYPE_CHECKING:
    from hdr_bench.estimators.neural_base import NeuralClassifier

_PREDICT_BATCH = 500
_ENDED = {"schedule", "early_stopping"}
# They want sparse gradients, or weights that are all matrices: no network of ours can use them.
_OTHER_OPTIMIZERS = {"Optimizer", "SparseAdam", "Muon"}
HISTORY = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")


class Accuracy(Callback):
    """Record the accuracy of each epoch: on the training images while it runs, as Keras does, and on those held out."""

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        """Start counting."""
        self.right_, self.seen_ = {True: 0, False: 0}, {True: 0, False: 0}

    def on_batch_end(self, net: Any, batch: Any, training: bool, y_pred: torch.Tensor, **kwargs: Any) -> None:
        """Count; the sum stays a tensor, for which no device has to be waited."""
        labels = batch[1].to(y_pred.device)
        self.right_[training] += (y_pred.detach().argmax(dim=1) == labels).sum()
        self.seen_[training] += len(labels)

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Record."""
        for training, part in ((True, "train"), (False, "valid")):
            if self.seen_[training]:
                net.history.record(f"{part}_accuracy", float(self.right_[training]) / self.seen_[training])


class Net(NeuralNetClassifier):
    """skorch's net with only the callbacks that record what reports need.

    Its batches are tensors already, so what skorch does for all else at each step (looking for frames and mappings,
    walking through the modules) is left out: a seventh of the time of a small network's step.
    """

    def infer(self, x: torch.Tensor, **fit_params: Any) -> torch.Tensor:
        """Return the network's outputs."""
        outputs: torch.Tensor = self.module_(x.to(self.device))
        return outputs

    def get_loss(self, y_pred: torch.Tensor, y_true: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return the loss."""
        loss: torch.Tensor = self.criterion_(y_pred, y_true.to(self.device))
        return loss

    def _set_training(self, training: bool = True) -> None:
        if self.module_.training != training:
            super()._set_training(training)

    @property
    def _default_callbacks(self) -> list[tuple[str, Any]]:
        return [
            ("train_loss", PassthroughScoring(name="train_loss", on_train=True)),
            ("valid_loss", PassthroughScoring(name="valid_loss")),
            ("accuracy", Accuracy()),
        ]


def softmax(outputs: torch.Tensor) -> torch.Tensor:
    """Return outputs (n, n_classes) as probabilities."""
    return torch.softmax(outputs, dim=1)


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
        Seeds the order of the images and their distortion.
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
    reading = _reading(model)
    return Net(
        _network(model),
        criterion=make_loss(model.loss, model.label_smoothing, _class_weights(model, codes)),
        optimizer=optimizer,
        lr=model.lr,
        max_epochs=epochs,
        batch_size=model.batch_size,
        train_split=None if held_out is None else predefined_split(Dataset(*held_out)),
        iterator_train=ImageBatches,
        iterator_train__reading=reading,
        iterator_train__generator=torch.Generator().manual_seed(seed),
        iterator_train__distortion=_distortion(model.augmentation),
        iterator_valid=ImageBatches,
        iterator_valid__reading=reading,
        iterator_valid__batch_size=_PREDICT_BATCH,
        callbacks=[*_callbacks(model, policy, held_out), *(model.callbacks or ())],
        classes=np.arange(len(model.classes_)),
        device=choose_device(model.device),
        predict_nonlinearity=softmax,
        verbose=int(model.verbose),
        **{f"optimizer__{name}": value for name, value in options.items()},
    )


def forget_training_data(net: Net) -> None:
    """Drop what a fitted net does not need and a saved one should not hold: held-out images, second best weights."""
    net.train_split = None
    for name, callback in net.callbacks_:
        if name == "early_stopping":
            callback.best_model_weights_ = None


def train_one_epoch(net: Net, rows: Rows, codes: Codes, lr: float) -> None:
    """Train a fitted net for one more epoch, at a constant rate."""
    net.callbacks_ = [(name, callback) for name, callback in net.callbacks_ if name not in _ENDED]
    net.set_params(max_epochs=1)
    for group in net.optimizer_.param_groups:
        group["lr"] = lr
    net.partial_fit(rows, codes)


def next_seed(net: Net) -> int:
    """Return a seed drawn from the net's own generator, which goes on where the last epoch left it."""
    return int(torch.randint(2**31 - 1, (1,), generator=net.iterator_train__generator))


@contextmanager
def training(seed: int, n_jobs: int | None, device: str) -> Iterator[None]:
    """Hold while a net is trained: its own random numbers, its threads, memory kept between steps."""
    with own_random_numbers(seed, choose_device(device)), torch_threads(n_jobs), freed_memory_kept():
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
    return Reading(height, width, channels[0] if channels else 1, model.scale_)


def _class_weights(model: "NeuralClassifier", codes: Codes) -> torch.Tensor | None:
    if model.class_weight is None:
        return None
    weights = compute_class_weight(model.class_weight, classes=model.classes_, y=model.classes_[codes])
    return torch.as_tensor(weights, dtype=torch.float32)


def _network(model: "NeuralClassifier") -> nn.Module:
    layers = parse_layers(model._layers(), len(model.classes_), model.activation)
    network = build_network(layers, model._input_shape())
    initialise_weights(network, model.weight_init)
    # On a CPU convolutions run fastest with a pixel's channels side by side.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's hints lack it


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
    fused = {"fused": True} if "fused" in accepted else {}
    return known[name], {**fused, **(params or {})}


def _distortion(augmentation: Distortion | Mapping[str, float] | None) -> Distortion | None:
    return Distortion(**augmentation) if isinstance(augmentation, Mapping) else augmentation
