"""Interface of a network's layers, and errors for layers that do not fit their input."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hdr_bench.exceptions import NotationError

if TYPE_CHECKING:
    from torch import Generator, nn

Shape = tuple[int, ...]


class Layer(Protocol):
    """Interface of every layer; input shapes are (channels, height, width) or (features,)."""

    @property
    def token(self) -> str:
        """Token of the notation that defines it."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return the output shape.

        Parameters
        ----------
        shape : tuple of int
            Input shape.

        Returns
        -------
        shape : tuple of int

        Raises
        ------
        NotationError
            If the layer does not fit its input.
        """

    def n_parameters(self, shape: Shape) -> int:
        """Return the number of trainable parameters.

        Parameters
        ----------
        shape : tuple of int
            Input shape.

        Returns
        -------
        n_parameters : int
        """

    def n_buffers(self, shape: Shape) -> int:
        """Return the number of values learnt without a gradient: running means and variances.

        Parameters
        ----------
        shape : tuple of int
            Input shape.

        Returns
        -------
        n_buffers : int
        """

    def n_multiply_accumulates(self, shape: Shape) -> int:
        """Return the multiply-accumulates for one image.

        Parameters
        ----------
        shape : tuple of int
            Input shape.

        Returns
        -------
        n_multiply_accumulates : int

        Raises
        ------
        NotationError
            If the layer does not fit its input.
        """

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        """Return the torch module.

        Parameters
        ----------
        shape : tuple of int
            Input shape.
        generator : torch.Generator, optional
            Source of the initial weights; None is torch's global generator.

        Returns
        -------
        module : torch.nn.Module
        """


@dataclass(frozen=True)
class Plain:
    """Layer without parameters; the other layers override what differs.

    Attributes
    ----------
    token : str
        Token of the notation that defines it.
    """

    token: str

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def n_parameters(self, shape: Shape) -> int:
        return 0

    def n_buffers(self, shape: Shape) -> int:
        return 0

    def n_multiply_accumulates(self, shape: Shape) -> int:
        return 0


def image_shape(layer: Layer, shape: Shape) -> Shape:
    """Return a layer's input shape, which must be that of an image.

    Parameters
    ----------
    layer : Layer
        Layer named in the message.
    shape : tuple of int

    Returns
    -------
    shape : tuple of int
        (channels, height, width).

    Raises
    ------
    NotationError
        If the input consists of features.
    """
    if len(shape) != 3:
        raise NotationError(
            f"{layer.token}: the input must be an image, got {shape[0]} features; put it before F and N"
        )
    return shape


def n_features(layer: Layer, shape: Shape) -> int:
    """Return the number of input features of a layer.

    Parameters
    ----------
    layer : Layer
        Layer named in the message.
    shape : tuple of int

    Returns
    -------
    n_features : int

    Raises
    ------
    NotationError
        If the input is an image.
    """
    if len(shape) != 1:
        raise NotationError(
            f"{layer.token}: the input must be features, got an image of shape {shape}; put F before it"
        )
    return shape[0]


def slide(layer: Layer, sides: list[int], kernel: int, stride: int, padding: int) -> tuple[int, ...]:
    """Return the output height and width of a layer that slides a window over the image.

    Parameters
    ----------
    layer : Layer
        Layer named in the message.
    sides : list of int
        Input height and width, in pixels.
    kernel, stride, padding : int
        Size, stride and padding of the window, in pixels.

    Returns
    -------
    sides : tuple of int

    Raises
    ------
    NotationError
        If the window does not fit the image.
    """
    out = tuple((side + 2 * padding - kernel) // stride + 1 for side in sides)
    if min(out) < 1:
        height, width = sides
        raise NotationError(
            f"{layer.token}: a window of {kernel}x{kernel} does not fit the layer's input of {height}x{width}; "
            "use fewer or smaller layers before it, or padding (e.g. p1)"
        )
    return out
