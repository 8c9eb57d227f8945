"""Whatever form images and labels come in."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.exceptions import NotFittedError

from hdr_bench import load_dataset
from hdr_bench.estimators import ESTIMATORS, CNNClassifier, Deskewer, MLPClassifier
from tests.helpers.method_table import quick


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(400)


@pytest.fixture(scope="module")
def expected_labels(digits):
    """What each method says of the test images, fitted on plain arrays."""
    return {name: quick(name).fit(digits.train.X, digits.train.y).predict(digits.test.X) for name in ESTIMATORS}


def _mapped(X, tmp_path):
    np.save(tmp_path / "images.npy", X)
    return np.load(tmp_path / "images.npy", mmap_mode="r")


FORMS = {
    "uint8": lambda X, _: X,
    "int64": lambda X, _: X.astype(np.int64),
    "float32": lambda X, _: X.astype(np.float32),
    "float64": lambda X, _: X.astype(np.float64),
    "big-endian": lambda X, _: X.astype(">f8"),
    "Fortran": lambda X, _: np.asfortranarray(X),
    "every other row of more": lambda X, _: np.repeat(X, 2, axis=0)[::2],
    "read-only memory map": _mapped,
    "frame": lambda X, _: pd.DataFrame(X),
    "list": lambda X, _: X.tolist(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_form_of_the_images_does_not_matter(name, form, digits, expected_labels, tmp_path):
    X = FORMS[form](digits.train.X, tmp_path)
    model = quick(name).fit(X, digits.train.y)
    agreed = model.predict(FORMS[form](digits.test.X, tmp_path)) == expected_labels[name]
    assert agreed.mean() >= 0.99


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    "labels",
    [
        np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]),
        np.array(list("abcdefghij"), dtype=object),
        np.arange(10) * 7 - 20,
        np.arange(10, dtype=np.uint8) + 200,
    ],
    ids=["strings", "objects", "numbers", "bytes"],
)
def test_labels_are_given_back_as_they_came(name, labels, digits):
    few = digits.train.X[::2], digits.train.y[::2]
    model = quick(name).fit(few[0], labels[few[1]])
    assert list(model.classes_) == sorted(labels)
    assert set(model.predict(digits.test.X)) <= set(labels)
    assert model.score(digits.train.X[::2], labels[few[1]]) > 0.45


@pytest.mark.parametrize("name", ESTIMATORS)
def test_labels_as_a_series_and_two_classes(name, digits):
    pair = digits.train.y < 2
    model = quick(name).fit(digits.train.X[pair], pd.Series(digits.train.y[pair] == 1))
    assert model.classes_.tolist() == [False, True]
    assert model.predict(digits.test.X).dtype == bool


def test_a_cnn_takes_images_of_three_and_four_axes(digits, expected_labels):
    images, tests = digits.train.images, digits.test.images
    for X, X_test in (
        (images, tests),
        (images[:, None], tests[:, None]),
        (images[..., None], tests[..., None]),
    ):
        model = quick("cnn").fit(X, digits.train.y)
        assert model.n_features_in_ == 784
        assert model.image_shape_ == (28, 28)
        np.testing.assert_array_equal(model.predict(X_test), expected_labels["cnn"])
        np.testing.assert_array_equal(model.predict(digits.test.X), expected_labels["cnn"])


def test_one_channel_is_none(digits):
    images = digits.train.images[::2]
    model = quick("cnn", image_shape=(28, 28, 1)).fit(images[..., None], digits.train.y[::2])
    assert model.image_shape_ == (28, 28)
    plain = quick("cnn", image_shape=np.array([28, 28])).fit(images, digits.train.y[::2])
    np.testing.assert_array_equal(model.predict_proba(images[:, None]), plain.predict_proba(images))


def test_a_cnn_takes_colours_on_either_side(digits):
    grey = digits.train.images[::2]
    coloured = np.stack([grey, np.zeros_like(grey), 255 - grey], axis=-1)
    last = quick("cnn").fit(coloured, digits.train.y[::2])
    first = quick("cnn").fit(coloured.transpose(0, 3, 1, 2), digits.train.y[::2])
    flat = quick("cnn", image_shape=(28, 28, 3)).fit(coloured.reshape(len(coloured), -1), digits.train.y[::2])
    assert last.image_shape_ == first.image_shape_ == flat.image_shape_ == (28, 28, 3)
    assert last.net_.module_[0].in_channels == 3
    expected = last.predict_proba(coloured)
    np.testing.assert_allclose(first.predict_proba(coloured.transpose(0, 3, 1, 2)), expected, atol=1e-5)
    np.testing.assert_allclose(flat.predict_proba(coloured.reshape(len(coloured), -1)), expected, atol=1e-5)


def test_images_of_any_height_and_width(digits):
    wide = digits.train.images[::2, 4:24]
    model = quick("cnn").fit(wide, digits.train.y[::2])
    assert model.image_shape_ == (20, 28)
    with pytest.raises(ValueError, match=r"images of shape \(28, 20\), but CNNClassifier expects \(20, 28\)"):
        model.predict(wide.transpose(0, 2, 1))
    with pytest.raises(ValueError, match="has no axis of 1 to 4 channels"):
        model.predict(np.zeros((5, 9, 20, 28)))


UNUSABLE = {
    "sparse": (lambda X, y: (sparse.csr_matrix(X), y), TypeError, "[Ss]parse"),
    "NaN": (lambda X, y: (np.where(np.arange(784) == 400, np.nan, X), y), ValueError, "NaN"),
    "infinity": (lambda X, y: (np.where(np.arange(784) == 400, np.inf, X), y), ValueError, "infinity"),
    "empty": (lambda X, y: (X[:0], y[:0]), ValueError, "0 sample"),
    "no features": (lambda X, y: (X[:, :0], y), ValueError, "0 feature"),
    "other lengths": (
        lambda X, y: (X, y[:-1]),
        ValueError,
        "inconsistent numbers of samples|does not match number of samples",
    ),
    "no labels": (lambda X, _: (X, None), ValueError, "requires y to be passed"),
    "a target of floats": (lambda X, y: (X, y + 0.5), ValueError, "Unknown label type: continuous"),
    "text": (lambda X, y: (np.full(X.shape, "a"), y), ValueError, "could not convert string|arrays of bytes/strings"),
}


@pytest.mark.parametrize("form", UNUSABLE)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_cannot_be_used_is_refused(name, form, digits):
    if name == "tree" and form in {"sparse", "NaN"}:
        quick(name).fit(*UNUSABLE[form][0](digits.train.X[::8], digits.train.y[::8]))  # scikit-learn's tree takes both
        return
    change, error, fault = UNUSABLE[form]
    with pytest.raises(error, match=fault):
        quick(name).fit(*change(digits.train.X[::8], digits.train.y[::8]))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_predictions_want_a_fit_and_the_same_features(name, digits):
    with pytest.raises(NotFittedError):
        quick(name).predict(digits.test.X)
    model = quick(name).fit(digits.train.X[::4], digits.train.y[::4])
    with pytest.raises(ValueError, match="X has 700 features, but .* is expecting 784"):
        model.predict(digits.test.X[:, :700])
    with pytest.raises(ValueError, match="infinity"):
        model.predict(np.full((2, 784), np.inf))


@pytest.mark.parametrize(
    ("image_shape", "fault"),
    [
        ((28, 27), "makes 756 pixels, but X has 784"),
        ((784,), "is not valid"),
        ((28, 28, 3), "makes 2352"),
        ((-28, -28), "is no"),
    ],
)
@pytest.mark.parametrize("kind", [CNNClassifier, MLPClassifier, Deskewer])
def test_image_shapes_that_do_not_fit(kind, image_shape, fault, digits):
    with pytest.raises(ValueError, match=fault):
        kind(image_shape=image_shape).fit(digits.train.X[::8], digits.train.y[::8])
