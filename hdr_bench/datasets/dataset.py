"""What every data set is: images, labels, class names, a train and a test part, a fingerprint."""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets.remarks import warn_of_blanks, warn_of_classes
from hdr_bench.exceptions import DatasetError, DatasetWarning


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
        What methods learn from, and what they are judged on.
    class_names : tuple of str
        One a label, in the order of the labels.
    fingerprint : str
        SHA-256 of the bytes of both parts (`fingerprint_of`).
    notes : tuple of str
        What a reader of results must know of these data, the warnings among it.
    warnings : tuple of str
        What may not be as it was meant; `load_dataset` warns of it each time.
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
        chosen, _ = stratified_split(self.name, self.train.labels, left_out, random_state=random_state)
        return self.with_parts(self.train.take(chosen), self.test)

    def with_parts(self, train: Part, test: Part) -> "Dataset":
        """Return a data set of the same name and classes with these parts, and the fingerprint that they have."""
        return replace(self, train=train, test=test, fingerprint=fingerprint_of(train, test))

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
                f"cannot take {n_samples} training images of {self.name}: between {classes} (one a class) "
                f"and {len(self.train) - classes} are possible, or all {len(self.train)}"
            )


def make_dataset(name: str, train: Part, test: Part, class_names: Sequence[str], notes: Sequence[str] = ()) -> Dataset:
    """Check the arrays against each other, and return them as a `Dataset`.

    Warns
    -----
    DatasetWarning
        If a class is in one of the parts only, or images are blank.

    Raises
    ------
    DatasetError
        If counts, shapes, types or labels do not fit.
    """
    dataset = with_blanks_noted(assemble_dataset(name, train, test, class_names, notes))
    issue_warnings(dataset, stacklevel=2)
    return dataset


def assemble_dataset(
    name: str,
    train: Part,
    test: Part,
    class_names: Sequence[str],
    notes: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Dataset:
    """Return what a reader has read as a `Dataset`; as `make_dataset`, but nothing is warned of yet.

    Raises
    ------
    DatasetError
        If counts, shapes, types or labels do not fit.
    """
    for part, what in ((train, "training"), (test, "test")):
        check_part(name, part, what, len(class_names))
    if train.images.shape[1:] != test.images.shape[1:] or train.images.dtype != test.images.dtype:
        raise DatasetError(
            f"{name}: the training images are {_described(train.images)}, the test images {_described(test.images)}; "
            "both parts must have the same shape and type"
        )
    if len(np.unique(train.labels)) < 2:
        raise DatasetError(f"{name}: all training images are of one class; a classifier needs at least two")
    dataset = Dataset(name, train, test, tuple(class_names), fingerprint_of(train, test), tuple(notes))
    return with_warnings(dataset, (*warnings, *warn_of_classes(train.labels, test.labels, tuple(class_names))))


def with_warnings(dataset: Dataset, warnings: Sequence[str]) -> Dataset:
    """Return a data set with these warnings too, which are among its notes."""
    new = [warning for warning in warnings if warning not in dataset.warnings]
    return replace(dataset, notes=(*dataset.notes, *new), warnings=(*dataset.warnings, *new))


def with_blanks_noted(dataset: Dataset) -> Dataset:
    """Return a data set with a warning of its blank images, if it has any."""
    train, test = dataset.train.images, dataset.test.images
    return with_warnings(dataset, (*warn_of_blanks(train, "training"), *warn_of_blanks(test, "test")))


def issue_warnings(dataset: Dataset, stacklevel: int) -> None:
    """Warn of what may not be as it was meant, as a `DatasetWarning` each, in the name of the caller's caller."""
    for warning in dataset.warnings:
        warnings.warn(f"{dataset.name}: {warning}", DatasetWarning, stacklevel=stacklevel + 1)


def encode_labels(name: str, labels: NDArray[np.generic]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return integer labels as 0 to k-1, and the name of each class: the label as it came.

    Raises
    ------
    DatasetError
        If the labels are not integers.
    """
    if not np.issubdtype(labels.dtype, np.integer):
        floating = np.issubdtype(labels.dtype, np.floating) and bool(np.isfinite(labels.astype(np.float64)).all())
        numeric = floating and np.array_equal(labels, np.floor(labels.astype(np.float64)))
        if not numeric:
            raise DatasetError(
                f"{name}: the labels are not integers: {labels.dtype}, e.g. {_first(labels)}; number the classes, e.g. "
                "class_names, labels = numpy.unique(labels, return_inverse=True)"
            )
    values, encoded = np.unique(labels.astype(np.int64), return_inverse=True)
    return encoded.reshape(-1).astype(np.int64), tuple(str(value) for value in values)


def fingerprint_of(train: Part, test: Part) -> str:
    """Return the SHA-256 of both parts: of each array's type and shape, then its bytes in C order."""
    digest = hashlib.sha256()
    for array in (train.images, train.labels, test.images, test.labels):
        digest.update(f"{array.dtype.newbyteorder('<').str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def stratified_split(
    name: str, labels: NDArray[np.int64], test_size: float, random_state: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of the train and the test part, in order, each class cut by the same share.

    `test_size` is a share of the images, or an integer number of them.

    Raises
    ------
    DatasetError
        If a class has too few images to be in both parts.
    """
    from sklearn.model_selection import train_test_split

    try:
        train, test = train_test_split(
            np.arange(len(labels)), test_size=test_size, stratify=labels, random_state=random_state
        )
    except ValueError as error:
        raise DatasetError(f"{name}: cannot cut {len(labels)} images into a train and a test part: {error}") from error
    return np.sort(train), np.sort(test)


def check_part(name: str, part: Part, what: str, n_classes: int) -> None:
    """Check one part's images and labels against each other; `what` is what errors call the part.

    Raises
    ------
    DatasetError
        If they do not fit.
    """
    if part.images.ndim != 3:
        raise DatasetError(
            f"{name}: the {what} images have shape {part.images.shape}; three dimensions (n, height, width) are needed"
        )
    if len(part.images) != len(part.labels):
        raise DatasetError(f"{name}: {len(part.images)} {what} images but {len(part.labels)} labels")
    if part.images.size == 0:
        raise DatasetError(f"{name}: no {what} images")
    if not (np.issubdtype(part.images.dtype, np.number) or part.images.dtype == np.bool_):
        raise DatasetError(f"{name}: the {what} images are of type {part.images.dtype}, which is not a number")
    if np.issubdtype(part.images.dtype, np.floating) and not np.isfinite(part.images).all():
        raise DatasetError(f"{name}: the {what} images hold NaN or infinity; repair or leave out those images")
    if part.labels.min() < 0 or part.labels.max() >= n_classes:
        raise DatasetError(
            f"{name}: {what} labels run from {part.labels.min()} to {part.labels.max()}, "
            f"but there are {n_classes} class names"
        )


def _described(images: NDArray[np.generic]) -> str:
    height, width = images.shape[1:]
    return f"{height}x{width} {images.dtype}"


def _first(labels: NDArray[np.generic]) -> str:
    return repr(labels.reshape(-1)[0].item()) if labels.size else "none"
