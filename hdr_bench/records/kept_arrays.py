"""Arrays of a run: true labels, images of galleries, and what stays on the machine of the run."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.arrays import read_arrays, write_arrays
from hdr_bench.exceptions import StoreError
from hdr_bench.files import write_whole
from hdr_bench.records.compact import labels_digest, scores_digest
from hdr_bench.records.predictions import Predictions

_REMEDY = "run the suite again, which replaces it"
# A run writes scores with a trial, and does not repeat the trial for the scores alone.
_WITHOUT_SCORES = "remove it to read the predictions without their scores"


class KeptArrays:
    """The arrays of a run's folder; every file is verified by its name or content when it is read.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._labels_folder, self._gallery_folder = folder / "labels", folder / "gallery"
        self._images_folder, self._scores_folder = folder / "images", folder / "scores"
        self._labels: dict[str, NDArray[np.int64]] = {}

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders of the arrays."""
        return self._labels_folder, self._gallery_folder, self._images_folder, self._scores_folder

    def write_labels(self, y_true: NDArray[np.int64]) -> None:
        """Write the true labels of a set of images, unless stored already.

        Parameters
        ----------
        y_true : ndarray of shape (n,), int64

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        digest = labels_digest(y_true)
        path = self._labels_folder / f"{digest}.npz"
        if digest in self._labels and path.exists():
            return
        smallest = np.min_scalar_type(int(y_true.max(initial=0)))
        _write_once(path, {"labels": y_true.astype(smallest)})
        self._labels[digest] = y_true

    def read_labels(self, digest: str) -> NDArray[np.int64]:
        """Return the true labels with a digest: shape (n,), int64.

        Parameters
        ----------
        digest : str

        Returns
        -------
        labels : ndarray of shape (n,), int64

        Raises
        ------
        StoreError
            If they are missing or do not match the digest.
        """
        if digest not in self._labels:
            path = self._labels_folder / f"{digest}.npz"
            labels = _read(path).get("labels")
            if labels is None:
                raise StoreError(f"{path}: the true labels are missing; {_REMEDY}, or copy labels/ with trials/")
            with _damage(path):
                whole = labels.astype(np.int64)
            if labels_digest(whole) != digest:
                raise StoreError(f"{path}: damaged: the labels do not match its name; {_REMEDY}")
            whole.setflags(write=False)
            self._labels[digest] = whole
        return self._labels[digest]

    def write_scores(self, predictions: Predictions) -> None:
        """Write the class scores of each image, for use on this machine.

        Parameters
        ----------
        predictions : Predictions

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        found = {"probabilities": predictions.probabilities, "decisions": predictions.decisions}
        arrays = {name: array for name, array in found.items() if array is not None}
        if arrays:
            _write_once(self._scores_folder / f"{scores_digest(predictions)}.npz", arrays)

    def with_scores(self, predictions: Predictions) -> Predictions:
        """Return predictions with the class scores, if they are stored.

        Parameters
        ----------
        predictions : Predictions

        Returns
        -------
        predictions : Predictions

        Raises
        ------
        StoreError
            If the file is damaged.
        """
        path = self._scores_folder / f"{predictions.scores_digest}.npz"
        arrays: dict[str, Any] = {**_read(path, _WITHOUT_SCORES)} if predictions.scores_digest else {}
        if not arrays:
            return predictions
        with _damage(path, _WITHOUT_SCORES):
            whole = Predictions(**{**vars(predictions), **arrays})
            digest = scores_digest(whole)
        if digest != predictions.scores_digest:
            raise StoreError(f"{path}: damaged: the scores do not match its name; {_WITHOUT_SCORES}")
        return whole

    def write_images(self, fingerprint: str, images: NDArray[np.generic]) -> None:
        """Write the test images of a data set, unless stored already, for use on this machine.

        Parameters
        ----------
        fingerprint : str
            Fingerprint of the data set.
        images : ndarray of shape (n, height, width)

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        path = self._images_folder / f"{fingerprint[:16]}.npz"
        arrays = {"images": images, "digest": np.array(_digest(images))}
        _write_once(path, arrays)

    def read_images(self, fingerprint: str) -> NDArray[np.generic] | None:
        """Return the test images of a data set, shape (n, height, width); None if they are not on this machine.

        Parameters
        ----------
        fingerprint : str
            Fingerprint of the data set.

        Returns
        -------
        images : ndarray of shape (n, height, width) or None

        Raises
        ------
        StoreError
            If the file is damaged.
        """
        path = self._images_folder / f"{fingerprint[:16]}.npz"
        return _verified_images(_read(path), path)

    def encode_gallery(self, indices: NDArray[np.int64], images: NDArray[np.generic]) -> bytes:
        """Return the file of the test images shown in a report, with their indices in the test part.

        Parameters
        ----------
        indices : ndarray of shape (n,), int64
            Indices of the images in the test part.
        images : ndarray of shape (n, height, width)

        Returns
        -------
        content : bytes
        """
        arrays = {"indices": indices, "images": images, "digest": np.array(_digest(images))}
        return write_arrays(arrays)

    def gallery_name(self, fingerprint: str) -> str:
        """Return the name of that file within the run's folder.

        Parameters
        ----------
        fingerprint : str
            Fingerprint of the data set.

        Returns
        -------
        name : str
        """
        return f"gallery/{fingerprint[:16]}.npz"

    def read_gallery(self, fingerprint: str) -> dict[int, NDArray[np.generic]]:
        """Return the test images shown in the last report, by index in the test part.

        Parameters
        ----------
        fingerprint : str
            Fingerprint of the data set.

        Returns
        -------
        images : dict of int to ndarray

        Raises
        ------
        StoreError
            If the file is damaged.
        """
        path = self._gallery_folder / f"{fingerprint[:16]}.npz"
        arrays = _read(path)
        images = _verified_images(arrays, path)
        if images is None:
            return {}
        with _damage(path):
            return {int(index): image for index, image in zip(arrays["indices"].tolist(), images, strict=True)}


