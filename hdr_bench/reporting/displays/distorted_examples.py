"""A few images of a run before and after they were corrupted or attacked, with what a method took them for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.reporting.comparisons.robustness.attacks import kind_of
from hdr_bench.reporting.comparisons.robustness.corruption_errors import corruption_title
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome, read_outcomes
from hdr_bench.reporting.run import RunContents

What = Literal["corruptions", "attacks"]

_N_ATTACKED = 100
"""Attacked images that are looked through: of those made for the method itself, the first 100 are stored."""

_OF_ATTACK, _OF_CORRUPTION = 3, 1
_MIDDLE = 3


@dataclass(frozen=True, eq=False)
class DistortedExample:
    """An image before and after.

    Attributes
    ----------
    title : str
        What was done to it.
    before, after : ndarray of shape (height, width)
        As the data set holds them.
    truth, taken_before, taken_after : str
        Its class, and what the method took it for before and after.
    """

    title: str
    before: NDArray[np.generic]
    after: NDArray[np.generic]
    truth: str
    taken_before: str
    taken_after: str


def distorted_examples(contents: RunContents, label: str, what: What) -> tuple[DistortedExample, ...]:
    """Return a few images of each corruption, or of each attack, as a method's first trial saw them.

    Images that the method classifies correctly before and wrongly after are preferred.

    Parameters
    ----------
    contents : RunContents
        The run.
    label : str
        What tables call the method.
    what : {"corruptions", "attacks"}
        One image of each corruption, at its middle severity; or three of each attack.

    Returns
    -------
    examples : tuple of DistortedExample
        In the suite's order; without test sets whose images are not there.
    """
    trials = contents.predictions_of(label)
    if not trials:
        return ()
    outcomes = [each for each in read_outcomes(contents) if each.label == label and each.places is not None]
    chosen = _one_for_each_corruption(outcomes) if what == "corruptions" else [each for each in outcomes if each.attack]
    most = _OF_CORRUPTION if what == "corruptions" else _OF_ATTACK
    return tuple(
        example
        for number, each in enumerate(chosen)
        for example in _examples_of(contents, each, trials[0], most, first_class=number * most)
    )


def _one_for_each_corruption(outcomes: Sequence[Outcome]) -> list[Outcome]:
    found: dict[str, Outcome] = {}
    for each in outcomes:
        if each.corruption is not None and (each.corruption.name not in found or each.corruption.severity == _MIDDLE):
            found[each.corruption.name] = each
    return list(found.values())


def _examples_of(
    contents: RunContents, outcome: Outcome, trial: tuple[Result, Predictions], most: int, *, first_class: int
) -> Iterator[DistortedExample]:
    record, own = trial
    if outcome.places is None:
        return
    on_set, names = own.test_sets[outcome.test_set], record.class_names
    n_shown = _N_ATTACKED if outcome.attack is not None else len(on_set.y_true)
    was_right = (own.y_pred[outcome.places] == on_set.y_true)[:n_shown]
    rows = _choose(on_set, was_right, most, first_class)
    fingerprint = next(each.images for each in record.evaluations if each.test_set == outcome.test_set)
    try:
        before = contents.images.show(record, [int(outcome.places[row]) for row in rows])
        after = contents.images.show_distorted(fingerprint, rows, before.dtype)
    except StoreError:
        return
    for row, one, other in zip(rows, before, after, strict=True):
        taken = names[own.y_pred[outcome.places[row]]], names[on_set.y_pred[row]]
        yield DistortedExample(_title(outcome), one, other, names[on_set.y_true[row]], *taken)


def _choose(on_set: Predictions, was_right: NDArray[np.bool_], most: int, first_class: int) -> list[int]:
    """Return rows of the test set: those that became wrong if there are any, each of another class."""
    is_right = on_set.is_right[: len(was_right)]
    # Of those that were wrong before, the distortion says nothing.
    for chosen in (was_right & ~is_right, was_right, np.ones_like(was_right)):
        rows = np.flatnonzero(chosen)
        classes, first = np.unique(on_set.y_true[rows], return_index=True)
        if len(classes):
            # From one test set to the next, other classes.
            turned = np.roll(rows[first], -(first_class % len(classes)))
            return [int(row) for row in turned[:most]]
    return []


def _title(outcome: Outcome) -> str:
    if outcome.corruption is not None:
        return f"{corruption_title(outcome.corruption.name)} ({outcome.corruption.severity})"
    if outcome.attack is None:
        return outcome.test_set
    kind = kind_of(outcome, outcome.attack)
    origin = f", {kind.origin}" if kind.transferred_from else ""
    return f"{kind.title}, eps {outcome.attack.eps:g}{origin}"
