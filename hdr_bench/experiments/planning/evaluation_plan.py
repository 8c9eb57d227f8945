"""Further test sets of a suite as its trials use them: loaded, and compared with the training data."""

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
from hdr_bench.experiments.planning.distortions import (
    attack_of,
    corruption_of,
    describe_distortion,
    describe_learned_corruption,
    version_of,
)
from hdr_bench.experiments.planning.given_labels import SelectedTestSet, given_labels_of
from hdr_bench.experiments.planning.other_images import (
    count_images,
    describe_misfit,
    describe_most_overlap,
    describe_overlap,
    describe_sample,
    known_images,
    part_of,
    sample_of,
    with_labels_of,
)
from hdr_bench.experiments.planning.trial_data import without_given
from hdr_bench.names import visible_prose
from hdr_bench.records.case import TrainingCorruption
from hdr_bench.records.distortions import Attack
from hdr_bench.records.evaluations import TestSet, TrialTestSet
from hdr_bench.records.given_labels import OWN_TEST_PART
from hdr_bench.records.protocol import KINDS, DatasetChoice, Kind

Load = Callable[[DatasetChoice], Dataset]
NOT_THERE = (DatasetError, DatasetNotFoundError, DatasetWarning, MissingDependencyError)
"""Errors for data that cannot be used, which become a row with the reason."""


@dataclass(frozen=True)
class LearnedShare:
    """Share of the training images that a method learns from.

    Attributes
    ----------
    n_images : int or None
        Number of images; None for all, and the largest number for a learning curve.
    are_same : bool
        Whether they are drawn with the same seed in each trial, which is not so for a learning curve.
    """

    n_images: int | None = None
    are_same: bool = True


@dataclass(frozen=True)
class Learner:
    """The method for which a case's test sets are planned.

    Attributes
    ----------
    choice : DatasetChoice
        The data that it learns from.
    learned : LearnedShare
        Share of their training images used by its trials.
    train_with : tuple of TrainingCorruption
        Corrupted copies of the training images that it also learns from.
    why_no_gradient : str
        Reason why no attack can be made for it; empty if one can.
    """

    choice: DatasetChoice
    learned: LearnedShare = LearnedShare()
    train_with: tuple[TrainingCorruption, ...] = ()
    why_no_gradient: str = ""


