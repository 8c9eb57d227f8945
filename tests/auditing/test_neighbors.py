import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.auditing.neighbors import ImageSearch, exact_conflicts, near_conflicts


@pytest.fixture(scope="module")
def images():
    """300 digits; the last three are copies of the first, and of the second with a pixel changed."""
    digits = load_dataset("digits-8x8").train.images[:300].copy()
    digits[297:299] = digits[0]
    digits[299] = digits[1]
    digits[299, 4, 4] ^= 1
    return digits


@pytest.fixture(scope="module")
def search(images):
    return ImageSearch(images)


def test_an_image_is_not_its_own_neighbour(search):
    found = search.nearest(np.array([0, 1, 2, 298]), 5)
    assert found.rows.shape == found.distances.shape == (4, 5)
    assert not (found.rows == np.array([0, 1, 2, 298])[:, None]).any()
    assert found.rows[0, :2].tolist() == [297, 298]
    assert found.rows[1, 0] == 299
    assert (np.diff(found.distances, axis=1) >= 0).all()


def test_of_few_images_all_others_are_neighbours(images):
    found = ImageSearch(images[:4]).nearest(np.arange(4), 10)
    assert [sorted(row) for row in found.rows.tolist()] == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]


def test_of_more_copies_than_are_asked_for_none_is_the_image_itself(images):
    copies = np.repeat(images[:1], 8, axis=0)
    found = ImageSearch(np.concatenate([copies, images[1:3]])).nearest(np.arange(8), 2)
    assert not (found.rows == np.arange(8)[:, None]).any()
    assert (found.distances == 0).all()


def test_equal_images_with_other_labels_are_conflicts(images):
    labels = np.zeros(300, np.int64)
    assert exact_conflicts(images, labels) == {}
    labels[298] = 1
    found = exact_conflicts(images, labels)
    assert {row: conflict.other for row, conflict in found.items()} == {0: 298, 297: 298, 298: 0}
    assert all(conflict.is_exact for conflict in found.values())


def test_nearly_equal_images_with_other_labels_are_conflicts_below_the_distance(images, search):
    labels = np.arange(300) % 2
    distance = search.nearest(np.array([299]), 1).distances[0, 0]
    rows = np.array([1, 299])
    labels[rows] = 0, 1
    found = near_conflicts(search, rows, labels, distance)
    assert {row: (conflict.other, conflict.is_exact) for row, conflict in found.items()} == {
        1: (299, False),
        299: (1, False),
    }
    assert near_conflicts(search, rows, labels, distance / 2) == {}
    labels[rows] = 1
    assert near_conflicts(search, rows, labels, distance) == {}


def test_the_distance_of_near_duplicates_is_that_of_few(search):
    every = search.nearest(np.arange(300), 1).distances[:, 0]
    # All images are drawn where there are so few.
    assert np.mean(every <= search.near_distance()) == pytest.approx(0.01, abs=0.01)


def test_large_images_that_are_not_square_are_searched_too(images):
    large = np.repeat(np.repeat(images[:20], 10, axis=1), 5, axis=2)
    found = ImageSearch(np.concatenate([large, large[:1]])).nearest(np.array([0]), 1)
    assert found.rows.tolist() == [[20]]
