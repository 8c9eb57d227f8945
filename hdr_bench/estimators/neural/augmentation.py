"""Random distortions of a batch of training images; test images are never distorted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from hdr_bench.estimators.plain_values import is_number
from hdr_bench.exceptions import UnknownNameError, shown

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Distortion:
    """Random distortion of each training image, redrawn every time the image is seen.

    Parameters
    ----------
    rotation : float, default=0
        Maximum angle, in degrees, in either direction.
    shift : float, default=0
        Maximum shift, as a fraction of the image's height and width, in either direction.
    shear : float, default=0
        Maximum angle of shear, in degrees, in either direction.
    zoom : float, default=0
        Maximum relative change of size: 0.1 means from 0.9 to 1.1.
    elastic : float, default=0
        Strength, in pixels, of an elastic distortion: each pixel is moved by random numbers between -1 and 1, smoothed
        over the image and multiplied by this value (alpha in Simard, Steinkraus and Platt, 2003, "Best practices for
        convolutional neural networks applied to visual document analysis", who use 34).
    smoothness : float, default=4
        Standard deviation, in pixels, of the Gaussian that smooths the elastic distortion (sigma in the same paper).
    background : float or None, default=None
        Value of the raw pixels behind the ink, which pads the edges: 0 in MNIST, 255 in most pictures. With None, the
        network learns it as the median of the pixels along the borders of its training images.

    Raises
    ------
    ValueError
        If a value is negative or makes the image vanish, or the background is not finite.
    """

    rotation: float = 0.0
    shift: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    elastic: float = 0.0
    smoothness: float = 4.0
    background: float | None = None

    def __post_init__(self) -> None:
        limits = {"rotation": 180.0, "shift": 1.0, "shear": 80.0, "zoom": 0.9, "elastic": 1000.0, "smoothness": 100.0}
        for name, largest in limits.items():
            value = getattr(self, name)
            if not is_number(value) or not 0 <= value <= largest:
                raise ValueError(f"{name} must be between 0 and {largest:g}, got {shown(value)}")
        if self.background is not None and not (is_number(self.background) and math.isfinite(self.background)):
            raise ValueError(f"background must be a finite number, or None to learn it, got {shown(self.background)}")

    def apply(self, images: "torch.Tensor", generator: "torch.Generator") -> "torch.Tensor":
        """Distort each image independently, padded with zeros.

        If the background is not 0, a network subtracts it before and adds it afterwards.

        Parameters
        ----------
        images : torch.Tensor of shape (n, channels, height, width)
        generator : torch.Generator
            Source of the random numbers.

        Returns
        -------
        distorted : torch.Tensor of shape (n, channels, height, width)
        """
        import torch
        from torch.nn import functional

        def uniform(largest: float, *shape: int) -> "torch.Tensor":
            return (torch.rand(*shape, generator=generator, dtype=torch.float32) * 2 - 1) * largest

        n = len(images)
        angle, shear = uniform(math.radians(self.rotation), n), uniform(math.radians(self.shear), n)
        size = 1 + uniform(self.zoom, n)
        cos, sin, lean = angle.cos() / size, angle.sin() / size, shear.tan()
        move = uniform(2 * self.shift, n, 2)
        # torch measures in half heights and half widths.
        ratio = images.shape[2] / images.shape[3]
        across, down = (lean * cos - sin) * ratio, sin / ratio
        rows = torch.stack([cos, across, move[:, 0], down, lean * sin + cos, move[:, 1]], dim=1)
        grid = functional.affine_grid(rows.view(n, 2, 3).to(images), list(images.shape), align_corners=False)
        if self.elastic:
            grid = grid + self._displacements(images, generator)
        return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=False)

    def _displacements(self, images: "torch.Tensor", generator: "torch.Generator") -> "torch.Tensor":
        """Return the displacement of each pixel, in half heights and widths: shape (n, height, width, 2)."""
        import torch
        from torch.nn import functional

        n, _, height, width = images.shape
        noise = torch.rand(2 * n, 1, height, width, generator=generator, dtype=torch.float32) * 2 - 1
        reach = math.ceil(3 * self.smoothness)
        offsets = torch.arange(-reach, reach + 1, dtype=torch.float32)
        bell = torch.exp(-0.5 * (offsets / max(self.smoothness, 1e-6)) ** 2)
        bell = bell / bell.sum()
        smooth = functional.conv2d(noise, bell.view(1, 1, -1, 1), padding=(reach, 0))
        smooth = functional.conv2d(smooth, bell.view(1, 1, 1, -1), padding=(0, reach))
        pixels = self.elastic * smooth.view(n, 2, height, width).permute(0, 2, 3, 1)
        return pixels * torch.tensor([2 / width, 2 / height], dtype=torch.float32)


def as_distortion(augmentation: Distortion | Mapping[str, float] | None) -> Distortion | None:
    """Convert a network's parameter `augmentation` to a `Distortion`; a mapping holds its fields.

    Parameters
    ----------
    augmentation : Distortion, mapping of str to float or None

    Returns
    -------
    distortion : Distortion or None

    Raises
    ------
    UnknownNameError
        If a mapping has any other key.
    ValueError
        If a value is out of range.
    """
    if not isinstance(augmentation, Mapping):
        return augmentation
    known = [field.name for field in fields(Distortion)]
    for name in augmentation:
        if name not in known:
            raise UnknownNameError("parameter of augmentation", str(name), known)
    return Distortion(**augmentation)
