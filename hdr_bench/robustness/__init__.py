"""Corruptions of test images, and attacks on methods.

Importing this package loads none of scipy, scikit-learn and torch: its functions are imported on first access.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hdr_bench.robustness.attack_methods import ATTACKS as ATTACKS
    from hdr_bench.robustness.attack_methods import AttackMethod as AttackMethod
    from hdr_bench.robustness.attack_methods import make_attack as make_attack
    from hdr_bench.robustness.attacks import attack_images as attack_images
    from hdr_bench.robustness.corruption_entry import CorruptionEntry as CorruptionEntry
    from hdr_bench.robustness.corruption_table import CORRUPTIONS as CORRUPTIONS
    from hdr_bench.robustness.corruptions import CORRUPTIONS_VERSION as CORRUPTIONS_VERSION
    from hdr_bench.robustness.corruptions import corrupt as corrupt
    from hdr_bench.robustness.corruptions import step_of as step_of
    from hdr_bench.robustness.fooling import FoolingImages as FoolingImages
    from hdr_bench.robustness.fooling import fooling_images as fooling_images
    from hdr_bench.robustness.gradients import describe_missing_gradient as describe_missing_gradient
    from hdr_bench.robustness.gradients import estimator_has_gradient as estimator_has_gradient
    from hdr_bench.robustness.gradients import has_gradient as has_gradient

_PLACES = {
    "ATTACKS": "attack_methods",
    "AttackMethod": "attack_methods",
    "CORRUPTIONS": "corruption_table",
    "CORRUPTIONS_VERSION": "corruptions",
    "CorruptionEntry": "corruption_entry",
    "FoolingImages": "fooling",
    "attack_images": "attacks",
    "corrupt": "corruptions",
    "describe_missing_gradient": "gradients",
    "estimator_has_gradient": "gradients",
    "fooling_images": "fooling",
    "has_gradient": "gradients",
    "make_attack": "attack_methods",
    "step_of": "corruptions",
}

__all__ = [*_PLACES]  # noqa: PLE0604  # texts, all of them


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
