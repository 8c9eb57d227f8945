"""Data sent once to each worker of a Dask cluster: data sets, and images made for test sets."""

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset, write_dataset
from hdr_bench.experiments.messages import Task
from hdr_bench.experiments.processes.host_pool import clear_leftovers_of_hosts
from hdr_bench.experiments.processes.scratch import data_folder
from hdr_bench.records.made_images import MadeImages

RunData = Mapping[str, Dataset | NDArray[np.generic]]
"""Data sets of a run by fingerprint; arrays are images made for test sets."""

_IMAGES = "images.npy"
_folders: dict[str, tempfile.TemporaryDirectory[str]] = {}
_writing = threading.Lock()


@dataclass(frozen=True, eq=False)
class SharedData:
    """Data that each worker receives once.

    Attributes
    ----------
    content : mapping of str to Dataset or ndarray
        By fingerprint.
    """

    content: RunData


def with_data_here(task: Task, data: SharedData) -> Task:
    """Return a task whose data are stored on this worker, writing them on first use.

    Parameters
    ----------
    task : Task
    data : SharedData

    Returns
    -------
    task : Task
    """
    folders = {name: _folder_of(name, data) for each in task.trial.test_sets if (name := each.fingerprint)}
    images = {recipe: _here(made, data) for recipe, made in task.images.items()}
    return replace(task, folder=_folder_of(task.trial.fingerprint, data), folders=folders, images=images)


def _here(made: MadeImages, data: SharedData) -> MadeImages:
    if not made.fingerprint:
        return made
    return replace(made, path=str(Path(_folder_of(made.fingerprint, data), _IMAGES)))


def _folder_of(fingerprint: str, data: SharedData) -> str:
    """Return the folder of a data set or images on this worker, writing them on first use."""
    with _writing:
        if fingerprint not in _folders:
            clear_leftovers_of_hosts()
            folder = data_folder()
            _write(Path(folder.name), data.content[fingerprint])
            _folders[fingerprint] = folder
        return _folders[fingerprint].name


def _write(folder: Path, content: Dataset | NDArray[np.generic]) -> None:
    if isinstance(content, np.ndarray):
        np.save(folder / _IMAGES, content, allow_pickle=False)
    else:
        write_dataset(folder, content)
