"""Batches of images taken by index from whole arrays.

skorch's usual loader fetches samples one by one, which takes longer than a small network's own work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from hdr_bench.error_text import error_line
from hdr_bench.estimators.neural.augmentation import Distortion
from hdr_bench.exceptions import shown


@dataclass(frozen=True)
class Reading:
    """How rows of raw pixels become a network's input.

    Attributes
    ----------
    height, width, channels : int
        Shape of an image; a row holds a pixel's channels side by side.
    scale : float
        What pixels are divided by.
    background : tuple of float
        Value of the raw pixels behind the ink, one per channel; empty if images are not distorted.
    """

    height: int
    width: int
    channels: int
    scale: float
    background: tuple[float, ...] = ()

    def tensor(self, rows: NDArray[Any]) -> torch.Tensor:
        """Return `rows` (n, n_features) as a float32 tensor (n, channels, height, width), scaled."""
        pixels = rows.astype(np.float32)
        pixels /= np.float32(self.scale)
        images = torch.from_numpy(pixels).view(len(rows), self.height, self.width, self.channels)
        return images.permute(0, 3, 1, 2) if self.channels > 1 else images.view(-1, 1, self.height, self.width)


class ImageBatches:
    """Batches by index: shuffled and distorted for training, in order for all else.

    Parameters
    ----------
    dataset : skorch.dataset.Dataset
        Holds X, rows of raw pixels (n, n_features), and y, a tensor (n,) or None.
    batch_size : int
        Images a batch. A last training batch of one image joins the one before: batch normalisation needs two.
    reading : Reading
        How rows become images.
    generator : torch.Generator or None
        Shuffles the images anew each epoch; None keeps their order.
    distortion : Distortion or None
        What is done to each batch.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        reading: Reading,
        generator: torch.Generator | None = None,
        distortion: Distortion | None = None,
    ) -> None:
        self.X = np.asarray(dataset.X)
        # Without labels skorch wants a zero for each sample.
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
    """Cut `order` into batches, the last one joined to the one before where it has one index only."""
    batches = list(torch.split(order, batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def n_batches(n_samples: int, batch_size: int) -> int:
    """Return how many batches `split_indices` makes."""
    whole, rest = divmod(n_samples, batch_size)
    return max(whole + (rest > 1), 1)


Rows = NDArray[Any]
Codes = NDArray[np.int64]


def hold_out(rows: Rows, codes: Codes, share: float, seed: int) -> tuple[Rows, Codes, Rows, Codes]:
    """Cut off a stratified share: training rows and labels, then those held out.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1, or leaves a class without images on either side.
    """
    if not 0 < share < 1:
        raise ValueError(f"validation_fraction must be between 0 and 1, or None, got {shown(share)}")
    try:
        places = train_test_split(np.arange(len(rows)), test_size=share, stratify=codes, random_state=seed)
    except ValueError as error:
        raise ValueError(
            f"validation_fraction={shown(share)} cannot be held out of {len(rows)} images: {error_line(error)}; "
            "give more images, another share, or validation_data"
        ) from error
    train, held = (np.sort(part) for part in places)
    return rows[train], codes[train], rows[held], codes[held]


def codes_of(labels: NDArray[Any], classes: NDArray[Any]) -> Codes:
    """Return the places of `labels` in the sorted `classes`.

    Raises
    ------
    ValueError
        If a label is no class.
    """
    unknown = np.setdiff1d(labels, classes)
    if len(unknown):
        raise ValueError(f"y holds labels that are none of the classes {classes.tolist()}: {unknown[:5].tolist()}")
    return np.searchsorted(classes, labels).astype(np.int64)
