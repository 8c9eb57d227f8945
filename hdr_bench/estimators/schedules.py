"""The course of the learning rate."""

import inspect
import math
from collections.abc import Mapping
from typing import Any

from skorch.callbacks import LRScheduler
from torch.optim import lr_scheduler

from hdr_bench.estimators.network_parameters import SCHEDULES
from hdr_bench.exceptions import UnknownNameError, shown

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

    Raises
    ------
    UnknownNameError
        If there is no such schedule.
    ValueError
        If "constant" is given parameters.
    """
    if name not in SCHEDULES:
        raise UnknownNameError("schedule", name, SCHEDULES)
    given = dict(params or {})
    steps = epochs * batches
    if name == "constant":
        if given:
            raise ValueError(f"schedule_params={shown(given)} is not possible with schedule='constant', which has none")
        return None
    if name == "step":
        return LRScheduler(lr_scheduler.StepLR, **{"step_size": math.ceil(epochs / 3), **given})
    if name == "cosine":
        return LRScheduler(lr_scheduler.CosineAnnealingLR, step_every="batch", **{"T_max": steps, **given})
    cycle = {"max_lr": lr, "total_steps": steps + 1, "cycle_momentum": cycles_momentum, **given}
    return LRScheduler(lr_scheduler.OneCycleLR, step_every="batch", **cycle)


def schedule_params(name: str) -> tuple[str, ...]:
    """Return what torch's scheduler of a schedule can be given.

    Parameters
    ----------
    name : {"step", "cosine", "one-cycle"}
    """
    return tuple(key for key in inspect.signature(_KINDS[name]).parameters if key not in {"optimizer", "last_epoch"})
