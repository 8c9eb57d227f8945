"""A fitted model evaluated on its trial's other test sets, in the trial's process."""

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hdr_bench.datasets import Dataset, Part, open_dataset
from hdr_bench.datasets.path_names import shorten_paths
from hdr_bench.exceptions import DatasetError, DatasetWarning
from hdr_bench.experiments.measuring.memory import is_out_of_memory
from hdr_bench.experiments.measuring.scoring import read_predictions, score
from hdr_bench.experiments.messages import OnStage, Stage
from hdr_bench.experiments.planning.other_images import describe_part, part_of, with_labels_of
from hdr_bench.experiments.planning.trial_data import load_choice
from hdr_bench.records.evaluations import Evaluation, TrialTestSet
from hdr_bench.records.failures import describe_failure
from hdr_bench.records.predictions import Predictions

Evaluated = tuple[Evaluation, Predictions | None]


def evaluate_test_sets(
    model: Any,
    test_sets: tuple[TrialTestSet, ...],
    class_names: tuple[str, ...],
    folders: Mapping[str, str],
    on_stage: OnStage,
) -> Iterator[Evaluated]:
    """Evaluate a fitted model on each test set; what fails on one of them leaves the others as they are.

    Parameters
    ----------
    model : estimator
        Fitted.
    test_sets : tuple of TrialTestSet
    class_names : tuple of str
        The classes that it knows.
    folders : mapping of str to str
        Where data sets were put for the trial, by their fingerprints.
    on_stage : callable
        Told which one it is at.

    Yields
    ------
    evaluation : Evaluation
    predictions : Predictions or None
        None unless the status is "ok".

    Raises
    ------
    MemoryError
        If a test set needs more memory than the trial may take.
    """
    for place, each in enumerate(test_sets, start=1):
        if each.problem:
            yield _without_scores(each, "not evaluated", each.problem), None
            continue
        on_stage(Stage("test set", place, len(test_sets)))
        try:
            yield _evaluate(model, each, class_names, folders)
        except (Exception, SystemExit) as error:
            # The trial is to have so much memory, for all that is asked of its method.
            if is_out_of_memory(error):
                raise
            error_text = shorten_paths(describe_failure(error), each.dataset.name, each.dataset.folder)
            yield _without_scores(each, "failed", error_text), None


def _evaluate(
    model: Any, test_set: TrialTestSet, class_names: tuple[str, ...], folders: Mapping[str, str]
) -> Evaluated:
    dataset = _load(test_set, folders)
    part = with_labels_of(part_of(dataset, test_set.part), dataset.class_names, class_names)
    predictions = predict_part(model, part, len(class_names))
    evaluation = Evaluation(
        test_set=test_set.name,
        dataset=test_set.dataset.name,
        fingerprint=test_set.fingerprint,
        status="ok",
        n_test=len(part),
        scores=score(predictions, len(class_names)),
        notes=(*test_set.notes, *describe_part(dataset, test_set.part)),
    )
    return evaluation, predictions


def predict_part(model: Any, part: Part, n_classes: int) -> Predictions:
    """Return a fitted model's predictions for images, with its scores of each class.

    Parameters
    ----------
    model : estimator
        Fitted.
    part : Part
        Images with labels of the model's classes.
    n_classes : int
        How many classes it knows.

    Returns
    -------
    predictions : Predictions

    Raises
    ------
    PredictionsError
        If they are not one class per image, or not scores of classes.
    """
    return read_predictions(model, part, model.predict(part.X), n_classes)


def _load(test_set: TrialTestSet, folders: Mapping[str, str]) -> Dataset:
    folder = folders.get(test_set.fingerprint)
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        # They were issued once for the run, when it was planned.
        dataset = load_choice(test_set.dataset) if folder is None else open_dataset(Path(folder))
    if dataset.fingerprint != test_set.fingerprint:
        raise DatasetError(f"{test_set.dataset.name} changed since the run was planned; start the run again")
    return dataset


def _without_scores(test_set: TrialTestSet, status: Any, error: str) -> Evaluation:
    return Evaluation(
        test_set=test_set.name,
        dataset=test_set.dataset.name,
        fingerprint=test_set.fingerprint,
        status=status,
        error=error,
        notes=test_set.notes,
    )
