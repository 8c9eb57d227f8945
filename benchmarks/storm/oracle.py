"""The oracle: what a run's folder holds, read and judged without the library.

Nothing here imports `hdr_bench`. A trial's file is a zip archive whose last 64 bytes are the SHA-256 of all before
them; accuracies are counted again from the predictions and the true labels.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

_SEAL = 64
_CLOSE = 1e-9
_ENDINGS = {".html": b"</html>", ".svg": b"</svg>", ".png": b"IEND\xaeB`\x82"}
Found = tuple[str, str]
"""A kind of `KINDS`, and what was found."""


@dataclass(frozen=True)
class Stored:
    """A stored result, as far as the oracle compares it.

    Attributes
    ----------
    case, status, error, finished : str
    accuracy : float or None
        As it is written.
    counted : float or None
        As the predictions say.
    predictions : tuple of int or None
    """

    case: str
    status: str
    error: str
    finished: str
    accuracy: float | None
    counted: float | None
    predictions: tuple[int, ...] | None


Store = Mapping[str, Stored]


def read_store(folder: Path) -> dict[str, Stored]:
    """Return the results that are on disk whole, by key."""
    found = {}
    for path in sorted((folder / "trials").glob("*.zip")):
        result = read_result(path)
        if result is not None:
            found[path.stem] = result
    return found


def read_result(path: Path) -> Stored | None:
    """Return a trial's result; None if the file is not whole, or its predictions cannot be read."""
    try:
        content = path.read_bytes()
        if hashlib.sha256(content[:-_SEAL]).hexdigest().encode() != content[-_SEAL:]:
            return None
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: json.loads(archive.read(name)) for name in archive.namelist()}
        return _stored(members, path.parent.parent / "labels")
    except Exception:  # noqa: BLE001  # a damaged file raises whatever comes
        return None


def _stored(members: dict[str, Any], labels: Path) -> Stored:
    result = members["result.json"]
    predictions, counted = None, None
    if "predictions.json" in members:
        packed = members["predictions.json"]
        with np.load(labels / f"{packed['labels']}.npz") as arrays:
            true = arrays["labels"].astype(np.int64)
        predicted = true.copy()
        predicted[np.cumsum(packed["wrong_steps"], dtype=np.int64)] = packed["wrong_labels"]
        predictions, counted = tuple(predicted.tolist()), float(np.mean(predicted == true))
    scores = result["scores"]
    return Stored(
        result["trial"]["case"],
        result["status"],
        result["error"],
        result["finished"],
        scores["accuracy"] if scores else None,
        counted,
        predictions,
    )


def compare(reference: Store, found: Store) -> Iterator[Found]:
    """Give what a folder's results lack of the undisturbed run's, and where they differ."""
    for key, right in reference.items():
        result = found.get(key)
        if result is None:
            yield "lost", f"{key}: no whole result"
        elif result.status != right.status:
            yield "lost", f"{key}: {result.status} instead of {right.status}: {result.error[:200]}"
        elif result.predictions != right.predictions:
            yield "wrong", f"{key}: other predictions than undisturbed"
    yield from contradictions(found)


def contradictions(found: Store) -> Iterator[Found]:
    """Give the results whose accuracy is not that of their predictions."""
    for key, result in found.items():
        if result.status != "ok":
            continue
        if not _is_close(result.accuracy, result.counted):
            yield "wrong", f"{key}: accuracy {result.accuracy}, counted {result.counted}"


def unused(before: Store, after: Store) -> Iterator[Found]:
    """Give the results that were on disk before a run and were run again, or are gone after it."""
    for key, result in before.items():
        later = after.get(key)
        if later is None:
            yield "lost", f"{key}: it was stored, and is gone"
        elif later.finished != result.finished:
            yield "lost", f"{key}: it was stored, and ran again"


def check_report(folder: Path, reference: Store) -> Iterator[Found]:
    """Give the files of a report that are not whole, and its numbers that are not the undisturbed run's."""
    yield from _half_written(folder)
    yield from _missing(folder)
    try:
        records = json.loads((folder / "results.json").read_bytes())
    except (OSError, ValueError):
        return
    if not any(record["traceback"] for record in records):
        yield from _tracebacks(folder)
    accuracies: dict[str, list[float]] = {}
    for record in records:
        if record["status"] != "ok":
            continue
        accuracy = record["scores"]["accuracy"]
        right = reference.get(record["key"])
        accuracies.setdefault(record["trial"]["case"], []).append(accuracy)
        if right is not None and not _is_close(right.accuracy, accuracy):
            yield "wrong", f"the report has {record['key']} with accuracy {accuracy}, undisturbed {right.accuracy}"
    yield from _other_means(folder / "tables" / "accuracy.csv", accuracies)


def _other_means(path: Path, accuracies: dict[str, list[float]]) -> Iterator[Found]:
    """Give the rows of the table of accuracies that are not the mean of their trials."""
    if not path.is_file():
        return
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        trials = accuracies.get(row["method"])
        if trials and row["accuracy"] and not _is_close(float(row["accuracy"]), fmean(trials)):
            yield "wrong", f"the table has {row['method']} with {row['accuracy']}, its trials {fmean(trials)}"


def _is_close(one: float | None, other: float | None) -> bool:
    # Of what is no number, no comparison is true.
    return one is not None and other is not None and abs(one - other) <= _CLOSE


def report_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a report by their names below the run's folder."""
    patterns = ("report.*", "results.json", "summary.json", "tables/*", "figures/*")
    paths = (path for pattern in patterns for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def _half_written(folder: Path) -> Iterator[Found]:
    for name, content in report_files(folder).items():
        ending = _ENDINGS.get(Path(name).suffix)
        if not content or (ending and ending not in content[-200:]):
            yield "left behind", f"{name} is not whole ({len(content)} bytes)"
        elif name.endswith(".json") and not _is_json(content):
            yield "left behind", f"{name} is not whole"


def _missing(folder: Path) -> Iterator[Found]:
    """Give what the list of the report's files names and is not there."""
    path = folder / "report-files.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for name in lines:
        if not name.startswith("#") and not (folder / name).is_file():
            yield "lost", f"the report has no {name}, which its list names"


def _tracebacks(folder: Path) -> Iterator[Found]:
    """Give the pages that show a traceback although no method raised anything."""
    for name, content in report_files(folder).items():
        if name.startswith("report.") and b"Traceback (most recent call last)" in content:
            yield "unclear", f"{name} shows a traceback"


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def leftovers(run: Path) -> Iterator[Found]:
    """Give the half-written files in a run's folder."""
    for path in run.rglob(".*"):
        if path.name.startswith((".incoming", ".retired")):
            yield "left behind", f"{path.relative_to(run)} in the run's folder"


def temporary_files(folder: Path) -> Iterator[Found]:
    """Give what is left in the folder of temporary files, but for torch's own cache."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if "torchinductor" not in path.name:
            yield "left behind", f"{path.name} among the temporary files"
