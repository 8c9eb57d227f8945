"""Row of a network's table, as a fitted network gives it and a result holds it.

Whoever only computes with networks imports it too: it does without pydantic.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class LayerRow:
    """A row of a network's table.

    Attributes
    ----------
    token : str
        The layer in the notation, e.g. ``"8C5"``.
    layer : str
        What kind of layer it is, e.g. ``"Convolution"``.
    output_shape : tuple of int
        (channels, height, width), or (features,), of what goes out for one image.
    parameters : int
        Trainable numbers.
    buffers : int
        Numbers that are learnt without a gradient: running means and variances.
    multiply_accumulates : int
        For one image.
    """

    # Of the records that hold it.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    token: str
    layer: str
    output_shape: tuple[int, ...]
    parameters: int
    buffers: int
    multiply_accumulates: int
