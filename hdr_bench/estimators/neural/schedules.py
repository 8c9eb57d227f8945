"""The course of the learning rate."""

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

# Enough to come into each phase of a schedule.
_TRIED_EPOCHS = 3
# What this library gives torch's schedulers itself.
_NOT_GIVEN = frozenset({"optimizer", "last_epoch", *OTHER_LENGTHS})
_KINDS: dict[str, Any] = {
    "step": lr_scheduler.StepLR,
    "cosine": lr_scheduler.CosineAnnealingLR,
    "one-cycle": lr_scheduler.OneCycleLR,
}


def make_schedule(
    name: str, params: Mapping[str, Any] | None, *, lr: float, epochs: int, batches: int, cycles_momentum: bool
) -> LRScheduler | None:
    """Return the callback that changes the learning rate; None for a constant one.

    Parameters
    ----------
    name : {"constant", "step", "cosine", "one-cycle"}
        "step" divides the rate by 10 after each third of the epochs; "cosine" takes it to 0 along half a cosine
        (Loshchilov and Hutter, 2017, "SGDR"), a step a batch; "one-cycle" takes it up to `lr` and down again, a step
        a batch (Smith and Topin, 2018, "Super-convergence").
    params : mapping or None
        Passed to torch's StepLR, CosineAnnealingLR or OneCycleLR, over these defaults.
    lr : float
        The rate; its maximum for "one-cycle".
    epochs, batches : int
        Epochs, and batches an epoch.
    cycles_momentum : bool
        Whether the optimizer has a momentum that "one-cycle" can move against the rate.

    Returns
    -------
    schedule : skorch.callbacks.LRScheduler or None

    Raises
    ------
    UnknownNameError
        If there is no such schedule.
    ValueError
        If "constant" is given parameters.
    """
    if name not in SCHEDULES:
        raise UnknownNameError("schedule", name, SCHEDULES)
    if name == "constant":
        if params:
            raise ValueError(
                f"schedule_params={shown(dict(params))} is not possible with schedule='constant', which has none"
            )
        return None
    options = _options(name, params or {}, lr, epochs * batches, epochs, cycles_momentum=cycles_momentum)
    return LRScheduler(_KINDS[name], step_every="epoch" if name == "step" else "batch", **options)


def check_schedule(config: NetConfig) -> None:
    """Take an optimizer of one weight through a short schedule, as torch checks the parameters of both.

    Parameters
    ----------
    config : NetConfig
        Its schedule is not "constant".

    Raises
    ------
    UnknownNameError
        If torch has no such optimizer, or that no such parameter.
    ValueError
        If torch refuses a value, or cannot compute with it.
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
    """Return what torch's scheduler is given: the defaults, and over them the user's parameters."""
    defaults: dict[str, dict[str, Any]] = {
        "step": {"step_size": math.ceil(epochs / 3)},
        "cosine": {"T_max": n_steps},
        "one-cycle": {"max_lr": lr, "total_steps": n_steps + 1, "cycle_momentum": cycles_momentum},
    }
    return {**defaults[name], **given}


def schedule_params(name: str) -> tuple[str, ...]:
    """Return what a schedule's parameters can be.

    Parameters
    ----------
    name : {"step", "cosine", "one-cycle"}

    Returns
    -------
    names : tuple of str
    """
    return tuple(key for key in inspect.signature(_KINDS[name]).parameters if key not in _NOT_GIVEN)
