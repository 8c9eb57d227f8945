"""Results on disk: a folder with the run's record, and one file a trial.

A trial's file is a zip archive that numpy opens too: ``result.json`` first, then an ``.npy`` a kept array. The images
that trials are judged on are kept once a data set, for galleries. Every file is written to a temporary one and put in
place whole.
"""

import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hdr_bench.exceptions import NewerFormatError, StoreError
from hdr_bench.experiments.quantities import Bytes, Seconds
from hdr_bench.experiments.result import Predictions, Result
from hdr_bench.experiments.seed_decision import SeedDecision
from hdr_bench.experiments.suite import Kind, Suite
from hdr_bench.files import clear_leftovers, read_arrays, write_whole

FORMAT_VERSION = 3
_RESULT = "result.json"
_LOCK_SECONDS = 30
DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, OSError, ValueError)
"""What zipfile raises on a damaged archive."""

_ARRAYS = ("y_true", "y_pred", "probabilities", "decisions")


class Settings(BaseModel):
    """What the caller of a run chose beside the suite; None leaves it to the suite."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str | None = None
    samples: Annotated[int, Field(ge=2)] | None = None
    repeats: Annotated[int, Field(ge=1)] | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    threads: Annotated[int, Field(ge=1)] = 1
    full: bool = False
    time_limit: Seconds | None = None
    memory_limit: Bytes | None = None


class Planned(BaseModel):
    """A trial of a run, as far as a reader needs it before its result is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    limited_key: str = ""
    case: str
    seed: int
    protocol: Kind = "holdout"
    fold: int | None = None
    samples: int | None = None


