"""Training material of a new version, and the images that test it."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Part, load_dataset
from hdr_bench.datasets.stored import is_here
from hdr_bench.exceptions import DatasetWarning, ServerError
from hdr_bench.experiments.learned_images import learned_images
from hdr_bench.models.card import CardData
from hdr_bench.pictures.normalize import SIDE
from hdr_bench.web.retraining.collected import Collected

# Their training images come from MNIST's training part, so MNIST's test images are new to models fitted on them.
_WITHIN_MNIST = frozenset({"mnist", "mnist-5k"})
_MIXED_IN = "mnist-5k"


@dataclass(frozen=True, eq=False)
class Material:
    """Training material of a version.

    Attributes
    ----------
    original : Part
        Training images of the version that it starts from, or `mnist-5k` if they are not available.
    is_original : bool
        Whether they are that version's own.
    corrections : Part
    marks : ndarray of shape (m, 28, 28), uint8
        Marks that are not digits.
    """

    original: Part
    is_original: bool
    corrections: Part
    marks: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Judges:
    """Test images that neither version has learned from.

    Attributes
    ----------
    deciding, reported : Part
        Halves of MNIST's test images: the first decides, the second is only reported. Empty if MNIST is not available
        or the model may have learned from them.
    held_back : Part
        Corrections that no version learns from.
    n_excluded : int
        Held-back corrections left out, because their images are among the training images.
    """

    deciding: Part
    reported: Part
    held_back: Part
    n_excluded: int


def gather(data: CardData | None, collected: Collected, *, own_data_only: bool) -> tuple[Material, Judges]:
    """Gather the training material and the test images of a new version; no image is in both.

    Parameters
    ----------
    data : CardData or None
        Training data of the old version, from its card.
    collected : Collected
    own_data_only : bool
        Whether the old version's training images are required, as for a method that is fitted from scratch.

    Returns
    -------
    material : Material
    judges : Judges

    Raises
    ------
    ServerError
        If the training images are not available, or are not 28x28 pixels.
    """
    original = _find_original(data)
    if original is None and own_data_only:
        name = data.name if data else "unknown"
        raise ServerError(
            f"The training images of this model ({name}) are not on this machine, so it cannot be fitted again "
            "with the corrections. Store the data set first."
        )
    halves = _split_mnist_test() if data is not None and data.name in _WITHIN_MNIST and is_here("mnist") else None
    deciding, reported = halves or (_nothing(), _nothing())
    test_images = image_set(deciding.images) | image_set(reported.images)
    learnable = _not_in(collected.images, test_images) & _without_contradictions(collected.images, collected.labels)
    material = Material(
        _load(_MIXED_IN) if original is None else original,
        original is not None,
        Part(collected.images[learnable], collected.labels[learnable]),
        collected.marks[_not_in(collected.marks, test_images)],
    )
    if material.original.images.shape[1:] != (SIDE, SIDE):
        raise ServerError(
            f"Only models of {SIDE}x{SIDE} pixels can be retrained; this one was fitted on images of another size."
        )
    learned = image_set(material.original.images) | image_set(collected.images) | image_set(collected.marks)
    fresh = _not_in(collected.held_images, learned)
    held_back = Part(collected.held_images[fresh], collected.held_labels[fresh])
    return material, Judges(deciding, reported, held_back, int(np.count_nonzero(~fresh)))


def image_set(images: NDArray[np.generic]) -> set[bytes]:
    """Return the bytes of images, for finding equal ones.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    contents : set of bytes
    """
    return {image.tobytes() for image in images}


def rows_of(images: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return images as rows of pixels; there may be none.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28)

    Returns
    -------
    rows : ndarray of shape (n, 784)
    """
    return images.reshape(len(images), SIDE * SIDE)


def _find_original(data: CardData | None) -> Part | None:
    """Return the training images of a card's data; None if they are not available or have changed."""
    if data is None or not is_here(data.name):
        return None
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        dataset = load_dataset(data.name)
        learned = learned_images(data, data.name, dataset, dataset)
    return None if learned is None else learned.part


def _split_mnist_test() -> tuple[Part, Part]:
    """Return two halves of MNIST's test images, stratified by class and the same for all versions."""
    test = load_dataset("mnist").test
    # Every second image of each class, in file order, since a later release may change a random generator.
    by_class = np.argsort(test.labels, kind="stable")
    return test.take(np.sort(by_class[::2])), test.take(np.sort(by_class[1::2]))


def _load(name: str) -> Part:
    return load_dataset(name).train


def _nothing() -> Part:
    return Part(np.zeros((0, SIDE, SIDE), np.uint8), np.zeros(0, np.int64))


def _not_in(images: NDArray[np.uint8], others: set[bytes]) -> NDArray[np.bool_]:
    return np.array([image.tobytes() not in others for image in images], bool)


def _without_contradictions(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which images have a unique label; equal images with different labels are not learned."""
    said: dict[bytes, set[int]] = {}
    for image, label in zip(images, labels.tolist(), strict=True):
        said.setdefault(image.tobytes(), set()).add(label)
    return np.array([len(said[image.tobytes()]) == 1 for image in images], bool)
