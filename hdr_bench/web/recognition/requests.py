"""Messages between the server and its reading processes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.web.recognition.records import ServedVersion


@dataclass(frozen=True)
class LoadVersions:
    """Load versions in addition to those already loaded.

    Attributes
    ----------
    versions : tuple of ServedVersion
    """

    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True)
class KeepVersions:
    """Unload all other versions.

    Attributes
    ----------
    versions : tuple of ServedVersion
    """

    versions: tuple[ServedVersion, ...]


@dataclass(frozen=True)
class Drawing:
    """Drawing on a plain background.

    Attributes
    ----------
    content : bytes
    is_finished : bool
        False while the pen is down: touching marks are then not separated, which is the slowest step and would split
        half-drawn digits.
    """

    content: bytes
    is_finished: bool = True


@dataclass(frozen=True)
class ReadDrawings:
    """Read drawings; each model classifies the marks of all drawings in one call.

    Attributes
    ----------
    drawings : tuple of Drawing
    versions : tuple of ServedVersion
        Versions to use; the first one segments.
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
    """Convert a picture to a PNG that browsers can show.

    Attributes
    ----------
    content : bytes
    """

    content: bytes


Request = LoadVersions | KeepVersions | ReadDrawings | ReadUpload | RecognizeImages | DrawSteps | ConvertPicture


@dataclass(frozen=True, eq=False)
class Outcome:
    """Result of one request, or of one drawing of a batch.

    Attributes
    ----------
    value : object
        None if it failed.
    error : Exception or None
        Why it failed; None if it succeeded.
    """

    value: Any = None
    error: Exception | None = None
