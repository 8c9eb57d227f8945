import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    PixelScaler,
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
