import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from hdr_bench import make_estimator
from hdr_bench.estimators import ESTIMATORS, Deskewer, LinearClassifier
from hdr_bench.exceptions import NoGradientError, UnknownNameError
from hdr_bench.records.distortions import Attack
from hdr_bench.robustness import ATTACKS, attack_images, make_attack
from hdr_bench.robustness.attack_methods import step_length
from tests.helpers.attacked_models import MAKERS, accuracy, few_digits, fitted, rows_of, some_digits, two_digits
from tests.helpers.method_table import tiny


@pytest.mark.parametrize("attack", [make_attack("fgsm", 0.1), make_attack("pgd", 0.1, steps=3)], ids=lambda it: it.name)
@pytest.mark.parametrize("name", ["linear", "svm", "cnn", "steps"])
def test_attacked_images_are_near_the_original_and_mislead(name, attack):
    images, labels = some_digits(40)
    before, model = images.copy(), fitted(name)
    attacked = attack_images(model, images, labels, attack)
    assert attacked.dtype == np.float32
    assert attacked.shape == images.shape
    assert np.abs(attacked - images).max() == pytest.approx(25.5, abs=1e-4)
    assert (attacked.min(), attacked.max()) == (0, 255)
    np.testing.assert_array_equal(images, before)
    wrong = model.predict(rows_of(images)) != labels
    np.testing.assert_array_equal(attacked[wrong], images[wrong])
    assert accuracy(model, attacked, labels) < accuracy(model, images, labels)


@pytest.mark.parametrize("name", MAKERS)
def test_more_is_worse_up_to_an_error_on_each_image(name):
    images, labels = some_digits(20)
    model = fitted(name)
    attacks = [make_attack("fgsm", 0.1), *(make_attack("pgd", eps, steps=8) for eps in (0.1, 0.25, 1.0))]
    right = [accuracy(model, attack_images(model, images, labels, attack), labels) for attack in attacks]
    # Random starts may spare an image that the single step from the image itself does not.
    assert accuracy(model, images, labels) >= right[0] >= right[1] - 0.05
    assert right[1] >= right[2] >= right[3] == 0
    assert right[2] < accuracy(model, images, labels)


def test_a_linear_methods_errors_are_those_of_the_closed_form():
    (images, labels), (test_images, test_labels) = two_digits()
    model = LinearClassifier("squared_error").fit(rows_of(images), labels)
    weights = model.coef_[0] / model.scale_
    signs = np.where(test_labels == 6, 1.0, -1.0)[:, None]
    for eps in (0.02, 0.05, 0.1):
        reach, rows = 255 * eps, rows_of(test_images).astype(float)
        lows, highs = np.maximum(rows - reach, 0), np.minimum(rows + reach, 255)
        # Each pixel goes to the end of its interval at which the class of the image loses most.
        worst = (
            np.minimum(signs * weights * lows, signs * weights * highs).sum(axis=1) + (signs * model.intercept_)[:, 0]
        )
        attacked = attack_images(model, test_images, test_labels, make_attack("fgsm", eps))
        expected = float((worst > 0).mean())
        assert 0 < expected < 1
        assert accuracy(model, attacked, test_labels) == pytest.approx(expected, abs=1e-9)


def test_it_is_deterministic_and_an_images_start_depends_on_its_place_alone():
    images, labels = some_digits(40)
    attack, model = make_attack("pgd", 0.1, steps=2), fitted("linear")
    attacked = attack_images(model, images, labels, attack)
    np.testing.assert_array_equal(attack_images(model, images, labels, attack), attacked)
    np.testing.assert_allclose(attack_images(model, images[:7], labels[:7], attack), attacked[:7], atol=1e-3)
    assert np.abs(attack_images(model, images, labels, attack, seed=1) - attacked).max() > 1


def test_batches_change_nothing(monkeypatch):
    images, labels = some_digits(40)
    attack, model = make_attack("pgd", 0.1, steps=2, restarts=2), fitted("cnn")
    attacked = attack_images(model, images, labels, attack)
    monkeypatch.setattr("hdr_bench.robustness.attacks._BATCH", 7)
    in_parts = attack_images(model, images, labels, attack)
    # A slope of nearly 0 may have another sign in another product of matrices.
    assert (np.abs(in_parts - attacked) > 1e-3).mean() < 1e-3


def test_restarts_only_make_it_worse():
    images, labels = some_digits(200)
    model = fitted("svm, poly")
    attacks = [make_attack("pgd", 0.12, steps=2, restarts=restarts) for restarts in (1, 4)]
    few, many = (attack_images(model, images, labels, attack) for attack in attacks)
    fooled = model.predict(rows_of(few)) != labels
    assert (model.predict(rows_of(many))[fooled] != labels[fooled]).all()
    assert accuracy(model, many, labels) <= accuracy(model, few, labels)
    # What the first start misled is not attacked again.
    np.testing.assert_array_equal(many[fooled], few[fooled])


def test_eps_is_a_share_of_the_range_of_the_pixels():
    digits = few_digits()
    X, y = digits.train.X / 255 * 40 - 10, digits.train.y
    model = LinearClassifier(tol=1e-2).fit(X, y)
    images, labels = some_digits(40)
    images = images / 255 * 40 - 10
    attacked = attack_images(model, images, labels, make_attack("fgsm", 0.1))
    assert np.abs(attacked - images).max() == pytest.approx(4, abs=1e-4)
    assert (attacked.min(), attacked.max()) == (-10, 30)
    wider = attack_images(model, images, labels, make_attack("fgsm", 0.1), pixel_range=(-20, 80))
    assert np.abs(wider - images).max() == pytest.approx(10, abs=1e-4)
    assert wider.min() == pytest.approx(-20, abs=1e-4)


