"""Random distortions of a batch of training images; test images are never distorted."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Distortion:
    """How far each training image is moved at random, every time it is seen.

    Parameters
    ----------
    rotation : float, default=0
        Largest angle, in degrees, either way.
    shift : float, default=0
        Largest shift, as a share of the image's height and width, either way.
    shear : float, default=0
        Largest angle of shear, in degrees, either way.
    zoom : float, default=0
        Largest relative change of size: 0.1 is from 0.9 to 1.1.

    Raises
    ------
    ValueError
        If a value is negative, or makes the image vanish.
    """

    rotation: float = 0.0
    shift: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0

    def __post_init__(self) -> None:
        limits = {"rotation": 180.0, "shift": 1.0, "shear": 80.0, "zoom": 0.9}
        for name, largest in limits.items():
            value = getattr(self, name)
            if not 0 <= value <= largest:
                raise ValueError(f"{name}={value!r} is not possible; it is between 0 and {largest:g}")

    def apply(self, images: "torch.Tensor", generator: "torch.Generator") -> "torch.Tensor":
        """Return the images, of shape (n, channels, height, width), each distorted on its own; zeros come in."""
        import torch
        from torch.nn import functional

        def uniform(largest: float, *shape: int) -> "torch.Tensor":
            return (torch.rand(*shape, generator=generator) * 2 - 1) * largest

        n = len(images)
        angle, shear = uniform(math.radians(self.rotation), n), uniform(math.radians(self.shear), n)
        size = 1 + uniform(self.zoom, n)
        cos, sin, lean = angle.cos() / size, angle.sin() / size, shear.tan()
        move = uniform(2 * self.shift, n, 2)
        rows = torch.stack([cos, lean * cos - sin, move[:, 0], sin, lean * sin + cos, move[:, 1]], dim=1)
        grid = functional.affine_grid(rows.view(n, 2, 3).to(images), list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=False)
