import numpy as np

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    MassCenterer,
)


def test_centred_images_keep_their_pixels():
    digits = load_dataset("mnist-5k").train.images[::50].astype(np.float32)
    rng = np.random.default_rng(0)
    moved = np.stack([np.roll(image[4:24, 4:24], rng.integers(-1, 2, 2), (0, 1)) for image in digits])
    pasted = np.zeros((len(moved), 36, 40), np.float32)
    for image, picture in zip(moved, pasted, strict=True):
        top, left = rng.integers(0, 17), rng.integers(0, 21)
        picture[top : top + 20, left : left + 20] = image
    centred = MassCenterer((36, 40)).fit_transform(pasted.reshape(len(pasted), -1)).reshape(pasted.shape)
    np.testing.assert_array_equal(np.sort(centred.reshape(len(centred), -1)), np.sort(pasted.reshape(len(pasted), -1)))
    total = centred.sum(axis=(1, 2))
    assert np.abs(centred.sum(axis=2) @ np.arange(36) / total - 17.5).max() <= 0.501
    assert np.abs(centred.sum(axis=1) @ np.arange(40) / total - 19.5).max() <= 0.501
