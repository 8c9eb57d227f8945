"""Model cards of fitted trials, made from the trial and its data."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.bibliography import DATASETS
from hdr_bench.datasets import Dataset, Part
from hdr_bench.error_text import describe_error, error_line
from hdr_bench.exceptions import ModelSaveError
from hdr_bench.experiments.planning.models import best_of_search
from hdr_bench.models.card import CardData, CardScore, ModelCard
from hdr_bench.models.estimator_card import describe_estimator, read_machine
from hdr_bench.models.model_file import pack_model
from hdr_bench.names import visible
from hdr_bench.records.predictions import KeptModel, Predictions
from hdr_bench.records.trial import Trial

_YEAR_LETTERS = 4


def card_of_trial(model: Any, trial: Trial, dataset: Dataset, y_pred: NDArray[Any], command: str) -> ModelCard:
    """Return the card of a trial's fitted model.

    Parameters
    ----------
    model : estimator
        Fitted.
    trial : Trial
    dataset : Dataset
        The data set it was fitted and evaluated on.
    y_pred : ndarray of shape (n_test,)
        Predictions for the test part.
    command : str
        The command that created the model.

    Returns
    -------
    card : ModelCard
    """
    test = dataset.test
    place = trial.dataset.name if trial.fold is None else f"{trial.dataset.name}, fold {trial.fold + 1}"
    score = CardScore.of_counts(place, len(test), int(np.count_nonzero(np.asarray(y_pred) != test.y)))
    described = _with_names_of(trial, describe_estimator(best_of_search(model)))
    return described.model_copy(
        update={
            "classes": tuple(map(visible, dataset.class_names)),
            "image_shape": dataset.image_shape,
            "data": _data_of(trial, dataset),
            "scores": (score,),
            "seed": trial.seed,
            "machine": read_machine(),
            "command": command,
        }
    )


def keep_model(model: Any, trial: Trial, dataset: Dataset, predictions: Predictions, command: str) -> KeptModel:
    """Return the fitted model of a trial as a file, or why it cannot be saved; its result is valid in any case.

    Parameters
    ----------
    model : estimator
        Fitted.
    trial : Trial
    dataset : Dataset
        The data set it was fitted and evaluated on.
    predictions : Predictions
        Predictions for the test part.
    command : str
        The command that created the model.

    Returns
    -------
    kept : KeptModel
    """
    try:
        card = card_of_trial(model, trial, dataset, predictions.y_pred, command)
        return KeptModel(pack_model(best_of_search(model), card.to_json()))
    except ModelSaveError as error:
        return KeptModel(b"", error_line(error))
    # Reading an estimator of another library may raise anything.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return KeptModel(b"", f"it could not be saved: {describe_error(error)}")


def _with_names_of(trial: Trial, card: ModelCard) -> ModelCard:
    """Return a card with the method and steps as named in the trial: their classes may be in a private module."""
    names = [*(step.name for step in trial.steps), trial.estimator]
    parts = (*card.steps, card.method)
    if len(names) != len(parts):
        return card
    *steps, method = (part.model_copy(update={"name": visible(name)}) for part, name in zip(parts, names, strict=True))
    return card.model_copy(update={"method": method, "steps": tuple(steps)})


def _data_of(trial: Trial, dataset: Dataset) -> CardData:
    return CardData(
        name=visible(trial.dataset.name),
        fingerprint=trial.fingerprint,
        n_train=len(dataset.train),
        date=_year_of(trial.dataset.name),
        training_fingerprint=training_fingerprint(dataset.train),
    )


def training_fingerprint(train: Part) -> str:
    """Return the SHA-256 of training images and labels in their order, as recorded in a card.

    Parameters
    ----------
    train : Part

    Returns
    -------
    digest : str
        In hexadecimal digits.
    """
    digest = hashlib.sha256(f"{train.images.shape} {train.images.dtype}".encode())
    digest.update(np.ascontiguousarray(train.images).data)
    digest.update(np.ascontiguousarray(train.labels).data)
    return digest.hexdigest()


def _year_of(name: str) -> str:
    """Return the year in which a data set was published; empty for data that are not in the bibliography."""
    keys = DATASETS.get(name)
    # Keys in the bibliography end with the year.
    return keys[0][-_YEAR_LETTERS:] if keys else ""
