"""The test images of a run, and which of them its report shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.records.result import Result
from hdr_bench.records.store import Store

Image = NDArray[np.generic]
Images = Mapping[int, Image] | Image
"""Images by their places in the test part."""


class RunImages:
    """The test images of a run, read when they are first asked for.

    They come from this machine's copy of all test images, or from those that the last report showed, which a committed
    report holds.

    Parameters
    ----------
    store : Store
        The run's folder.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._images: dict[str, Images | None] = {}
        self._shown: dict[str, dict[int, Image]] = {}
        self._unreadable: dict[str, None] = {}

    @property
    def unreadable(self) -> tuple[str, ...]:
        """What could not be read, so far."""
        return tuple(self._unreadable)

    def show(self, record: Result, indices: Sequence[int]) -> NDArray[np.generic]:
        """Return test images that a trial was evaluated on; from now on they are among the files of those shown.

        Parameters
        ----------
        record : Result
            The trial's.
        indices : sequence of int
            Places in the test part, from 0.

        Returns
        -------
        images : ndarray of shape (n, height, width)
            As the data set holds them.

        Raises
        ------
        StoreError
            If they are not there; for a fold of cross-validation, whose images are training images, always.
        """
        fingerprint = record.trial.fingerprint
        images = self._of(fingerprint) if record.trial.is_on_test_part else None
        try:
            chosen = {} if images is None else {int(index): images[index] for index in indices}
        except (KeyError, IndexError):
            chosen = {}
        if images is None or len(chosen) < len(set(indices)):
            raise StoreError(
                f"{self._store.folder}: the images that {record.trial.case!r} was evaluated on are not there"
            )
        self._shown.setdefault(fingerprint, {}).update(chosen)
        if not chosen:
            height, width = record.image_shape or (0, 0)
            return np.zeros((0, height, width), np.uint8)
        return np.stack([chosen[int(index)] for index in indices])

    def show_distorted(self, fingerprint: str, indices: Sequence[int], dtype: np.dtype[Any]) -> NDArray[np.generic]:
        """Return images of a corrupted or attacked test set; they are among the files of those shown, too.

        Parameters
        ----------
        fingerprint : str
            Of the images, as an evaluation names them.
        indices : sequence of int
            Places in the test set, from 0.
        dtype : dtype
            Of the images before.

        Returns
        -------
        images : ndarray of shape (n, height, width)
            Of that type: attacked images, which are floats, are rounded where the others were whole numbers, since
            they are for the eye.

        Raises
        ------
        StoreError
            If they are not there.
        """
        if fingerprint not in self._images:
            self._images[fingerprint] = self._read_distorted(fingerprint)
        images = self._images[fingerprint]
        try:
            chosen = {} if images is None else {int(index): _as_type(images[index], dtype) for index in indices}
        except (KeyError, IndexError):
            chosen = {}
        if not chosen:
            raise StoreError(f"{self._store.folder}: the distorted images of a test set are not there")
        self._shown.setdefault(fingerprint, {}).update(chosen)
        return np.stack([chosen[int(index)] for index in indices])

    def shown_files(self) -> dict[str, bytes]:
        """Return the files of the test images that were shown so far.

        Returns
        -------
        files : dict of str to bytes
            Names below the folder, and what they hold.
        """
        files = {}
        for fingerprint, shown in self._shown.items():
            if shown:
                places = sorted(shown)
                images = np.stack([shown[place] for place in places])
                name = self._store.arrays.gallery_name(fingerprint)
                files[name] = self._store.arrays.encode_gallery(np.array(places, np.int64), images)
        return files

    def _of(self, fingerprint: str) -> Images | None:
        if fingerprint not in self._images:
            self._images[fingerprint] = self._read(fingerprint)
        return self._images[fingerprint]

    def _read_distorted(self, fingerprint: str) -> Images | None:
        images = self._store.made_images.read(fingerprint)
        if images is not None:
            return images
        try:
            return self._store.arrays.read_gallery(fingerprint) or None
        except StoreError as error:
            self._unreadable[self._store.without_folder(error)] = None
            return None

    def _read(self, fingerprint: str) -> Images | None:
        for read in (self._store.arrays.read_images, self._store.arrays.read_gallery):
            try:
                images: Images | None = read(fingerprint)
            except StoreError as error:
                self._unreadable[self._store.without_folder(error)] = None
                continue
            if images is not None and len(images):
                return images
        return None


def _as_type(image: Image, dtype: np.dtype[Any]) -> Image:
    """Return an image in the type of others; floats are rounded to whole numbers, if the others are such."""
    if image.dtype == dtype or dtype.kind not in "iu" or image.dtype.kind != "f":
        return np.array(image)
    limits = np.iinfo(dtype)
    return np.rint(image).clip(limits.min, limits.max).astype(dtype)
