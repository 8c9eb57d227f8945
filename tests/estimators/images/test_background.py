"""Images of either polarity, of any offset and range, are transformed alike."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.pipeline import make_pipeline

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    BoxCropper,
    CNNClassifier,
    Cropper,
    Deskewer,
    Distortion,
    GaussianBlur,
    Inverter,
    KNNClassifier,
    MassCenterer,
    MLPClassifier,
    Resizer,
    VirtualSVMClassifier,
)
from hdr_bench.estimators.neural.batches import ImageBatches, InputFormat

TRANSFORMERS = [
    Deskewer(),
    MassCenterer(),
    GaussianBlur(1.5),
    Resizer((11, 17)),
    Cropper((18, 16)),
    BoxCropper((18, 16)),
]


CHANGES = {
    "inverted": (-1.0, 255.0),
    "0 to 1": (1 / 255, 0.0),
    "1 to 0": (-1 / 255, 1.0),
    "-0.5 to 0.5": (1 / 255, -0.5),
    "with an offset": (1.0, 1000.0),
    "torchvision's Normalize": (1 / 255 / 0.3081, -0.1307 / 0.3081),
}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(400)


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=repr)
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_done_to_the_pixels_is_done_to_the_transformed_ones(digits, transformer, change):
    factor, offset = CHANGES[change]
    X = digits.train.X.astype(np.float64)
    expected = transformer.fit_transform(X) * factor + offset
    changed = transformer.fit_transform(X * factor + offset)
    np.testing.assert_allclose(changed, expected, atol=1e-5 * abs(factor) * 255)


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 4), st.just(7), st.integers(1, 7))),
    st.sampled_from([Deskewer, MassCenterer, GaussianBlur]),
    st.none() | st.integers(0, 255),
)
def test_inverted_images_come_out_inverted(images, transformer, background):
    shape, rows = images.shape[1:], images.reshape(len(images), -1)
    inverse = None if background is None else 255 - background
    expected = 255 - transformer(image_shape=shape, background=background).fit_transform(rows)
    changed = transformer(image_shape=shape, background=inverse).fit_transform(255 - rows)
    np.testing.assert_allclose(changed, expected, atol=1e-2)


@pytest.mark.parametrize("transformer", [Deskewer, MassCenterer, GaussianBlur, Inverter])
def test_the_background_is_learnt_or_given(digits, transformer):
    X = digits.train.X
    assert transformer().fit(X).background_ == 0
    assert transformer().fit(255 - X).background_ == 255
    assert transformer().fit(X / 255 - 0.5).background_ == -0.5
    assert transformer(background=30).fit(X).background_ == 30
    with pytest.raises(ValueError, match="background must be a finite number or None, got nan"):
        transformer(background=float("nan")).fit(X)


def _on_noisy_paper(X):
    noise = np.random.default_rng(0).integers(-6, 7, X.shape)
    return np.clip(248 - 0.9 * X + noise, 0, 255).astype(np.uint8)


def test_deskewing_helps_neighbours_of_black_on_white_digits(digits):
    def accuracy(change, *steps):
        model = make_pipeline(*steps, KNNClassifier()).fit(change(digits.train.X), digits.train.y)
        return model.score(change(digits.test.X), digits.test.y)

    plain, upright = (accuracy(lambda X: X, *steps) for steps in ([], [Deskewer()]))
    assert upright > plain + 0.03
    assert accuracy(lambda X: 255 - X, Deskewer()) == pytest.approx(upright, abs=0.002)
    assert accuracy(_on_noisy_paper, Deskewer()) > plain + 0.03
    assert Deskewer().fit(_on_noisy_paper(digits.train.X)).background_ == pytest.approx(248, abs=1)


def test_mixed_polarity_is_warned_of_with_counts(digits):
    mixed = digits.train.X.copy()
    mixed[:100] = 255 - mixed[:100]
    with pytest.warns(UserWarning, match=r"of mixed polarity: 300 light on dark, 100 dark on light.* assumed to be 0;"):
        Deskewer().fit(mixed)
    Deskewer(background=0).fit(mixed)
    mixed[4:100] = digits.train.X[4:100]
    assert Deskewer().fit(mixed).background_ == 0


def test_virtual_examples_of_inverted_images_are_the_inverted_ones(digits):
    X, T = digits.train.X, digits.test.X
    machine = VirtualSVMClassifier().fit(X, digits.train.y)
    inverse = VirtualSVMClassifier().fit(255 - X, digits.train.y)
    assert (machine.background_, inverse.background_) == (0, 255)
    assert inverse.n_virtual_ == machine.n_virtual_
    np.testing.assert_allclose(inverse.decision_function(255 - T), machine.decision_function(T), atol=0.05)
    told = VirtualSVMClassifier(background=255.0).fit(255 - X, digits.train.y)
    np.testing.assert_array_equal(told.predict(255 - T), inverse.predict(255 - T))
    assert VirtualSVMClassifier(background=9).fit(X, digits.train.y).background_ == pytest.approx(9)


def _batches(rows, background, channels=1):
    reading = InputFormat(28, 28, channels, 255.0, background)
    data = type("Data", (), {"X": rows, "y": None})
    generator = torch.Generator().manual_seed(0)
    distortion = Distortion(rotation=20, shift=0.3, shear=10, zoom=0.2, elastic=10)
    return torch.cat([images for images, _ in ImageBatches(data, 64, reading, generator, distortion)]).numpy()


def test_distorted_inverted_images_are_the_inverted_distorted_ones(digits):
    X = digits.train.X
    np.testing.assert_allclose(_batches(255 - X, (255.0,)), 1 - _batches(X, (0.0,)), atol=1e-5)
    np.testing.assert_array_equal(_batches(X, ()), _batches(X, (0.0,)))
    color = np.stack([X, 255 - X, X], axis=2).reshape(len(X), -1)
    red, green, blue = np.moveaxis(_batches(color, (0.0, 255.0, 0.0), 3), 1, 0)
    np.testing.assert_allclose(green, 1 - red, atol=1e-5)
    np.testing.assert_array_equal(red, blue)


def test_a_network_learns_the_background_of_each_channel(digits):
    X, y = digits.train.X, digits.train.y
    few = {"layers": "4N", "max_epochs": 1, "random_state": 0}
    augmentation = {"shift": 0.1}
    assert MLPClassifier(**few).fit(255 - X, y).background_ == ()
    model = MLPClassifier(**few, augmentation=augmentation).partial_fit(255 - X, y, classes=range(10))
    assert model.background_ == (255,)
    assert model.partial_fit(X, y).background_ == (255,)
    told = MLPClassifier(**few, augmentation=Distortion(shift=0.1, background=30)).fit(X, y)
    assert told.background_ == (30,)
    color = np.stack([digits.train.images, 255 - digits.train.images], axis=3)
    assert CNNClassifier(**few, augmentation=augmentation).fit(color, y).background_ == (0, 255)
    with pytest.raises(ValueError, match="background must be a finite number"):
        Distortion(background=float("inf"))
