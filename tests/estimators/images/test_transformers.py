import time

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import affine_transform, gaussian_filter

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    TRANSFORMERS,
    Cropper,
    Deskewer,
    GaussianBlur,
    KNNClassifier,
    MassCenterer,
    PixelScaler,
    Resizer,
    make_transformer,
)


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


def test_what_leans_far_leaves_the_image():
    image = np.zeros((1, 9, 9))
    image[0, [0, 8], [0, 8]] = 1
    upright = Deskewer().fit_transform(image.reshape(1, -1)).reshape(9, 9)
    np.testing.assert_allclose(upright[:, 4].sum(), 2)
    wide = np.zeros((1, 2, 40))
    wide[0, [0, 1], [0, 39]] = 1
    assert np.isfinite(Deskewer((2, 40)).fit_transform(wide.reshape(1, -1))).all()


def test_centred_images_keep_their_pixels():
    digits = load_dataset("mnist-5k").train.images[::50].astype(np.float32)
    rng = np.random.default_rng(0)
    moved = np.stack([np.roll(image[4:24, 4:24], rng.integers(-1, 2, 2), (0, 1)) for image in digits])
    pasted = np.zeros((len(moved), 36, 40), np.float32)
    for image, picture in zip(moved, pasted, strict=True):
        top, left = rng.integers(0, 17), rng.integers(0, 21)
        picture[top : top + 20, left : left + 20] = image
    centred = MassCenterer((36, 40)).fit_transform(pasted.reshape(len(pasted), -1)).reshape(pasted.shape)
    np.testing.assert_array_equal(np.sort(centred.reshape(len(centred), -1)), np.sort(pasted.reshape(len(pasted), -1)))
    total = centred.sum(axis=(1, 2))
    assert np.abs(centred.sum(axis=2) @ np.arange(36) / total - 17.5).max() <= 0.501
    assert np.abs(centred.sum(axis=1) @ np.arange(40) / total - 19.5).max() <= 0.501


def test_blurring_is_scipys_image_by_image():
    images = load_dataset("mnist-5k").train.images[:700:100].astype(np.float64)
    blurred = GaussianBlur(1.5).fit_transform(images.reshape(len(images), -1)).reshape(images.shape)
    for image, changed in zip(images, blurred, strict=True):
        np.testing.assert_allclose(changed, gaussian_filter(image, 1.5, mode="constant"))
    np.testing.assert_array_equal(GaussianBlur(0.0).fit_transform(images.reshape(7, -1)), images.reshape(7, -1))
    with pytest.raises(ValueError, match="sigma must be a finite number of at least 0, got -1"):
        GaussianBlur(-1).fit(images.reshape(7, -1))


@pytest.mark.parametrize("size", [(14, 14), (32, 32), (20, 7), (28, 28), (1, 50)])
def test_resizing_is_pillows(size):
    images = load_dataset("mnist-5k").train.images[:700:100].astype(np.float32)
    resized = Resizer(size).fit_transform(images.reshape(len(images), -1)).reshape(-1, *size)
    for image, changed in zip(images, resized, strict=True):
        expected = Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)
        np.testing.assert_allclose(changed, np.asarray(expected), atol=2e-3)


def test_sizes_that_are_none():
    with pytest.raises(ValueError, match=r"size: height and width must be integers of at least 1, got \(0, 5\)"):
        Resizer((0, 5)).fit(np.zeros((2, 16)))


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_every_transformer_by_name_keeps_precision_and_takes_blocks(name):
    X = load_dataset("mnist-5k").train.X[:1203]
    transformer = make_transformer(name).fit(X)
    assert transformer.transform(X).dtype == np.float32
    assert transformer.transform(X.astype(np.float64)).dtype == np.float64
    parts = np.concatenate([transformer.transform(X[:1]), transformer.transform(X[1:])])
    np.testing.assert_allclose(parts, transformer.transform(X), atol=1e-3)


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


def test_the_middle_is_cut_out():
    images = np.arange(2 * 28 * 28, dtype=np.float32).reshape(2, 28, 28)
    cut = Cropper((20, 20)).fit_transform(images.reshape(2, -1))
    np.testing.assert_array_equal(cut.reshape(2, 20, 20), images[:, 4:24, 4:24])
    odd = Cropper((3, 2), image_shape=(4, 3)).fit_transform(np.arange(12.0)[None])
    np.testing.assert_array_equal(odd, [[0, 1, 3, 4, 6, 7]])
    small = Cropper((30, 2), image_shape=(4, 3)).fit(np.arange(12.0)[None])
    assert small.transform(np.arange(12.0)[None]).shape == (1, len(small.get_feature_names_out())) == (1, 8)
    with pytest.raises(ValueError, match=r"size: height and width must be integers of at least 1, got \(0, 2\)"):
        Cropper((0, 2)).fit(np.arange(12.0)[None])
