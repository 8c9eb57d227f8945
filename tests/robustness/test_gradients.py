import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from hdr_bench import make_estimator
from hdr_bench.estimators import ESTIMATORS, CNNClassifier, Deskewer, Distortion, MLPClassifier, PixelScaler
from hdr_bench.exceptions import NoGradientError
from hdr_bench.robustness import describe_missing_gradient, estimator_has_gradient, has_gradient
from hdr_bench.robustness.closed_forms import (
    linear_outputs,
    polynomial_outputs,
    radial_basis_outputs,
)
from hdr_bench.robustness.gradients import loss_gradient
from hdr_bench.robustness.losses import log_odds, margin
from hdr_bench.robustness.machine_gradients import machine_outputs
from tests.helpers.attacked_models import MAKERS, few_digits, fitted, rows_of, some_digits, two_digits

CONSTANT = {"knn", "tangent-distance", "tree"}
WITHOUT = CONSTANT | {"local-linear", "boosted-networks"}
NETWORKS = {"mlp", "cnn"}


def _some(n=12):
    images, labels = some_digits(n)
    return rows_of(images).astype(np.float64), labels


@pytest.mark.parametrize("name", MAKERS)
def test_it_is_what_finite_differences_are(name):
    rows, labels = _some()
    gradient = loss_gradient(fitted(name))
    direction = np.random.default_rng(0).normal(size=rows.shape)
    # Networks compute in single precision.
    step, tolerance = (3.0, 2e-2) if name in NETWORKS else (1e-2, 1e-4)
    after, before = (gradient(rows + sign * step * direction, labels)[0].astype(float) for sign in (1, -1))
    slopes = (gradient(rows, labels)[1] * direction).sum(axis=1)
    np.testing.assert_allclose(slopes, (after - before) / (2 * step), atol=tolerance * np.abs(slopes).max())
    assert np.abs(slopes).min() > 0


@pytest.mark.parametrize("name", MAKERS)
def test_a_loss_is_larger_where_a_method_errs(name):
    (rows, labels), model = _some(300), fitted(name)
    losses, _ = loss_gradient(model)(rows.astype(np.float32), labels)
    wrong = model.predict(rows) != labels
    assert wrong.any()
    # Of probabilities the largest may be below a half.
    limit = 0 if name in {"least squares", "polynomial", "radial-basis"} or "svm" in name else -1
    assert losses[wrong].min() > limit
    if limit == 0 and "svm" not in name:
        assert losses[~wrong].max() < 0


@pytest.mark.parametrize(
    ("name", "outputs_of"),
    [
        ("linear", linear_outputs),
        ("least squares", linear_outputs),
        ("polynomial", polynomial_outputs),
        ("cubic", polynomial_outputs),
        ("radial-basis", radial_basis_outputs),
    ],
)
def test_outputs_are_those_that_decide(name, outputs_of):
    rows, _ = _some()
    model = fitted(name)
    outputs, _ = outputs_of(model)(rows)
    np.testing.assert_allclose(outputs, model.decision_function(rows), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["svm", "svm, libsvm", "svm, poly", "svm, linear", "virtual-svm"])
def test_a_machines_outputs_are_its_decisions_on_pairs(name):
    rows, _ = _some()
    model = fitted(name)
    machine = model.svc_
    shape, machine.decision_function_shape = machine.decision_function_shape, "ovo"
    try:
        expected = machine.decision_function(rows / model.scale_)
    finally:
        machine.decision_function_shape = shape
    np.testing.assert_allclose(machine_outputs(model)(rows)[0], expected, atol=1e-8)


@pytest.mark.parametrize("estimator", ["svm", "linear", "radial-basis", "polynomial"])
def test_two_classes_have_one_output(estimator):
    (images, labels), (test_images, test_labels) = two_digits()
    params = {"radial-basis": {"n_units": 20}, "polynomial": {"n_components": 15}}.get(estimator, {})
    model = make_estimator(estimator, **params).fit(rows_of(images), labels)
    rows, codes = rows_of(test_images).astype(float), np.searchsorted(model.classes_, test_labels)
    losses, slopes = loss_gradient(model)(rows, codes)
    np.testing.assert_array_equal(losses > 0, model.predict(rows) != test_labels)
    after, _ = loss_gradient(model)(rows + 0.1 * np.sign(slopes), codes)
    assert (after > losses).all()


