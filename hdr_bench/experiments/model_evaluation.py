"""Evaluation of models from files on data sets that they did not learn from."""

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset, Part
from hdr_bench.datasets.content_warnings import ignore_warnings_of_parts
from hdr_bench.datasets.dataset import doubts_of
from hdr_bench.exceptions import DatasetWarning, OverlapError, PredictionsError
from hdr_bench.experiments.learned_images import learned_images
from hdr_bench.experiments.measuring.evaluation import predict_part
from hdr_bench.experiments.planning.evaluation_plan import NOT_THERE, load_as_it_came
from hdr_bench.experiments.planning.other_images import (
    describe_misfit,
    describe_most_overlap,
    describe_overlap,
    describe_part,
    known_images,
    part_of,
    with_labels_of,
)
from hdr_bench.experiments.planning.trial_data import load_choice
from hdr_bench.models import CardData, ModelCard
from hdr_bench.names import visible_prose
from hdr_bench.records.evaluated_model import EvaluatedModel, OwnScore
from hdr_bench.records.evaluations import TestPart
from hdr_bench.records.failures import describe_failure
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.protocol import DatasetChoice

_MOST_KNOWN = 0.01
"""Share of images that a model learned from at which it is not evaluated: the share at which data sets warn."""

_REMEDY = "evaluate it on other images, or give --allow-overlap (allow_overlap=True) to evaluate it anyway"

_PARTS_OF = {"mnist-5k": "mnist"}
"""Data sets that are part of another one's training images."""


@dataclass(frozen=True, eq=False)
class NamedModel:
    """Fitted model with its card.

    Attributes
    ----------
    name : str
        Name of the model in tables.
    estimator : estimator
        Fitted; `predict` takes raw pixels.
    card : ModelCard
    """

    name: str
    estimator: Any
    card: ModelCard


@dataclass(frozen=True, eq=False)
class _Images:
    """Images to evaluate models on, as given to the models and before conversion to another form."""

    choice: DatasetChoice
    dataset: Dataset
    part: Part
    notes: tuple[str, ...]
    came: Dataset
    as_they_came: NDArray[np.generic]


@dataclass(frozen=True)
class _NoImages:
    """Data set that cannot be used, with the reason."""

    dataset: str
    problem: str


def evaluate_models(
    models: Sequence[NamedModel],
    choices: Sequence[DatasetChoice],
    *,
    part: TestPart = "test",
    allow_overlap: bool = False,
) -> list[EvaluatedModel]:
    """Evaluate fitted models on data sets.

    Parameters
    ----------
    models : sequence of NamedModel
    choices : sequence of DatasetChoice
    part : {"test", "all"}, default="test"
        The test part of each data set, or both parts, for data that no model learned from.
    allow_overlap : bool, default=False
        Whether to evaluate a model on images that it learned from; a note gives their number.

    Returns
    -------
    evaluated : list of EvaluatedModel
        Ordered by data set. A model has a problem instead of predictions if the data set cannot be used or does not
        suit it, if it learned from 1 % or more of the images (unless `allow_overlap` is true), or if it fails.

    Raises
    ------
    DatasetError, DatasetNotFoundError, MissingDependencyError
        If none of the data sets can be used.
    UnknownNameError
        If a data set, class or form is unknown.
    OverlapError
        If nothing is left to evaluate, as the models learned from these images.
    """
    loaded = _load_all(choices, part)
    # Check for overlap before anything that takes long.
    planned = [(model, images, _look_up(model, images, allow_overlap)) for images in loaded for model in models]
    refused = [
        (model, images.choice, notes)
        for model, images, notes in planned
        if isinstance(notes, OverlapError) and isinstance(images, _Images)
    ]
    n_without = len(models) * sum(isinstance(images, _NoImages) for images in loaded)
    if refused and len(refused) + n_without == len(planned):
        model, choice, reason = refused[0]
        raise OverlapError(f"{model.name} on {choice.name}: {reason}") from reason
    return [_evaluate_planned(*each) for each in planned]


def _look_up(model: NamedModel, images: "_Images | _NoImages", allow_overlap: bool) -> tuple[str, ...] | OverlapError:
    """Return notes on what a model learned from, or the reason not to evaluate it on images it learned from."""
    if isinstance(images, _NoImages):
        return ()
    try:
        return _overlap_notes(model, images, allow_overlap)
    except OverlapError as error:
        return error


def _evaluate_planned(
    model: NamedModel, images: "_Images | _NoImages", notes: tuple[str, ...] | OverlapError
) -> EvaluatedModel:
    if isinstance(images, _NoImages):
        return EvaluatedModel(model.name, images.dataset, own=_own_score(model.card), problem=images.problem)
    if isinstance(notes, OverlapError):
        return EvaluatedModel(
            model.name, images.choice.name, own=_own_score(model.card), data_notes=images.notes, problem=str(notes)
        )
    return _evaluate(model, images, notes)


def _load_all(choices: Sequence[DatasetChoice], part: TestPart) -> list[_Images | _NoImages]:
    """Load data sets; if one cannot be used, keep the reason, unless no data set can be used."""
    loaded: list[_Images | _NoImages] = []
    errors: list[Exception] = []
    for choice in choices:
        try:
            loaded.append(_load(choice, part))
        except NOT_THERE as error:
            errors.append(error)
            loaded.append(_NoImages(choice.name, visible_prose(str(error))))
    if errors and len(errors) == len(loaded):
        raise errors[0]
    return loaded


