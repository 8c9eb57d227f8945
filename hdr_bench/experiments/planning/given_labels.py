"""The original labels of test images whose labels were changed by decisions, as a separate test set."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from hdr_bench.datasets import Dataset, Part
from hdr_bench.datasets.class_choice import keep_classes
from hdr_bench.datasets.label_decisions import apply_decisions
from hdr_bench.exceptions import DatasetWarning, HdrBenchError
from hdr_bench.experiments.planning.other_images import part_of, sample_of
from hdr_bench.experiments.planning.trial_data import locate_labels
from hdr_bench.records.decisions_file import read_decisions
from hdr_bench.records.evaluations import TestPart, TestSet
from hdr_bench.records.given_labels import AS_GIVEN
from hdr_bench.records.protocol import DatasetChoice

Load = Callable[[DatasetChoice], Dataset]


@dataclass(frozen=True)
class SelectedTestSet:
    """Test set of a suite, with the images that it uses.

    Attributes
    ----------
    test_set : TestSet
    rows : tuple of int or None
        Positions of its images in the part, if they are not those that its `samples` draws.
    """

    test_set: TestSet
    rows: tuple[int, ...] | None = None


def given_labels_of(test_set: TestSet, load: Load) -> tuple[SelectedTestSet, ...]:
    """Return the test set with the original labels if decisions change them, so that both are reported.

    Of a sample, it has the same images, as far as their original label is one of the chosen classes. Of a whole part,
    it also has the images that decisions leave out.

    Parameters
    ----------
    test_set : TestSet
        With the labels after the decisions. A corrupted or attacked test set has no other labels.
    load : callable
        Returns the data set for a choice.

    Returns
    -------
    test_sets : tuple of SelectedTestSet
        One test set, or none if no decision changes a label of these images or leaves one out.
    """
    choice = test_set.dataset
    if choice is None or choice.labels is None or test_set.is_distorted:
        return ()
    given = choice.with_given_labels()
    try:
        with warnings.catch_warnings(action="ignore", category=DatasetWarning):
            decided, came = (part_of(load(each), test_set.part) for each in (choice, given))
            rows = _same_images(choice, test_set, load) if _is_sample(test_set, decided) else None
    except HdrBenchError:
        # Faults of the data are reported when the test set is planned.
        return ()
    if np.array_equal(sample_of(decided, test_set.samples).labels, sample_of(came, None, rows).labels):
        return ()
    name = f"{test_set.name}{AS_GIVEN}"
    if rows is None:
        return (SelectedTestSet(TestSet(name=name, dataset=given, part=test_set.part)),)
    sample = TestSet(name=name, dataset=given, part=test_set.part, samples=len(rows))
    return (SelectedTestSet(sample, rows),)


def _is_sample(test_set: TestSet, decided: Part) -> bool:
    return test_set.samples is not None and test_set.samples < len(decided)


def _same_images(choice: DatasetChoice, test_set: TestSet, load: Load) -> tuple[int, ...] | None:
    """Return the positions of a sample's images among the images with their original labels.

    Samples are drawn by label, and decisions change and leave out labels, so another sample would have other images.
    Decisions and choices of classes are applied to the positions instead of the images, which shows where each one is.
    """
    path = locate_labels(choice)
    if path is None:
        return None
    plain = _with_positions(load(choice.model_copy(update={"labels": None, "classes": None})))
    decisions = replace(read_decisions(path), fingerprint=plain.fingerprint)
    decided, given = (
        _positions(each, choice.classes, test_set.part) for each in (apply_decisions(plain, decisions, path), plain)
    )
    drawn = sample_of(decided, test_set.samples).images
    return tuple(np.flatnonzero(np.isin(given.images, drawn)).tolist())


def _with_positions(dataset: Dataset) -> Dataset:
    """Return a data set of the same labels, in which each image is its position."""
    n_train = len(dataset.train)
    places = np.arange(n_train + len(dataset.test)).reshape(-1, 1, 1)
    return dataset.with_parts(Part(places[:n_train], dataset.train.labels), Part(places[n_train:], dataset.test.labels))


def _positions(dataset: Dataset, classes: tuple[str, ...] | None, part: TestPart) -> Part:
    return part_of(dataset if classes is None else keep_classes(dataset, classes), part)
