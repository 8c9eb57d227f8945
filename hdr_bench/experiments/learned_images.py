"""Images that a model from a file learned from, found by what its card says of them."""

import warnings
from dataclasses import dataclass
from functools import cache

from hdr_bench.datasets import Dataset, Part
from hdr_bench.datasets.stored import is_here
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning
from hdr_bench.experiments.measuring.model_cards import training_fingerprint
from hdr_bench.experiments.planning.trial_data import load_choice
from hdr_bench.models import CardData
from hdr_bench.records.protocol import DatasetChoice


@dataclass(frozen=True, eq=False)
class LearnedImages:
    """Training images of a model.

    Attributes
    ----------
    part : Part
        The images as they came, before a fit.
    are_exact : bool
        The model learned from all of them; otherwise from some, and which is not known.
    """

    part: Part
    are_exact: bool


def learned_images(data: CardData, name: str, dataset: Dataset, came: Dataset) -> LearnedImages | None:
    """Return the images that a model learned from; None if they are not here, or the data are others by now.

    Parameters
    ----------
    data : CardData
        From the model's card.
    name : str
        Name of the data that the model is to be evaluated on.
    dataset, came : Dataset
        Those data: in the form in which they are given to the model, and as they came.

    Returns
    -------
    images : LearnedImages or None
    """
    if data.name == name and data.fingerprint in {came.fingerprint, dataset.fingerprint}:
        return _choose(data, dataset if data.fingerprint == dataset.fingerprint else came, came)
    loaded = _load_if_here(data.name)
    return _choose(data, loaded, loaded) if loaded is not None and loaded.fingerprint == data.fingerprint else None


def _choose(data: CardData, learned: Dataset, came: Dataset) -> LearnedImages:
    """Return those images of the training part that a model learned from, if it is known which they are."""
    if data.n_train == len(learned.train):
        return LearnedImages(came.train, are_exact=True)
    try:
        # As `hdr-bench fit` and runs take a share with --samples.
        same = training_fingerprint(learned.subsample(data.n_train).train) == data.training_fingerprint
        return LearnedImages(came.subsample(data.n_train).train if same else came.train, are_exact=same)
    except DatasetError:
        return LearnedImages(came.train, are_exact=False)


@cache
def _load_if_here(name: str) -> Dataset | None:
    """Load a data set that a card names, which may be a stranger's: nothing is fetched, and no place is looked into."""
    if not is_here(name):
        return None
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        try:
            return load_choice(DatasetChoice(name=name))
        except (DatasetError, DatasetNotFoundError):
            return None
