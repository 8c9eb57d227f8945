"""The layers that a network can be made of: shapes, parameters and operations, and the torch module of each.

Shapes are (channels, height, width), or (features,) once flattened. torch is imported only where a module is made.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hdr_bench.exceptions import NotationError

if TYPE_CHECKING:
    from torch import Generator, nn

Shape = tuple[int, ...]


class Layer(Protocol):
    """What every layer can tell, given the shape that comes in."""

    @property
    def token(self) -> str:
        """The token of the notation that made it."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape that goes out; raises `NotationError`, naming the token, where the input does not fit."""

    def n_parameters(self, shape: Shape) -> int:
        """Return the number of trainable parameters."""

    def n_buffers(self, shape: Shape) -> int:
        """Return the number of values that are learnt without a gradient: running means and variances."""

    def n_multiply_accumulates(self, shape: Shape) -> int:
        """Return the multiply-accumulates for one image."""

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        """Return the torch module, its weights drawn from `generator`; None is torch's global one."""


@dataclass(frozen=True)
class Plain:
    """A layer without parameters; the others override what differs."""

    token: str

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def n_parameters(self, shape: Shape) -> int:
        return 0

    def n_buffers(self, shape: Shape) -> int:
        return 0

    def n_multiply_accumulates(self, shape: Shape) -> int:
        return 0


@dataclass(frozen=True)
class Convolution(Plain):
    """``8C5s2p1``: filters, kernel, stride and padding."""

    filters: int
    kernel: int
    stride: int
    padding: int

    def output_shape(self, shape: Shape) -> Shape:
        _, *sides = _image(self, shape)
        return (self.filters, *_slide(self, sides, self.kernel, self.stride, self.padding))

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
    """``MP2`` or ``AP3s2p1``: the largest, or the mean, of each window."""

    kernel: int
    stride: int
    padding: int

    @property
    def takes_maximum(self) -> bool:
        """Whether it takes the largest of each window, and not the mean."""
        return self.token.startswith("M")

    def output_shape(self, shape: Shape) -> Shape:
        channels, *sides = _image(self, shape)
        if 2 * self.padding > self.kernel:
            raise NotationError(f"{self.token}: a padding of at most half the window is possible, {self.kernel // 2}")
        return (channels, *_slide(self, sides, self.kernel, self.stride, self.padding))

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        kind = nn.MaxPool2d if self.takes_maximum else nn.AvgPool2d
        return kind(self.kernel, self.stride, self.padding)


@dataclass(frozen=True)
class Dense(Plain):
    """``128N``, or ``OUT``: fully connected units."""

    units: int

    def output_shape(self, shape: Shape) -> Shape:
        _features(self, shape)
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
    """``BN``: of channels or of features, by what comes in."""

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
    """``D0.2``: a share of the values set to zero while training."""

    share: float

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from hdr_bench.estimators.neural.modules import SeededDropout

        return SeededDropout(self.share)


@dataclass(frozen=True)
class Activation(Plain):
    """``relu``, ``tanh``, ``sigmoid``, ``lrelu0.08`` or ``linear``."""

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
    """``F``: from an image to features."""

    def output_shape(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        return nn.Flatten()


@dataclass(frozen=True)
class GlobalAveragePooling(Plain):
    """``GAP``: the mean of each channel."""

    def output_shape(self, shape: Shape) -> Shape:
        return _image(self, shape)[:1]

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


@dataclass(frozen=True)
class Resize(Plain):
    """``R227``: the image enlarged or reduced to a square, bilinear."""

    side: int

    def output_shape(self, shape: Shape) -> Shape:
        return (_image(self, shape)[0], self.side, self.side)

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from torch import nn

        return nn.Upsample(size=(self.side, self.side), mode="bilinear")


@dataclass(frozen=True)
class Colour(Plain):
    """``RGB``: a grey image three times, as the channels of a colour image."""

    def output_shape(self, shape: Shape) -> Shape:
        channels, *sides = _image(self, shape)
        if channels != 1:
            raise NotationError(f"{self.token}: a grey image is needed, but {channels} channels come in; leave it out")
        return (3, *sides)

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        from hdr_bench.estimators.neural.modules import GreyToColour

        return GreyToColour()


def _image(layer: Layer, shape: Shape) -> Shape:
    if len(shape) != 3:
        raise NotationError(
            f"{layer.token}: an image is needed, but {shape[0]} features come in; put it before F and N"
        )
    return shape


def _features(layer: Layer, shape: Shape) -> int:
    if len(shape) != 1:
        raise NotationError(
            f"{layer.token}: features are needed, but an image of shape {shape} comes in; put F before it"
        )
    return shape[0]


def _slide(layer: Layer, sides: list[int], kernel: int, stride: int, padding: int) -> tuple[int, ...]:
    out = tuple((side + 2 * padding - kernel) // stride + 1 for side in sides)
    if min(out) < 1:
        height, width = sides
        raise NotationError(
            f"{layer.token}: a window of {kernel}x{kernel} does not fit the {height}x{width} image that comes in; "
            "use fewer or smaller layers before it, or padding (e.g. p1)"
        )
    return out
