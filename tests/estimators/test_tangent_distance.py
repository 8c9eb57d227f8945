"""Tangent distance: what it is, what it does not see, and the nearest neighbours by it."""

import numpy as np
import pytest
from scipy.ndimage import affine_transform, gaussian_filter, shift
from sklearn.pipeline import make_pipeline

from hdr_bench import load_dataset, make_estimator
from hdr_bench.estimators import Cropper, Resizer, TangentDistanceClassifier
from hdr_bench.estimators.tangents import bases_of, squared_distances, tangent_vectors

SHAPE = (28, 28)


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


@pytest.fixture(scope="module")
def smooth(digits):
    return gaussian_filter(digits.train.images[::40].astype(np.float64), (0, 1.0, 1.0), mode="constant")


def _distances(images, others):
    """The tangent distance of each image to each of the others."""
    rows, other_rows = images.reshape(len(images), -1), others.reshape(len(others), -1)
    bases, other_bases = bases_of(rows, SHAPE), bases_of(other_rows, SHAPE)
    pairs = zip(rows, bases, strict=True)
    return np.sqrt([squared_distances(row, basis, other_rows, other_bases) for row, basis in pairs])


def test_distances_are_those_of_least_squares_with_fourteen_unknowns(smooth):
    rows = smooth.reshape(len(smooth), -1)
    tangents = tangent_vectors(smooth)
    found = _distances(smooth[:4], smooth[4:12])
    for i in range(4):
        for j in range(4, 12):
            both = np.concatenate([tangents[i], tangents[j]]).T
            solution, *_ = np.linalg.lstsq(both, rows[i] - rows[j])
            assert found[i, j - 4] == pytest.approx(np.linalg.norm(rows[i] - rows[j] - both @ solution), rel=1e-6)


def test_distances_are_symmetric_and_that_of_an_image_to_itself_is_none(smooth):
    distances = _distances(smooth, smooth)
    np.testing.assert_allclose(distances, distances.T, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(np.diag(distances), 0, atol=1e-3)
    lengths = np.linalg.norm(smooth.reshape(len(smooth), -1), axis=1)
    assert distances[np.triu_indices_from(distances, 1)].min() > 0.05 * lengths.min()


def _shifted(images, down, right):
    return np.stack([shift(image, (down, right), order=3) for image in images])


def _mapped(images, matrix):
    """Images under a linear map of the plane around their centre."""
    center = np.full(2, (SHAPE[0] - 1) / 2)
    matrix = np.asarray(matrix)
    return np.stack([affine_transform(image, matrix, center - matrix @ center, order=3) for image in images])


# The place of the tangent vector, and the transformation that it is the derivative of.
SMALL = {
    "right": (0, lambda images, step: _shifted(images, 0, step)),
    "down": (1, lambda images, step: _shifted(images, step, 0)),
    "scaling": (2, lambda images, step: _mapped(images, np.eye(2) * (1 + step / 10))),
    "rotation": (3, lambda images, step: _mapped(images, [[1, step / 10], [-step / 10, 1]])),
    "along the axes": (4, lambda images, step: _mapped(images, [[1 + step / 10, 0], [0, 1 - step / 10]])),
    "along the diagonals": (5, lambda images, step: _mapped(images, [[1, step / 10], [step / 10, 1]])),
    "thickness": (6, lambda images, step: images + step * _steepness(images)),
}


def _steepness(images):
    """How much a stroke's edge gains where the pen is a little thicker: the squared length of the gradient."""
    across, down = np.gradient(images, axis=2), np.gradient(images, axis=1)
    return (across**2 + down**2) / 255


@pytest.mark.parametrize("name", SMALL)
def test_small_transformations_are_not_seen_to_first_order(smooth, name, monkeypatch):
    place, transform = SMALL[name]
    changed = transform(smooth, 0.5)
    euclidean = np.linalg.norm((changed - smooth).reshape(len(smooth), -1), axis=1)

    def shares():
        pairs = [_distances(smooth[[number]], changed[[number]]) for number in range(len(smooth))]
        return np.ravel(pairs) / euclidean

    assert euclidean.min() > 10
    assert np.median(shares()) < 0.12

    def without_it(images):
        tangents = tangent_vectors(images)
        tangents[:, place] = 0
        return tangents

    monkeypatch.setattr("hdr_bench.estimators.tangents.tangent_vectors", without_it)
    assert np.median(shares()) > 0.5


def test_it_finds_the_image_that_was_moved_where_euclidean_distance_finds_another(digits):
    # Pairs of images have one label, so that the labels are classes.
    images, places = digits.train.X, np.arange(len(digits.train)) // 2
    moved = np.stack([shift(image.astype(float), (1.2, -1.2), order=1) for image in digits.train.images[::10]])
    tangent = TangentDistanceClassifier(1, sigma=1.0).fit(images, places)
    euclidean = make_estimator("knn", n_neighbors=1).fit(images, places)
    rows = moved.reshape(len(moved), -1)
    assert (tangent.predict(rows) == places[::10]).mean() > (euclidean.predict(rows) == places[::10]).mean() + 0.3


def test_it_is_more_accurate_than_euclidean_distance(digits):
    scores = {}
    for name in ("tangent-distance", "knn"):
        model = make_pipeline(Cropper((20, 20)), Resizer((16, 16)), make_estimator(name))
        scores[name] = model.fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y)
    assert scores["tangent-distance"] > scores["knn"] + 0.02


