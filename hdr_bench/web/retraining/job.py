"""Input and result of a retraining's process, both in JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hdr_bench.files import write_whole

_JOB, _RESULT = "job.json", "result.json"
CORRECTIONS, MODEL = "corrections.npz", "model.hdrm"
"""Names of the accompanying files."""


@dataclass(frozen=True)
class Job:
    """Input of a retraining.

    Attributes
    ----------
    model : str
        Name of the model.
    parent : str
        File of the version that it starts from.
    sha256 : str
        SHA-256 of that file.
    first : str
        File of the model's first version, which may be the same.
    first_sha256 : str
        SHA-256 of that file.
    """

    model: str
    parent: str
    sha256: str
    first: str
    first_sha256: str


@dataclass(frozen=True)
class NewVersion:
    """Result of a retraining.

    Attributes
    ----------
    sha256 : str
        SHA-256 of the new model file.
    method : str
    n_images : int
        Number of original training images.
    n_corrections : int
        Number of corrections that it learned from.
    used : mapping of str to int
        Labels of the corrections that it was given, by the ids of the marks.
    learned : sequence of int
        Ids of the marks that it learned from.
    scores : mapping of str to object
        Accuracy by set of images.
    decision : mapping of str to object
    """

    sha256: str
    method: str
    n_images: int
    n_corrections: int
    used: Mapping[str, int]
    learned: Sequence[int]
    scores: Mapping[str, Any]
    decision: Mapping[str, Any]


def write_job(job: Job, folder: Path) -> None:
    """Write the input of a retraining.

    Parameters
    ----------
    job : Job
    folder : Path
        Folder of the job.
    """
    write_whole(folder / _JOB, json.dumps(asdict(job)).encode())


def read_job(folder: Path) -> Job:
    """Read the input of a retraining.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    job : Job
    """
    return Job(**json.loads((folder / _JOB).read_bytes()))


def write_result(version: NewVersion, folder: Path) -> None:
    """Write the result of a retraining, after the model file is complete.

    Parameters
    ----------
    version : NewVersion
    folder : Path
    """
    write_whole(folder / _RESULT, json.dumps(asdict(version)).encode())


def read_result(folder: Path) -> NewVersion | None:
    """Read the result of a retraining.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    version : NewVersion or None
        None if it did not finish.
    """
    try:
        return NewVersion(**json.loads((folder / _RESULT).read_bytes()))
    except FileNotFoundError:
        return None
