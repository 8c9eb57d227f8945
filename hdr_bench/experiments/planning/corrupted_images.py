"""Corrupted images of a data set, for test sets and for copies of training images."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset, Part
from hdr_bench.datasets.polarity import LIGHT_ON_DARK, Polarity, count_polarities
from hdr_bench.experiments.planning.distortions import describe_corruption
from hdr_bench.experiments.planning.other_images import sample_of
from hdr_bench.records.case import TrainingCorruption
from hdr_bench.records.distortions import Severity
from hdr_bench.robustness import corrupt

_SEED = 0
# Training images use other random numbers than test images, and each set of copies others than the previous one.
_FIRST_SEED_OF_COPIES = 1000


def corrupt_images(
    images: NDArray[np.generic], dataset: Dataset, name: str, severity: Severity, seed: int = _SEED
) -> NDArray[np.generic]:
    """Return corrupted images of a data set.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        Some images of the data set.
    dataset : Dataset
        Provides the pixel range and the polarity.
    name : str
        Name of the corruption.
    severity : {1, 2, 3, 4, 5, "mnist-c"}
    seed : int, default=0
        Random seed, the same for all methods and repeats.

    Returns
    -------
    corrupted : ndarray of shape (n, height, width)
        Of the same dtype.
    """
    polarity = _polarity_of(dataset)
    return corrupt(images, name, severity, seed=seed, pixel_range=pixel_range_of(dataset), polarity=polarity)


def pixel_range_of(dataset: Dataset) -> tuple[float, float]:
    """Return the pixel values of black and white in the images of a data set: the range that they use.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    low, high : float
        Smallest and largest pixel value in both parts, as used for inverting images; bytes need not use their whole
        range.
    """
    parts = [part.images for part in (dataset.train, dataset.test)]
    return float(min(part.min() for part in parts)), float(max(part.max() for part in parts))


def with_corrupted_copies(dataset: Dataset, train_with: tuple[TrainingCorruption, ...], case: str) -> Dataset:
    """Append corrupted copies to the training images of a data set, the same for every seed of a trial.

    Parameters
    ----------
    dataset : Dataset
        As in a trial: for a fold, without the images that it is evaluated on.
    train_with : tuple of TrainingCorruption
    case : str
        Name of the case, for the note.

    Returns
    -------
    dataset : Dataset
        Its fingerprint is that of the data without the copies; a note describes what was added.
    """
    if not train_with:
        return dataset
    train = dataset.train
    parts, notes = [train], []
    for place, each in enumerate(train_with):
        share = sample_of(train, max(round(each.share * len(train)), 1))
        seed = _FIRST_SEED_OF_COPIES + place
        images = corrupt_images(share.images, dataset, each.corruption, each.severity, seed)
        parts.append(Part(images, share.labels))
        words = describe_corruption(each.corruption, each.severity)
        notes.append(f"{case} also learns from {len(share):,} corrupted copies of training images: {words}")
    both = Part(
        np.concatenate([part.images for part in parts]), np.concatenate([np.asarray(part.labels) for part in parts])
    )
    return replace(dataset, train=both, notes=(*dataset.notes, *notes))


def _polarity_of(dataset: Dataset) -> Polarity:
    return count_polarities(dataset.test.images).polarity or LIGHT_ON_DARK
