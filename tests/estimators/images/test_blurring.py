import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    GaussianBlur,
)


def test_blurring_is_scipys_image_by_image():
    images = load_dataset("mnist-5k").train.images[:700:100].astype(np.float64)
    blurred = GaussianBlur(1.5).fit_transform(images.reshape(len(images), -1)).reshape(images.shape)
    for image, changed in zip(images, blurred, strict=True):
        np.testing.assert_allclose(changed, gaussian_filter(image, 1.5, mode="constant"))
    np.testing.assert_array_equal(GaussianBlur(0.0).fit_transform(images.reshape(7, -1)), images.reshape(7, -1))
    with pytest.raises(ValueError, match="sigma must be a finite number of at least 0, got -1"):
        GaussianBlur(-1).fit(images.reshape(7, -1))
