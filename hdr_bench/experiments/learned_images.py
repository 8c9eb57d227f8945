"""Training images of a model from a file, identified by its card."""

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
        The images before conversion to another form.
    are_exact : bool
        Whether the model learned from all of them; otherwise from an unknown subset.
    """

    part: Part
    are_exact: bool


def learned_images(data: CardData, name: str, dataset: Dataset, came: Dataset) -> LearnedImages | None:
    """Return the images that a model learned from; None if they are unavailable or the data have changed.

    Parameters
    ----------
    data : CardData
        Data of the model's card.
    name : str
        Name of the data that the model is to be evaluated on.
    dataset, came : Dataset
        Those data, as given to the model and before conversion to another form.

    Returns
    -------
    images : LearnedImages or None
    """
    if data.name == name and data.fingerprint in {came.fingerprint, dataset.fingerprint}:
        return _choose(data, dataset if data.fingerprint == dataset.fingerprint else came, came)
    loaded = _load_if_here(data.name)
    return _choose(data, loaded, loaded) if loaded is not None and loaded.fingerprint == data.fingerprint else None


def _choose(data: CardData, learned: Dataset, came: Dataset) -> LearnedImages:
    """Return the images of the training part that a model learned from, if they can be identified."""
    if data.n_train == len(learned.train):
        return LearnedImages(came.train, are_exact=True)
    try:
        # The subsample that `hdr-bench fit` and runs take with --samples.
        same = training_fingerprint(learned.subsample(data.n_train).train) == data.training_fingerprint
        return LearnedImages(came.subsample(data.n_train).train if same else came.train, are_exact=same)
    except DatasetError:
        return LearnedImages(came.train, are_exact=False)


@cache
def _load_if_here(name: str) -> Dataset | None:
    """Load a data set named by an untrusted card, without fetching anything or accessing any path."""
    if not is_here(name):
        return None
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        try:
            return load_choice(DatasetChoice(name=name))
        except (DatasetError, DatasetNotFoundError):
            return None
