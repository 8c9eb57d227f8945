"""The learning-rate range test: what a sweep does to a network, and what the suggested range is worth."""

import copy

import numpy as np
import pytest
import torch
from sklearn.pipeline import make_pipeline
from skorch.callbacks import EarlyStopping, GradientNormClipping, LRScheduler

from hdr_bench import learning_rate_range, load_dataset
from hdr_bench.estimators import CNNClassifier, KNNClassifier, MLPClassifier, PixelScaler
from hdr_bench.estimators.neural.rate_sweep import STOP_FACTOR, MovingAverage
from hdr_bench.exceptions import EstimatorError, UnknownNameError


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits-8x8")


@pytest.fixture(scope="module")
def adam(digits):
    return learning_rate_range(_mlp(), digits.train.X, digits.train.y)


def _mlp(**params):
    return MLPClassifier(**{"layers": "64N", **params})


def _test(network, digits, **options):
    options = {"n_steps": 20, "seeds": 2, **options}
    return learning_rate_range(network, digits.train.X, digits.train.y, **options)


def test_rates_rise_by_a_constant_factor(adam):
    assert (adam.rates[0], adam.rates[-1], len(adam.rates)) == (1e-6, 10, 100)
    np.testing.assert_allclose(np.diff(np.log(adam.rates)), np.log(1e7) / 99, rtol=1e-9)


def test_the_network_is_used_at_each_of_the_rates(digits, monkeypatch):
    rates = []
    step = torch.optim.SGD.step

    def record(self, *args, **kwargs):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.SGD, "step", record)
    # More steps than an epoch has.
    found = _test(_mlp(optimizer="SGD"), digits, n_steps=30, seeds=1, low=1e-4, high=0.1)
    assert rates == found.rates.tolist()
    assert np.isfinite(found.losses).all()


def test_the_estimator_stays_as_it_was(digits):
    network = _mlp(random_state=7, max_epochs=1).fit(digits.train.X, digits.train.y)
    params, before = copy.deepcopy(network.get_params()), network.predict_proba(digits.test.X)
    _test(network, digits, batch_size=32)
    assert network.get_params() == params
    np.testing.assert_array_equal(network.predict_proba(digits.test.X), before)
    unfitted = _mlp()
    _test(unfitted, digits)
    assert not hasattr(unfitted, "net_")
    assert not hasattr(unfitted, "scale_")


def test_global_generators_stay_as_they_were(digits):
    state = torch.get_rng_state()
    np.random.seed(1)  # noqa: NPY002  # the global generator is meant
    before = np.random.random(3)  # noqa: NPY002  # as above
    np.random.seed(1)  # noqa: NPY002  # as above
    _test(_mlp(), digits)
    np.testing.assert_array_equal(np.random.random(3), before)  # noqa: NPY002  # as above
    assert torch.equal(torch.get_rng_state(), state)


def test_the_same_seed_gives_the_same_losses(digits):
    network = _mlp(layers="64N-D0.2-BN")
    one, other = _test(network, digits, seeds=[3, 1]), _test(network, digits, seeds=(1,))
    np.testing.assert_array_equal(one.losses[1], other.losses[0])
    assert not np.array_equal(one.losses[0], one.losses[1])
    assert one.seeds == (3, 1)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"loss": "squared_error", "label_smoothing": 0.2, "pixel_scale": 3.0, "class_weight": {0: 2.0}},
        {"augmentation": {"rotation": 20}, "layers": "32N-BN", "validation_fraction": 0.2},
        {"adversarial": {"eps": 0.2}, "weight_init": "kaiming_normal"},
    ],
)
def test_a_sweep_begins_as_fit_does(digits, params):
    network = _mlp(**params)
    found = _test(network, digits, seeds=[5], low=1e-12, high=1e-11, n_steps=10)
    fitted = network.set_params(random_state=5, max_epochs=1, schedule="constant", lr=1e-12)
    fitted.fit(digits.train.X, digits.train.y)
    losses = [batch["train_loss"] for batch in fitted.net_.history[0]["batches"] if "train_loss" in batch]
    assert found.losses[0, 0] == losses[0]
    np.testing.assert_allclose(found.losses[0], losses[:10], rtol=1e-5)


def test_the_schedule_and_what_ends_a_training_do_not_hold(digits):
    plain = _test(_mlp(), digits, n_steps=60)
    others = _mlp(
        schedule="step",
        schedule_params={"step_size": 1},
        max_epochs=1,
        lr=5.0,
        verbose=0,
        callbacks=[("stop", EarlyStopping("train_loss", patience=1)), LRScheduler("StepLR", step_size=1)],
    )
    np.testing.assert_array_equal(_test(others, digits, n_steps=60).losses, plain.losses)


def test_other_callbacks_hold(digits):
    clipped = _mlp(optimizer="SGD", callbacks=[GradientNormClipping(1e-9)])
    found = _test(clipped, digits, high=1.0)
    assert found.suggested is None
    assert "falls by less than" in found.remark


