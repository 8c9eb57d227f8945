import time

import numpy as np
import pytest
from scipy.ndimage import affine_transform

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    Deskewer,
    KNNClassifier,
)


def _slants(images):
    rows, columns = np.mgrid[:28, :28]
    slants = []
    for image in images.reshape(-1, 28, 28).astype(float):
        mass = image.sum()
        row, column = (image * rows).sum() / mass, (image * columns).sum() / mass
        covariance = (image * (rows - row) * (columns - column)).sum()
        slants.append(covariance / (image * (rows - row) ** 2).sum())
    return np.array(slants)


def test_deskewed_digits_stand_upright_in_the_middle():
    X = load_dataset("mnist-5k").train.X[::40]
    upright = Deskewer().fit_transform(X)
    assert np.abs(_slants(X)).mean() > 0.15
    assert np.abs(_slants(upright)).mean() < 0.02
    rows = np.arange(28)
    centre = (upright.reshape(-1, 28, 28).sum(axis=2) @ rows) / upright.sum(axis=1)
    np.testing.assert_allclose(centre, 13.5, atol=0.5)


def test_deskewing_is_the_affine_transform_that_scipy_makes():
    image = load_dataset("mnist-5k").train.images[1234].astype(float)
    rows, columns = np.mgrid[:28, :28]
    row, column = (image * rows).sum() / image.sum(), (image * columns).sum() / image.sum()
    slope = (image * (rows - row) * (columns - column)).sum() / (image * (rows - row) ** 2).sum()
    matrix = np.array([[1, 0], [slope, 1]])
    offset = np.array([row, column]) - matrix @ [13.5, 13.5]
    expected = affine_transform(image, matrix, offset, order=1, mode="grid-constant")
    ours = Deskewer().fit_transform(image.reshape(1, -1)).reshape(28, 28)
    np.testing.assert_allclose(ours, expected, atol=1e-6)


def test_deskewing_helps_neighbours():
    digits = load_dataset("mnist-5k")
    plain = KNNClassifier().fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y)
    upright = Deskewer().fit(digits.train.X)
    model = KNNClassifier().fit(upright.transform(digits.train.X), digits.train.y)
    assert model.score(upright.transform(digits.test.X), digits.test.y) > plain + 0.02


def test_images_without_mass_and_of_one_row():
    assert Deskewer().fit_transform(np.zeros((2, 16))).tolist() == np.zeros((2, 16)).tolist()
    row = Deskewer().fit_transform(np.array([[0.0, 0.0, 4.0, 0.0, 0.0]]))
    np.testing.assert_allclose(row, [[0, 0, 4, 0, 0]])
    with pytest.raises(ValueError, match="makes 6 pixels, but X has 16 features"):
        Deskewer((2, 3)).fit(np.zeros((2, 16)))


def test_what_leans_far_leaves_the_image():
    image = np.zeros((1, 9, 9))
    image[0, [0, 8], [0, 8]] = 1
    upright = Deskewer().fit_transform(image.reshape(1, -1)).reshape(9, 9)
    np.testing.assert_allclose(upright[:, 4].sum(), 2)
    wide = np.zeros((1, 2, 40))
    wide[0, [0, 1], [0, 39]] = 1
    assert np.isfinite(Deskewer((2, 40)).fit_transform(wide.reshape(1, -1))).all()


def test_many_images_are_deskewed_together_and_not_one_after_the_other():
    X = load_dataset("mnist-5k").train.X[:400]
    deskewer = Deskewer().fit(X)

    def seconds(parts):
        start = time.process_time()
        for part in parts:
            deskewer.transform(part)
        return time.process_time() - start

    pairs = [(seconds([X]), seconds(np.split(X, len(X)))) for _ in range(3)]
    assert 2 * min(together for together, _ in pairs) < min(alone for _, alone in pairs)
