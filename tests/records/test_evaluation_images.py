"""Which images of a part a test set takes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench.records.evaluation_images import sample_rows

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(lambda labels: np.array(labels, np.int64))


@settings(deadline=None)
@given(LABELS, st.integers(1, 80))
def test_as_many_images_as_asked_for_each_once_and_each_class_by_its_share(labels, samples):
    rows = sample_rows(labels, samples)
    assert len(rows) == min(samples, len(labels))
    assert (np.diff(rows) > 0).all()
    expected = np.bincount(labels, minlength=5) * len(rows) / len(labels)
    # Each class is rounded by itself, in turn with the others.
    assert np.abs(np.bincount(labels[rows], minlength=5) - expected).max() <= 2.5


def test_a_smaller_sample_is_part_of_a_larger_one():
    labels = np.random.default_rng(0).integers(0, 10, 1000)
    few, more = sample_rows(labels, 100), sample_rows(labels, 300)
    assert set(few) < set(more)
    assert np.abs(np.bincount(labels[few]) - np.bincount(labels) / 10).max() <= 1
