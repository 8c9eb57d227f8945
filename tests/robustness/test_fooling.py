import numpy as np
import pytest

from hdr_bench import make_estimator
from hdr_bench.estimators import CNNClassifier
from hdr_bench.exceptions import EstimatorError, NoGradientError
from hdr_bench.robustness import fooling_images
from tests.helpers.attacked_models import few_digits, fitted, rows_of, some_digits


@pytest.fixture(scope="module")
def network():
    digits = few_digits()
    model = CNNClassifier("4C5-MP4-16N", label_smoothing=0, max_epochs=10, random_state=0)
    return model.fit(digits.train.X, digits.train.y)


@pytest.mark.parametrize("name", ["linear", "network"])
def test_noise_is_taken_for_each_class_with_confidence(name, network):
    model = network if name == "network" else fitted(name)
    n = 2 if name == "linear" else 1
    fooling = fooling_images(model, n, most_steps=200, seed=3)
    assert fooling.images.shape == (10 * n, 28, 28)
    assert fooling.images.min() >= 0
    assert fooling.images.max() <= 255
    np.testing.assert_array_equal(fooling.labels, np.repeat(np.arange(10), n))
    assert fooling.share >= 0.7
    reached = fooling.confidences >= 0.99
    for image, label, confidence in zip(fooling.images, fooling.labels, fooling.confidences, strict=True):
        probabilities = model.predict_proba(image.reshape(1, -1))[0]
        assert probabilities[label] == pytest.approx(confidence, abs=1e-5)
    assert (fooling.starts < 0.99).any()
    assert (fooling.n_steps[~reached] == 200).all()
    assert (fooling.n_steps[fooling.starts < 0.99] > 0).all()
    # Two images are two.
    assert np.abs(fooling.images[0] - fooling.images[1]).mean() > 30
    again = fooling_images(model, n, most_steps=200, seed=3)
    np.testing.assert_array_equal(again.images, fooling.images)


def test_what_is_not_reached_is_said():
    fooling = fooling_images(fitted("linear"), confidence=1 - 1e-12, most_steps=1)
    assert fooling.share == 0
    assert (fooling.n_steps == 1).all()


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("svm", {}, EstimatorError, "SVMClassifier has no predict_proba"),
        ("steps", {}, EstimatorError, "Pipeline has no predict_proba"),
        ("linear", {"n_per_class": 0}, ValueError, "n_per_class and most_steps must be at least 1, got 0 and 500"),
        ("linear", {"confidence": 1}, ValueError, "confidence must be above 0 and below 1, got 1"),
    ],
)
def test_what_cannot_be_is_refused(name, options, error, message):
    with pytest.raises(error, match=message):
        fooling_images(fitted(name), **options)


def test_a_method_without_a_gradient_is_refused():
    train = few_digits().train
    with pytest.raises(NoGradientError, match="piecewise constant"):
        fooling_images(make_estimator("knn").fit(train.X, train.y))


def test_an_unknown_range_is_asked_for():
    images, labels = some_digits(20)
    # Of so few images nothing is remembered.
    model = make_estimator("linear", tol=0.1).fit(rows_of(images), labels)
    with pytest.raises(ValueError, match="the range of the pixels is not known; pass pixel_range"):
        fooling_images(model)
    assert fooling_images(model, pixel_range=(0, 255)).images.max() <= 255
