"""Evaluation of a fitted model on its trial's other test sets, in the trial's process."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset, Part, open_dataset
from hdr_bench.datasets.path_names import shorten_paths
from hdr_bench.exceptions import DatasetError, DatasetWarning
from hdr_bench.experiments.measuring.answers import check_labels
from hdr_bench.experiments.measuring.memory import is_out_of_memory
from hdr_bench.experiments.measuring.scoring import read_predictions, score
from hdr_bench.experiments.messages import OnStage, Stage, Task
from hdr_bench.experiments.planning.corrupted_images import pixel_range_of
from hdr_bench.experiments.planning.other_images import describe_part, part_of, sample_of, with_labels_of
from hdr_bench.experiments.planning.trial_data import load_choice
from hdr_bench.records.evaluations import Evaluation, TrialTestSet
from hdr_bench.records.failures import describe_failure
from hdr_bench.records.made_images import N_SHOWN, images_fingerprint, open_made
from hdr_bench.records.predictions import Predictions

Evaluated = tuple[Evaluation, Predictions | None]


def evaluate_test_sets(
    model: Any,
    test_sets: tuple[TrialTestSet, ...],
    class_names: tuple[str, ...],
    task: Task,
    on_stage: OnStage,
) -> Iterator[Evaluated]:
    """Evaluate a fitted model on each test set; a failure on one of them does not affect the others.

    Parameters
    ----------
    model : estimator
        Fitted.
    test_sets : tuple of TrialTestSet
    class_names : tuple of str
        The classes that the model knows.
    task : Task
        Task with the locations of data sets and images for the trial.
    on_stage : callable
        Called with the test set in progress.

    Yields
    ------
    evaluation : Evaluation
    predictions : Predictions or None
        None unless the status is "ok".

    Raises
    ------
    MemoryError
        If a test set needs more memory than the trial's limit.
    """
    for place, each in enumerate(test_sets, start=1):
        if each.problem:
            yield _without_scores(each, "not evaluated", each.problem), None
            continue
        on_stage(Stage("test set", place, len(test_sets)))
        try:
            yield _evaluate(model, each, class_names, task)
        except (Exception, SystemExit) as error:
            # The memory limit of the trial covers everything that is asked of its method.
            if is_out_of_memory(error):
                raise
            error_text = shorten_paths(describe_failure(error), each.dataset.name, each.dataset.folder)
            yield _without_scores(each, "failed", error_text), None


def _evaluate(model: Any, test_set: TrialTestSet, class_names: tuple[str, ...], task: Task) -> Evaluated:
    if (made := task.images.get(test_set.recipe)) is not None and made.problem:
        return _without_scores(test_set, "not evaluated", made.problem), None
    if made is None and test_set.is_made_before:
        raise DatasetError(f"the images of the test set {test_set.name!r} were not made; start the run again")
    dataset, part = load_test_set(test_set, class_names, task.folders)
    images, predictions = "", None
    if test_set.is_distorted:
        changed = attacked(model, dataset, part, test_set) if made is None else open_made(made)
        images = images_fingerprint(changed) if made is None else made.fingerprint
        shown = changed[:N_SHOWN] if made is None else None
        predictions = replace(_predict_labels(model, Part(changed, part.labels), len(class_names)), images=shown)
    else:
        predictions = predict_part(model, part, len(class_names))
    evaluation = Evaluation(
        test_set=test_set.name,
        dataset=test_set.dataset.name,
        fingerprint=test_set.fingerprint,
        corruption=test_set.corruption,
        attack=test_set.attack,
        images=images,
        transferred_from=transferred_from(test_set),
        status="ok",
        n_test=len(part),
        scores=score(predictions, len(class_names)),
        notes=(*test_set.notes, *describe_part(dataset, test_set.part)),
    )
    return evaluation, predictions


def attacked(model: Any, dataset: Dataset, part: Part, test_set: TrialTestSet) -> NDArray[np.generic]:
    """Return the images of a test set, attacked for a fitted model.

    Parameters
    ----------
    model : estimator
        Fitted.
    dataset : Dataset
        Provides the pixel range, of which an attack's strength is a fraction.
    part : Part
        As returned by `load_test_set`.
    test_set : TrialTestSet
        Test set with an attack.

    Returns
    -------
    images : ndarray of shape (n, height, width), float32

    Raises
    ------
    DatasetError
        If the test set has no attack.
    HdrBenchError
        If no attack can be made.
    """
    if test_set.attack is None:
        raise DatasetError(f"the test set {test_set.name!r} has no attack")
    # Imported here because most trials attack nothing, and it imports what all methods need.
    from hdr_bench.robustness import attack_images

    pixel_range = pixel_range_of(dataset)
    return attack_images(model, part.images, part.labels, test_set.attack, pixel_range=pixel_range)


def load_test_set(
    test_set: TrialTestSet, class_names: tuple[str, ...], folders: Mapping[str, str]
) -> tuple[Dataset, Part]:
    """Return the data set of a test set, and its selected images, before any distortion.

    Parameters
    ----------
    test_set : TrialTestSet
    class_names : tuple of str
        The classes that the method knows.
    folders : mapping of str to str
        Folders of data sets stored for the trial, by fingerprint.

    Returns
    -------
    dataset : Dataset
    part : Part
        With labels of the method's classes.

    Raises
    ------
    DatasetError
        If the data are not those that the trial was planned with.
    """
    dataset = _load(test_set, folders)
    part = sample_of(part_of(dataset, test_set.part), test_set.samples, test_set.rows)
    return dataset, with_labels_of(part, dataset.class_names, class_names)


def _predict_labels(model: Any, part: Part, n_classes: int) -> Predictions:
    """Return only the predicted classes, as nothing else is stored for distorted images."""
    labels = check_labels(model.predict(part.X), len(part), n_classes)
    return Predictions(np.asarray(part.y), labels)


def transferred_from(test_set: TrialTestSet) -> str:
    """Return the case for which the images of a test set are attacked; empty if they are made for the method itself.

    Parameters
    ----------
    test_set : TrialTestSet

    Returns
    -------
    case : str
    """
    return test_set.attack.transfer_from if test_set.attack is not None and test_set.made_for else ""


def predict_part(model: Any, part: Part, n_classes: int) -> Predictions:
    """Return a fitted model's predictions for images, with class scores.

    Parameters
    ----------
    model : estimator
        Fitted.
    part : Part
        Images with labels of the model's classes.
    n_classes : int
        Number of classes that the model knows.

    Returns
    -------
    predictions : Predictions

    Raises
    ------
    PredictionsError
        If they are not one class per image, or not class scores.
    """
    return read_predictions(model, part, model.predict(part.X), n_classes)


def _load(test_set: TrialTestSet, folders: Mapping[str, str]) -> Dataset:
    folder = folders.get(test_set.fingerprint)
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        # These warnings were issued when the run was planned.
        dataset = load_choice(test_set.dataset) if folder is None else open_dataset(Path(folder))
    if dataset.fingerprint != test_set.fingerprint:
        raise DatasetError(f"{test_set.dataset.name} has changed since the run was planned; start the run again")
    return dataset


def _without_scores(test_set: TrialTestSet, status: Any, error: str) -> Evaluation:
    return Evaluation(
        test_set=test_set.name,
        dataset=test_set.dataset.name,
        fingerprint=test_set.fingerprint,
        corruption=test_set.corruption,
        attack=test_set.attack,
        transferred_from=transferred_from(test_set),
        status=status,
        error=error,
        notes=test_set.notes,
    )
