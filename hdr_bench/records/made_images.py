"""Distorted images of test sets on the machine that made them, for a run's trials and for galleries in reports.

``images/RECIPE.txt`` holds the fingerprint of the images made by a test set's recipe, and ``images/FINGERPRINT.npy``
the images. If a trial makes them for its own fitted method, only the first ones are stored.
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.files import write_whole

N_SHOWN = 100
"""Number of stored images if a trial makes them, some of which are shown in galleries."""


@dataclass(frozen=True)
class MadeImages:
    """Images made before the trials that are evaluated on them, or the reason why there are none.

    Attributes
    ----------
    fingerprint : str
        As returned by `images_fingerprint`; empty if there are none.
    path : str
        Path of their file, to be read by `numpy.load`.
    problem : str
        Why there are none.
    """

    fingerprint: str = ""
    path: str = ""
    problem: str = ""


def images_fingerprint(images: NDArray[np.generic]) -> str:
    """Return the SHA-256 of images: of their dtype and shape, then their bytes in C order.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    digest : str
        In hexadecimal digits.
    """
    digest = hashlib.sha256(f"{images.dtype.newbyteorder('<').str}{images.shape}".encode())
    digest.update(np.ascontiguousarray(images).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def open_made(made: MadeImages) -> NDArray[np.generic]:
    """Return images made for a trial, memory-mapped.

    Parameters
    ----------
    made : MadeImages

    Returns
    -------
    images : ndarray of shape (n, height, width)

    Raises
    ------
    StoreError
        If the file does not contain the expected images.
    """
    images = _open(Path(made.path))
    if images is None or images_fingerprint(images) != made.fingerprint:
        raise StoreError(f"{made.path}: these are not the images made for the run; start the run again")
    return images


class MadeImageFiles:
    """Files of distorted images in a run's folder.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "images"

    def find(self, recipe: str) -> MadeImages | None:
        """Return the images made by a recipe; None if there are none, or their file is damaged.

        Parameters
        ----------
        recipe : str
            As returned by `TrialTestSet.recipe`.

        Returns
        -------
        made : MadeImages or None
        """
        try:
            fingerprint = self._recipe_file(recipe).read_text("ascii").strip()
        except (OSError, ValueError):
            return None
        path = self._images_file(fingerprint)
        images = _open(path)
        if images is None or images_fingerprint(images) != fingerprint:
            return None
        return MadeImages(fingerprint, str(path.absolute()))

    def write(self, recipe: str, images: NDArray[np.generic]) -> MadeImages:
        """Write the images made by a recipe.

        Parameters
        ----------
        recipe : str
        images : ndarray of shape (n, height, width)

        Returns
        -------
        made : MadeImages

        Raises
        ------
        StoreError
            If they cannot be written.
        """
        fingerprint = images_fingerprint(images)
        path = self._images_file(fingerprint)
        _put(path, _encode(images))
        # Written last, as a recipe with incomplete images would not be made again.
        _put(self._recipe_file(recipe), f"{fingerprint}\n".encode())
        return MadeImages(fingerprint, str(path.absolute()))

    def write_shown(self, fingerprint: str, images: NDArray[np.generic]) -> None:
        """Write the first of the images made by a trial.

        Parameters
        ----------
        fingerprint : str
            Fingerprint of all of them.
        images : ndarray of shape (n, height, width)

        Raises
        ------
        StoreError
            If they cannot be written.
        """
        path = self._images_file(fingerprint)
        # All of them may already be stored for other methods, and other trials may be reading them.
        if _open(path) is None:
            _put(path, _encode(images[:N_SHOWN]))

    def read(self, fingerprint: str) -> NDArray[np.generic] | None:
        """Return all or the first of some distorted images, memory-mapped; None if they are not on this machine.

        Parameters
        ----------
        fingerprint : str
            As in the field `images` of an evaluation.

        Returns
        -------
        images : ndarray of shape (n, height, width) or None
        """
        return _open(self._images_file(fingerprint)) if fingerprint else None

    def _images_file(self, fingerprint: str) -> Path:
        return self._folder / f"{fingerprint[:16]}.npy"

    def _recipe_file(self, recipe: str) -> Path:
        return self._folder / f"{recipe}.txt"


def _open(path: Path) -> NDArray[np.generic] | None:
    try:
        images = np.load(path, mmap_mode="r")
    except Exception:  # noqa: BLE001  # numpy may raise anything for damaged files
        return None
    return images if isinstance(images, np.ndarray) and images.ndim == 3 and images.dtype.kind in "iuf" else None


def _encode(images: NDArray[np.generic]) -> bytes:
    content = io.BytesIO()
    np.save(content, images, allow_pickle=False)
    return content.getvalue()


def _put(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; choose another folder with --out") from error