class RunRecord(BaseModel):
    """What a run is made of: the suite, what it was asked for as, the settings, and its trials in their order.

    Version 1 (0.1.0): the first. Version 2 (0.2.0): a trial's second key, for an outcome that its limits decided.
    Version 3 (0.2.0): references of suites and cases, protocols of published figures; later also whether a case needs
    more seeds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    format_version: Literal[3] = 3
    suite: Suite
    origin: str
    settings: Settings
    trials: tuple[Planned, ...]
    decisions: tuple[SeedDecision, ...] = ()


class Store:
    """A run's folder.

    Parameters
    ----------
    folder : path-like
        It is made with the first file that is written.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.trials_folder = self.folder / "trials"
        self.images_folder = self.folder / "images"
        self.run_file = self.folder / "run.json"

    def has(self, key: str) -> bool:
        """Whether there is a whole file for the trial `key`; one that was cut off counts as none."""
        try:
            return bool(key) and zipfile.is_zipfile(self._path(key))
        except OSError:
            return False

    def is_there(self, key: str) -> bool:
        """Whether there is a file for the trial `key`, whole or not."""
        return self._path(key).exists()

    def find(self, planned: Planned) -> str | None:
        """Return the key of a trial's file: its own, or that of an outcome which its limits decided; None for none."""
        return next((key for key in (planned.key, planned.limited_key) if self.has(key)), None)

    def write_run(self, run: RunRecord, order: tuple[Planned, ...]) -> None:
        """Keep the run's record, with what another call for the same suite and settings has planned.

        Parameters
        ----------
        run : RunRecord
        order : tuple of Planned
            All trials that there can be.
        """
        self._make_folder()
        with self._locked():
            earlier = self._same_run(run)
            kept = {planned.key for planned in (*run.trials, *(earlier.trials if earlier else ()))}
            whole = run.model_copy(update={"trials": tuple(planned for planned in order if planned.key in kept)})
            _put(self.run_file, (whole.model_dump_json(indent=2, by_alias=True) + "\n").encode())

    def read_run(self) -> RunRecord:
        """Return the run's record.

        Raises
        ------
        StoreError
            If there is none, or it cannot be read.
        """
        try:
            return RunRecord.model_validate(_migrated(json.loads(self.run_file.read_bytes())))
        except (FileNotFoundError, NotADirectoryError) as error:
            kept = " (a report without its run)" if (self.folder / "results.json").is_file() else ""
            raise StoreError(
                f"{self.folder}: no run here, there is no run.json{kept}; make one with: hdr-bench run"
            ) from error
        except ValidationError as error:
            raise _unreadable(self.run_file, error, "run the suite again") from error
        except ValueError as error:
            raise StoreError(f"{self.run_file}: not readable: {error}; run the suite again") from error

    def write(self, result: Result, predictions: Predictions | None) -> None:
        """Keep a result, and the predictions where there are any."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_RESULT, result.model_dump_json(indent=2))
            for name, array in _arrays_of(predictions).items():
                archive.writestr(f"{name}.npy", _npy(array))
        _put(self._path(result.key), buffer.getvalue())
        # A trial has one outcome: the last.
        for other in set(result.trial.keys()) - {result.key}:
            self._path(other).unlink(missing_ok=True)

    def read(self, key: str) -> Result:
        """Return the result of a trial.

        Raises
        ------
        StoreError
            If there is none, or its file cannot be read.
        """
        path = self._path(key)
        try:
            with zipfile.ZipFile(path) as archive:
                return Result.model_validate(_migrated(json.loads(archive.read(_RESULT))))
        except FileNotFoundError as error:
            raise StoreError(f"{path}: there is no such trial") from error
        except ValidationError as error:
            raise _unreadable(path, error, "remove it, and run the suite again") from error
        except DAMAGED as error:
            raise StoreError(f"{path}: damaged: {error}; remove it, and run the suite again") from error

    def read_predictions(self, key: str) -> Predictions | None:
        """Return what a trial's method said of each test image; None where it did not go well.

        Raises
        ------
        StoreError
            If its file cannot be read.
        """
        path = self._path(key)
        try:
            arrays: dict[str, Any] = {**read_arrays(path)}
            return Predictions(**arrays) if arrays else None
        except (FileNotFoundError, ValueError, TypeError) as error:
            raise StoreError(f"{path}: damaged: {error}; remove it, and run the suite again") from error

    def write_images(self, fingerprint: str, images: NDArray[np.generic]) -> None:
        """Keep the test images of a data set, once.

        Parameters
        ----------
        fingerprint : str
            The data set's.
        images : ndarray of shape (n, height, width)
        """
        path = self._images_path(fingerprint)
        if path.is_file() and zipfile.is_zipfile(path):
            return
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("images.npy", _npy(images))
        _put(path, buffer.getvalue())

    def read_images(self, fingerprint: str) -> NDArray[np.generic] | None:
        """Return the test images of a data set, shape (n, height, width); None where they were not kept.

        Raises
        ------
        StoreError
            If their file cannot be read.
        """
        path = self._images_path(fingerprint)
        try:
            return read_arrays(path).get("images")
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise StoreError(f"{path}: damaged: {error}; remove it, and run the suite again") from error

    def clear_leftovers(self) -> None:
        """Remove what a killed process left half-written here; not what another one writes now."""
        for folder in (self.folder, self.trials_folder, self.images_folder):
            clear_leftovers(folder)

    def _path(self, key: str) -> Path:
        return self.trials_folder / f"{key}.npz"

    def _images_path(self, fingerprint: str) -> Path:
        return self.images_folder / f"{fingerprint[:16]}.npz"

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot write {self.folder}: {error.strerror}; choose another with --out") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder while its record is read and written: two runs may share it."""
        try:
            with FileLock(self.folder / ".lock", timeout=_LOCK_SECONDS):
                yield
        except OSError as error:
            raise StoreError(f"cannot lock {self.folder}: {error}; choose another with --out") from error

    def _same_run(self, run: RunRecord) -> RunRecord | None:
        try:
            earlier = self.read_run()
        except NewerFormatError:
            raise
        except StoreError:
            return None
        # As it is read again: a suite made in code is not, in every word, what it was.
        suite = json.loads(run.suite.model_dump_json(by_alias=True))
        alike = json.loads(earlier.suite.model_dump_json(by_alias=True)) == suite
        return earlier if alike and earlier.settings == run.settings else None


def _put(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; choose another folder with --out") from error


def _arrays_of(predictions: Predictions | None) -> dict[str, NDArray[np.generic]]:
    found = {name: getattr(predictions, name, None) for name in _ARRAYS}
    return {name: array for name, array in found.items() if array is not None}


def _npy(array: NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _migrated(content: Any) -> Any:
    """Return what a file of an older format holds, in today's.

    Each lacks what the next has added, all of it with a value that means that there was none.
    """
    if isinstance(content, dict) and content.get("format_version", 1) in range(1, FORMAT_VERSION):
        return {**content, "format_version": FORMAT_VERSION}
    return content


def _unreadable(path: Path, error: ValidationError, remedy: str) -> StoreError:
    fault = error.errors()[0]
    if fault["loc"] == ("format_version",):
        return NewerFormatError(
            f"{path}: format version {fault['input']!r}, this hdr-bench reads versions 1 to {FORMAT_VERSION}; "
            "use the version that wrote it"
        )
    return StoreError(f"{path}: not readable: {'.'.join(map(str, fault['loc']))}: {fault['msg']}; {remedy}")
