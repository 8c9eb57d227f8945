"""The labels that test images came with, beside those that were decided on: a test set of its own."""

import warnings
from collections.abc import Callable

import numpy as np

from hdr_bench.datasets import Dataset
from hdr_bench.exceptions import DatasetWarning, HdrBenchError
from hdr_bench.experiments.planning.other_images import part_of
from hdr_bench.records.evaluations import AS_GIVEN, TestSet
from hdr_bench.records.protocol import DatasetChoice


def given_labels_of(test_set: TestSet, load: Callable[[DatasetChoice], Dataset]) -> tuple[TestSet, ...]:
    """Return the test set with the labels that images came with, if decisions change them: both are reported.

    Parameters
    ----------
    test_set : TestSet
        With the labels that were decided on. One that is corrupted or attacked has these alone.
    load : callable
        Returns the data set of a choice.

    Returns
    -------
    test_sets : tuple of TestSet
        One, or none if no decision changes a label of these images, or leaves one out.
    """
    choice = test_set.dataset
    if choice is None or choice.labels is None or test_set.is_distorted:
        return ()
    given = choice.with_given_labels()
    try:
        with warnings.catch_warnings(action="ignore", category=DatasetWarning):
            decided, came = (part_of(load(each), test_set.part) for each in (choice, given))
    except HdrBenchError:
        # Whoever plans the test set says what is wrong with its data.
        return ()
    if np.array_equal(decided.labels, came.labels):
        return ()
    return (TestSet(name=f"{test_set.name}{AS_GIVEN}", dataset=given, part=test_set.part),)
