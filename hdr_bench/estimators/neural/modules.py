"""torch modules that draw from a given generator, and modules that torch lacks."""

import math
from typing import Any, TypeVar

import torch
from torch import nn

LayerT = TypeVar("LayerT", nn.Conv2d, nn.Linear)


def initialize_like_torch(layer: LayerT, generator: torch.Generator | None) -> LayerT:
    """Initialize weights and biases of a layer from the meta device on the CPU, drawn as torch itself does.

    torch's own layers draw from the global generator when they are created, in the default floating-point type.

    Parameters
    ----------
    layer : torch.nn.Conv2d or torch.nn.Linear
        Created with ``device="meta"``, on which nothing is drawn.
    generator : torch.Generator or None
        Source of the random numbers; None is torch's global generator.

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
    """Dropout that draws from its own generator, while torch's draws from that of the whole process.

    With the same seed, it draws the same numbers as torch's own dropout on a CPU.

    Parameters
    ----------
    share : float
        Fraction of the values that are set to zero during training.

    Attributes
    ----------
    generator : torch.Generator or None
        Source of the random numbers; None, as after loading, is torch's global generator.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.generator: torch.Generator | None = None

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return the values; during training, a fraction of them is set to zero and the rest scaled up.

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
        """Return its description for the text of a network.

        Returns
        -------
        text : str
        """
        return f"share={self.share}"

    def __getstate__(self) -> dict[str, Any]:
        # The generator of a GPU could not be loaded without one; further training sets a new generator.
        return {**self.__dict__, "generator": None}


def set_generator(network: nn.Module, generator: torch.Generator) -> None:
    """Make all dropout layers of a network draw from a generator.

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
    """Repeat a grey image three times, as the channels of a colour image; nothing is learnt."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Convert grey images to colour images.

        Parameters
        ----------
        images : torch.Tensor of shape (n, 1, height, width)

        Returns
        -------
        images : torch.Tensor of shape (n, 3, height, width)
        """
        return images.repeat(1, 3, 1, 1).contiguous(memory_format=torch.channels_last)
