"""Model files: saving and loading fitted models, each with a card that describes it.

Importing this package loads neither scikit-learn nor torch: its functions are imported on first access.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hdr_bench.models.calibration import fit_reading as fit_reading
    from hdr_bench.models.calibration import measure_reading as measure_reading
    from hdr_bench.models.card import CardData as CardData
    from hdr_bench.models.card import CardScore as CardScore
    from hdr_bench.models.card import ModelCard as ModelCard
    from hdr_bench.models.card import ReadingNumbers as ReadingNumbers
    from hdr_bench.models.estimator_card import describe_estimator as describe_estimator
    from hdr_bench.models.model_file import load_card as load_card
    from hdr_bench.models.model_file import load_model as load_model
    from hdr_bench.models.model_file import save_model as save_model
    from hdr_bench.models.onnx_export import export_onnx as export_onnx
    from hdr_bench.models.reader_model import load_reader_model as load_reader_model
    from hdr_bench.models.run_models import RunModels as RunModels
    from hdr_bench.models.run_models import load_models as load_models

_PLACES = {
    "CardData": "card",
    "CardScore": "card",
    "ModelCard": "card",
    "ReadingNumbers": "card",
    "describe_estimator": "estimator_card",
    "load_card": "model_file",
    "load_model": "model_file",
    "export_onnx": "onnx_export",
    "fit_reading": "calibration",
    "load_models": "run_models",
    "load_reader_model": "reader_model",
    "measure_reading": "calibration",
    "RunModels": "run_models",
    "save_model": "model_file",
}

__all__ = [*_PLACES]  # noqa: PLE0604  # all of them are strings


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