def test_with_as_many_candidates_as_neighbours_the_search_is_euclidean_and_with_all_it_is_exact(digits, smooth):
    images = digits.train.X[::20]
    labels = np.arange(len(images)) // 2
    rows = digits.test.X[::200].astype(np.float64)
    blurred, others = (
        gaussian_filter(part.reshape(-1, *SHAPE).astype(float), (0, 1, 1), mode="constant") for part in (rows, images)
    )
    exact = TangentDistanceClassifier(1, sigma=1.0, n_candidates=500).fit(images, labels)
    np.testing.assert_array_equal(exact.predict(rows), _distances(blurred, others).argmin(axis=1) // 2)
    euclidean = TangentDistanceClassifier(1, sigma=1.0, n_candidates=1).fit(images, labels)
    differences = (blurred[:, np.newaxis] - others).reshape(len(rows), len(images), -1)
    np.testing.assert_array_equal(euclidean.predict(rows), np.linalg.norm(differences, axis=2).argmin(axis=1) // 2)


def test_an_image_has_the_same_neighbours_alone_and_among_many(digits, monkeypatch):
    model = TangentDistanceClassifier(3).fit(digits.train.X, digits.train.y)
    expected = model.predict_proba(digits.test.X[::25])
    alone = np.concatenate([model.predict_proba(image[np.newaxis]) for image in digits.test.X[::25]])
    np.testing.assert_allclose(alone, expected, atol=1e-6)
    monkeypatch.setattr("hdr_bench.estimators.tangent_distance._BASES_BYTES", 1)
    np.testing.assert_allclose(model.predict_proba(digits.test.X[::25]), expected, atol=1e-6)


def test_dark_digits_on_light_are_read_alike(digits):
    light = TangentDistanceClassifier().fit(digits.train.X, digits.train.y)
    dark = TangentDistanceClassifier().fit(255 - digits.train.X, digits.train.y)
    assert (light.background_, dark.background_) == (0.0, 255.0)
    agreed = dark.predict(255 - digits.test.X[::5]) == light.predict(digits.test.X[::5])
    assert agreed.mean() > 0.99


def test_features_that_are_no_image_are_compared_by_euclidean_distance(digits):
    few, labels = digits.train.X[::5, :390], digits.train.y[::5]
    tangent = TangentDistanceClassifier().fit(few, labels)
    euclidean = make_estimator("knn", n_neighbors=3).fit(few, labels)
    other = digits.test.X[::10, :390]
    np.testing.assert_array_equal(tangent.predict_proba(other), euclidean.predict_proba(other))
    assert tangent.n_multiply_accumulates_ == 200 * 390


def test_blank_images_have_distances(digits):
    images = np.concatenate([np.zeros((2, 784)), digits.train.X[::50]])
    model = TangentDistanceClassifier(1).fit(images, np.arange(22) > 1)
    assert not model.predict(np.zeros((1, 784)))[0]


def test_its_products_are_counted(digits):
    model = TangentDistanceClassifier(n_candidates=50).fit(digits.train.X[::5], digits.train.y[::5])
    # Ten for the tangent vectors, 28 for their products, 28 for the basis, 49 between bases, 14 with the difference.
    assert model.n_multiply_accumulates_ == 200 * 784 + 50 * 784 * (10 + 28 + 28 + 49 + 14)
    assert model.n_stored_variables_ == 200 * 784


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"n_candidates": 2, "n_neighbors": 3}, "n_candidates must be at least n_neighbors=3, got 2"),
        ({"sigma": -1}, "sigma must be a number between 0 and 100, got -1"),
        ({"image_shape": (27, 28)}, "makes 756 pixels, but X has 784 features"),
    ],
)
def test_parameters_that_are_not_possible(digits, params, fault):
    with pytest.raises(ValueError, match=fault):
        TangentDistanceClassifier(**params).fit(digits.train.X[::50], digits.train.y[::50])
