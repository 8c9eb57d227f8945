"""Distorted images of test sets, on the machine that made them: for a run's trials, and for the galleries of reports.

``images/RECIPE.txt`` holds the fingerprint of the images that a test set's recipe makes, and
``images/FINGERPRINT.npy`` these images. Of those that a trial makes for its own fitted method, only the first are
there.
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
"""Images that are stored of those that a trial makes: galleries show some of them."""


@dataclass(frozen=True)
class MadeImages:
    """Images that were made before the trials that are evaluated on them, or why they were not.

    Attributes
    ----------
    fingerprint : str
        As `images_fingerprint` returns it; empty if there are none.
    path : str
        Their file, as `numpy.load` reads it.
    problem : str
        Why there are none.
    """

    fingerprint: str = ""
    path: str = ""
    problem: str = ""


def images_fingerprint(images: NDArray[np.generic]) -> str:
    """Return the SHA-256 of images: of their type and shape, then their bytes in C order.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)

    Returns
    -------
    digest : str
        As hexadecimal digits.
    """
    digest = hashlib.sha256(f"{images.dtype.newbyteorder('<').str}{images.shape}".encode())
    digest.update(np.ascontiguousarray(images).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def open_made(made: MadeImages) -> NDArray[np.generic]:
    """Return images that were made for a trial, memory-mapped.

    Parameters
    ----------
    made : MadeImages

    Returns
    -------
    images : ndarray of shape (n, height, width)

    Raises
    ------
    StoreError
        If they are not those that were made.
    """
    images = _open(Path(made.path))
    if images is None or images_fingerprint(images) != made.fingerprint:
        raise StoreError(f"{made.path}: not the images that were made for the run; start the run again")
    return images


class MadeImageFiles:
    """Files of distorted images in a run's folder.

    Parameters
    ----------
    folder : Path
        The run's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "images"

    def find(self, recipe: str) -> MadeImages | None:
        """Return the images that a recipe has made; None if there are none, or their file is damaged.

        Parameters
        ----------
        recipe : str
            As `TrialTestSet.recipe` gives it.

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
        """Write the images that a recipe has made.

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
        # Last: a recipe whose images are not whole would not be made again.
        _put(self._recipe_file(recipe), f"{fingerprint}\n".encode())
        return MadeImages(fingerprint, str(path.absolute()))

    def write_shown(self, fingerprint: str, images: NDArray[np.generic]) -> None:
        """Write the first of the images that a trial has made.

        Parameters
        ----------
        fingerprint : str
            Of all of them.
        images : ndarray of shape (n, height, width)

        Raises
        ------
        StoreError
            If they cannot be written.
        """
        path = self._images_file(fingerprint)
        # All of them may be there, made before for other methods, and other trials may be reading them.
        if _open(path) is None:
            _put(path, _encode(images[:N_SHOWN]))

    def read(self, fingerprint: str) -> NDArray[np.generic] | None:
        """Return distorted images, memory-mapped, all or the first of them; None if they are not on this machine.

        Parameters
        ----------
        fingerprint : str
            As an evaluation names them in `images`.

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
    except Exception:  # noqa: BLE001  # on damaged files numpy raises whatever comes
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
