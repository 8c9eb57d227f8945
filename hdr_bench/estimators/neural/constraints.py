"""Valid values of the networks' parameters and their combinations; torch is loaded only if necessary."""

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from sklearn.utils._param_validation import Interval, StrOptions

from hdr_bench.estimators.neural.adversarial import AdversarialTraining, as_adversarial
from hdr_bench.estimators.neural.augmentation import Distortion, as_distortion
from hdr_bench.estimators.neural.config import (
    BATCH_NORM_PARAMS,
    KINDS_OF_LAYER,
    LOSSES,
    MOST_EPOCHS,
    OTHER_LENGTHS,
    SCHEDULES,
    WEIGHT_INIT_NAMES,
    NetConfig,
)
from hdr_bench.estimators.neural.notation import parse_layers
from hdr_bench.estimators.parameter_checks import check_need, value_fault
from hdr_bench.estimators.plain_values import is_number
from hdr_bench.exceptions import UnknownNameError, shown
from hdr_bench.records.layer_row import LayerRow

_BYTES_OF_A_WEIGHT = 4
# Only torch knows its full list of optimizers, and asking takes seconds; these have existed for years.
_KNOWN_OPTIMIZERS = frozenset({"Adam", "AdamW", "NAdam", "RAdam", "Adagrad", "Adadelta", "RMSprop", "SGD"})
_ANY_CLASSES = 10
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
    "adversarial": [AdversarialTraining, Mapping, None],
    "image_shape": ["array-like", None],
    "pixel_scale": [Interval(Real, 0, None, closed="neither"), None],
    "callbacks": ["array-like", None],
    "device": [str],
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
    "random_state": ["random_state"],
}
"""Valid values of each parameter on its own."""

_COUNT = [Interval(Integral, 1, None, closed="left")]
_RATE = [Interval(Real, 0, None, closed="neither"), list, tuple]
_MOMENTUM = [Interval(Real, 0, 1, closed="left"), list, tuple]
SCHEDULE_CONSTRAINTS: dict[str, list[Any]] = {
    "step_size": _COUNT,
    "gamma": [Interval(Real, 0, None, closed="left")],
    "T_max": _COUNT,
    "eta_min": [Interval(Real, 0, None, closed="left")],
    "max_lr": _RATE,
    "total_steps": _COUNT,
    "pct_start": [Interval(Real, 0, 1, closed="both")],
    "anneal_strategy": [StrOptions({"cos", "linear"})],
    "cycle_momentum": [bool],
    "base_momentum": _MOMENTUM,
    "max_momentum": _MOMENTUM,
    "div_factor": [Interval(Real, 0, None, closed="neither")],
    "final_div_factor": [Interval(Real, 0, None, closed="neither")],
    "three_phase": [bool],
}
"""Valid values of each parameter of torch's schedulers on its own."""


def check_network(config: NetConfig) -> None:
    """Check a network's parameters, independently of the images.

    Parameters
    ----------
    config : NetConfig

    Raises
    ------
    NotationError
        If the layers are not valid.
    UnknownNameError
        If there is no such optimizer, weight initialization, or parameter of either.
    ValueError
        If a value is out of range.
    """
    if config.layers:
        parse_layers(config.layers, _ANY_CLASSES, config.activation)
    if config.n_jobs == 0:
        raise ValueError("n_jobs must be an integer other than 0, or None, got 0")
    as_distortion(config.augmentation)
    as_adversarial(config.adversarial)
    check_batch_norm(config.batch_norm_params)
    check_weight_init(config.weight_init)
    _check_class_weight(config.class_weight)
    _check_callbacks(config.callbacks)
    _check_schedule(config)
    _check_numbers("optimizer_params", config.optimizer_params)
    if config.optimizer not in _KNOWN_OPTIMIZERS or config.optimizer_params:
        from hdr_bench.estimators.neural.optimizers import make_optimizer

        # torch refuses parameters with which it cannot be created.
        make_optimizer(config.optimizer, config.optimizer_params, config.lr)
    if config.device not in {"auto", "cpu"}:
        from hdr_bench.estimators.neural.devices import choose_device

        choose_device(config.device)


