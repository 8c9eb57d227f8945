"""Images brought to one polarity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    Inverter,
    SVMClassifier,
)
from hdr_bench.exceptions import UnknownNameError


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(400)


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("name", ["mnist-5k", "digits-8x8"])
def test_inverting_is_exact_and_leaves_light_on_dark_as_it_is(name, kind):
    X = load_dataset(name).train.X[:300].astype(kind)
    high = X.max()
    there = Inverter().fit(X)
    assert not there.inverts_
    np.testing.assert_array_equal(there.transform(X), X)
    back = Inverter().fit(high - X)
    assert (back.inverts_, back.low_, back.high_) == (True, 0, high)
    np.testing.assert_array_equal(back.transform(high - X), X)
    np.testing.assert_array_equal(Inverter("dark-on-light").fit_transform(X), high - X)
    np.testing.assert_array_equal(Inverter("dark-on-light").fit_transform(high - X), high - X)


@given(arrays(np.int16, (3, 5, 5), elements=st.integers(-500, 500)))
def test_inverted_images_and_their_inverses_come_out_alike(images):
    rows = images.reshape(3, -1)
    low, high = int(rows.min()), int(rows.max())
    inverter, of_inverse = Inverter().fit(rows), Inverter().fit(low + high - rows)
    if inverter.background_ - low == high - inverter.background_:
        assert not inverter.inverts_
        assert not of_inverse.inverts_
        return
    assert inverter.inverts_ != of_inverse.inverts_
    np.testing.assert_array_equal(inverter.transform(rows), of_inverse.transform(low + high - rows))


def test_an_inverter_is_told_the_background_and_knows_two_polarities(digits):
    assert Inverter(background=255).fit(digits.train.X).inverts_
    with pytest.raises(UnknownNameError, match="unknown polarity 'light on dark'. Did you mean 'light-on-dark'"):
        Inverter("light on dark").fit(digits.train.X)
    model = SVMClassifier().fit(Inverter().fit_transform(255 - digits.train.X), digits.train.y)
    assert model.score(digits.test.X, digits.test.y) > 0.88
