"""Data sets: images, labels, class names, a train and a test part, and a fingerprint."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.labels import stratified_split
from hdr_bench.datasets.plausibility import find_doubts
from hdr_bench.datasets.polarity import POLARITIES, Polarity, to_polarity
from hdr_bench.error_text import error_line
from hdr_bench.exceptions import DatasetError, UnknownNameError


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """The train or the test part of a data set.

    Attributes
    ----------
    images : ndarray of shape (n, height, width)
        Pixels as in the source: uint8, or uint16 and float32 for deeper sources. May be a read-only memory map.
    labels : ndarray of shape (n,), int64
        Indices into the data set's class names.
    """

    images: NDArray[np.generic]
    labels: NDArray[np.int64]

    @property
    def X(self) -> NDArray[np.generic]:
        """The images as rows, of shape (n, height * width), without a copy."""
        return self.images.reshape(len(self.images), -1)

    @property
    def y(self) -> NDArray[np.int64]:
        """The labels, of shape (n,)."""
        return self.labels

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"<Part: {self.images.shape} images, {self.images.dtype}>"

    def take(self, indices: NDArray[np.intp]) -> "Part":
        """Return the part with the images at `indices` of this one, in their order.

        Parameters
        ----------
        indices : ndarray
            Positions in this part.

        Returns
        -------
        part : Part
        """
        return Part(np.asarray(self.images[indices]), np.asarray(self.labels[indices]))


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images of digits or letters with their labels.

    Attributes
    ----------
    name : str
        The name given to `load_dataset`.
    train, test : Part
        What methods are trained on, and what they are evaluated on.
    class_names : tuple of str
        One per label, in the order of the labels.
    fingerprint : str
        SHA-256 of the bytes of both parts, see `fingerprint_of`.
    notes : tuple of str
        What readers of results must know about these data.
    warnings : tuple of str
        What is doubtful about them, each with counts and what to do; `load_dataset` issues them, reports show them.
    cut_note : str
        The note that says how the library split the data into two parts; empty if the source has two.
    """

    name: str
    train: Part
    test: Part
    class_names: tuple[str, ...]
    fingerprint: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    cut_note: str = ""

    def __repr__(self) -> str:
        height, width = self.image_shape
        return (
            f"<Dataset {self.name}: {len(self.train)} training and {len(self.test)} test images of {height}x{width} "
            f"pixels ({self.train.images.dtype}), {len(self.class_names)} classes>"
        )

    @property
    def image_shape(self) -> tuple[int, int]:
        """Height and width, in pixels."""
        _, height, width = self.train.images.shape
        return height, width

    def subsample(self, n_samples: int, random_state: int = 0) -> "Dataset":
        """Return the data set with a stratified subsample of its training images, drawn with a fixed seed.

        The test part is unchanged, so that errors remain comparable.

        Parameters
        ----------
        n_samples : int
            Number of training images.
        random_state : int, default=0
            Seed for drawing them.

        Returns
        -------
        dataset : Dataset

        Raises
        ------
        DatasetError
            If there are not enough images, or fewer than one per class are requested.
        """
        self.check_subsample(n_samples)
        if n_samples == len(self.train):
            return self
        left_out = len(self.train) - n_samples
        chosen, _ = stratified_split(self.name, self.train.labels, self.class_names, left_out, random_state)
        return self.with_parts(self.train.take(chosen), self.test)

    def with_parts(self, train: Part, test: Part) -> "Dataset":
        """Return a data set of the same name and classes with these parts and their fingerprint.

        Parameters
        ----------
        train : Part
        test : Part

        Returns
        -------
        dataset : Dataset
        """
        return replace(self, train=train, test=test, fingerprint=fingerprint_of(train, test))

    def in_polarity(self, polarity: Polarity) -> "Dataset":
        """Return the data set with all images in one polarity, and a note on how many were inverted.

        Each image is treated separately, so that parts, or pictures within a part, of different polarity become alike;
        an image whose polarity is unclear is treated like most of its part. An inverted pixel is the smallest plus the
        largest pixel of both parts, minus the pixel.

        Parameters
        ----------
        polarity : {"light-on-dark", "dark-on-light"}
            MNIST's images are light on dark; most pictures are dark on light.

        Returns
        -------
        dataset : Dataset

        Raises
        ------
        UnknownNameError
            If there is no such polarity.
        DatasetError
            If the polarity of most images of a part is unclear.
        """
        if polarity not in POLARITIES:
            raise UnknownNameError("polarity", polarity, POLARITIES)
        parts = (self.train, self.test)
        low, high = min(part.images.min() for part in parts), max(part.images.max() for part in parts)
        try:
            brought = [to_polarity(part.images, polarity, low, high) for part in parts]
        except ValueError as error:
            raise DatasetError(f"{self.name} cannot be converted to {polarity}: {error_line(error)}") from error
        (train, n_train), (test, n_test) = brought
        if n_train + n_test == 0:
            return self
        changed = self.with_parts(Part(train, self.train.labels), Part(test, self.test.labels))
        settled = doubts_of(self.train, self.test)
        note = (
            f"converted to {polarity}: {n_train:,} of {len(train):,} training images and {n_test:,} of {len(test):,} "
            "test images inverted"
        )
        others = [warning for warning in self.warnings if warning not in settled]
        return replace(changed, notes=(*self.notes, note), warnings=(*others, *doubts_of(changed.train, changed.test)))

    def check_subsample(self, n_samples: int) -> None:
        """Check that `subsample` can take `n_samples`.

        Parameters
        ----------
        n_samples : int
            Number of training images.

        Raises
        ------
        DatasetError
            If there are not enough images, or fewer than one per class are requested.
        """
        classes = len(self.class_names)
        possible = classes <= n_samples <= len(self.train) - classes or n_samples == len(self.train)
        if not possible:
            raise DatasetError(
                f"cannot take {n_samples} training images of {self.name}: choose between {classes} (one per class) "
                f"and {len(self.train) - classes}, or all {len(self.train)}"
            )


def fingerprint_of(train: Part, test: Part) -> str:
    """Return the SHA-256 of both parts: for each array, its type and shape, then its bytes in C order.

    Parameters
    ----------
    train : Part
    test : Part

    Returns
    -------
    digest : str
        As hexadecimal digits.
    """
    digest = hashlib.sha256()
    for array in (train.images, train.labels, test.images, test.labels):
        digest.update(f"{array.dtype.newbyteorder('<').str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def doubts_of(train: Part, test: Part) -> tuple[str, ...]:
    """Return what is doubtful about two parts: `find_doubts`.

    Parameters
    ----------
    train : Part
    test : Part

    Returns
    -------
    doubts : tuple of str
        Each in a sentence.
    """
    return find_doubts((train.images, train.labels), (test.images, test.labels))
