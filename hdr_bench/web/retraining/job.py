"""What a retraining's process is given, and what it answers; both are JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hdr_bench.files import write_whole

_JOB, _RESULT = "job.json", "result.json"
CORRECTIONS, MODEL = "corrections.npz", "model.hdrm"
"""Names of the files beside them."""


@dataclass(frozen=True)
class Job:
    """What is retrained.

    Attributes
    ----------
    model : str
        Name of the model.
    parent : str
        File of the version that it begins with.
    sha256 : str
        Of that file.
    first : str
        File of the model's first version, which may be the same.
    first_sha256 : str
        Of that file.
    """

    model: str
    parent: str
    sha256: str
    first: str
    first_sha256: str


@dataclass(frozen=True)
class NewVersion:
    """What came of it.

    Attributes
    ----------
    sha256 : str
        Of the new model file.
    method : str
    n_images : int
        Original training images.
    n_corrections : int
        Corrections that it learned from.
    used : mapping of str to int
        By the numbers of the marks whose corrections it was given, their labels.
    learned : sequence of int
        Numbers of the marks that it learned from.
    scores : mapping of str to object
        By set of images.
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
    """Write what a process is given.

    Parameters
    ----------
    job : Job
    folder : Path
        Of this job.
    """
    write_whole(folder / _JOB, json.dumps(asdict(job)).encode())


def read_job(folder: Path) -> Job:
    """Read what a process is given.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    job : Job
    """
    return Job(**json.loads((folder / _JOB).read_bytes()))


def write_result(version: NewVersion, folder: Path) -> None:
    """Write what came of it; the model file is complete by then.

    Parameters
    ----------
    version : NewVersion
    folder : Path
    """
    write_whole(folder / _RESULT, json.dumps(asdict(version)).encode())


def read_result(folder: Path) -> NewVersion | None:
    """Read what came of it.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    version : NewVersion or None
        None if it did not come to its end.
    """
    try:
        return NewVersion(**json.loads((folder / _RESULT).read_bytes()))
    except FileNotFoundError:
        return None
