"""File of a trial: a zip archive with the result and its predictions in compact form, sealed by a checksum.

``KEY.zip`` contains ``result.json`` and ``predictions.json``, which is written by `compact.pack`, and ends with the
SHA-256 of everything before it. The predictions for the other test set at index N of the result's evaluations are in
``predictions-N.json``. The archive's dates are fixed, so that the same result gives the same bytes. Another member,
``padding``, has no meaning: it is added to results that compress better than a reader allows, see
`archives.write_archive`. Formats 1 to 3 are ``KEY.npz``, without a checksum, and with predictions as numpy arrays;
`store_format` has the history.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.archives import read_sealed, read_texts, seal_archive
from hdr_bench.arrays import read_arrays
from hdr_bench.exceptions import StoreError
from hdr_bench.files import read_regular
from hdr_bench.records.compact import labels_of, unpack
from hdr_bench.records.damage import DAMAGED, describe_damage, remedy_of
from hdr_bench.records.measurements import Scores
from hdr_bench.records.predictions import Predictions, ScoreSummary
from hdr_bench.records.result import Result
from hdr_bench.records.score_summary import summarize_scores
from hdr_bench.records.scores import rejected_share
from hdr_bench.records.store_format import FIRST_WITH_CHECKSUM, FORMAT_VERSION, format_of, parse

_RESULT, _PREDICTIONS = "result.json", "predictions.json"
_ROUNDING = 1e-9
_QUANTIZED = 1e-5
Labels = Callable[[str], NDArray[np.int64]]
"""Returns the true labels with a digest."""


@dataclass(frozen=True, eq=False)
class TrialFile:
    """Content of a trial's file, verified.

    Attributes
    ----------
    result : Result
    predictions : Predictions or None
        None for a failed trial.
    """

    result: Result
    predictions: Predictions | None


def encode(result: Result, packed: bytes | None, of_test_sets: Mapping[str, bytes] | None = None) -> bytes:
    """Return the bytes of a trial's file.

    Parameters
    ----------
    result : Result
    packed : bytes or None
        Predictions in compact form; None for a failed trial.
    of_test_sets : mapping of str to bytes, optional
        Predictions for the suite's other test sets, by name.

    Returns
    -------
    content : bytes
    """
    members = {_RESULT: result.model_dump_json(indent=1).encode()}
    if packed is not None:
        members[_PREDICTIONS] = packed
    for place, each in enumerate(result.evaluations):
        if each.test_set in (of_test_sets or {}):
            members[_member_of(place)] = (of_test_sets or {})[each.test_set]
    return seal_archive(members)


def _member_of(place: int) -> str:
    """Return the member with the predictions for a test set, by index, as its name may be any text."""
    return f"predictions-{place}.json"


def read_trial_file(path: Path, key: str, labels: Labels) -> TrialFile:
    """Return the content of a trial's file after verifying its key, its checksum, and its scores.

    Parameters
    ----------
    path : Path
        ``.zip``, or ``.npz`` for formats 1 to 3.
    key : str
        Key of the trial: the name of the file.
    labels : callable
        Returns the true labels that the predictions belong to.

    Returns
    -------
    file : TrialFile

    Raises
    ------
    NewerFormatError
        If a newer version of the library wrote it.
    StoreError
        If it is damaged: truncated, changed, or another trial's.
    FileNotFoundError
        If there is no such file.
    """
    try:
        if path.suffix == ".npz":
            return _read_old(path, key)
        members = _members(path)
        content = json.loads(members[_RESULT])
        if format_of(content) < FIRST_WITH_CHECKSUM:
            raise ValueError(
                f"a file of format {FIRST_WITH_CHECKSUM} or later is marked as format {format_of(content)}"
            )
        result = parse(Result, content, path)
        predictions = _unpack(members, result, labels)
        if key not in set(result.trial.keys()):
            raise ValueError(_describe_other_trial(result))
        return _check(TrialFile(result, predictions), key)
    except (StoreError, FileNotFoundError):
        raise
    except DAMAGED as error:
        raise StoreError(f"{path}: damaged: {describe_damage(error)}; {remedy_of(path)}") from error


def _unpack(members: Mapping[str, bytes], result: Result, labels: Labels) -> Predictions | None:
    """Return the predictions of a trial, with those for the test sets that it was evaluated on."""
    packed = members.get(_PREDICTIONS)
    if packed is None:
        return None
    of_test_sets = {
        each.test_set: unpack(content, labels(labels_of(content)))
        for place, each in enumerate(result.evaluations)
        if (content := members.get(_member_of(place))) is not None
    }
    return replace(unpack(packed, labels(labels_of(packed))), test_sets=of_test_sets)


def _members(path: Path) -> dict[str, bytes]:
    """Return the members of a sealed file; a newer format, which may be sealed differently, is reported as such."""
    try:
        return read_sealed(path)
    except ValueError:
        content = {}
        with suppress(*DAMAGED):
            content = json.loads(read_texts(path.read_bytes(), [_RESULT])[_RESULT])
        if isinstance(content, dict) and format_of(content) > FORMAT_VERSION:
            parse(Result, content, path)
        raise


def _read_old(path: Path, key: str) -> TrialFile:
    """Return the content of a file in formats 1 to 3, whose keys were made differently."""
    content = json.loads(read_texts(read_regular(path), [_RESULT])[_RESULT])
    if FIRST_WITH_CHECKSUM <= format_of(content) <= FORMAT_VERSION:
        raise ValueError(f"a file of format 3 or earlier is marked as format {format_of(content)}")
    result = parse(Result, content, path)
    arrays: dict[str, Any] = {**read_arrays(path)}
    if not arrays:
        return _check(TrialFile(result, None), key)
    bare = Predictions(**arrays)
    summary = summarize_scores(bare, len(result.class_names)) if result.class_names else None
    _check(TrialFile(result, bare), key)
    return TrialFile(result, replace(bare, summary=summary))


def _check(file: TrialFile, key: str) -> TrialFile:
    result, predictions = file.result, file.predictions
    if result.key != key:
        raise ValueError(_describe_other_trial(result))
    if result.status != "ok":
        return file
    if result.scores is None:
        raise ValueError("a successful trial must have scores, but this one has none")
    if result.trial.search_fit is not None:
        # For a fit within a search, only the scores are needed.
        return file
    if predictions is None:
        raise ValueError("the predictions are missing")
    n_classes = len(result.class_names)
    _check_scores(result.scores, predictions, n_classes)
    for each in result.evaluations:
        if each.status != "ok":
            continue
        if each.scores is None or each.test_set not in predictions.test_sets:
            raise ValueError(f"the scores or the predictions for the test set {each.test_set!r} are missing")
        _check_scores(each.scores, predictions.test_sets[each.test_set], n_classes)
    return file


def _describe_other_trial(result: Result) -> str:
    return f"it contains the result of another trial, {result.trial.case!r} with the key {result.key}"


def _check_scores(scores: Scores, predictions: Predictions, n_classes: int) -> None:
    """Raise ValueError unless the scores match the predictions."""
    labels = np.arange(n_classes)
    if not np.isin(predictions.y_pred, labels).all():
        raise ValueError(f"a prediction is not one of the {n_classes} classes")
    for name, value in _by_class(predictions, n_classes).items():
        if abs(getattr(scores, name) - value) > _ROUNDING:
            raise ValueError(f"{name} is {getattr(scores, name)}, but {value} by the predictions")
    # Before format 4, rejection and top-2 accuracy followed other rules, and there was no summary.
    if predictions.summary is not None:
        _check_summary(scores, predictions.summary)


def _by_class(predictions: Predictions, n_classes: int) -> dict[str, float]:
    """Return the scores determined by the predicted classes; as in scikit-learn, in a fraction of the time."""
    matrix = np.bincount(predictions.y_true * n_classes + predictions.y_pred, minlength=n_classes**2)
    matrix = matrix.reshape(n_classes, n_classes)
    right, true, predicted = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    return {
        "accuracy": float(right.sum() / matrix.sum()),
        "precision": float(np.mean(right / np.maximum(predicted, 1))),
        "recall": float(np.mean(right / np.maximum(true, 1))),
        "f1": float(np.mean(2 * right / np.maximum(true + predicted, 1))),
    }


def _check_summary(scores: Scores, summary: ScoreSummary) -> None:
    again = {
        "rejection": rejected_share(summary.kept, summary.wrong),
        "top_2_accuracy": None if scores.top_2_accuracy is None else float(summary.top_2.mean()),
        "calibration_error": None if summary.reliability is None else summary.reliability.calibration_error,
    }
    for name, value in again.items():
        stored = getattr(scores, name)
        if (stored is None) != (value is None) or (value is not None and abs(stored - value) > _QUANTIZED):
            raise ValueError(f"{name} is {stored}, but {value} by the predictions")
