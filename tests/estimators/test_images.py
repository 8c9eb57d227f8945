import time

import numpy as np
import pytest
from scipy.ndimage import affine_transform

from hdr_bench import load_dataset
from hdr_bench.estimators import Deskewer, KNNClassifier, PixelScaler


@pytest.mark.parametrize(("name", "scale"), [("mnist-5k", 255.0), ("digits-8x8", 16.0)])
def test_the_scale_is_the_largest_pixel(name, scale):
    digits = load_dataset(name)
    scaler = PixelScaler().fit(digits.train.X)
    assert scaler.scale_ == scale
    assert scaler.transform(digits.test.X).dtype == np.float32
    assert PixelScaler(2.0).fit(digits.train.X).transform(digits.train.X).max() == scale / 2
    assert PixelScaler().fit(np.zeros((3, 2))).scale_ == 1
    assert PixelScaler().fit(np.array([[-4.0, 2.0]])).scale_ == 4


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


@pytest.mark.full_mnist
def test_deskewing_70000_images_is_quick(real_data_home):
    digits = load_dataset("mnist")
    X = np.concatenate([digits.train.X, digits.test.X])
    start = time.perf_counter()
    Deskewer().fit_transform(X)
    assert time.perf_counter() - start < 10
