"""The file of a trial: a zip archive with the result, its predictions in compact form, and a checksum over both.

``result.json`` is the result, ``predictions.json`` what `compact.pack` writes, ``checksum`` the SHA-256 of the two. The
archive's dates are fixed, so the same result gives the same bytes. Formats 1 to 3 had no checksum, and the predictions
as arrays that numpy opens.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from hdr_bench.exceptions import NewerFormatError, StoreError
from hdr_bench.experiments.compact import labels_of, unpack
from hdr_bench.experiments.confidence import rejected_share
from hdr_bench.experiments.predictions import Predictions
from hdr_bench.experiments.result import Result, Scores
from hdr_bench.experiments.score_summary import summarize_scores
from hdr_bench.files import read_arrays, write_archive

FORMAT_VERSION = 4
FIRST_WITH_CHECKSUM = 4
_RESULT, _PREDICTIONS, _CHECKSUM = "result.json", "predictions.json", "checksum"
_DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, IndexError, TypeError, EOFError, NotImplementedError, OSError,
            ValueError, OverflowError)  # fmt: skip
_ROUNDING = 1e-9
_QUANTIZED = 1e-5
_REMEDY = "run the suite again, which replaces it"

Model = TypeVar("Model", bound=BaseModel)
Labels = Callable[[str], NDArray[np.int64]]
"""Returns the true labels that a digest names."""


@dataclass(frozen=True, eq=False)
class TrialFile:
    """What the file of a trial holds, checked.

    Attributes
    ----------
    result : Result
    predictions : Predictions or None
        None for a trial that failed, and for results of format 3 and before that were stored without.
    """

    result: Result
    predictions: Predictions | None


def encode(result: Result, packed: bytes | None) -> bytes:
    """Return the bytes of a trial's file; `packed` are its predictions in compact form, None for a failed trial."""
    written = result.model_dump_json(indent=1).encode()
    members = {_RESULT: written, **({_PREDICTIONS: packed} if packed is not None else {})}
    return write_archive({**members, _CHECKSUM: _checksum(written, packed).encode()})


