import numpy as np
import pytest

from hdr_bench.estimators import (
    Cropper,
)


def test_the_middle_is_cut_out():
    images = np.arange(2 * 28 * 28, dtype=np.float32).reshape(2, 28, 28)
    cut = Cropper((20, 20)).fit_transform(images.reshape(2, -1))
    np.testing.assert_array_equal(cut.reshape(2, 20, 20), images[:, 4:24, 4:24])
    odd = Cropper((3, 2), image_shape=(4, 3)).fit_transform(np.arange(12.0)[None])
    np.testing.assert_array_equal(odd, [[0, 1, 3, 4, 6, 7]])
    small = Cropper((30, 2), image_shape=(4, 3)).fit(np.arange(12.0)[None])
    assert small.transform(np.arange(12.0)[None]).shape == (1, len(small.get_feature_names_out())) == (1, 8)
    with pytest.raises(ValueError, match=r"size: height and width must be integers of at least 1, got \(0, 2\)"):
        Cropper((0, 2)).fit(np.arange(12.0)[None])
