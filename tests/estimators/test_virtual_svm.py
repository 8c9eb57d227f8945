import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.estimators import SVMClassifier, VirtualSVMClassifier


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def test_it_learns_from_support_vectors_moved_by_a_pixel(digits):
    plain = SVMClassifier("poly", degree=4, gamma=0.02, coef0=1.0).fit(digits.train.X, digits.train.y)
    virtual = VirtualSVMClassifier("poly", degree=4, gamma=0.02, coef0=1.0).fit(digits.train.X, digits.train.y)
    assert virtual.n_virtual_ == 5 * len(plain.svc_.support_)
    assert virtual.score(digits.test.X, digits.test.y) > plain.score(digits.test.X, digits.test.y) + 0.01
    vectors = {image.tobytes() for image in np.asarray(virtual.svc_.support_vectors_, np.float32)}
    images = np.pad(digits.train.images, ((0, 0), (1, 1), (1, 1))) / np.float32(255)
    directions = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
    moved = [images[:, 1 + down : 29 + down, 1 + right : 29 + right] for down, right in directions]
    allowed = {image.astype(np.float32).tobytes() for part in moved for image in part}
    assert vectors <= allowed


def test_copies_that_are_not_moved_change_nothing(digits):
    plain = SVMClassifier().fit(digits.train.X, digits.train.y)
    still = VirtualSVMClassifier(distance=0, gamma=plain.svc_.gamma).fit(digits.train.X, digits.train.y)
    assert (still.predict(digits.test.X) == plain.predict(digits.test.X)).mean() > 0.99


def test_what_is_not_possible_is_refused(digits):
    with pytest.raises(ValueError, match="distance must be a finite number of at least 0, got -1"):
        VirtualSVMClassifier(distance=-1).fit(digits.train.X, digits.train.y)
    with pytest.raises(ValueError, match="has channels; give"):
        VirtualSVMClassifier(image_shape=(14, 28, 2)).fit(digits.train.X, digits.train.y)