def test_images_of_classes_that_a_model_does_not_know_stay_as_they_are():
    (images, labels), _ = two_digits()
    model = LinearClassifier(tol=1e-2).fit(rows_of(images), labels)
    test_images, test_labels = some_digits(40)
    attacked = attack_images(model, test_images, test_labels, make_attack("pgd", 0.2, steps=2))
    others = ~np.isin(test_labels, (5, 6))
    np.testing.assert_array_equal(attacked[others], test_images[others])
    assert (attacked[~others] != test_images[~others]).any()


def test_no_images_are_no_images():
    model = fitted("linear")
    assert attack_images(model, np.zeros((0, 28, 28)), [], make_attack("fgsm", 0.1)).shape == (0, 28, 28)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_method_takes_attacked_images(name):
    images, labels = some_digits(40)
    train = few_digits().train
    model = tiny(name).fit(train.X, train.y)
    attacked = attack_images(fitted("linear"), images, labels, make_attack("fgsm", 0.03))
    assert (attacked % 1 != 0).any()
    single, double = (model.predict(rows_of(attacked).astype(kind)) for kind in (np.float32, np.float64))
    assert (single == double).mean() > 0.95
    assert accuracy(model, attacked, labels) <= accuracy(model, images, labels) + 0.1


@pytest.mark.parametrize(
    ("model", "labels", "attack", "error", "message"),
    [
        ("knn", None, Attack(name="pgd", eps=0.1), NoGradientError, "KNNClassifier has no gradient"),
        ("deskewed", None, Attack(name="pgd", eps=0.1), NoGradientError, "the step deskewer"),
        ("linear", None, Attack(name="pdg", eps=0.1), UnknownNameError, "unknown attack 'pdg'. Did you mean 'pgd'"),
        ("linear", [1, 2], Attack(name="pgd", eps=0.1), ValueError, "labels must have shape \\(40,\\), one per image"),
        (
            "linear",
            None,
            Attack(name="pgd", eps=25.5),
            ValueError,
            "eps must be above 0 and at most 1, as a fraction of",
        ),
        ("linear", None, Attack(name="pgd", eps=0.1, step_size=2.0), ValueError, "step_size must be above 0 and at"),
        ("linear", None, Attack(name="pgd", eps=0.1, steps=0), ValueError, "steps must be between 1 and 10,000, got 0"),
        ("linear", None, Attack(name="pgd", eps=0.1, restarts=101), ValueError, "restarts must be between 1 and 100"),
        ("linear", None, Attack(name="fgsm", eps=0.1, steps=3), ValueError, "steps must be 1 or omitted for 'fgsm'"),
        ("linear", None, Attack(name="fgsm", eps=0.1, step_size=0.1), ValueError, "step_size must be None or omitted"),
    ],
)
def test_what_cannot_be_is_refused(model, labels, attack, error, message):
    images, truth = some_digits(40)
    models = {
        "knn": lambda: make_estimator("knn").fit(rows_of(images), truth),
        "deskewed": lambda: make_pipeline(Deskewer(), make_estimator("linear")).fit(rows_of(images), truth),
        "linear": lambda: fitted("linear"),
    }
    with pytest.raises(error, match=message):
        attack_images(models[model](), images, truth if labels is None else labels, attack)


def test_a_range_without_width_is_refused():
    images, labels = some_digits(40)
    with pytest.raises(ValueError, match="must be two finite, increasing values, got 0 and inf"):
        attack_images(fitted("linear"), images, labels, make_attack("fgsm", 0.1), pixel_range=(0, np.inf))
    with pytest.raises(ValueError, match="pixel_range must be two finite, increasing values, got 3 and 3"):
        attack_images(fitted("linear"), images, labels, make_attack("fgsm", 0.1), pixel_range=(3, 3))


def test_labels_of_no_class_of_the_model_do_not_make_it_look_robust():
    images, labels = some_digits(40)
    with pytest.raises(ValueError, match=r"labels must be classes of the model, 0, 1, .*; got '\d' and others"):
        attack_images(fitted("linear"), images, labels.astype(str), make_attack("fgsm", 0.1))
    with pytest.raises(NotFittedError):
        attack_images(make_estimator("linear"), images, labels, make_attack("fgsm", 0.1))
    for steps in (2.5, True, "3"):
        with pytest.raises(ValueError, match="steps must be a whole number, got"):
            make_attack("pgd", 0.1, steps=steps)


def test_attacks_have_the_defaults_of_their_papers():
    assert (make_attack("fgsm", 0.2).steps, step_length(make_attack("fgsm", 0.2))) == (1, 0.2)
    pgd = make_attack("pgd", 0.2)
    assert (pgd.steps, pgd.restarts, step_length(pgd)) == (40, 1, pytest.approx(0.0125))
    assert step_length(make_attack("pgd", 0.3, step_size=0.01)) == 0.01
    assert set(ATTACKS) == {"fgsm", "pgd"}
    with pytest.raises(UnknownNameError, match="unknown attack 'FGSM'. Did you mean 'fgsm'"):
        make_attack("FGSM", 0.1)
