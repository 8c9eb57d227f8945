"""Batches of images, indexed from whole arrays.

skorch's default loader fetches samples one by one, which takes longer than the computations of a small network.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hdr_bench.estimators.neural.augmentation import Distortion


@dataclass(frozen=True)
class InputFormat:
    """Conversion of raw pixel rows into a network's input.

    Attributes
    ----------
    height, width, channels : int
        Shape of an image; a row has channels interleaved pixel by pixel.
    scale : float
        Divisor of the pixels.
    background : tuple of float
        Value of the raw pixels behind the ink, one per channel; empty if images are not distorted.
    """

    height: int
    width: int
    channels: int
    scale: float
    background: tuple[float, ...] = ()

    def tensor(self, rows: NDArray[Any]) -> torch.Tensor:
        """Convert rows to images.

        Parameters
        ----------
        rows : ndarray of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        images : torch.Tensor of shape (n, channels, height, width)
            float32, scaled.
        """
        pixels = rows.astype(np.float32)
        pixels /= np.float32(self.scale)
        images = torch.from_numpy(pixels).view(len(rows), self.height, self.width, self.channels)
        return images.permute(0, 3, 1, 2) if self.channels > 1 else images.view(-1, 1, self.height, self.width)


class ImageBatches:
    """Batches by index: shuffled and distorted for training, in order otherwise.

    Parameters
    ----------
    dataset : skorch.dataset.Dataset
        Contains X, rows of raw pixels (n, n_features), and y, a tensor (n,) or None.
    batch_size : int
        Images per batch. A last training batch of a single image is merged into the previous one: batch normalization
        needs at least two.
    reading : InputFormat
        Conversion of rows into images.
    generator : torch.Generator or None
        Reshuffles the images in each epoch; None keeps their order.
    distortion : Distortion or None
        Distortion applied to each batch.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        reading: InputFormat,
        generator: torch.Generator | None = None,
        distortion: Distortion | None = None,
    ) -> None:
        self.X = np.asarray(dataset.X)
        # Without labels, skorch expects a zero for each sample.
        self.y = torch.zeros(len(self.X), dtype=torch.float32) if dataset.y is None else torch.as_tensor(dataset.y)
        self.batch_size = batch_size
        self.reading = reading
        self.generator = generator
        self.distortion = distortion

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self.generator is None:
            for start in range(0, len(self.X), self.batch_size):
                part = slice(start, start + self.batch_size)
                yield self.reading.tensor(self.X[part]), self.y[part]
            return
        for chosen in split_indices(torch.randperm(len(self.X), generator=self.generator), self.batch_size):
            images = self.reading.tensor(self.X.take(chosen.numpy(), axis=0))
            yield self._distort(images), self.y[chosen]

    def _distort(self, images: torch.Tensor) -> torch.Tensor:
        if self.distortion is None or self.generator is None:
            return images
        if not any(self.reading.background):
            return self.distortion.apply(images, self.generator)
        ground = torch.tensor(self.reading.background, dtype=torch.float32).view(-1, 1, 1) / self.reading.scale
        return self.distortion.apply(images - ground, self.generator) + ground


def split_indices(order: torch.Tensor, batch_size: int) -> list[torch.Tensor]:
    """Split `order` into batches; a last batch of a single index is merged into the previous one.

    Parameters
    ----------
    order : torch.Tensor of shape (n,)
        Indices.
    batch_size : int

    Returns
    -------
    batches : list of torch.Tensor
    """
    batches = list(torch.split(order, batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def n_batches(n_samples: int, batch_size: int) -> int:
    """Return the number of batches that `split_indices` creates.

    Parameters
    ----------
    n_samples : int
    batch_size : int

    Returns
    -------
    n_batches : int
    """
    whole, rest = divmod(n_samples, batch_size)
    return max(whole + (rest > 1), 1)
