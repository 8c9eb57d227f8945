import numpy as np
import pytest
import torch

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier, Distortion, MLPClassifier
from hdr_bench.estimators.neural.batches import n_batches, split_indices
from hdr_bench.estimators.neural.cnn import default_layers
from hdr_bench.estimators.neural.config import default_epochs
from hdr_bench.exceptions import UnknownNameError


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def test_the_parameters_are_the_networks(digits):
    model = CNNClassifier("32C3-MP2-64C3-MP2-64C3-64N", max_epochs=1, random_state=0)
    assert model.fit(digits.train.X, digits.train.y).n_parameters_ == 93_322
    mlp = MLPClassifier("512N-64N-32N-16N", max_epochs=1).fit(digits.train.X, digits.train.y)
    assert (mlp.n_parameters_, mlp.engine_) == (437_530, "torch")
    assert mlp.n_multiply_accumulates_ == 784 * 512 + 512 * 64 + 64 * 32 + 32 * 16 + 16 * 10


def test_the_history_has_an_entry_an_epoch_and_ends_better(digits):
    model = MLPClassifier("64N", max_epochs=6, random_state=0).fit(digits.train.X, digits.train.y)
    assert (len(model.history_), model.n_iter_) == (6, 6)
    assert model.history_[-1]["train_loss"] < model.history_[0]["train_loss"] / 2
    assert model.history_[-1]["train_accuracy"] > 0.9


def test_constant_and_one_cycle_schedules_differ(digits):
    rates = []
    for schedule in ("constant", "one-cycle"):
        model = MLPClassifier("8N", schedule=schedule, lr=0.01, max_epochs=2, random_state=0)
        rates.append(model.fit(digits.train.X, digits.train.y).net_.optimizer_.param_groups[0]["lr"])
    assert rates[0] == 0.01
    assert rates[1] < 1e-4


@pytest.mark.parametrize("optimizer", ["SGD", "RMSprop", "Adagrad", "NAdam", "Adadelta", "AdamW"])
def test_any_optimizer_of_torch(digits, optimizer):
    lr = {"Adadelta": 1.0, "SGD": 0.1}.get(optimizer, 0.005)
    model = MLPClassifier("64N", optimizer=optimizer, lr=lr, max_epochs=8, random_state=0)
    assert model.fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y) > 0.8


def test_all_data_are_trained_on_and_none_withheld(digits):
    model = MLPClassifier("8N", max_epochs=1, batch_size=64).fit(digits.train.X, digits.train.y)
    assert model.net_.train_split is None
    assert len(model.net_.history[-1]["batches"]) == 16


def test_batches_hold_every_image_once_and_never_one_alone():
    for n in range(1, 40):
        batches = split_indices(torch.arange(n), 6)
        assert torch.cat(batches).tolist() == list(range(n))
        assert len(batches) == n_batches(n, 6)
        assert n == 1 or min(map(len, batches)) > 1


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 2), (2, 2), (3, 5), (8, 8), (9, 9), (10, 10), (13, 13), (28, 28), (64, 64)]
)
def test_the_default_network_works_on_any_image(shape):
    X = np.random.default_rng(0).normal(size=(12, shape[0] * shape[1]))
    y = np.arange(12) % 3
    model = CNNClassifier(image_shape=shape, max_epochs=1).fit(X, y)
    assert model.predict_proba(X).shape == (12, 3)


def test_defaults_follow_the_data():
    assert default_layers((28, 28)).startswith("20C5-linear-MP2")
    assert "p2" in default_layers((8, 8))
    assert "MP2" not in default_layers((1, 50))
    assert [default_epochs(batches, 8) for batches in (1, 32, 63, 469)] == [100, 25, 13, 8]


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
    model = CNNClassifier(max_epochs=15, random_state=0).fit(digits.train.images, digits.train.y)
    for distortion in (Distortion(elastic=20), Distortion(rotation=10, shift=0.05, shear=10, zoom=0.1)):
        bent = distortion.apply(images, torch.Generator().manual_seed(0))
        assert float((bent - images).abs().mean()) > 5
        assert model.score(bent.numpy()[:, 0], digits.train.y) > 0.9


@pytest.mark.parametrize("kind", [MLPClassifier, CNNClassifier])
def test_augmentation_helps_with_few_images(kind, digits):
    few = digits.train.X[::4], digits.train.y[::4]
    plain, augmented = (
        kind(max_epochs=60, augmentation=augmentation, random_state=0).fit(*few).score(digits.test.X, digits.test.y)
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


def test_batch_normalisation_takes_other_settings(digits):
    def fitted(layers, params):
        model = MLPClassifier(layers, batch_norm_params=params, max_epochs=1, random_state=0)
        return model.fit(digits.train.X, digits.train.y)

    model = fitted("16N-linear-BN-relu", {"momentum": 0.01, "eps": 1e-3})
    (layer,) = [layer for layer in model.net_.module_.modules() if isinstance(layer, torch.nn.BatchNorm1d)]
    assert (layer.momentum, layer.eps) == (0.01, 1e-3)
    plain = fitted("16N-linear-BN-relu", None)
    assert not np.allclose(plain.predict_proba(digits.test.X), model.predict_proba(digits.test.X))
    with pytest.raises(UnknownNameError, match="unknown batch_norm_params 'momentun'. Did you mean 'momentum'"):
        fitted("16N-BN", {"momentun": 0.1})
    with pytest.raises(ValueError, match="batch_norm_params: eps must be a number above 0 and below 1, got 0"):
        fitted("16N-BN", {"eps": 0})