def put(path: Path, content: bytes) -> None:
    """Write a file atomically.

    Parameters
    ----------
    path : Path
    content : bytes

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; choose another folder with --out") from error


def _write_once(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays, unless there is already a readable file of them."""
    try:
        if _read(path):
            return
    except StoreError:
        path.unlink(missing_ok=True)
    put(path, write_arrays(arrays))


def _read(path: Path, remedy: str = f"remove it, or {_REMEDY}") -> dict[str, NDArray[Any]]:
    """Return the arrays of a file; empty if there is no such file."""
    try:
        return read_arrays(path)
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise StoreError(f"{path}: damaged: {error}; {remedy}") from error


@contextmanager
def _damage(path: Path, remedy: str = _REMEDY) -> Iterator[None]:
    """Report a file as damaged if its arrays are not as expected.

    Raises
    ------
    StoreError
        If the block fails.
    """
    try:
        yield
    except (LookupError, OverflowError, TypeError, ValueError) as error:
        raise StoreError(f"{path}: damaged: its arrays are not as expected; {remedy}") from error


def _verified_images(arrays: dict[str, NDArray[Any]], path: Path) -> NDArray[np.generic] | None:
    images = arrays.get("images")
    # Format 3 had no digest.
    if images is not None and "digest" in arrays and str(arrays["digest"]) != _digest(images):
        raise StoreError(f"{path}: damaged: the images do not match their digest; {_REMEDY}")
    if images is not None and images.ndim != 3:
        raise StoreError(f"{path}: damaged: it has no images; {_REMEDY}")
    return images


def _digest(images: NDArray[np.generic]) -> str:
    return hashlib.sha256(np.ascontiguousarray(images).tobytes()).hexdigest()