def test_a_loss_that_explodes_ends_the_sweep(adam):
    for losses, smoothed in zip(adam.losses, adam.smoothed, strict=True):
        n = int(np.isfinite(losses).sum())
        assert 50 < n < 100
        assert np.isnan(losses[n:]).all()
        assert np.isnan(smoothed[n:]).all()
        assert smoothed[n - 1] > STOP_FACTOR * smoothed[: n - 1].min()
        assert (smoothed[: n - 1] <= STOP_FACTOR * np.minimum.accumulate(smoothed[: n - 1])).all()


def test_a_loss_that_is_not_finite_ends_the_sweep(digits):
    found = _test(_mlp(optimizer="SGD"), digits, low=1e20, high=1e30)
    assert found.suggested is None
    assert np.isfinite(found.losses[:, 0]).all()
    assert not np.isfinite(found.losses[:, 5:]).any()


def test_the_average_is_corrected_for_its_beginning():
    losses = np.random.default_rng(0).random(9)
    average = MovingAverage(0.8)
    smoothed = [average.add(loss) for loss in losses]
    for n in range(1, 10):
        weights = 0.8 ** np.arange(n)[::-1]
        assert smoothed[n - 1] == pytest.approx(np.average(losses[:n], weights=weights))
    assert MovingAverage(0.0).add(3.0) == 3.0


def test_the_losses_that_are_smoothed_are_those_recorded(digits):
    plain = _test(_mlp(), digits, smoothing=0)
    np.testing.assert_array_equal(plain.smoothed, plain.losses)


def _accuracy(digits, lr, **params):
    network = _mlp(lr=lr, schedule="constant", max_epochs=5, random_state=0, **params)
    return network.fit(digits.train.X, digits.train.y).score(digits.test.X, digits.test.y)


@pytest.mark.parametrize(
    "params", [{}, {"optimizer": "SGD"}, {"optimizer": "SGD", "optimizer_params": {"momentum": 0.9}}]
)
def test_the_suggested_range_trains(digits, params):
    low, high = learning_rate_range(_mlp(**params), digits.train.X, digits.train.y).suggested
    middle = _accuracy(digits, float(np.sqrt(low * high)), **params)
    assert middle > 0.9
    assert _accuracy(digits, low / 100, **params) < 0.8
    assert _accuracy(digits, 10 * high, **params) < middle - 0.2


def test_plain_gradient_descent_needs_larger_rates_than_adam(digits, adam):
    sgd = learning_rate_range(_mlp(optimizer="SGD"), digits.train.X, digits.train.y)
    assert sgd.suggested[0] > adam.suggested[1]


def test_convolutional_networks_take_images(digits):
    found = learning_rate_range(CNNClassifier("8C3-MP2-16N"), digits.train.images, digits.train.y, seeds=2)
    assert found.suggested is not None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"low": 1.0, "high": 0.1}, "low must be below high, got low=1.0 and high=0.1; swap"),
        ({"low": 0.1, "high": 0.1}, "low must be below high"),
        ({"low": 0}, "low must be a finite number above 0, got 0"),
        ({"high": float("inf")}, "high must be a finite number above 0, got inf"),
        ({"low": "1e-3"}, "low must be a finite number above 0, got '1e-3'"),
        ({"high": True}, "high must be a finite number above 0, got True"),
        ({"n_steps": 3}, "n_steps must be an integer between 10 and 1,000,000, got 3"),
        ({"seeds": 0}, "seeds must be an integer between 1 and 1,000, got 0"),
        ({"seeds": []}, "seeds must be at least one seed, and each only once"),
        ({"seeds": [1, 1]}, "each only once, got \\[1, 1\\]"),
        ({"seeds": [-1]}, "each of seeds must be an integer between 0"),
        ({"seeds": None}, "seeds must be a number of seeds or a sequence of seeds, got None"),
        ({"smoothing": 1.0}, "smoothing must be a number of at least 0 and below 1, got 1.0"),
        ({"batch_size": 0}, "batch_size must be an integer of at least 1, got 0"),
        ({"batch_size": 2000}, "batch_size=2,000 needs at least as many training images, got 1,437; use more images"),
    ],
)
def test_arguments_that_are_not_possible(digits, options, words):
    with pytest.raises(ValueError, match=words):
        _test(_mlp(), digits, **options)


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (KNNClassifier(), "must be an MLPClassifier or a CNNClassifier of hdr_bench.estimators, got KNNClassifier"),
        (MLPClassifier, "got the class MLPClassifier"),
        (make_pipeline(PixelScaler(), MLPClassifier()), "got Pipeline; for a pipeline, transform X first"),
    ],
)
def test_what_is_no_network_is_refused(digits, estimator, words):
    with pytest.raises(EstimatorError, match=words):
        _test(estimator, digits)


def test_faults_of_data_and_parameters_are_those_of_fit(digits):
    X = digits.train.X.astype(float)
    X[3, 4] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        learning_rate_range(_mlp(), X, digits.train.y)
    with pytest.raises(UnknownNameError, match="Adm"):
        _test(_mlp(optimizer="Adm"), digits)