class TestSetPlans:
    """Test sets of a suite's trials; what cases share is computed once.

    Parameters
    ----------
    load : callable
        Returns the data set for a choice.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._made: dict[tuple[str, str, LearnedShare], TrialTestSet] = {}
        self._warned: set[tuple[str, str]] = set()
        self._datasets: dict[str, Dataset] = {}

    def of(
        self, test_sets: tuple[TestSet, ...], learner: Learner, protocol: Kind, key_of: Callable[[str], str]
    ) -> tuple[TrialTestSet, ...]:
        """Return the test sets of a case's trials; none if the trials are evaluated on images of the training part.

        Parameters
        ----------
        test_sets : tuple of TestSet
            Test sets of the case.
        learner : Learner
            Method of the case, and what it learns from.
        protocol : {"holdout", "cross-validation", "grid-search", "learning-curve", "validation"}
            Protocol of the case.
        key_of : callable
            Returns, for the name of a case, the key of the trial that attacked images are made for.

        Returns
        -------
        test_sets : tuple of TrialTestSet
            A test set whose data are unavailable or unsuitable has a problem.

        Warns
        -----
        DatasetWarning
            For each doubt about a test set: images that the method learns from, or a different polarity or range.
        """
        if KINDS[protocol].evaluated_on != "test part":
            return ()
        own = given_labels_of(TestSet(name=OWN_TEST_PART, dataset=learner.choice), self._load)
        others = ((SelectedTestSet(each), *given_labels_of(each, self._load)) for each in test_sets)
        return tuple(self._plan_for(each, learner, key_of) for each in (*own, *chain(*others)))

    def datasets_of(self, test_sets: tuple[TrialTestSet, ...]) -> dict[str, Dataset]:
        """Return the data sets of those test sets of a trial that it can be evaluated on.

        Parameters
        ----------
        test_sets : tuple of TrialTestSet
            As returned by `of`.

        Returns
        -------
        datasets : dict of str to Dataset
            By name of the test set.
        """
        return {each.name: self._datasets[each.fingerprint] for each in test_sets if each.fingerprint}

    def _plan_for(self, selected: SelectedTestSet, learner: Learner, key_of: Callable[[str], str]) -> TrialTestSet:
        """Return a test set with everything that depends on the method."""
        planned = self._plan(selected, learner.choice, learner.learned)
        if planned.problem:
            return planned
        planned = with_attack(planned, learner.why_no_gradient, key_of)
        n_images = count_images(self._datasets[planned.fingerprint], planned.part) if planned.fingerprint else 0
        said = (
            describe_distortion(planned),
            describe_learned_corruption(planned, learner.train_with),
            describe_sample(selected.test_set.samples, n_images),
        )
        return planned.model_copy(update={"notes": (*filter(None, said), *planned.notes)})

    def _plan(self, selected: SelectedTestSet, choice: DatasetChoice, learned: LearnedShare) -> TrialTestSet:
        test_set = selected.test_set
        key = (test_set.name, self._load(choice).fingerprint, learned)
        if key not in self._made:
            self._made[key] = plan_test_set(selected, choice, learned, self._load)
            self._warn(test_set.name, self._made[key].notes)
            if fingerprint := self._made[key].fingerprint:
                self._datasets[fingerprint] = self._load(test_set.dataset or choice)
        return self._made[key]

    def _warn(self, name: str, notes: tuple[str, ...]) -> None:
        # Warnings that do not depend on the number of training images are issued only once.
        new = tuple(note for note in notes if (name, note) not in self._warned)
        self._warned.update((name, note) for note in new)
        issue_warnings(f"test set {name}", new)


def plan_test_set(selected: SelectedTestSet, choice: DatasetChoice, learned: LearnedShare, load: Load) -> TrialTestSet:
    """Return a test set as the trials of a method use it.

    Parameters
    ----------
    selected : SelectedTestSet
    choice : DatasetChoice
        The data that the method learns from.
    learned : LearnedShare
        How many of their training images the method learns from.
    load : callable
        Returns the data set for a choice.

    Returns
    -------
    test_set : TrialTestSet
        With a problem if it cannot be used.
    """
    test_set = selected.test_set
    asked = test_set.dataset or choice
    planned = TrialTestSet(
        name=test_set.name,
        dataset=without_given(asked),
        part=test_set.part,
        rows=selected.rows,
        corruption=corruption_of(test_set),
        attack=attack_of(test_set),
        version=version_of(test_set),
    )
    dataset = load(choice)
    try:
        with ignore_warnings_of_parts() if test_set.part == "all" else nullcontext():
            other = load(asked)
    except NOT_THERE as error:
        problem = shorten_paths(visible_prose(str(error)), asked.name, asked.folder)
        return planned.model_copy(update={"problem": problem})
    whole = part_of(other, test_set.part)
    part = sample_of(whole, test_set.samples, selected.rows)
    problem = describe_misfit(part, other.class_names, dataset.image_shape, dataset.class_names)
    if problem:
        return planned.model_copy(update={"problem": problem})
    # Doubts about the data set's own test part are reported with the data set.
    is_own = other.fingerprint == dataset.fingerprint and test_set.part == "test"
    doubts = () if is_own else doubts_of(dataset.train, with_labels_of(part, other.class_names, dataset.class_names))
    overlap = "" if is_own else _describe_known(selected, choice, learned, load)
    notes = tuple(filter(None, (overlap, *doubts)))
    samples = None if test_set.samples is None or test_set.samples >= len(whole) else test_set.samples
    return planned.model_copy(update={"fingerprint": other.fingerprint, "samples": samples, "notes": notes})


def with_attack(planned: TrialTestSet, why_no_gradient: str, key_of: Callable[[str], str]) -> TrialTestSet:
    """Return a test set with the source of its attacked images: the method itself, or another one.

    Parameters
    ----------
    planned : TrialTestSet
        As requested by the suite.
    why_no_gradient : str
        Reason why no attack can be made for the method; empty if one can.
    key_of : callable
        Returns, for the name of a case, the key of the trial that attacked images are made for.

    Returns
    -------
    test_set : TrialTestSet
        With a problem if it cannot be used.
    """
    attack = planned.attack
    if attack is None:
        return planned
    if attack.transfer_from and (why_no_gradient or attack.transfers_to == "all methods"):
        return planned.model_copy(update={"made_for": key_of(attack.transfer_from)})
    if why_no_gradient:
        return planned.model_copy(update={"fingerprint": "", "problem": why_no_gradient})
    own = attack.model_copy(update={"transfer_from": "", "transfers_to": Attack.model_fields["transfers_to"].default})
    return planned.model_copy(update={"attack": own})


def _describe_known(selected: SelectedTestSet, choice: DatasetChoice, learned: LearnedShare, load: Load) -> str:
    """Describe how many images of a test set the method learns from, comparing both before any conversion to a form."""
    test_set = selected.test_set
    train, other = load_as_it_came(choice, load), load_as_it_came(test_set.dataset or choice, load)
    if learned.n_images is not None and learned.are_same:
        train = train.subsample(learned.n_images)
    images = sample_of(part_of(other, test_set.part), test_set.samples, selected.rows).images
    n_known = int(known_images(train.train.images, images).sum())
    if learned.are_same or learned.n_images is None:
        return describe_overlap(n_known, len(images))
    return describe_most_overlap(min(n_known, learned.n_images), len(images))


def load_as_it_came(choice: DatasetChoice, load: Load) -> Dataset:
    """Load the images of a choice before conversion to another form, if possible.

    Parameters
    ----------
    choice : DatasetChoice
    load : callable
        Returns the data set for a choice.

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
        # Pictures of different sizes form a data set only after conversion.
        return load(choice)
