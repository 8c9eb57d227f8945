"""What is done to test images, and how well methods stand it.

Importing this package loads neither scipy nor torch: its functions are imported when they are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hdr_bench.robustness.corruption_entry import CorruptionEntry as CorruptionEntry
    from hdr_bench.robustness.corruptions import CORRUPTIONS as CORRUPTIONS
    from hdr_bench.robustness.corruptions import CORRUPTIONS_VERSION as CORRUPTIONS_VERSION
    from hdr_bench.robustness.corruptions import corrupt as corrupt

_PLACES = {
    "CORRUPTIONS": "corruptions",
    "CORRUPTIONS_VERSION": "corruptions",
    "CorruptionEntry": "corruption_entry",
    "corrupt": "corruptions",
}

__all__ = [*_PLACES]  # noqa: PLE0604  # texts, all of them


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