def check_network_on(config: NetConfig, rows: list[LayerRow], n_samples: int) -> None:
    """Check that a network's weights and activations fit in memory, and that its schedule is long enough.

    Parameters
    ----------
    config : NetConfig
    rows : list of LayerRow
        Its layers, for the training images.
    n_samples : int
        Number of training images.

    Raises
    ------
    ValueError
        If they would take too much memory, or the schedule is too short.
    """
    n_weights = sum(row.parameters + row.buffers for row in rows)
    n_outputs = sum(math.prod(row.output_shape) for row in rows)
    n_values = n_weights + min(config.batch_size, n_samples) * n_outputs
    remedy = "use smaller layers, smaller images or smaller batches"
    check_need(f"a network of layers={shown(config.layers)}", _BYTES_OF_A_WEIGHT * n_values, remedy)
    _check_schedule_length(config, n_samples)


def check_batches(batch_size: int, layers: str, n: int) -> None:
    """Check that batches are large enough for the layers.

    Parameters
    ----------
    batch_size : int
    layers : str
        In the notation.
    n : int
        Number of training images.

    Raises
    ------
    ValueError
        If batch normalization would get a single image.
    """
    if min(n, batch_size) == 1 and "BN" in layers.split("-"):
        raise ValueError(
            f"batch normalization (BN) needs at least two images at a time, got {n} with "
            f"batch_size={shown(batch_size)}; use more images, larger batches, or layers without BN"
        )


def check_batch_norm(params: Mapping[str, float] | None) -> None:
    """Check the settings of batch normalization.

    Parameters
    ----------
    params : mapping of str to float or None
        Values of "momentum" and "eps".

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
        if not is_number(value) or not 0 < value < 1:
            raise ValueError(f"batch_norm_params: {name} must be a number above 0 and below 1, got {shown(value)}")


def check_weight_init(weight_init: str | Mapping[str, str] | None) -> None:
    """Check how weights are to be initialized.

    Parameters
    ----------
    weight_init : str, mapping or None
        Name from `WEIGHT_INIT_NAMES`, or a mapping from kind of layer to name.

    Raises
    ------
    UnknownNameError
        If there is no such initialization, or no such kind of layer.
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
        if not is_number(weight) or not 0 <= weight < float("inf"):
            raise ValueError(
                f"class_weight: the weight of {shown(label)} must be a finite number of at least 0, got {shown(weight)}"
            )


def _check_schedule(config: NetConfig) -> None:
    given = config.schedule_params
    if not given:
        return
    if config.schedule == "constant":
        raise ValueError(
            f"schedule_params must be left out with schedule='constant', which has none, got {shown(given)}"
        )
    from hdr_bench.estimators.neural.schedules import check_schedule, schedule_params

    allowed = schedule_params(config.schedule)
    for name in given:
        if config.schedule == "one-cycle" and name in OTHER_LENGTHS:
            raise ValueError(
                f"schedule_params: {name} must be left out, since total_steps sets the length of the cycle, got "
                f"{shown(given[name])}; set total_steps, or let max_epochs and batch_size determine it"
            )
        if name not in allowed:
            raise UnknownNameError(f"schedule_params of {shown(config.schedule)}", name, allowed)
        fault = value_fault(name, given[name], SCHEDULE_CONSTRAINTS.get(name, ["no_validation"]))
        if fault is not None:
            raise ValueError(f"schedule_params: {fault}")
    check_schedule(config)


def _check_schedule_length(config: NetConfig, n_samples: int) -> None:
    """Check that a one-cycle schedule is as long as the training: torch refuses steps after its last one.

    Raises
    ------
    ValueError
        If it is shorter.
    """
    given = (config.schedule_params or {}).get("total_steps")
    if config.schedule != "one-cycle" or given is None:
        return
    n = config.n_learnt(n_samples)
    epochs = config.epochs(n)
    # A batch of a single image is merged into the previous one.
    needed = epochs * max(n // config.batch_size + (n % config.batch_size > 1), 1)
    if given < needed:
        raise ValueError(
            f"schedule_params: total_steps must be at least {needed:,}, one for each batch of {epochs:,} epochs, got "
            f"{given:,}"
        )


def _check_callbacks(callbacks: Any) -> None:
    for item in callbacks or ():
        callback = item[1] if isinstance(item, list | tuple) and len(item) == 2 and isinstance(item[0], str) else item
        # skorch accepts a callback, its class, or a name with either; importing skorch to check this takes seconds.
        if not hasattr(callback, "on_train_begin"):
            raise ValueError(
                f"callbacks must be a list of skorch callbacks, got {shown(item)} in it; callbacks are objects, which "
                "can only be passed from Python"
            )


def _check_numbers(place: str, params: Mapping[str, Any] | None) -> None:
    for name, value in (params or {}).items():
        numbers = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(number, _NUMBER) for number in numbers):
            raise ValueError(
                f"{place}: {name} must be a number, true or false, or a list of numbers, got {shown(value)}"
            )
