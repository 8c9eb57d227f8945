"""Formats of a fitted model's file, and the checks made before time is spent on a fit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hdr_bench.exceptions import ModelSaveError
from hdr_bench.models.card import ModelCard
from hdr_bench.models.encoding import encode
from hdr_bench.models.model_file import check_replaceable, save_model
from hdr_bench.names import class_name


class _Check(Protocol):
    def __call__(self, model: Any, path: Path, *, trust: bool) -> None: ...


class _Write(Protocol):
    def __call__(self, model: Any, card: ModelCard, path: Path, *, trust: bool) -> None: ...


@dataclass(frozen=True)
class ModelFormat:
    """Format of a model's file.

    Attributes
    ----------
    check : callable
        Takes an unfitted model, the path and whether pickles are allowed; raises an error if they do not fit the
        format.
    write : callable
        Takes a fitted model, its card, the path and whether pickles are allowed.
    """

    check: _Check
    write: _Write


def _check_model_file(model: Any, path: Path, *, trust: bool) -> None:
    check_replaceable(path)
    try:
        encode(model, class_name(type(model)))
    except ModelSaveError:
        if not trust:
            raise


def _write_model_file(model: Any, card: ModelCard, path: Path, *, trust: bool) -> None:
    save_model(model, path, card=card, trust=trust)


# ONNX files contain no pickles, so it does not matter whether they are trusted.
def _check_onnx(model: Any, path: Path, **_: bool) -> None:
    from hdr_bench.models.onnx_export import check_exportable, check_onnx_path

    check_onnx_path(path)
    check_exportable(model)


def _write_onnx(model: Any, card: ModelCard, path: Path, **_: bool) -> None:
    from hdr_bench.models.onnx_export import export_onnx

    export_onnx(model, path, card=card)


FORMATS = {
    "hdrm": ModelFormat(_check_model_file, _write_model_file),
    "onnx": ModelFormat(_check_onnx, _write_onnx),
}
"""Formats by name."""
