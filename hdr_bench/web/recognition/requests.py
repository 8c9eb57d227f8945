"""What passes between the server and its reading processes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.web.recognition.records import ServedVersion


@dataclass(frozen=True)
class LoadVersions:
    """Load versions beside those that are loaded.

    Attributes
    ----------
    versions : tuple of ServedVersion
    """

    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True)
class KeepVersions:
    """Forget all other versions.

    Attributes
    ----------
    versions : tuple of ServedVersion
    """

    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True)
class Drawing:
    """Drawing on plain ground.

    Attributes
    ----------
    content : bytes
    is_finished : bool
        Otherwise the pen is still down: marks that touch are not taken apart, which takes longer than all else, and
        would be done to each half-drawn digit.
    """

    content: bytes
    is_finished: bool = True


@dataclass(frozen=True)
class ReadDrawings:
    """Read drawings; the models answer once for the marks of all.

    Attributes
    ----------
    drawings : tuple of Drawing
    versions : tuple of ServedVersion
        Which answer; the first one divides.
    """

    drawings: tuple[Drawing, ...]
    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True)
class ReadUpload:
    """Read a picture as `hdr-bench read` does.

    Attributes
    ----------
    content : bytes
    versions : tuple of ServedVersion
    """

    content: bytes
    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True, eq=False)
class RecognizeImages:
    """Recognize single images.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    versions : tuple of ServedVersion
    """

    images: NDArray[np.uint8]
    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True)
class DrawSteps:
    """Draw the stages of a reading.

    Attributes
    ----------
    content : bytes
    kind : str
        ``"drawing"`` or ``"upload"``.
    versions : tuple of ServedVersion
    """

    content: bytes
    kind: str
    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True)
class ConvertPicture:
    """Make of a picture what browsers show.

    Attributes
    ----------
    content : bytes
    """

    content: bytes


Request = LoadVersions | KeepVersions | ReadDrawings | ReadUpload | RecognizeImages | DrawSteps | ConvertPicture


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one request, or of one drawing of a batch.

    Attributes
    ----------
    value : object
        None if it failed.
    error : Exception or None
        Why it failed.
    """

    value: Any = None
    error: Exception | None = None
