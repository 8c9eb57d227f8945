"""Layers of a network: shapes, parameters and operations, and the torch module of each.

torch is imported only when a module is created.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdr_bench.estimators.neural.layer_protocol import Plain, Shape, image_shape, n_features, slide
from hdr_bench.exceptions import NotationError

if TYPE_CHECKING:
    from torch import Generator, nn


@dataclass(frozen=True)
class Convolution(Plain):
    """``8C5s2p1``: filters, kernel, stride and padding.

    Attributes
    ----------
    token : str
        Token of the notation that defines it.
    filters : int
        Number of output channels.
    kernel, stride, padding : int
        Size, stride and padding of the window, in pixels.
    """

    filters: int
    kernel: int
    stride: int
    padding: int

    def output_shape(self, shape: Shape) -> Shape:
        _, *sides = image_shape(self, shape)
        return (self.filters, *slide(self, sides, self.kernel, self.stride, self.padding))

    def n_parameters(self, shape: Shape) -> int:
        return self.filters * (shape[0] * self.kernel**2 + 1)

    def n_multiply_accumulates(self, shape: Shape) -> int:
        return math.prod(self.output_shape(shape)) * shape[0] * self.kernel**2

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        from hdr_bench.estimators.neural.modules import initialize_like_torch

        layer = nn.Conv2d(shape[0], self.filters, self.kernel, self.stride, self.padding, device="meta")
        return initialize_like_torch(layer, generator)


@dataclass(frozen=True)
class Pooling(Plain):
    """``MP2`` or ``AP3s2p1``: the maximum or the mean of each window.

    Attributes
    ----------
    token : str
        Token of the notation that defines it.
    kernel, stride, padding : int
        Size, stride and padding of the window, in pixels.
    """

    kernel: int
    stride: int
    padding: int

    @property
    def takes_maximum(self) -> bool:
        """Whether it takes the maximum of each window rather than the mean."""
        return self.token.startswith("M")

    def output_shape(self, shape: Shape) -> Shape:
        channels, *sides = image_shape(self, shape)
        if 2 * self.padding > self.kernel:
            raise NotationError(f"{self.token}: padding must be at most half the window, {self.kernel // 2}")
        return (channels, *slide(self, sides, self.kernel, self.stride, self.padding))

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        kind = nn.MaxPool2d if self.takes_maximum else nn.AvgPool2d
        return kind(self.kernel, self.stride, self.padding)


@dataclass(frozen=True)
class Dense(Plain):
    """``128N``, or ``OUT``: fully connected units.

    Attributes
    ----------
    token : str
        Token of the notation that defines it.
    units : int
        Number of output features.
    """

    units: int

    def output_shape(self, shape: Shape) -> Shape:
        n_features(self, shape)
        return (self.units,)

    def n_parameters(self, shape: Shape) -> int:
        return self.units * (shape[0] + 1)

    def n_multiply_accumulates(self, shape: Shape) -> int:
        return self.units * shape[0]

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        from hdr_bench.estimators.neural.modules import initialize_like_torch

        return initialize_like_torch(nn.Linear(shape[0], self.units, device="meta"), generator)


@dataclass(frozen=True)
class BatchNorm(Plain):
    """``BN``: batch normalization of channels or of features, depending on the input."""

    def n_parameters(self, shape: Shape) -> int:
        return 2 * shape[0]

    def n_buffers(self, shape: Shape) -> int:
        return 2 * shape[0]

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        import torch
        from torch import nn

        kind = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
        return kind(shape[0], dtype=torch.float32)


@dataclass(frozen=True)
class Dropout(Plain):
    """``D0.2``: a fraction of the values is set to zero during training.

    Attributes
    ----------
    token : str
        Token of the notation that defines it.
    share : float
        At least 0 and below 1.
    """

    share: float

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from hdr_bench.estimators.neural.modules import SeededDropout

        return SeededDropout(self.share)


@dataclass(frozen=True)
class Activation(Plain):
    """``relu``, ``tanh``, ``sigmoid``, ``lrelu0.08`` or ``linear``.

    Attributes
    ----------
    token : str
        Token of the notation that defines it.
    slope : float, default=0.0
        Slope of "lrelu" below 0.
    """

    slope: float = 0.0

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        if self.token.startswith("lrelu"):
            return nn.LeakyReLU(self.slope)
        kinds: dict[str, type[nn.Module]]
        kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "linear": nn.Identity}
        return kinds[self.token]()


@dataclass(frozen=True)
class Flatten(Plain):
    """``F``: flattens an image into features."""

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        return nn.Flatten()


@dataclass(frozen=True)
class GlobalAveragePooling(Plain):
    """``GAP``: the mean of each channel."""

    def output_shape(self, shape: Shape) -> Shape:
        return image_shape(self, shape)[:1]

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


@dataclass(frozen=True)
class Resize(Plain):
    """``R227``: resizes the image to a square by bilinear interpolation.

    Attributes
    ----------
    token : str
        Token of the notation that defines it.
    side : int
        Output height and width, in pixels.
    """

    side: int

    def output_shape(self, shape: Shape) -> Shape:
        return (image_shape(self, shape)[0], self.side, self.side)

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        return nn.Upsample(size=(self.side, self.side), mode="bilinear")


@dataclass(frozen=True)
class Colour(Plain):
    """``RGB``: repeats a grey image three times, as the channels of a colour image."""

    def output_shape(self, shape: Shape) -> Shape:
        channels, *sides = image_shape(self, shape)
        if channels != 1:
            raise NotationError(
                f"{self.token}: the input must be a grey image, got {channels} channels; remove this token"
            )
        return (3, *sides)

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from hdr_bench.estimators.neural.modules import GreyToColour

        return GreyToColour()