def test_colour_images_have_a_gradient_for_each_channel():
    grey = few_digits().train
    images = np.stack([grey.images, 255 - grey.images, grey.images // 2], axis=3)
    model = CNNClassifier("4C5-AP4-16N", activation="tanh", max_epochs=3, random_state=0).fit(images, grey.y)
    rows, codes = rows_of(images[:5]).astype(np.float32), grey.y[:5]
    losses, slopes = loss_gradient(model)(rows, codes)
    direction = np.random.default_rng(0).normal(size=rows.shape).astype(np.float32)
    after, before = (loss_gradient(model)(rows + sign * 2 * direction, codes)[0] for sign in (1, -1))
    expected = (slopes * direction).sum(axis=1)
    np.testing.assert_allclose((after - before) / 4, expected, atol=0.03 * np.abs(expected).max())
    assert losses.shape == (5,)


def test_a_networks_gradient_does_not_vanish_where_it_is_sure():
    rows, labels = _some()
    model = MLPClassifier("32N", max_epochs=5, random_state=0).fit(few_digits().train.X, few_digits().train.y)
    _, before = loss_gradient(model)(rows, labels)
    with torch.no_grad():
        for parameter in list(model.net_.module_.parameters())[-2:]:
            parameter.mul_(1e4)
    right = model.predict(rows) == labels
    # Here a cross-entropy is 0, and so is its gradient.
    assert (model.predict_proba(rows)[right, labels[right]] == 1).all()
    losses, slopes = loss_gradient(model)(rows, labels)
    assert np.isfinite(losses).all()
    # The direction is that of the nearest other class alone, and not of a mixture.
    cosines = (slopes * before).sum(axis=1) / np.linalg.norm(slopes, axis=1) / np.linalg.norm(before, axis=1)
    assert cosines[right].min() > 0.5


def test_a_network_and_torch_stay_as_they_are():
    rows, labels = _some()
    train = few_digits().train
    model = CNNClassifier("4C5-BN-D0.5-8N", max_epochs=1, augmentation=Distortion(rotation=5), random_state=0)
    model.fit(train.X, train.y)
    module = model.net_.module_.train()
    state, numbers = {key: value.clone() for key, value in module.state_dict().items()}, torch.get_rng_state()
    with torch.inference_mode():
        first = loss_gradient(model)(rows, labels)
    assert module.training
    assert torch.equal(torch.get_rng_state(), numbers)
    assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items())
    assert all(parameter.requires_grad for parameter in module.parameters())
    np.testing.assert_array_equal(first[1], loss_gradient(model)(rows, labels)[1])


@pytest.mark.parametrize("name", ESTIMATORS)
def test_which_methods_have_one(name):
    model = make_estimator(name)
    assert has_gradient(model) == estimator_has_gradient(model) == (name not in WITHOUT)
    assert ("piecewise constant" in describe_missing_gradient(model)) == (name in CONSTANT)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (
            make_pipeline(Deskewer(), make_estimator("svm")),
            r"the step deskewer \(Deskewer\) before SVMC",
        ),
        (make_pipeline(MinMaxScaler(), make_estimator("svm")), "the step minmaxscaler"),
        (make_pipeline(PixelScaler(), make_estimator("knn")), "KNNClassifier has no gradient: its predictions are"),
        (
            LogisticRegression(),
            "LogisticRegression has no known gradient; CNNClassifier, MLPC",
        ),
    ],
)
def test_what_has_none_says_why(model, reason):
    assert not has_gradient(model)
    with pytest.raises(NoGradientError, match=reason):
        loss_gradient(model)


def test_steps_that_do_nothing_are_passed_over():
    assert has_gradient(make_pipeline("passthrough", None, make_estimator("linear")))


@pytest.mark.parametrize("loss", [log_odds, margin])
@pytest.mark.parametrize("n_outputs", [1, 4])
def test_a_losss_gradient_in_the_outputs(loss, n_outputs):
    generator = np.random.default_rng(0)
    outputs = generator.normal(size=(6, n_outputs)) * 50
    codes = generator.integers(0, max(n_outputs, 2), 6)
    direction = generator.normal(size=outputs.shape)
    slopes = (loss(outputs, codes)[1] * direction).sum(axis=1)
    after, before = (loss(outputs + sign * 1e-5 * direction, codes)[0] for sign in (1, -1))
    np.testing.assert_allclose(slopes, (after - before) / 2e-5, atol=1e-4)
