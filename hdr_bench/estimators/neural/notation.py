"""Networks as a line of text: ``"64C3-MP2-128N"``.

The notation follows the literature (Ciresan, Meier and Schmidhuber, "Multi-column deep neural networks for image
classification", 2012), with additional tokens for later developments.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from hdr_bench.estimators.neural.layer_protocol import Layer, Shape
from hdr_bench.estimators.neural.layers import (
    Activation,
    BatchNorm,
    Colour,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling,
    Pooling,
    Resize,
)
from hdr_bench.exceptions import NotationError, shown
from hdr_bench.records.layer_row import LayerRow

if TYPE_CHECKING:
    from torch import Generator, nn

TOKENS = {
    "convolution": "8C5, 8C5s2p1",
    "pooling": "MP2, AP2, MP3s2p1",
    "fully connected": "128N",
    "batch normalisation": "BN",
    "dropout": "D0.2",
    "activation": "relu, tanh, sigmoid, lrelu0.08, linear",
    "others": "F, OUT, GAP, R227, RGB, 2x64C3p1",
}
# Numbers have up to eight digits: a larger network would not fit in any memory.
_SLIDE = r"(?:s(?P<stride>[1-9][0-9]{0,7}))?(?:p(?P<padding>[0-9]{1,8}))?"
_CONVOLUTION = re.compile(r"(?P<filters>[1-9][0-9]{0,7})C(?P<kernel>[1-9][0-9]{0,7})" + _SLIDE)
_POOLING = re.compile(r"[MA]P(?P<kernel>[1-9][0-9]{0,7})" + _SLIDE)
_DENSE = re.compile(r"([1-9][0-9]{0,7})N")
_SHARE = r"([0-9]{1,8}(?:\.[0-9]{1,16})?|\.[0-9]{1,16})"
_DROPOUT = re.compile("D" + _SHARE)
_ACTIVATION = re.compile("relu|tanh|sigmoid|linear|lrelu" + _SHARE)
_RESIZE = re.compile(r"R([1-9][0-9]{0,7})")
_REPEAT = re.compile(r"([1-9][0-9]{0,7})x(.+)")
_MOST_REPEATS = 1000
# Ten times the depth of the deepest networks ever trained.
_MOST_LAYERS = 10_000
_NUMBER_FAULTS = (
    (r"[0-9]{9,}", "1", "a number is too large; at most 99,999,999 is allowed"),
    (r"(?<![0-9.])0+(?![0-9.])", "1", "a number is 0; it must be at least 1"),
    (r"(?<![0-9.])0+(?=[1-9])", "", "a number begins with 0; remove the leading zero"),
)


def parse_layers(text: str, n_classes: int, activation: str = "relu") -> list[Layer]:
    """Parse a layer string, filling in what it leaves implicit: activations, ``F`` and ``OUT``.

    Parameters
    ----------
    text : str
        Tokens joined by ``-``; see `TOKENS`.
    n_classes : int
        Number of units of the output layer.
    activation : str, default="relu"
        Token inserted after each convolution and each fully connected layer that is not directly followed by an
        activation.

    Returns
    -------
    layers : list of Layer

    Raises
    ------
    NotationError
        If a token cannot be read; names it and its position.

    Examples
    --------
    >>> [layer.token for layer in parse_layers("8C5-MP2-128N-linear", n_classes=10)]
    ['8C5', 'relu', 'MP2', 'F', '128N', 'linear', 'OUT']
    """
    default = _read_token(activation, activation, 1, n_classes)
    if not isinstance(default, Activation):
        raise NotationError(f"unknown activation {shown(activation)}. Choose from: {TOKENS['activation']}")
    written = list(islice(_tokens(text, n_classes), _MOST_LAYERS + 1))
    if len(written) > _MOST_LAYERS:
        raise NotationError(f"{shown(text)}: a network must have at most {_MOST_LAYERS:,} layers")
    _check_order(text, written)
    if not any(layer.token == "OUT" for layer in written):
        written.append(Dense("OUT", n_classes))
    return list(_complete(written, default))


def layer_table(layers: list[Layer], image_shape: Shape) -> list[LayerRow]:
    """Return shape, parameters and multiply-accumulates of each layer.

    Parameters
    ----------
    layers : list of Layer
        From the first to the last.
    image_shape : tuple of int
        (channels, height, width).

    Returns
    -------
    rows : list of LayerRow

    Raises
    ------
    NotationError
        If a token does not fit the image; names it.
    """
    rows = []
    shape = image_shape
    for layer in layers:
        out = layer.output_shape(shape)
        rows.append(
            LayerRow(
                layer.token,
                type(layer).__name__,
                out,
                layer.n_parameters(shape),
                layer.n_buffers(shape),
                layer.n_multiply_accumulates(shape),
            )
        )
        shape = out
    return rows


def build_network(layers: list[Layer], image_shape: Shape, generator: "Generator | None" = None) -> "nn.Sequential":
    """Build the layers as a plain `torch.nn.Sequential`, for images (channels, height, width).

    Parameters
    ----------
    layers : list of Layer
        From the first to the last.
    image_shape : tuple of int
        Channels, height and width.
    generator : torch.Generator, optional
        Source of the initial weights; None is torch's global generator.

    Returns
    -------
    network : torch.nn.Sequential

    Raises
    ------
    NotationError
        If a token does not fit the image; names it.
    """
    from torch import nn

    modules = []
    shape = image_shape
    for place in execution_order(layers):
        out = layers[place].output_shape(shape)
        modules.append(layers[place].module(shape, generator))
        shape = out
    return nn.Sequential(*modules)


def execution_order(layers: list[Layer]) -> list[int]:
    """Return the positions of layers in the order in which a network computes them.

    Each activation is swapped with a maximum pooling that follows it: activations are monotonic, so outputs are the
    same. The activation then does a quarter of the work, or less.

    Parameters
    ----------
    layers : list of Layer
        From the first to the last, as written.

    Returns
    -------
    places : list of int
    """
    places = list(range(len(layers)))
    for place, (layer, following) in enumerate(pairwise(layers)):
        if isinstance(layer, Activation) and isinstance(following, Pooling) and following.takes_maximum:
            places[place], places[place + 1] = place + 1, place
    return places


def _tokens(text: str, n_classes: int) -> Iterator[Layer]:
    if not text.strip():
        raise NotationError("the layer string is empty; use e.g. '32C3-MP2-128N'")
    for place, token in enumerate(text.split("-"), start=1):
        repeat = _REPEAT.fullmatch(token.strip())
        times, single = (int(repeat[1]), repeat[2]) if repeat else (1, token.strip())
        if times > _MOST_REPEATS:
            raise NotationError(
                f"token {place} of {shown(text)}, {shown(token)}: must be repeated at most {_MOST_REPEATS} times"
            )
        for _ in range(times):
            yield _read_token(single, text, place, n_classes)


def _read_token(token: str, text: str, place: int, n_classes: int) -> Layer:
    layer = _layer_of(token, n_classes)
    if layer is not None:
        return layer
    if fault := _fault_of_number(token, n_classes):
        raise NotationError(f"token {place} of {shown(text)}, {shown(token)}: {fault}")
    allowed = "; ".join(f"{kind}: {examples}" for kind, examples in TOKENS.items())
    raise NotationError(f"token {place} of {shown(text)}, {shown(token)}, cannot be read. Choose from: {allowed}")


# The networks of a plan, thousands of them, have most of their tokens in common.
@lru_cache(maxsize=1000)
def _layer_of(token: str, n_classes: int) -> Layer | None:  # noqa: PLR0911  # one return per kind of token
    """Return the layer that a token stands for, or None if it is not valid."""
    if found := _CONVOLUTION.fullmatch(token):
        stride, padding = int(found["stride"] or 1), int(found["padding"] or 0)
        return Convolution(token, int(found["filters"]), int(found["kernel"]), stride, padding)
    if found := _POOLING.fullmatch(token):
        kernel = int(found["kernel"])
        return Pooling(token, kernel, int(found["stride"] or kernel), int(found["padding"] or 0))
    if found := _DENSE.fullmatch(token):
        return Dense(token, int(found[1]))
    if (found := _DROPOUT.fullmatch(token)) and float(found[1]) < 1:
        return Dropout(token, float(found[1]))
    if found := _ACTIVATION.fullmatch(token):
        return Activation(token, float(found[1] or 0))
    if found := _RESIZE.fullmatch(token):
        return Resize(token, int(found[1]))
    plain: dict[str, Layer] = {
        "BN": BatchNorm("BN"),
        "F": Flatten("F"),
        "RGB": Colour("RGB"),
        "GAP": GlobalAveragePooling("GAP"),
        "OUT": Dense("OUT", n_classes),
    }
    return plain.get(token)


def _fault_of_number(token: str, n_classes: int) -> str:
    """Describe what is wrong with the number in a token that is otherwise valid; empty for any other fault."""
    if _DROPOUT.fullmatch(token):
        return "the dropout rate must be below 1, e.g. D0.5"
    for pattern, replacement, fault in _NUMBER_FAULTS:
        other = re.sub(pattern, replacement, token)
        with suppress(NotationError):
            if other != token and list(_tokens(other, n_classes)):
                return fault
    return ""


def _check_order(text: str, layers: list[Layer]) -> None:
    for layer in layers[1:]:
        if isinstance(layer, Resize):
            raise NotationError(f"{layer.token} of {shown(text)}: resizing must be the first token")
    for before, layer in pairwise(layers):
        if isinstance(layer, Colour) and not isinstance(before, Resize):
            raise NotationError(f"{layer.token} of {shown(text)}: must be the first token, or follow R")
    outputs = [index for index, layer in enumerate(layers) if layer.token == "OUT"]
    if len(outputs) > 1:
        raise NotationError(f"OUT occurs {len(outputs)} times in {shown(text)}; a network has one output layer")
    if outputs:
        for layer in layers[outputs[0] + 1 :]:
            if not isinstance(layer, BatchNorm | Dropout):
                raise NotationError(f"{layer.token} of {shown(text)}: only BN and D may follow OUT")


def _complete(layers: list[Layer], default: Layer) -> Iterator[Layer]:
    """Insert a flattening before the first fully connected layer, and activations."""
    is_image = True
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        if isinstance(layer, Dense) and is_image:
            yield Flatten("F")
        if isinstance(layer, Dense | Flatten | GlobalAveragePooling):
            is_image = False
        yield layer
        takes_activation = isinstance(layer, Convolution | Dense) and layer.token != "OUT"
        if takes_activation and not isinstance(following, Activation):
            yield default
