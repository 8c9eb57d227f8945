"""The labels that test images came with, beside those that were decided on: a test set of its own."""

import warnings
from collections.abc import Callable

import numpy as np

from hdr_bench.datasets import Dataset
from hdr_bench.exceptions import DatasetWarning, HdrBenchError
from hdr_bench.experiments.planning.other_images import part_of
from hdr_bench.records.evaluations import AS_GIVEN, TestPart, TestSet
from hdr_bench.records.protocol import DatasetChoice


def given_labels_of(
    name: str, choice: DatasetChoice, part: TestPart, load: Callable[[DatasetChoice], Dataset]
) -> tuple[TestSet, ...]:
    """Return the test set with the labels that images came with, if decisions change them: both are reported.

    Parameters
    ----------
    name : str
        Of the images with the labels that were decided on.
    choice : DatasetChoice
        Their data set.
    part : {"test", "all"}
        Which of its images they are.
    load : callable
        Returns the data set of a choice.

    Returns
    -------
    test_sets : tuple of TestSet
        One, or none if no decision changes a label of these images, or leaves one out.
    """
    if choice.labels is None:
        return ()
    given = choice.with_given_labels()
    try:
        with warnings.catch_warnings(action="ignore", category=DatasetWarning):
            decided, came = (part_of(load(each), part) for each in (choice, given))
    except HdrBenchError:
        # Whoever plans the test set says what is wrong with its data.
        return ()
    if np.array_equal(decided.labels, came.labels):
        return ()
    return (TestSet(name=f"{name}{AS_GIVEN}", dataset=given, part=part),)
