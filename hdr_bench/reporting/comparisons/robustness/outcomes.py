"""The methods of a run on its corrupted and attacked test sets, each beside the same images as they were before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.distortions import Attack, Corruption
from hdr_bench.records.evaluation_images import rows_of_own_test_part
from hdr_bench.records.evaluations import Evaluation
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import Fits
from hdr_bench.reporting.statistics.uncertainty import (
    Uncertainty,
    uncertainty_of_accuracies,
    uncertainty_of_fits,
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """A method on a corrupted or attacked test set.

    Attributes
    ----------
    label : str
        What tables call the method.
    test_set : str
        Name of the test set.
    corruption : Corruption or None
        What was done to the images.
    attack : Attack or None
        What was done to the images.
    transferred_from : str
        Case whose fitted method the attacked images were made for; empty if for the method itself.
    images : tuple of str
        Fingerprints of the distorted images: one if all fits were evaluated on the same ones.
    fits : Fits
        On the distorted images.
    before : Fits or None
        The same fits on the same images before; None if they are not those of the method's own test part.
    places : ndarray of shape (n_images,), intp, or None
        Of the images in the method's own test part.
    fingerprint : str, default=""
        Of the data set that the images come from.
    """

    label: str
    test_set: str
    corruption: Corruption | None
    attack: Attack | None
    transferred_from: str
    images: tuple[str, ...]
    fits: Fits
    before: Fits | None
    places: NDArray[np.intp] | None
    fingerprint: str = ""

    @property
    def n_test(self) -> int:
        """Images."""
        return int(self.fits.right.shape[1])

    @property
    def accuracy(self) -> float:
        """On the distorted images, the mean over fits."""
        return self.fits.accuracy

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy, as every table of a report has it."""
        return interval_of(self.fits)

    @property
    def interval_before(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy on the same images before; NaN if nothing is known of them."""
        return (math.nan, math.nan) if self.before is None else interval_of(self.before)


def interval_of(fits: Fits) -> tuple[float, float]:
    """Return the 95 % interval of a method's accuracy over images and seeds.

    Parameters
    ----------
    fits : Fits
        Of one method.

    Returns
    -------
    low, high : float
    """
    return _uncertainty_of(fits).interval(fits.accuracy, fits.right.shape[1])


def _uncertainty_of(fits: Fits) -> Uncertainty:
    if len(fits.right) > 1:
        return uncertainty_of_fits(fits)
    return uncertainty_of_accuracies([fits.accuracy], fits.right.shape[1], is_deterministic=not fits.is_stochastic)


def read_outcomes(contents: RunContents) -> tuple[Outcome, ...]:
    """Return what each method made of each corrupted or attacked test set.

    A method is left out of a test set that some of its fits were not evaluated on, and of all if its predictions are
    not stored. The fit that attacked images were made for is left out of those "transferred from" it.

    Parameters
    ----------
    contents : RunContents
        The run.

    Returns
    -------
    outcomes : tuple of Outcome
        Test set by test set in the suite's order, the methods in the suite's order; empty without such test sets.
    """
    names = contents.distorted_test_sets
    if not names:
        return ()
    found = {(each.test_set, each.label): each for label in contents.labels for each in _of_label(contents, label)}
    labels = contents.labels
    return tuple(found[name, label] for name in names for label in labels if (name, label) in found)


def _of_label(contents: RunContents, label: str) -> Iterator[Outcome]:
    trials = contents.predictions_of(label)
    if not trials or len(trials) < len(contents.good_records(label)):
        return
    for name in contents.distorted_test_sets:
        # Images that were made for a fit are transferred to all fits but this one.
        targets = [pair for pair in trials if not _is_source(pair[0], name)]
        pairs = [(_evaluation(record, name), predictions.test_sets.get(name)) for record, predictions in targets]
        evaluations = [each for each, of_set in pairs if each is not None and of_set is not None]
        on_set = [of_set for each, of_set in pairs if each is not None and of_set is not None]
        if targets and len(on_set) == len(targets):
            yield _outcome(label, evaluations, on_set, targets)


def _is_source(record: Result, name: str) -> bool:
    """Whether the images of a test set were made for this fit; the source is fitted for them, without test sets."""
    key = record.trial.model_copy(update={"test_sets": ()}).key
    return any(each.name == name and each.made_for == key for each in record.trial.test_sets)


def _evaluation(record: Result, name: str) -> Evaluation | None:
    good = (each for each in record.evaluations if each.test_set == name and each.status == "ok")
    return next((each for each in good if each.is_distorted), None)


def _outcome(
    label: str,
    evaluations: list[Evaluation],
    on_set: list[Predictions],
    trials: list[tuple[Result, Predictions]],
) -> Outcome:
    first, is_deterministic = evaluations[0], trials[0][0].trial.is_deterministic
    places = _places(on_set[0], first.test_set, *trials[0])
    before = None
    if places is not None:
        own = [_at(predictions, places) for _, predictions in trials]
        before = Fits.from_predictions(own, is_deterministic=is_deterministic)
    return Outcome(
        label=label,
        test_set=first.test_set,
        corruption=first.corruption,
        attack=first.attack,
        transferred_from=first.transferred_from,
        images=tuple(dict.fromkeys(each.images for each in evaluations)),
        fits=Fits.from_predictions(on_set, is_deterministic=is_deterministic),
        before=before,
        places=places,
        fingerprint=first.fingerprint,
    )


def _at(predictions: Predictions, places: NDArray[np.intp]) -> Predictions:
    return Predictions(predictions.y_true[places], predictions.y_pred[places])


def _places(on_set: Predictions, name: str, record: Result, own: Predictions) -> NDArray[np.intp] | None:
    """Return which images of the own test part the distorted ones are; None if they are others."""
    if not record.trial.is_on_test_part:
        return None
    places = rows_of_own_test_part(record.trial, name, own.y_true)
    # Labels that do not agree are of other images, whatever the record says.
    is_same = places is not None and np.array_equal(own.y_true[places], on_set.y_true)
    return places if is_same else None
