"""What every data set is: images, labels, class names, a train and a test part, a fingerprint."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.checks import check_class_names, check_part
from hdr_bench.datasets.labels import stratified_split
from hdr_bench.datasets.plausibility import find_doubts
from hdr_bench.datasets.polarity import POLARITIES, Polarity, bring_to
from hdr_bench.datasets.remarks import warn_of_blanks, warn_of_classes, warn_of_shared_images
from hdr_bench.exceptions import DatasetError, UnknownNameError, error_line


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """The train or the test part of a data set.

    Attributes
    ----------
    images : ndarray of shape (n, height, width)
        Pixels as they came: uint8, or uint16 and float32 where the source is deeper. May be a read-only
        memory map.
    labels : ndarray of shape (n,), int64
        Indices into the data set's class names.
    """

    images: NDArray[np.generic]
    labels: NDArray[np.int64]

    @property
    def X(self) -> NDArray[np.generic]:
        """The images as rows: shape (n, height * width), the same memory."""
        return self.images.reshape(len(self.images), -1)

    @property
    def y(self) -> NDArray[np.int64]:
        """The labels: shape (n,)."""
        return self.labels

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"<Part: {self.images.shape} images, {self.images.dtype}>"

    def take(self, indices: NDArray[np.intp]) -> "Part":
        """Return the part that holds `indices` of this one, in their order."""
        return Part(np.asarray(self.images[indices]), np.asarray(self.labels[indices]))


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images of digits or letters with their labels.

    Attributes
    ----------
    name : str
        What `load_dataset` was given.
    train, test : Part
        What methods learn from, and what they are evaluated on.
    class_names : tuple of str
        One per label, in the order of the labels.
    fingerprint : str
        SHA-256 of the bytes of both parts (`fingerprint_of`).
    notes : tuple of str
        What a reader of results must know of these data.
    warnings : tuple of str
        What is doubtful about them, each with counts and what to do; `load_dataset` warns of it, reports show it.
    """

    name: str
    train: Part
    test: Part
    class_names: tuple[str, ...]
    fingerprint: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

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
        """Return the data set with `n_samples` of its training images, stratified, drawn with a fixed seed.

        The test part stays whole, so that errors remain comparable.

        Raises
        ------
        DatasetError
            If there are not so many images, or not one for each class.
        """
        self.check_subsample(n_samples)
        if n_samples == len(self.train):
            return self
        left_out = len(self.train) - n_samples
        chosen, _ = stratified_split(self.name, self.train.labels, self.class_names, left_out, random_state)
        return self.with_parts(self.train.take(chosen), self.test)

    def with_parts(self, train: Part, test: Part) -> "Dataset":
        """Return a data set of the same name and classes with these parts, and the fingerprint that they have."""
        return replace(self, train=train, test=test, fingerprint=fingerprint_of(train, test))

    def in_polarity(self, polarity: Polarity) -> "Dataset":
        """Return the data set with all images in one polarity, and a note of how many were inverted.

        Each image is taken by itself, so that two parts, or pictures of one part, of different polarity become alike;
        an image whose polarity is unclear is treated as most of its part. An inverted pixel is the smallest plus the
        largest pixel of both parts, less the pixel.

        Parameters
        ----------
        polarity : {"light-on-dark", "dark-on-light"}
            Light on dark are MNIST's images; dark on light most pictures.

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
            brought = [bring_to(part.images, polarity, low, high) for part in parts]
        except ValueError as error:
            raise DatasetError(f"{self.name} cannot be brought to {polarity}: {error_line(error)}") from error
        (train, n_train), (test, n_test) = brought
        if n_train + n_test == 0:
            return self
        changed = self.with_parts(Part(train, self.train.labels), Part(test, self.test.labels))
        settled = doubts_of(self.train, self.test)
        note = (
            f"brought to {polarity}: {n_train:,} of {len(train):,} training images and {n_test:,} of {len(test):,} "
            "test images inverted"
        )
        others = [warning for warning in self.warnings if warning not in settled]
        return replace(changed, notes=(*self.notes, note), warnings=(*others, *doubts_of(changed.train, changed.test)))

    def check_subsample(self, n_samples: int) -> None:
        """Check that `subsample` can take `n_samples`.

        Raises
        ------
        DatasetError
            If there are not so many images, or not one for each class.
        """
        classes = len(self.class_names)
        possible = classes <= n_samples <= len(self.train) - classes or n_samples == len(self.train)
        if not possible:
            raise DatasetError(
                f"cannot take {n_samples} training images of {self.name}: between {classes} (one per class) "
                f"and {len(self.train) - classes} are possible, or all {len(self.train)}"
            )


def make_dataset(
    name: str,
    train: Part,
    test: Part,
    class_names: Sequence[str],
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Dataset:
    """Check the arrays against each other, and return them as a `Dataset`.

    Its warnings are those given, and those of classes that only one part has, of test images that are also training
    images, of what `find_doubts` finds, and of blank images.

    Raises
    ------
    DatasetError
        If counts, shapes, types or labels do not fit.
    """
    return with_blanks_noted(assemble_dataset(name, train, test, class_names, notes, warnings))


def assemble_dataset(
    name: str,
    train: Part,
    test: Part,
    class_names: Sequence[str],
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Dataset:
    """Return arrays as a `Dataset`; as `make_dataset`, but blank images are the caller's affair.

    Raises
    ------
    DatasetError
        If counts, shapes, types or labels do not fit.
    """
    check_class_names(name, class_names)
    for part, what in ((train, "training"), (test, "test")):
        check_part(name, part.images, part.labels, what, len(class_names))
    if train.images.shape[1:] != test.images.shape[1:] or train.images.dtype != test.images.dtype:
        raise DatasetError(
            f"{name}: the training images are {_described(train.images)}, the test images {_described(test.images)}; "
            "both parts must have the same shape and type"
        )
    if len(np.unique(train.labels)) < 2:
        raise DatasetError(f"{name}: all training images are of one class; a classifier needs at least two")
    names = tuple(class_names)
    doubts = (
        *warnings,
        *warn_of_classes(train.labels, test.labels, names),
        *warn_of_shared_images(train.images, test.images),
        *doubts_of(train, test),
    )
    return Dataset(name, train, test, names, fingerprint_of(train, test), tuple(notes), doubts)


def with_blanks_noted(dataset: Dataset) -> Dataset:
    """Return a data set with a warning of its blank images, if it has any."""
    blanks = (*warn_of_blanks(dataset.train.images, "training"), *warn_of_blanks(dataset.test.images, "test"))
    return replace(dataset, warnings=(*dataset.warnings, *blanks))


def fingerprint_of(train: Part, test: Part) -> str:
    """Return the SHA-256 of both parts: of each array's type and shape, then its bytes in C order."""
    digest = hashlib.sha256()
    for array in (train.images, train.labels, test.images, test.labels):
        digest.update(f"{array.dtype.newbyteorder('<').str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def doubts_of(train: Part, test: Part) -> tuple[str, ...]:
    """Return what is doubtful about two parts: `find_doubts`."""
    return find_doubts((train.images, train.labels), (test.images, test.labels))


def _described(images: NDArray[np.generic]) -> str:
    height, width = images.shape[1:]
    return f"{height}x{width} {images.dtype}"