def read_trial_file(path: Path, key: str, labels: Labels) -> TrialFile:
    """Return what a trial's file holds, if it is whole: its key, its checksum, and its scores fit what it holds.

    Parameters
    ----------
    path : Path
    key : str
        The trial's: the name of the file.
    labels : callable
        Returns the true labels that the predictions go with.

    Raises
    ------
    NewerFormatError
        If a newer version of the library wrote it.
    StoreError
        If it is damaged: cut off, changed, or another trial's.
    FileNotFoundError
        If there is no such file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            written = archive.read(_RESULT)
            packed = archive.read(_PREDICTIONS) if _PREDICTIONS in names else None
            checksum = archive.read(_CHECKSUM).decode() if _CHECKSUM in names else None
        content = json.loads(written)
        version = format_of(content)
        if version >= FIRST_WITH_CHECKSUM and version <= FORMAT_VERSION and checksum != _checksum(written, packed):
            raise ValueError("its content does not fit its checksum")
        result = parse(Result, content, path)
        if version < FIRST_WITH_CHECKSUM:
            return _checked(TrialFile(result, _arrays(path, result)), key, version)
        predictions = None if packed is None else unpack(packed, labels(labels_of(packed)))
        return _checked(TrialFile(result, predictions), key, version)
    except (StoreError, FileNotFoundError):
        raise
    except _DAMAGED as error:
        raise StoreError(f"{path}: damaged: {error}; {_REMEDY}") from error


def parse(model: type[Model], content: Any, path: Path) -> Model:
    """Return a record of today's format, from one of this format or an older one.

    Raises
    ------
    NewerFormatError
        If the content is of a newer format.
    StoreError
        If it cannot be read.
    """
    try:
        return model.model_validate(_migrated(content))
    except ValidationError as error:
        fault = error.errors()[0]
        if fault["loc"] == ("format_version",):
            raise NewerFormatError(
                f"{path}: format version {fault['input']!r}, this hdr-bench reads versions 1 to {FORMAT_VERSION}; "
                "use the version that wrote it"
            ) from error
        place = ".".join(map(str, fault["loc"]))
        raise StoreError(f"{path}: damaged: {place}: {fault['msg']}; {_REMEDY}") from error


def format_of(content: Any) -> int:
    """Return the number of a record's format: 1 where it has none.

    Raises
    ------
    ValueError
        If the content is no record.
    """
    if not isinstance(content, dict):
        raise ValueError(f"a record is a table, not a {type(content).__name__}")  # it is damage
    version = content.get("format_version", 1)
    if not isinstance(version, int):
        raise ValueError(f"its format version is {version!r}, not a number")  # as above
    return version


def _migrated(content: Any) -> Any:
    """Return what a file of an older format holds, in today's.

    Each lacks what the next has added, all of it with a value that means that there was none.
    """
    if 1 <= format_of(content) < FORMAT_VERSION:
        return {**content, "format_version": FORMAT_VERSION}
    return content


def _checksum(written: bytes, packed: bytes | None) -> str:
    return hashlib.sha256(written + b"\0" + (packed or b"")).hexdigest()


def _arrays(path: Path, result: Result) -> Predictions | None:
    """Return the predictions of formats 1 to 3."""
    arrays: dict[str, Any] = {**read_arrays(path)}
    if not arrays:
        return None
    bare = Predictions(**arrays)
    n_classes = len(result.class_names)
    return Predictions(**{**arrays, "summary": summarize_scores(bare, n_classes) if n_classes else None})


def _checked(file: TrialFile, key: str, version: int) -> TrialFile:
    result, predictions = file.result, file.predictions
    # Before format 4 a key was made of other things.
    keys = result.trial.keys() if version >= FIRST_WITH_CHECKSUM else (result.key,)
    if result.key != key or key not in keys:
        raise ValueError(f"it holds the result of another trial, {result.trial.case!r} with the key {result.key}")
    if result.status != "ok":
        return file
    if result.scores is None:
        raise ValueError("a trial that did not fail has scores, this one has none")
    if predictions is not None:
        _check_scores(result.scores, predictions, len(result.class_names), is_exact=version >= FIRST_WITH_CHECKSUM)
    elif version >= FIRST_WITH_CHECKSUM:
        raise ValueError("its predictions are missing")
    return file


def _check_scores(scores: Scores, predictions: Predictions, n_classes: int, *, is_exact: bool) -> None:
    """Raise ValueError unless the scores are those of the predictions."""
    labels = np.arange(n_classes)
    if not np.isin(predictions.y_pred, labels).all():
        raise ValueError(f"a prediction is none of the {n_classes} classes")
    for name, value in _by_class(predictions, n_classes).items():
        if abs(getattr(scores, name) - value) > _ROUNDING:
            raise ValueError(f"its {name} is {getattr(scores, name)}, by its predictions it is {value}")
    # Rejection and top-2 accuracy had other rules before format 4.
    if is_exact and predictions.summary is not None:
        _check_summary(scores, predictions)


def _by_class(predictions: Predictions, n_classes: int) -> dict[str, float]:
    """Return the scores that the predicted classes alone decide; what scikit-learn gives, in a fraction of the time."""
    matrix = np.bincount(predictions.y_true * n_classes + predictions.y_pred, minlength=n_classes**2)
    matrix = matrix.reshape(n_classes, n_classes)
    right, true, predicted = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    return {
        "accuracy": float(right.sum() / matrix.sum()),
        "precision": float(np.mean(right / np.maximum(predicted, 1))),
        "recall": float(np.mean(right / np.maximum(true, 1))),
        "f1": float(np.mean(2 * right / np.maximum(true + predicted, 1))),
    }


def _check_summary(scores: Scores, predictions: Predictions) -> None:
    summary = predictions.summary
    if summary is None:
        return
    again = {
        "rejection": rejected_share(summary.kept, summary.wrong),
        "top_2_accuracy": None if scores.top_2_accuracy is None else float(summary.top_2.mean()),
        "calibration_error": None if summary.reliability is None else summary.reliability.calibration_error,
    }
    for name, value in again.items():
        stored = getattr(scores, name)
        if (stored is None) != (value is None) or (value is not None and abs(stored - value) > _QUANTIZED):
            raise ValueError(f"its {name} is {stored}, by its predictions it is {value}")
