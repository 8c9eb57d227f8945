"""Initialization of a network's weights."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Protocol

import torch
from torch import nn

from hdr_bench.estimators.neural.config import KINDS_OF_LAYER
from hdr_bench.estimators.neural.constraints import check_weight_init


class Start(Protocol):
    """Initializer that fills weights with random numbers."""

    def __call__(self, tensor: torch.Tensor, *, generator: torch.Generator | None = None) -> torch.Tensor:
        """Fill `tensor` and return it."""


def _lecun_normal(tensor: torch.Tensor, *, generator: torch.Generator | None = None) -> torch.Tensor:
    deviation = 1 / math.sqrt(tensor[0].numel())
    # Truncated at two standard deviations, the normal distribution keeps 0.8796 of its width; Keras's VarianceScaling
    # corrects for this too.
    width = deviation / 0.87962566103423978
    return nn.init.trunc_normal_(tensor, std=width, a=-2 * width, b=2 * width, generator=generator)


WEIGHT_INITS: dict[str, Start] = {
    "xavier_uniform": nn.init.xavier_uniform_,
    "xavier_normal": nn.init.xavier_normal_,
    "kaiming_uniform": partial(nn.init.kaiming_uniform_, nonlinearity="relu"),
    "kaiming_normal": partial(nn.init.kaiming_normal_, nonlinearity="relu"),
    "lecun_normal": _lecun_normal,
    "orthogonal": nn.init.orthogonal_,
    "uniform": partial(nn.init.uniform_, a=-0.05, b=0.05),
    "normal": partial(nn.init.normal_, std=0.05),
}
"""Weight initializations by name; biases then start at zero. Xavier's are also called Glorot's, Kaiming's He's."""


def initialize_weights(
    network: nn.Module, weight_init: str | Mapping[str, str] | None, generator: torch.Generator | None = None
) -> None:
    """Initialize the weights, of all layers or by kind; layers that are not named keep torch's default.

    Parameters
    ----------
    network : torch.nn.Module
        Its last fully connected layer is the output layer.
    weight_init : str, mapping or None
        Name from `WEIGHT_INITS`, or names by kind: "convolution", "dense", "output".
    generator : torch.Generator, optional
        Source of the random numbers; None is torch's global generator.

    Raises
    ------
    UnknownNameError
        If there is no such name or kind.
    """
    if weight_init is None:
        return
    check_weight_init(weight_init)
    names = dict.fromkeys(KINDS_OF_LAYER, weight_init) if isinstance(weight_init, str) else dict(weight_init)
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    for layer in layers:
        kind = "convolution" if isinstance(layer, nn.Conv2d) else "output" if layer is layers[-1] else "dense"
        if kind not in names:
            continue
        WEIGHT_INITS[names[kind]](layer.weight, generator=generator)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
