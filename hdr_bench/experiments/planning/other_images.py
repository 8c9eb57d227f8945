"""Images from other data than a method learns from: selection, compatibility, and overlap with the training images."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset, Part
from hdr_bench.datasets.content_warnings import are_shared, is_warning_of_parts
from hdr_bench.records.evaluation_images import sample_rows
from hdr_bench.records.evaluations import LEARNED, TestPart
from hdr_bench.records.text import list_first

_MNIST_SHAPE = (28, 28)


def part_of(dataset: Dataset, part: TestPart) -> Part:
    """Return the images of a data set that a test set uses.

    Parameters
    ----------
    dataset : Dataset
    part : {"test", "all"}
        The test part, or both parts with the training images first.

    Returns
    -------
    part : Part
    """
    if part == "test":
        return dataset.test
    train, test = dataset.train, dataset.test
    return Part(np.concatenate([train.images, test.images]), np.concatenate([train.labels, test.labels]))


def count_images(dataset: Dataset, part: TestPart) -> int:
    """Return the number of images of a data set that `part_of` returns.

    Parameters
    ----------
    dataset : Dataset
    part : {"test", "all"}

    Returns
    -------
    n_images : int
    """
    return len(dataset.test) + (len(dataset.train) if part == "all" else 0)


def sample_of(part: Part, samples: int | None, rows: Sequence[int] | None = None) -> Part:
    """Return the sample of a part that a test set uses.

    Parameters
    ----------
    part : Part
        As returned by `part_of`.
    samples : int or None
        As accepted by `sample_rows`.
    rows : sequence of int, optional
        Positions of the images, which are then not drawn.

    Returns
    -------
    part : Part
    """
    if rows is not None:
        return part.take(np.array(rows, np.intp))
    if samples is None or samples >= len(part):
        return part
    return part.take(sample_rows(part.labels, samples))


def describe_sample(samples: int | None, n_images: int) -> str:
    """Describe how many images of a part a test set uses.

    Parameters
    ----------
    samples : int or None
        Requested number; None for all.
    n_images : int
        Available number.

    Returns
    -------
    text : str
        Empty if all are requested.
    """
    if samples is None:
        return ""
    if samples > n_images:
        return f"all {n_images:,} images, fewer than the {samples:,} that the suite asks for"
    return f"{samples:,} of {n_images:,} images (stratified)"


def describe_part(dataset: Dataset, part: TestPart) -> tuple[str, ...]:
    """Describe how many images of a data set a test set uses, and what readers must know about the data.

    Parameters
    ----------
    dataset : Dataset
    part : {"test", "all"}
        As accepted by `part_of`.

    Returns
    -------
    notes : tuple of str
        Including the notes and warnings of the data set.
    """
    n_test, n_all = len(dataset.test), len(dataset.train) + len(dataset.test)
    if part == "all":
        # Both parts are joined again, however they were split.
        notes = [note for note in dataset.notes if note != dataset.cut_note]
        warnings = [warning for warning in dataset.warnings if not is_warning_of_parts(warning)]
        return (f"all its {n_all:,} images", *notes, *warnings)
    advice = ' (part = "all", or --part all, uses all)' if dataset.cut_note else ""
    return (f"its test part only, {n_test:,} of {n_all:,} images{advice}", *dataset.notes, *dataset.warnings)


def describe_misfit(
    part: Part, names: tuple[str, ...], image_shape: tuple[int, int], class_names: tuple[str, ...]
) -> str:
    """Describe why a method cannot be evaluated on images, and what to do; empty if it can.

    Parameters
    ----------
    part : Part
        The images, with labels that are indices into `names`.
    names : tuple of str
        Classes of the images.
    image_shape : tuple of int
        Height and width of the images that the method learns from, in pixels.
    class_names : tuple of str
        The classes that the method knows.

    Returns
    -------
    problem : str
        Empty if there is no problem.
    """
    height, width = part.images.shape[1:]
    if (height, width) != image_shape:
        learnt = f"{image_shape[0]}x{image_shape[1]}"
        which = "them" if image_shape == _MNIST_SHAPE else "both data sets"
        return (
            f"its images have {height}x{width} pixels, but the method's training images {learnt}; convert {which} "
            'to MNIST\'s form with fit = "mnist" (--fit mnist)'
        )
    present = [names[label] for label in np.unique(part.labels)]
    unknown = [name for name in present if name not in class_names]
    if not unknown:
        return ""
    known = [name for name in present if name in class_names]
    chosen = f"choose classes that it knows: classes = [{', '.join(map(_quote, known))}]" if known else "it knows none"
    return f"the method does not know its classes {list_first(unknown, _quote)}; {chosen}"


def _quote(name: str) -> str:
    """Return a class name as written in a suite."""
    return f'"{name}"'


def with_labels_of(part: Part, names: tuple[str, ...], class_names: tuple[str, ...]) -> Part:
    """Return images with the labels of a method that learned from other data, matching classes by name.

    Parameters
    ----------
    part : Part
        Its labels are indices into `names`.
    names : tuple of str
        Classes of the images; those with images are all in `class_names`.
    class_names : tuple of str
        The classes that the method knows.

    Returns
    -------
    part : Part
        Its labels are indices into `class_names`.
    """
    if names == class_names:
        return part
    # Classes without images need no label.
    places = np.array([class_names.index(name) if name in class_names else -1 for name in names], np.int64)
    return replace(part, labels=places[part.labels])


def known_images(train: NDArray[np.generic], images: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return which images are among a method's training images, pixel by pixel.

    Parameters
    ----------
    train : ndarray of shape (n_train, height, width)
    images : ndarray of shape (n, height, width)
        Of any size; images of a different size do not match.

    Returns
    -------
    are_known : ndarray of shape (n,), bool
    """
    if train.shape[1:] != images.shape[1:]:
        return np.zeros(len(images), np.bool_)
    return are_shared(train, images.astype(train.dtype, copy=False))


def describe_overlap(n_known: int, n_images: int) -> str:
    """Describe how many images of a test set a method learns from.

    Parameters
    ----------
    n_known, n_images : int

    Returns
    -------
    text : str
        Empty if there are none.
    """
    if not n_known:
        return ""
    return f"{n_known:,} of its {n_images:,} images {LEARNED}, so errors are too low"


def describe_most_overlap(n_known: int, n_images: int) -> str:
    """Describe how many images of a test set a method may learn from, if it uses only some training images.

    Parameters
    ----------
    n_known, n_images : int
        Largest possible number of known images, and the number of all images.

    Returns
    -------
    text : str
        Empty if there are none.
    """
    text = describe_overlap(n_known, n_images)
    return f"up to {text}" if text else ""
