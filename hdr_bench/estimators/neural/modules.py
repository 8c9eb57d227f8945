"""torch's modules that draw from a given generator, and those that torch does not have."""

import math
from typing import Any, TypeVar

import torch
from torch import nn

LayerT = TypeVar("LayerT", nn.Conv2d, nn.Linear)


def initialize_like_torch(layer: LayerT, generator: torch.Generator | None) -> LayerT:
    """Give a layer on the meta device weights and biases on the CPU, drawn as torch itself draws them.

    torch's own layers draw from the global generator as soon as they are made, and have the default type of floats.

    Parameters
    ----------
    layer : torch.nn.Conv2d or torch.nn.Linear
        Made with ``device="meta"``, where nothing is drawn.
    generator : torch.Generator or None
        Where the numbers come from; None is torch's global generator.

    Returns
    -------
    layer : torch.nn.Conv2d or torch.nn.Linear
        The same layer.
    """
    for name, parameter in list(layer.named_parameters(recurse=False)):
        setattr(layer, name, nn.Parameter(torch.empty(parameter.shape, dtype=torch.float32, device="cpu")))
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    if layer.bias is not None:
        bound = 1 / math.sqrt(layer.weight[0].numel())
        nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    return layer


class SeededDropout(nn.Module):
    """Dropout that draws from its own generator, where torch's draws from that of the whole process.

    For the same seed the numbers are those of torch's own dropout on a CPU.

    Parameters
    ----------
    share : float
        Share of the values that are set to zero while training.

    Attributes
    ----------
    generator : torch.Generator or None
        Where it draws from; None, as after loading, is torch's global generator.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.generator: torch.Generator | None = None

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return the values: while training with a share of them zero, and the others enlarged.

        Parameters
        ----------
        values : torch.Tensor

        Returns
        -------
        values : torch.Tensor
        """
        if not self.training or self.share == 0:
            return values
        kept = torch.empty_like(values).bernoulli_(1 - self.share, generator=self.generator)
        return values * kept.div_(1 - self.share)

    def extra_repr(self) -> str:
        """Return what is shown of it in a network's text.

        Returns
        -------
        text : str
        """
        return f"share={self.share}"

    def __getstate__(self) -> dict[str, Any]:
        # A GPU's generator could not be loaded without one; whoever trains on gives a new one.
        return {**self.__dict__, "generator": None}


def set_generator(network: nn.Module, generator: torch.Generator) -> None:
    """Let all dropout of a network draw from a generator.

    Parameters
    ----------
    network : torch.nn.Module
    generator : torch.Generator
        On the network's device.
    """
    for module in network.modules():
        if isinstance(module, SeededDropout):
            module.generator = generator


class GreyToColour(nn.Module):
    """Give a grey image three times, as the channels of a colour image; it learns nothing."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return grey images as colour images.

        Parameters
        ----------
        images : torch.Tensor of shape (n, 1, height, width)

        Returns
        -------
        images : torch.Tensor of shape (n, 3, height, width)
        """
        return images.repeat(1, 3, 1, 1).contiguous(memory_format=torch.channels_last)
