"""From a photo or scan to digits: read, binarize, segment, normalize, recognize.

Importing this package loads neither scikit-image nor torch: its functions are imported on first access.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hdr_bench.pictures.reader import read_picture as read_picture
    from hdr_bench.pictures.reading import Choice as Choice
    from hdr_bench.pictures.reading import ReadDigit as ReadDigit
    from hdr_bench.pictures.reading import Reading as Reading
    from hdr_bench.pictures.reading import Step as Step
    from hdr_bench.pictures.recognize import Recognizer as Recognizer
    from hdr_bench.pictures.recognize import load_recognizer as load_recognizer
    from hdr_bench.pictures.steps import draw_steps as draw_steps

_PLACES = {
    "Choice": "reading",
    "ReadDigit": "reading",
    "Reading": "reading",
    "Recognizer": "recognize",
    "Step": "reading",
    "draw_steps": "steps",
    "load_recognizer": "recognize",
    "read_picture": "reader",
}

__all__ = [*_PLACES]  # noqa: PLE0604  # all of them are strings


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
