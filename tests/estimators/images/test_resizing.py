import numpy as np
import pytest
from PIL import Image

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    Resizer,
)


@pytest.mark.parametrize("size", [(14, 14), (32, 32), (20, 7), (28, 28), (1, 50)])
def test_resizing_is_pillows(size):
    images = load_dataset("mnist-5k").train.images[:700:100].astype(np.float32)
    resized = Resizer(size).fit_transform(images.reshape(len(images), -1)).reshape(-1, *size)
    for image, changed in zip(images, resized, strict=True):
        expected = Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)
        np.testing.assert_allclose(changed, np.asarray(expected), atol=2e-3)


def test_sizes_that_are_none():
    with pytest.raises(ValueError, match=r"size: height and width must be integers of at least 1, got \(0, 5\)"):
        Resizer((0, 5)).fit(np.zeros((2, 16)))
