"""Learning rate schedules."""

import inspect
import math
from collections.abc import Mapping
from typing import Any

from skorch.callbacks import LRScheduler
from torch.optim import lr_scheduler

from hdr_bench.error_text import describe_error
from hdr_bench.estimators.neural.config import OTHER_LENGTHS, SCHEDULES, NetConfig
from hdr_bench.estimators.neural.optimizers import has_betas, make_optimizer
from hdr_bench.exceptions import UnknownNameError, shown

# Enough steps to reach each phase of a schedule.
_TRIED_EPOCHS = 3
# Parameters that this library itself passes to torch's schedulers.
_NOT_GIVEN = frozenset({"optimizer", "last_epoch", *OTHER_LENGTHS})
_KINDS: dict[str, Any] = {
    "step": lr_scheduler.StepLR,
    "cosine": lr_scheduler.CosineAnnealingLR,
    "one-cycle": lr_scheduler.OneCycleLR,
}


def make_schedule(
    name: str, params: Mapping[str, Any] | None, *, lr: float, epochs: int, batches: int, cycles_momentum: bool
) -> LRScheduler | None:
    """Return the callback that changes the learning rate, or None if it is constant.

    Parameters
    ----------
    name : {"constant", "step", "cosine", "one-cycle"}
        "step" divides the rate by 10 after each third of the epochs; "cosine" lowers it to 0 along half a cosine
        (Loshchilov and Hutter, 2017, "SGDR"), one step per batch; "one-cycle" raises it to `lr` and lowers it again,
        one step per batch (Smith and Topin, 2018, "Super-convergence").
    params : mapping or None
        Passed to torch's StepLR, CosineAnnealingLR or OneCycleLR, overriding these defaults.
    lr : float
        Learning rate; its maximum for "one-cycle".
    epochs, batches : int
        Number of epochs, and of batches per epoch.
    cycles_momentum : bool
        Whether the optimizer has a momentum that "one-cycle" can vary inversely to the rate.

    Returns
    -------
    schedule : skorch.callbacks.LRScheduler or None

    Raises
    ------
    UnknownNameError
        If there is no such schedule.
    ValueError
        If parameters are given for "constant".
    """
    if name not in SCHEDULES:
        raise UnknownNameError("schedule", name, SCHEDULES)
    if name == "constant":
        if params:
            raise ValueError(f"schedule_params must be left out with schedule='constant', got {shown(dict(params))}")
        return None
    options = _options(name, params or {}, lr, epochs * batches, epochs, cycles_momentum=cycles_momentum)
    return LRScheduler(_KINDS[name], step_every="epoch" if name == "step" else "batch", **options)


def check_schedule(config: NetConfig) -> None:
    """Run an optimizer of a single weight through a short schedule, to make torch check the parameters of both.

    Parameters
    ----------
    config : NetConfig
        Its schedule must not be "constant".

    Raises
    ------
    UnknownNameError
        If torch has no such optimizer, or the optimizer has no such parameter.
    ValueError
        If torch refuses a value or cannot compute with it.
    """
    optimizer = make_optimizer(config.optimizer, config.optimizer_params, config.lr)
    n_steps, params = _TRIED_EPOCHS**2, config.schedule_params or {}
    options = _options(
        config.schedule, params, config.lr, n_steps, _TRIED_EPOCHS, cycles_momentum=has_betas(type(optimizer))
    )
    try:
        scheduler = _KINDS[config.schedule](optimizer, **options)
        for _ in range(min(n_steps, options.get("total_steps") or n_steps)):
            optimizer.step()
            scheduler.step()
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"schedule_params of {config.schedule!r}: {describe_error(error)}") from error


def _options(
    name: str, given: Mapping[str, Any], lr: float, n_steps: int, epochs: int, *, cycles_momentum: bool
) -> dict[str, Any]:
    """Return the arguments of torch's scheduler: the defaults, overridden by the user's parameters."""
    defaults: dict[str, dict[str, Any]] = {
        "step": {"step_size": math.ceil(epochs / 3)},
        "cosine": {"T_max": n_steps},
        "one-cycle": {"max_lr": lr, "total_steps": n_steps + 1, "cycle_momentum": cycles_momentum},
    }
    return {**defaults[name], **given}


def schedule_params(name: str) -> tuple[str, ...]:
    """Return the names of a schedule's parameters.

    Parameters
    ----------
    name : {"step", "cosine", "one-cycle"}

    Returns
    -------
    names : tuple of str
    """
    return tuple(key for key in inspect.signature(_KINDS[name]).parameters if key not in _NOT_GIVEN)
