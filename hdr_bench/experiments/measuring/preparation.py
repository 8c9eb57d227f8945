"""Preparation of a trial before its fit: data, estimator, limits, and a warm-up."""

import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from hdr_bench.datasets import Dataset, Part
from hdr_bench.estimators.foreign.copying import copy_unfitted
from hdr_bench.estimators.saving import installed_versions
from hdr_bench.exceptions import VersionsDifferError
from hdr_bench.experiments.measuring.memory import limited_memory
from hdr_bench.experiments.measuring.process_state import limit_threads
from hdr_bench.experiments.messages import OnStage, Stage, Task
from hdr_bench.experiments.planning.corrupted_images import with_corrupted_copies
from hdr_bench.experiments.planning.grid_names import settable
from hdr_bench.experiments.planning.models import make_model
from hdr_bench.experiments.planning.own_code import check_code
from hdr_bench.experiments.planning.trial_data import load_trial_data

_WARM_UP_IMAGES = 200


@dataclass(frozen=True, eq=False)
class Prepared:
    """A trial that is ready to be fitted.

    Attributes
    ----------
    model : estimator
        Unfitted.
    came : Dataset
        Data set as named by the trial.
    dataset : Dataset
        Data set that the model is fitted and evaluated on: the same, with corrupted copies of its training images if
        the trial has any.
    """

    model: Any
    came: Dataset
    dataset: Dataset


def prepare(task: Task, folder: Path | None, on_stage: OnStage) -> Prepared:
    """Load a trial's data, create its estimator and warm it up; the memory limit applies from the warm-up on.

    Parameters
    ----------
    task : Task
    folder : Path or None
        Folder of the data set, if it was stored for the trial.
    on_stage : callable
        Called with each stage of the trial.

    Returns
    -------
    prepared : Prepared

    Raises
    ------
    VersionsDifferError
        If a library that determines results has another version than planned.
    DatasetError
        If the data are not those that the trial was planned with.
    CodeDiffersError
        If the estimator's user code differs from when the trial was planned.
    """
    trial = task.trial
    on_stage(Stage("load"))
    _check_versions(trial.versions)
    came = load_trial_data(trial, folder)
    dataset = with_corrupted_copies(came, trial.train_with, trial.case)
    model = make_model(trial, task.pickled)
    check_code(model, trial.code)
    model.set_params(**settable(model, _candidate(task)))
    limit_threads(trial.threads)
    on_stage(limit_from("warm-up"))
    with limited_memory(trial.memory_limit):
        _warm_up(model, came.train)
    # Libraries loaded in the warm-up have added their own thread pools.
    limit_threads(trial.threads)
    return Prepared(model, came, dataset)


def limit_from(name: str) -> Stage:
    """Return a stage from which the memory limit applies.

    Parameters
    ----------
    name : str
        Name of the stage.

    Returns
    -------
    stage : Stage
    """
    return Stage(name, resident_bytes=psutil.Process().memory_info().rss)


def _candidate(task: Task) -> dict[str, Any]:
    """Return the parameters set by a grid search: those of one of its fits, or the selected ones."""
    if task.trial.search_fit is not None:
        return task.trial.search_fit.params
    return {} if task.outcome is None else task.outcome.searched.chosen


def _warm_up(model: Any, train: Part) -> None:
    """Fit and predict on a few images, so that imports and first-call costs fall outside the timed regions."""
    classes = np.unique(train.labels)
    per_class = max(_WARM_UP_IMAGES // len(classes), 2)
    chosen = np.concatenate([np.flatnonzero(train.labels == label)[:per_class] for label in classes])
    few = train.take(chosen)
    # A failure on these few images may not occur on all of them; if it does, it is recorded there.
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        rehearsal = copy_unfitted(model)
        short = {name: 1 for name in rehearsal.get_params() if name.rpartition("__")[2] == "max_epochs"}
        rehearsal.set_params(**short).fit(few.X, few.y).predict(few.X[:2])


def _check_versions(versions: Mapping[str, str]) -> None:
    here = installed_versions(tuple(versions))
    for name, planned in versions.items():
        if here.get(name) != planned:
            raise VersionsDifferError(
                f"planned with {name} {planned}, got {here.get(name, 'not installed')} here; "
                "install the same version on every machine"
            )
