"""Optimizers of `torch.optim`, by name."""

import inspect
from collections.abc import Mapping
from typing import Any

import torch

from hdr_bench.error_text import error_line
from hdr_bench.exceptions import UnknownNameError, shown

# These need sparse gradients, or weights that are all matrices, which none of these networks has.
_OTHER_OPTIMIZERS = {"Optimizer", "SparseAdam", "Muon"}


def find_optimizer(name: str, params: Mapping[str, Any] | None) -> tuple[type[torch.optim.Optimizer], dict[str, Any]]:
    """Return an optimizer's class and its options.

    Parameters
    ----------
    name : str
        Name of a class in `torch.optim`.
    params : mapping or None
        Its parameters, except the weights and the learning rate.

    Returns
    -------
    optimizer : type
    options : dict of str to Any
        `params`, plus the fused implementation if available, which updates all weights in one call.

    Raises
    ------
    UnknownNameError
        If torch has no such optimizer, or the optimizer has no such parameter.
    """
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


def make_optimizer(name: str, params: Mapping[str, Any] | None, lr: float) -> Any:
    """Create an optimizer for a single weight, to make torch check its parameters.

    Parameters
    ----------
    name : str
        Name of a class in `torch.optim`.
    params : mapping or None
        Its parameters.
    lr : float
        Learning rate.

    Returns
    -------
    optimizer : torch.optim.Optimizer

    Raises
    ------
    UnknownNameError
        If torch has no such optimizer, or the optimizer has no such parameter.
    ValueError
        If torch refuses a value.
    """
    kind, options = find_optimizer(name, params)
    make: Any = kind
    _check_pairs(f"optimizer_params of {name}", kind, params)
    try:
        return make([torch.zeros(1, requires_grad=True, dtype=torch.float32)], lr=lr, **options)
    except (RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"optimizer_params of {name}: {error_line(error)}") from error


def has_betas(optimizer: type[torch.optim.Optimizer]) -> bool:
    """Return whether an optimizer has a momentum, such as Adam's first beta, that "one-cycle" can vary with the rate.

    Parameters
    ----------
    optimizer : type
        Class of `torch.optim`.

    Returns
    -------
    has_betas : bool
    """
    return "betas" in inspect.signature(optimizer).parameters


def _check_pairs(place: str, kind: Any, params: Mapping[str, Any] | None) -> None:
    """Check that a list is given if torch expects several numbers, as for Adam's betas, and only then.

    Raises
    ------
    ValueError
        If it is not; names the parameter.
    """
    for name, value in (params or {}).items():
        default = inspect.signature(kind).parameters[name].default
        is_list, n = isinstance(value, list | tuple), len(default) if isinstance(default, tuple) else 0
        if n and not (is_list and len(value) == n):
            raise ValueError(f"{place}: {name} must be a list of {n} numbers, got {shown(value)}")
        if is_list and not n:
            raise ValueError(f"{place}: {name} must be one number, true or false, got {shown(value)}")
