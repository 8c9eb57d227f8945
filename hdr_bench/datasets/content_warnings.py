"""Warnings about the content of a data set that readers of its results must know, with counts."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import DatasetWarning
from hdr_bench.records.text import list_first

# Warn from this share of test images that are also training images on. In mnist, mnist-5k, digits-8x8 and nist15 there
# are none; a few duplicates do not change an error rate.
_SHARED = 0.01
# Start of the warnings that compare one part with the other.
_OF_PARTS = r"classes that only the (training|test) part has|[\d,]+ of [\d,]+ test images are also among"


def are_blank(images: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return which images have the same value in all pixels.

    Parameters
    ----------
    images : ndarray
        Of shape (n, height, width).

    Returns
    -------
    are_blank : ndarray
        Of shape (n,).
    """
    rows = images.reshape(len(images), -1)
    blank: NDArray[np.bool_] = rows.min(axis=1) == rows.max(axis=1)
    return blank


def warn_of_blanks(images: NDArray[np.generic], what: str) -> tuple[str, ...]:
    """Return a warning about the blank images of a part, if there are any.

    Parameters
    ----------
    images : ndarray
        Of shape (n, height, width).
    what : str
        Name of the part, e.g. ``"training"``.

    Returns
    -------
    warnings : tuple of str
        At most one.
    """
    blank = np.flatnonzero(are_blank(images))
    if not len(blank):
        return ()
    counts = f"{len(blank):,} of {len(images):,} {what} images are blank (all pixels have the same value)"
    return (f"{counts}: index {list_first(blank.tolist())}",)


def warn_of_shared_images(train: NDArray[np.generic], test: NDArray[np.generic]) -> tuple[str, ...]:
    """Return a warning if at least 1 % of the test images are also training images, pixel by pixel.

    Blank images do not count: they are always alike, and have their own warning.

    Parameters
    ----------
    train, test : ndarray of shape (n, height, width)
        Of the same type.

    Returns
    -------
    warnings : tuple of str
        At most one.
    """
    n_shared = int(are_shared(train, test).sum())
    if n_shared < max(1, _SHARED * len(test)):
        return ()
    return (
        f"{n_shared:,} of {len(test):,} test images are also among the {len(train):,} training images, pixel by pixel, "
        "so that measured errors are too low; remove them from one of the parts",
    )


def are_shared(train: NDArray[np.generic], test: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return which test images are also training images, pixel by pixel; blank images are not counted.

    Parameters
    ----------
    train, test : ndarray of shape (n, height, width)
        Of the same type; images of different sizes are never the same.

    Returns
    -------
    are_shared : ndarray of shape (n_test,), bool
    """
    learnt = set(map(_digest, train))
    shared = np.fromiter((_digest(image) in learnt for image in test), np.bool_, len(test))
    return shared & ~are_blank(test)


def _digest(image: NDArray[np.generic]) -> bytes:
    return blake2b(image.tobytes(), digest_size=16).digest()


def warn_of_classes(
    train_labels: NDArray[np.int64], test_labels: NDArray[np.int64], class_names: tuple[str, ...]
) -> tuple[str, ...]:
    """Return warnings about classes that only one of the two parts has, with their numbers of images.

    Parameters
    ----------
    train_labels : ndarray
        Class indices of shape (n,).
    test_labels : ndarray
        Class indices of shape (m,).
    class_names : tuple of str
        In the order of the labels.

    Returns
    -------
    warnings : tuple of str
        Up to two.
    """
    train, test = (np.bincount(labels, minlength=len(class_names)) for labels in (train_labels, test_labels))
    return (
        *_warn_of_one_sided(test, train, class_names, "test", "so that no method can recognize them"),
        *_warn_of_one_sided(train, test, class_names, "training", "so that they are not evaluated"),
    )


def _warn_of_one_sided(
    here: NDArray[np.intp], there: NDArray[np.intp], class_names: tuple[str, ...], part: str, so: str
) -> tuple[str, ...]:
    only = np.flatnonzero((here > 0) & (there == 0))
    if not len(only):
        return ()
    listed = list_first(only.tolist(), lambda label: f"{class_names[label]!r} ({here[label]:,})")
    return (f"classes that only the {part} part has, with their numbers of images: {listed}, {so}",)


def is_warning_of_parts(warning: str) -> bool:
    """Whether a warning compares the parts of a data set, and is void if they are merged.

    Parameters
    ----------
    warning : str
        Warning of a data set.

    Returns
    -------
    is_warning_of_parts : bool

    Examples
    --------
    >>> is_warning_of_parts("3 of 3 test images are also among the 6 training images, pixel by pixel")
    True
    """
    return re.match(_OF_PARTS, warning) is not None


@contextmanager
def ignore_warnings_of_parts() -> Iterator[None]:
    """Suppress warnings that compare the parts, while data are loaded whose parts will be merged."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", f".*: ({_OF_PARTS})", DatasetWarning)
        yield
