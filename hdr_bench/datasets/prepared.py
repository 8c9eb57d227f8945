"""Data sets that were verified once and are kept ready to be memory-mapped.

A prepared data set is a folder of four ``.npy`` files and a manifest. The manifest holds what the source looked
like (its stamp), and of each file its size, its time of change and its SHA-256: a file whose size and time are
as they were is trusted, any other is hashed again.
"""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ValidationError

from hdr_bench.datasets.dataset import Dataset, Part, doubts_of
from hdr_bench.datasets.home import prepared_home
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import INCOMING, clear_leftovers

_MANIFEST = "manifest.json"
_ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


class VerifiedFile(BaseModel):
    """What a file looked like when it was verified."""

    size: int
    mtime_ns: int
    sha256: str


class Manifest(BaseModel):
    """The record beside the arrays. Version 1 (0.1.0): the first.

    Attributes
    ----------
    stamp : str or None
        What the source looked like when it was read; None where there is no source to look at.
    warnings : tuple of str or None
        None if the arrays were written before there were any: they are then looked through again.
    """

    format_version: Literal[1] = 1
    name: str
    stamp: str | None
    class_names: tuple[str, ...]
    fingerprint: str
    notes: tuple[str, ...]
    warnings: tuple[str, ...] | None = None
    files: dict[str, VerifiedFile]


@dataclass(frozen=True)
class Prepared:
    """A prepared data set: its folder, and the manifest in it."""

    folder: Path
    manifest: Manifest

    @property
    def stamp(self) -> str | None:
        """What the source looked like when it was read."""
        return self.manifest.stamp


def find_prepared(key: str) -> Prepared | None:
    """Return what is kept under `key`, or None; a folder without a readable manifest counts as none."""
    folder = prepared_home() / key
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return Prepared(folder, manifest)


def list_prepared() -> list[Prepared]:
    """Return all that is kept, sorted by the folder's name."""
    folders = sorted(prepared_home().glob(f"*/{_MANIFEST}"))
    found = (find_prepared(manifest.parent.name) for manifest in folders)
    return [prepared for prepared in found if prepared is not None]


def open_prepared(prepared: Prepared) -> Dataset:
    """Return the data set with its arrays memory-mapped, read-only.

    Raises
    ------
    DatasetError
        If a file was changed since it was verified.
    """
    manifest = prepared.manifest
    for name, verified in manifest.files.items():
        _check_unchanged(prepared.folder / name, verified, manifest.name)
    arrays = {name: np.load(prepared.folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
    train, test = (Part(arrays[f"{part}_images"], arrays[f"{part}_labels"]) for part in ("train", "test"))
    return Dataset(
        name=manifest.name,
        train=train,
        test=test,
        class_names=manifest.class_names,
        fingerprint=manifest.fingerprint,
        notes=manifest.notes,
        warnings=doubts_of(train, test) if manifest.warnings is None else manifest.warnings,
    )


def open_dataset(folder: Path) -> Dataset:
    """Return the data set that `write_dataset` put into `folder`, memory-mapped.

    Raises
    ------
    DatasetError
        If there is none, or it was changed.
    """
    try:
        manifest = Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (FileNotFoundError, ValidationError) as error:
        raise DatasetError(f"{folder}: no data set here that can be read: {error}") from error
    return open_prepared(Prepared(folder, manifest))


def write_dataset(folder: Path, dataset: Dataset, stamp: str | None = None) -> None:
    """Write a data set's arrays, and the manifest beside them, into a folder that is there."""
    folder.chmod(0o755)
    arrays = (dataset.train.images, dataset.train.labels, dataset.test.images, dataset.test.labels)
    for name, array in zip(_ARRAYS, arrays, strict=True):
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array))
    manifest = Manifest(
        name=dataset.name,
        stamp=stamp,
        class_names=dataset.class_names,
        fingerprint=dataset.fingerprint,
        notes=dataset.notes,
        warnings=dataset.warnings,
        files={f"{name}.npy": _look_at(folder / f"{name}.npy") for name in _ARRAYS},
    )
    (folder / _MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def keep_prepared(key: str, dataset: Dataset, stamp: str | None) -> Dataset:
    """Write `dataset` under `key`, whole or not at all, and return it memory-mapped.

    Raises
    ------
    DatasetError
        If the folder cannot be written.
    """
    home = prepared_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        clear_leftovers(home)
        incoming = Path(tempfile.mkdtemp(dir=home, prefix=f"{INCOMING}{os.getpid()}-"))
    except OSError as error:
        raise DatasetError(
            f"cannot keep {dataset.name} in {home}: {error.strerror}; set HDR_BENCH_DATA to a folder that you may write"
        ) from error
    try:
        write_dataset(incoming, dataset, stamp)
        _swap(incoming, home / key)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    kept = find_prepared(key)
    if kept is None:
        raise DatasetError(f"{home / key} vanished while it was written; is another process clearing it?")
    return open_prepared(kept)


def _swap(incoming: Path, target: Path) -> None:
    """Put `incoming` in the place of `target`; where another process was faster, its copy stays."""
    retired = incoming.with_name(incoming.name + "-retired")
    try:
        if target.exists():
            target.replace(retired)
        incoming.replace(target)
    except OSError:
        if not (target / _MANIFEST).exists():
            raise
    finally:
        shutil.rmtree(retired, ignore_errors=True)


def _look_at(path: Path) -> VerifiedFile:
    seen = path.stat()
    return VerifiedFile(size=seen.st_size, mtime_ns=seen.st_mtime_ns, sha256=_sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_unchanged(path: Path, verified: VerifiedFile, name: str) -> None:
    try:
        seen = path.stat()
    except FileNotFoundError as error:
        raise DatasetError(f"{path} is gone since {name} was verified; {_remedy(path)}") from error
    if (seen.st_size, seen.st_mtime_ns) == (verified.size, verified.mtime_ns):
        return
    if seen.st_size != verified.size or _sha256(path) != verified.sha256:
        raise DatasetError(f"{path} was changed since {name} was verified; {_remedy(path)}")


def _remedy(path: Path) -> str:
    return f"remove the folder {path.parent}, then load the data, or add them, again"
