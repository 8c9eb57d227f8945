"""Row of a network's layer table, provided by a fitted network and stored in a result.

Also imported by code that only computes with networks, so it does not use pydantic.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

_WITH_BIASES = ("Convolution", "Dense")


@dataclass(frozen=True)
class LayerRow:
    """Row of a network's layer table.

    Attributes
    ----------
    token : str
        The layer in the notation, e.g. ``"8C5"``.
    layer : str
        Kind of layer, e.g. ``"Convolution"``.
    output_shape : tuple of int
        Shape of the output for one image: (channels, height, width) or (features,).
    parameters : int
        Number of trainable parameters.
    buffers : int
        Number of values learned without a gradient: running means and variances.
    multiply_accumulates : int
        Number for one image.
    """

    # Used by the records that contain it.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    token: str
    layer: str
    output_shape: tuple[int, ...]
    parameters: int
    buffers: int
    multiply_accumulates: int

    @property
    def bias_additions(self) -> int:
        """Number of biases added for one image: one per output value of a layer with weights."""
        return math.prod(self.output_shape) if self.layer in _WITH_BIASES else 0
