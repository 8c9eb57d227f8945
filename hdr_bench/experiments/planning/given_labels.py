"""The original labels of test images whose labels were changed by decisions, as a separate test set."""

import warnings
from collections.abc import Callable

import numpy as np

from hdr_bench.datasets import Dataset
from hdr_bench.exceptions import DatasetWarning, HdrBenchError
from hdr_bench.experiments.planning.other_images import part_of
from hdr_bench.records.evaluations import AS_GIVEN, TestSet
from hdr_bench.records.protocol import DatasetChoice


def given_labels_of(test_set: TestSet, load: Callable[[DatasetChoice], Dataset]) -> tuple[TestSet, ...]:
    """Return the test set with the original labels if decisions change them, so that both are reported.

    Parameters
    ----------
    test_set : TestSet
        With the labels after the decisions. A corrupted or attacked test set has no other labels.
    load : callable
        Returns the data set for a choice.

    Returns
    -------
    test_sets : tuple of TestSet
        One test set, or none if no decision changes a label of these images or leaves one out.
    """
    choice = test_set.dataset
    if choice is None or choice.labels is None or test_set.is_distorted:
        return ()
    given = choice.with_given_labels()
    try:
        with warnings.catch_warnings(action="ignore", category=DatasetWarning):
            decided, came = (part_of(load(each), test_set.part) for each in (choice, given))
    except HdrBenchError:
        # Faults of the data are reported when the test set is planned.
        return ()
    if np.array_equal(decided.labels, came.labels):
        return ()
    return (TestSet(name=f"{test_set.name}{AS_GIVEN}", dataset=given, part=test_set.part),)
