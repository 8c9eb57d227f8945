"""How a network's weights start."""

import math
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import nn

from hdr_bench.exceptions import UnknownNameError


def _lecun_normal(weight: torch.Tensor) -> torch.Tensor:
    deviation = 1 / math.sqrt(weight[0].numel())
    # Cut at two deviations, the normal distribution has 0.8796 of its width (Keras's VarianceScaling corrects so too).
    width = deviation / 0.87962566103423978
    return nn.init.trunc_normal_(weight, std=width, a=-2 * width, b=2 * width)


_KINDS = ("convolution", "dense", "output")
WEIGHT_INITS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "xavier_uniform": nn.init.xavier_uniform_,
    "xavier_normal": nn.init.xavier_normal_,
    "kaiming_uniform": partial(nn.init.kaiming_uniform_, nonlinearity="relu"),
    "kaiming_normal": partial(nn.init.kaiming_normal_, nonlinearity="relu"),
    "lecun_normal": _lecun_normal,
    "orthogonal": nn.init.orthogonal_,
    "uniform": partial(nn.init.uniform_, a=-0.05, b=0.05),
    "normal": partial(nn.init.normal_, std=0.05),
}
"""Weights by name; biases then start at zero. Xavier's are also called Glorot's, Kaiming's He's."""


def initialise_weights(network: nn.Module, weight_init: str | Mapping[str, str] | None) -> None:
    """Set how the weights start, of all layers or kind by kind; what is not named keeps torch's own start.

    Parameters
    ----------
    network : torch.nn.Module
        Its last fully connected layer is the output.
    weight_init : str, mapping or None
        A name of `WEIGHT_INITS`, or names by kind: "convolution", "dense", "output".

    Raises
    ------
    UnknownNameError
        If there is no such name or kind.
    """
    if weight_init is None:
        return
    names = dict.fromkeys(_KINDS, weight_init) if isinstance(weight_init, str) else dict(weight_init)
    for kind, name in names.items():
        if kind not in _KINDS:
            raise UnknownNameError("kind of layer in weight_init", kind, _KINDS)
        if name not in WEIGHT_INITS:
            raise UnknownNameError("weight_init", name, WEIGHT_INITS)
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    for layer in layers:
        kind = "convolution" if isinstance(layer, nn.Conv2d) else "output" if layer is layers[-1] else "dense"
        if kind not in names:
            continue
        WEIGHT_INITS[names[kind]](layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
