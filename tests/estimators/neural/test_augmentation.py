import numpy as np
import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier, Distortion, MLPClassifier


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def test_distortion_moves_training_images_and_never_test_images(digits):
    images = torch.from_numpy(np.asarray(digits.train.images[:50], np.float32))[:, None]
    generator = torch.Generator().manual_seed(0)
    assert torch.allclose(Distortion().apply(images, generator), images, atol=1e-3)
    shifted = Distortion(shift=0.2).apply(images, generator)
    assert not torch.allclose(shifted, images)
    assert shifted.shape == images.shape
    seeded = [Distortion(10, 0.1, 5, 0.1).apply(images, torch.Generator().manual_seed(3)) for _ in range(2)]
    assert torch.equal(*seeded)
    model = CNNClassifier("8C5-MP4-16N", augmentation={"rotation": 5, "shift": 0.05}, max_epochs=2, random_state=0)
    model.fit(digits.train.X, digits.train.y)
    np.testing.assert_array_equal(model.predict_proba(digits.test.X), model.predict_proba(digits.test.X))


def test_a_shift_of_a_pixel_is_a_pixel():
    image = torch.zeros(1, 1, 10, 10)
    image[0, 0, 5, 5] = 1

    places = set()
    for seed in range(60):
        moved = Distortion(shift=0.2).apply(image, torch.Generator().manual_seed(seed))
        row, column = divmod(int(moved.argmax()), 10)
        places.add((row, column))
        assert abs(row - 5) <= 2
        assert abs(column - 5) <= 2
    assert len(places) > 10


def test_an_elastic_distortion_bends_as_strongly_as_told():
    rows = torch.arange(28.0).view(1, 1, 28, 1).expand(400, 1, 28, 28)
    bent = Distortion(elastic=34, smoothness=4).apply(rows, torch.Generator().manual_seed(0))
    moved = (bent - rows)[:, :, 10:18, 10:18]
    # Uniform numbers have a deviation of 0.577, their Gaussian mean over 4 pixels 0.0407: 34 times that.
    assert float(moved.std()) == pytest.approx(34 * 0.577 / (2 * 4 * np.pi**0.5), rel=0.1)
    neighbours = moved[..., 1:] - moved[..., :-1]
    assert float(neighbours.std()) < 0.3 * float(moved.std())
    again = Distortion(elastic=34, smoothness=4).apply(rows, torch.Generator().manual_seed(0))
    assert torch.equal(bent, again)


def test_distorted_digits_stay_digits(digits):
    images = torch.from_numpy(np.asarray(digits.train.images, np.float32))[:, None]
    model = CNNClassifier("16C5-MP2-32C5-MP2-64N", max_epochs=10, random_state=0)
    model.fit(digits.train.images, digits.train.y)
    for distortion in (Distortion(elastic=20), Distortion(rotation=10, shift=0.05, shear=10, zoom=0.1)):
        bent = distortion.apply(images, torch.Generator().manual_seed(0))
        assert float((bent - images).abs().mean()) > 5
        assert model.score(bent.numpy()[:, 0], digits.train.y) > 0.9


@pytest.mark.parametrize(
    ("kind", "params"),
    [(MLPClassifier, {"max_epochs": 40}), (CNNClassifier, {"layers": "8C5-MP2-16C5-MP2-32N", "max_epochs": 30})],
)
def test_augmentation_helps_with_few_images(kind, params, digits):
    few = digits.train.X[::4], digits.train.y[::4]
    plain, augmented = (
        kind(augmentation=augmentation, random_state=0, **params).fit(*few).score(digits.test.X, digits.test.y)
        for augmentation in (None, {"rotation": 8, "shift": 0.08, "elastic": 20})
    )
    assert augmented > plain + 0.01


def test_a_rotation_keeps_distances_on_images_that_are_not_square():
    rows, columns = torch.meshgrid(torch.arange(20.0), torch.arange(40.0), indexing="ij")
    blob = torch.exp(-((rows - 9.5) ** 2 + (columns - 28.5) ** 2) / 4).expand(50, 1, 20, 40)
    turned = Distortion(rotation=45).apply(blob, torch.Generator().manual_seed(0))[:, 0]
    total = turned.sum(dim=(1, 2))
    down = (turned.sum(dim=2) @ torch.arange(20.0)) / total - 9.5
    right = (turned.sum(dim=1) @ torch.arange(40.0)) / total - 19.5
    torch.testing.assert_close(torch.hypot(down, right), torch.full((50,), 9.0), atol=0.15, rtol=0)
    assert float(down.abs().max()) > 5