def _load(choice: DatasetChoice, part: TestPart) -> _Images:
    with ignore_warnings_of_parts() if part == "all" else nullcontext():
        dataset = load_choice(choice)
    came = dataset if choice.fit is None else load_as_it_came(choice, load_choice)
    taken, notes = part_of(dataset, part), describe_part(dataset, part)
    return _Images(choice, dataset, taken, notes, came, part_of(came, part).images)


def _evaluate(model: NamedModel, images: _Images, notes: tuple[str, ...]) -> EvaluatedModel:
    known = _class_names(model)
    found = EvaluatedModel(
        model.name, images.choice.name, own=_own_score(model.card), notes=notes, data_notes=images.notes
    )
    problem = _describe_unfit(model, images, known)
    if problem:
        return replace(found, problem=problem)
    part = with_labels_of(images.part, images.dataset.class_names, known)
    try:
        return replace(found, predictions=_predict(model.estimator, part, len(known)))
    # Any exception of a model from a file becomes a row of the table.
    except Exception as error:  # noqa: BLE001
        return replace(found, problem=describe_failure(error))


def _describe_unfit(model: NamedModel, images: _Images, known: tuple[str, ...]) -> str:
    if not known:
        return "its card does not name its classes; save it with a card that does"
    shape = model.card.image_shape or images.dataset.image_shape
    problem = describe_misfit(images.part, images.dataset.class_names, shape, known)
    n_features, n_pixels = model.card.n_features, images.part.X.shape[1]
    if not problem and n_features is not None and n_features != n_pixels:
        return f"the images have {n_pixels:,} pixels, the model's training images {n_features:,}"
    return problem


def _class_names(model: NamedModel) -> tuple[str, ...]:
    """Return the names of the classes that a model knows, in the order of its `classes_`."""
    classes = getattr(model.estimator, "classes_", None)
    names = model.card.classes
    if classes is None or isinstance(classes, list):
        return names
    return names if len(names) == len(classes) else tuple(map(str, classes))


def _predict(estimator: Any, part: Part, n_classes: int) -> Predictions:
    classes = np.asarray(getattr(estimator, "classes_", np.arange(n_classes)))
    if np.array_equal(classes, np.arange(n_classes)):
        return predict_part(estimator, part, n_classes)
    # For the user's own labels, predictions are matched by their position among the classes.
    places = {label: place for place, label in enumerate(classes.tolist())}
    found = np.asarray(estimator.predict(part.X)).tolist()
    unknown = next((label for label in found if label not in places), None)
    if unknown is not None or len(found) != len(part):
        raise PredictionsError(f"predict returned {unknown!r}, which is not one of its classes")
    return Predictions(np.asarray(part.y), np.array([places[label] for label in found], np.int64))


def _own_score(card: ModelCard) -> OwnScore | None:
    if not card.scores:
        return None
    first = card.scores[0]
    return OwnScore(first.dataset, first.n_images, first.accuracy)


def _overlap_notes(model: NamedModel, images: _Images, allow_overlap: bool) -> tuple[str, ...]:
    """Return notes on a model's training images for a data set; raise OverlapError if it learned from them."""
    data = model.card.data
    if data is None:
        return (
            f"the card of {model.name} does not name its training data; check that they do not include these images",
        )
    learned = learned_images(data, images.choice.name, images.dataset, images.came)
    if learned is None:
        return _overlap_by_name(model, data, images, allow_overlap)
    train, n_images = learned.part, len(images.part)
    n_known = min(int(known_images(train.images, images.as_they_came).sum()), data.n_train)
    text = (describe_overlap if learned.are_exact else describe_most_overlap)(n_known, n_images)
    if n_known >= max(1, _MOST_KNOWN * n_images) and not allow_overlap:
        raise OverlapError(f"{text}; {_REMEDY}")
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        doubts = doubts_of(train, images.part) if train.images.shape[1:] == images.part.images.shape[1:] else ()
    return tuple(filter(None, (text, *doubts)))


def _overlap_by_name(model: NamedModel, data: CardData, images: _Images, allow_overlap: bool) -> tuple[str, ...]:
    """Check the names of the data sets if the images are unavailable or have changed."""
    name = images.choice.name
    if _PARTS_OF.get(name) == data.name:
        text = (
            f"all images of {name} are among the training images of {data.name}, of which {model.name} learned from "
            f"{data.n_train:,}"
        )
        if not allow_overlap:
            raise OverlapError(f"{text}; {_REMEDY}")
        return (text,)
    return (
        f"{model.name} learned from {data.name}, which is unavailable here or has changed; check that it does not "
        "include these images",
    )


def short_names(paths: Sequence[str]) -> list[str]:
    """Return names that distinguish models: the shortest unique ends of their paths, without ``.hdrm``.

    Parameters
    ----------
    paths : sequence of str
        Paths, all different.

    Returns
    -------
    names : list of str

    Examples
    --------
    >>> short_names(["runs/a/cnn.hdrm", "runs/b/cnn.hdrm"])
    ['a/cnn', 'b/cnn']
    """
    parts = [Path(path).parts for path in paths]
    longest = max(map(len, parts), default=1)
    depth = next(
        (depth for depth in range(1, longest) if len({each[-depth:] for each in parts}) == len(parts)), longest
    )
    return ["/".join(each[-depth:]).removesuffix(".hdrm") for each in parts]
