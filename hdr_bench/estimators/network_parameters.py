"""What the networks' parameters may be, and how they fit each other; nothing here loads torch unless it must."""

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from sklearn.utils._param_validation import Interval, StrOptions

from hdr_bench.estimators.augmentation import Distortion, as_distortion
from hdr_bench.estimators.notation import parse_layers
from hdr_bench.exceptions import UnknownNameError, shown

if TYPE_CHECKING:
    from hdr_bench.estimators.neural import NeuralClassifier

LOSSES = ("cross_entropy", "kl_divergence", "squared_error")
SCHEDULES = ("constant", "step", "cosine", "one-cycle")
BATCH_NORM_PARAMS = ("momentum", "eps")
KINDS_OF_LAYER = ("convolution", "dense", "output")
WEIGHT_INIT_NAMES = (
    "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "lecun_normal", "orthogonal", "uniform",
    "normal",
)  # fmt: skip

MOST_EPOCHS = 1_000_000
"""Epochs that a network can be given; more are taken for a mistake."""

# Which optimizers there are, torch says; these it has had for years, and to ask it takes seconds.
_KNOWN_OPTIMIZERS = frozenset({"Adam", "AdamW", "NAdam", "RAdam", "Adagrad", "Adadelta", "RMSprop", "SGD"})
_ANY_CLASSES = 10
_MOST_EPOCHS_BY_DEFAULT, _FEWEST_UPDATES = 100, 800
_NUMBER = (Real, type(None))

CONSTRAINTS: dict[str, list[Any]] = {
    "layers": [str, None],
    "activation": [str],
    "loss": [StrOptions(set(LOSSES))],
    "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    "class_weight": [Mapping, StrOptions({"balanced"}), None],
    "weight_init": [str, Mapping, None],
    "batch_norm_params": [Mapping, None],
    "optimizer": [str],
    "optimizer_params": [Mapping, None],
    "lr": [Interval(Real, 0, None, closed="neither")],
    "schedule": [StrOptions(set(SCHEDULES))],
    "schedule_params": [Mapping, None],
    "batch_size": [Interval(Integral, 1, None, closed="left")],
    "max_epochs": [Interval(Integral, 1, MOST_EPOCHS, closed="both"), None],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
    "augmentation": [Distortion, Mapping, None],
    "image_shape": ["array-like", None],
    "pixel_scale": [Interval(Real, 0, None, closed="neither"), None],
    "callbacks": [Sequence, None],
    "device": [str],
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
    "random_state": ["random_state"],
}
"""What each parameter may be by itself."""


def check_network(model: "NeuralClassifier") -> None:
    """Check what a network's parameters hold, without the images.

    Raises
    ------
    NotationError
        If the layers cannot be read.
    UnknownNameError
        If there is no such optimizer, way to start weights, or parameter of any of these.
    ValueError
        If a value is out of its range.
    """
    if model.layers:
        parse_layers(model.layers, _ANY_CLASSES, model.activation)
    if model.n_jobs == 0:
        raise ValueError("n_jobs must be an integer other than 0, or None, got 0")
    as_distortion(model.augmentation)
    check_batch_norm(model.batch_norm_params)
    check_weight_init(model.weight_init)
    _check_class_weight(model.class_weight)
    _check_schedule(model)
    _check_numbers("optimizer_params", model.optimizer_params)
    if model.optimizer not in _KNOWN_OPTIMIZERS or model.optimizer_params:
        from hdr_bench.estimators.training import check_optimizer

        check_optimizer(model.optimizer, model.optimizer_params, model.lr)
    if model.device not in {"auto", "cpu"}:
        from hdr_bench.estimators.devices import choose_device

        choose_device(model.device)


def default_epochs(n_batches: int, fewest: int) -> int:
    """Return the default number of epochs of `n_batches` steps each: 800 steps or more, in `fewest` to 100 epochs."""
    return min(max(fewest, math.ceil(_FEWEST_UPDATES / n_batches)), _MOST_EPOCHS_BY_DEFAULT)


def check_batch_norm(params: Mapping[str, float] | None) -> None:
    """Check the settings of batch normalisation.

    Raises
    ------
    UnknownNameError
        If there is no such setting.
    ValueError
        If its value is not between 0 and 1.
    """
    for name, value in (params or {}).items():
        if name not in BATCH_NORM_PARAMS:
            raise UnknownNameError("batch_norm_params", name, BATCH_NORM_PARAMS)
        if not _is_number(value) or not 0 < value < 1:
            raise ValueError(f"batch_norm_params: {name} must be a number above 0 and below 1, got {shown(value)}")


def check_weight_init(weight_init: str | Mapping[str, str] | None) -> None:
    """Check how weights are to start.

    Raises
    ------
    UnknownNameError
        If there is no such way, or no such kind of layer.
    """
    if weight_init is None:
        return
    names = {"": weight_init} if isinstance(weight_init, str) else weight_init
    for kind, name in names.items():
        if kind and kind not in KINDS_OF_LAYER:
            raise UnknownNameError("kind of layer in weight_init", kind, KINDS_OF_LAYER)
        if name not in WEIGHT_INIT_NAMES:
            raise UnknownNameError("weight_init", name, WEIGHT_INIT_NAMES)


def _check_class_weight(weights: Any) -> None:
    for label, weight in weights.items() if isinstance(weights, Mapping) else ():
        if not _is_number(weight) or not 0 <= weight < float("inf"):
            raise ValueError(
                f"class_weight: of {shown(label)} must be a finite number of at least 0, got {shown(weight)}"
            )


def _check_schedule(model: "NeuralClassifier") -> None:
    given = model.schedule_params
    if not given:
        return
    if model.schedule == "constant":
        raise ValueError(
            f"schedule_params must be left out with schedule='constant', which has none, got {shown(given)}"
        )
    from hdr_bench.estimators.schedules import schedule_params

    allowed = schedule_params(model.schedule)
    for name in given:
        if name not in allowed:
            raise UnknownNameError(f"schedule_params of {shown(model.schedule)}", name, allowed)
    _check_numbers("schedule_params", {name: value for name, value in given.items() if name != "anneal_strategy"})


def _check_numbers(place: str, params: Mapping[str, Any] | None) -> None:
    for name, value in (params or {}).items():
        numbers = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(number, _NUMBER) for number in numbers):
            raise ValueError(
                f"{place}: {name} must be a number, true or false, or a list of numbers, got {shown(value)}"
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
