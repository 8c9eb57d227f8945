"""What comes before the fit of a trial: its data, its estimator, limits, and a warm-up."""

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
        Not fitted.
    came : Dataset
        As the trial names it.
    dataset : Dataset
        What the model is fitted and evaluated on: the same, with corrupted copies of its training images if the trial
        has any.
    """

    model: Any
    came: Dataset
    dataset: Dataset


def prepare(task: Task, folder: Path | None, on_stage: OnStage) -> Prepared:
    """Load a trial's data, make its estimator, and warm it up; from the warm-up on the memory limit counts.

    Parameters
    ----------
    task : Task
    folder : Path or None
        The data set, if it was put somewhere for the trial.
    on_stage : callable
        Told how far the trial is.

    Returns
    -------
    prepared : Prepared

    Raises
    ------
    VersionsDifferError
        If a library that decides has another version than the trial was planned with.
    DatasetError
        If the data are not those that it was planned with.
    CodeDiffersError
        If the estimator's own code is different here.
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
    # Libraries that the warm-up loaded have brought pools of their own.
    limit_threads(trial.threads)
    return Prepared(model, came, dataset)


def limit_from(name: str) -> Stage:
    """Return a stage from which on the memory limit counts.

    Parameters
    ----------
    name : str
        Of the stage.

    Returns
    -------
    stage : Stage
    """
    return Stage(name, resident_bytes=psutil.Process().memory_info().rss)


def _candidate(task: Task) -> dict[str, Any]:
    """Return the parameters that a grid search sets: of one of its fits, or those that it has chosen."""
    if task.trial.search_fit is not None:
        return task.trial.search_fit.params
    return {} if task.outcome is None else task.outcome.searched.chosen


def _warm_up(model: Any, train: Part) -> None:
    """Fit and predict on a few images, so that imports and first calls fall outside the timed regions."""
    classes = np.unique(train.labels)
    per_class = max(_WARM_UP_IMAGES // len(classes), 2)
    chosen = np.concatenate([np.flatnonzero(train.labels == label)[:per_class] for label in classes])
    few = train.take(chosen)
    # What fails on these few images may be right on all of them; if not, it fails where it is recorded.
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
                f"planned with {name} {planned}, but here it is {here.get(name, 'not installed')}: "
                "install the same on every machine"
            )
