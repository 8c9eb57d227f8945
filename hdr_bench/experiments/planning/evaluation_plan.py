"""A suite's other test sets as its trials have them: loaded, and held against the data that a method learns from."""

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain

from hdr_bench.datasets import Dataset
from hdr_bench.datasets.content_warnings import ignore_warnings_of_parts
from hdr_bench.datasets.dataset import doubts_of
from hdr_bench.datasets.path_names import shorten_paths
from hdr_bench.datasets.plausibility import issue_warnings
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning, MissingDependencyError
from hdr_bench.experiments.planning.given_labels import given_labels_of
from hdr_bench.experiments.planning.other_images import (
    describe_misfit,
    describe_most_overlap,
    describe_overlap,
    known_images,
    part_of,
    with_labels_of,
)
from hdr_bench.experiments.planning.trial_data import without_given
from hdr_bench.names import visible_prose
from hdr_bench.records.evaluations import OWN_TEST_PART, TestSet, TrialTestSet
from hdr_bench.records.protocol import KINDS, DatasetChoice, Kind
from hdr_bench.records.suite import Suite

Load = Callable[[DatasetChoice], Dataset]
NOT_THERE = (DatasetError, DatasetNotFoundError, DatasetWarning, MissingDependencyError)
"""Errors of data that cannot be used, which are a row with the reason."""


@dataclass(frozen=True)
class LearnedShare:
    """How many of its training images a method learns from.

    Attributes
    ----------
    n_images : int or None
        None for all. Of a learning curve the largest number.
    are_same : bool
        They are drawn with the same seed in each trial; those of a learning curve are not.
    """

    n_images: int | None = None
    are_same: bool = True


class TestSetPlans:
    """The test sets of a suite's trials; what cases have in common is looked at once.

    Parameters
    ----------
    load : callable
        Returns the data set of a choice.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._made: dict[tuple[str, str, LearnedShare], TrialTestSet] = {}
        self._warned: set[tuple[str, str]] = set()
        # Cases that learn from different data have test sets of one name, with the labels that these were given.
        self._datasets: dict[tuple[str, str], Dataset] = {}

    def of(
        self, suite: Suite, choice: DatasetChoice, protocol: Kind, learned: LearnedShare
    ) -> tuple[TrialTestSet, ...]:
        """Return the test sets of a case's trials; none if these are evaluated on folds.

        Parameters
        ----------
        suite : Suite
        choice : DatasetChoice
            The data that the case's method learns from.
        protocol : {"holdout", "cross-validation", "grid-search", "learning-curve"}
            The case's.
        learned : LearnedShare
            How many of the training images its trials take.

        Returns
        -------
        test_sets : tuple of TrialTestSet
            One whose data are not there, or do not fit, says why.

        Warns
        -----
        DatasetWarning
            For each thing that is doubtful about one: images that the method learns from, another polarity or range.
        """
        if KINDS[protocol].evaluated_on == "folds":
            return ()
        own = given_labels_of(TestSet(name=OWN_TEST_PART, dataset=choice), self._load)
        others = ((each, *given_labels_of(each, self._load)) for each in suite.test_sets)
        return tuple(self._plan(each, choice, learned) for each in (*own, *chain(*others)))

    def datasets_of(self, test_sets: tuple[TrialTestSet, ...]) -> dict[str, Dataset]:
        """Return the data sets of a trial's test sets that it can be evaluated on.

        Parameters
        ----------
        test_sets : tuple of TrialTestSet
            As `of` returned them.

        Returns
        -------
        datasets : dict of str to Dataset
            By the test sets' names.
        """
        return {each.name: self._datasets[each.name, each.fingerprint] for each in test_sets if each.fingerprint}

    def _plan(self, test_set: TestSet, choice: DatasetChoice, learned: LearnedShare) -> TrialTestSet:
        key = (test_set.name, self._load(choice).fingerprint, learned)
        if key not in self._made:
            self._made[key] = plan_test_set(test_set, choice, learned, self._load)
            self._warn(test_set.name, self._made[key].notes)
            if self._made[key].fingerprint:
                self._datasets[test_set.name, self._made[key].fingerprint] = self._load(test_set.dataset)
        return self._made[key]

    def _warn(self, name: str, notes: tuple[str, ...]) -> None:
        # What has nothing to do with the number of training images is warned of once.
        new = tuple(note for note in notes if (name, note) not in self._warned)
        self._warned.update((name, note) for note in new)
        issue_warnings(f"test set {name}", new)


def plan_test_set(test_set: TestSet, choice: DatasetChoice, learned: LearnedShare, load: Load) -> TrialTestSet:
    """Return a test set as the trials of a method have it.

    Parameters
    ----------
    test_set : TestSet
    choice : DatasetChoice
        The data that the method learns from.
    learned : LearnedShare
        How many of their training images it learns from.
    load : callable
        Returns the data set of a choice.

    Returns
    -------
    test_set : TrialTestSet
        With the reason if it cannot be evaluated on.
    """
    planned = TrialTestSet(name=test_set.name, dataset=without_given(test_set.dataset), part=test_set.part)
    dataset = load(choice)
    try:
        with ignore_warnings_of_parts() if test_set.part == "all" else nullcontext():
            other = load(test_set.dataset)
    except NOT_THERE as error:
        problem = shorten_paths(visible_prose(str(error)), test_set.dataset.name, test_set.dataset.folder)
        return planned.model_copy(update={"problem": problem})
    part = part_of(other, test_set.part)
    problem = describe_misfit(part, other.class_names, dataset.image_shape, dataset.class_names)
    if problem:
        return planned.model_copy(update={"problem": problem})
    doubts = doubts_of(dataset.train, with_labels_of(part, other.class_names, dataset.class_names))
    overlap = _describe_known(test_set, choice, learned, load)
    notes = tuple(filter(None, (overlap, *doubts)))
    return planned.model_copy(update={"fingerprint": other.fingerprint, "notes": notes})


def _describe_known(test_set: TestSet, choice: DatasetChoice, learned: LearnedShare, load: Load) -> str:
    """Say how many images of a test set the method learns from; both are compared as they came, before a fit."""
    train, other = load_as_it_came(choice, load), load_as_it_came(test_set.dataset, load)
    if learned.n_images is not None and learned.are_same:
        train = train.subsample(learned.n_images)
    images = part_of(other, test_set.part).images
    n_known = int(known_images(train.train.images, images).sum())
    if learned.are_same or learned.n_images is None:
        return describe_overlap(n_known, len(images))
    return describe_most_overlap(min(n_known, learned.n_images), len(images))


def load_as_it_came(choice: DatasetChoice, load: Load) -> Dataset:
    """Load the same images before they are brought into another form, if they can be had without.

    Parameters
    ----------
    choice : DatasetChoice
    load : callable
        Returns the data set of a choice.

    Returns
    -------
    dataset : Dataset
    """
    if choice.fit is None:
        return load(choice)
    try:
        with warnings.catch_warnings(action="ignore", category=DatasetWarning):
            return load(choice.model_copy(update={"fit": None}))
    except DatasetError:
        # Pictures of several sizes are a data set in that form alone.
        return load(choice)
