"""What every layer of a network can tell, and how it names what does not fit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hdr_bench.exceptions import NotationError

if TYPE_CHECKING:
    from torch import Generator, nn

Shape = tuple[int, ...]


class Layer(Protocol):
    """What every layer can tell, given the shape that comes in, as (channels, height, width) or (features,)."""

    @property
    def token(self) -> str:
        """The token of the notation that made it."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape that goes out.

        Parameters
        ----------
        shape : tuple of int
            What comes in.

        Returns
        -------
        shape : tuple of int

        Raises
        ------
        NotationError
            If the layer does not fit what comes in.
        """

    def n_parameters(self, shape: Shape) -> int:
        """Return the number of trainable parameters.

        Parameters
        ----------
        shape : tuple of int
            What comes in.

        Returns
        -------
        n_parameters : int
        """

    def n_buffers(self, shape: Shape) -> int:
        """Return the number of values that are learnt without a gradient: running means and variances.

        Parameters
        ----------
        shape : tuple of int
            What comes in.

        Returns
        -------
        n_buffers : int
        """

    def n_multiply_accumulates(self, shape: Shape) -> int:
        """Return the multiply-accumulates for one image.

        Parameters
        ----------
        shape : tuple of int
            What comes in.

        Returns
        -------
        n_multiply_accumulates : int

        Raises
        ------
        NotationError
            If the layer does not fit what comes in.
        """

    def module(self, shape: Shape, generator: "Generator | None" = None) -> "nn.Module":
        """Return the torch module.

        Parameters
        ----------
        shape : tuple of int
            What comes in.
        generator : torch.Generator, optional
            Where weights are drawn from; None is torch's global generator.

        Returns
        -------
        module : torch.nn.Module
        """


@dataclass(frozen=True)
class Plain:
    """A layer without parameters; the others override what differs.

    Attributes
    ----------
    token : str
        The token of the notation that made it.
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
    """Return the shape that comes into a layer, which must be an image's.

    Parameters
    ----------
    layer : Layer
        Named in the message.
    shape : tuple of int

    Returns
    -------
    shape : tuple of int
        (channels, height, width).

    Raises
    ------
    NotationError
        If features come in.
    """
    if len(shape) != 3:
        raise NotationError(
            f"{layer.token}: an image is needed, but {shape[0]} features come in; put it before F and N"
        )
    return shape


def n_features(layer: Layer, shape: Shape) -> int:
    """Return how many features come into a layer.

    Parameters
    ----------
    layer : Layer
        Named in the message.
    shape : tuple of int

    Returns
    -------
    n_features : int

    Raises
    ------
    NotationError
        If an image comes in.
    """
    if len(shape) != 1:
        raise NotationError(
            f"{layer.token}: features are needed, but an image of shape {shape} comes in; put F before it"
        )
    return shape[0]


def slide(layer: Layer, sides: list[int], kernel: int, stride: int, padding: int) -> tuple[int, ...]:
    """Return height and width of what goes out of a layer that slides a window over the image.

    Parameters
    ----------
    layer : Layer
        Named in the message.
    sides : list of int
        Height and width of what comes in, in pixels.
    kernel, stride, padding : int
        Of the window, in pixels.

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
            f"{layer.token}: a window of {kernel}x{kernel} does not fit the {height}x{width} image that comes in; "
            "use fewer or smaller layers before it, or padding (e.g. p1)"
        )
    return out
