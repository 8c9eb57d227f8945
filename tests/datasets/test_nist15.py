import numpy as np
import pytest

from hdr_bench.datasets import load_dataset
from hdr_bench.datasets.fitting import fit_images
from hdr_bench.datasets.home import prepared_home
from hdr_bench.datasets.idx import write_idx
from hdr_bench.datasets.polarity import PolarityCounts, count_polarities
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


@pytest.mark.nist15
def test_the_cut_is_the_sources(real_data_home):
    characters = load_dataset("nist15")
    assert (len(characters.train), len(characters.test)) == (62096, 10959)
    assert characters.image_shape == (64, 64)
    assert "".join(characters.class_names) == "0123456789ABCDE"
    assert set(np.unique(characters.test.y)) == set(range(15))
    assert count_polarities(characters.train.images) == PolarityCounts(light_on_dark=0, dark_on_light=62096)
    assert count_polarities(characters.test.images) == PolarityCounts(light_on_dark=0, dark_on_light=10959)
    assert characters.warnings == ()


@pytest.mark.full_mnist
@pytest.mark.nist15
def test_many_of_its_digits_are_among_mnists_training_images(real_data_home):
    characters, mnist = load_dataset("nist15"), load_dataset("mnist")
    assert "trained on MNIST is too low here" in characters.notes[-1]
    # Of 1 all are near to others.
    chosen = np.flatnonzero((characters.test.labels < 10) & (characters.test.labels != 1))[::60]
    own = fit_images(characters.test.images[chosen], "mnist").images
    others = mnist.test.images[mnist.test.labels != 1][: len(own)]
    near = _nearest(own, mnist.train.images)
    assert np.mean(near < _nearest(others, mnist.train.images).min()) > 0.25


def _nearest(images, among):
    rows, columns = (part.reshape(len(part), -1).astype(np.float32) for part in (images, among))
    squares = (rows**2).sum(axis=1)[:, None] + (columns**2).sum(axis=1) - 2 * rows @ columns.T
    return np.sqrt(squares.min(axis=1).clip(0))


def test_who_does_not_have_it_is_told_how_to_get_it(data_home):
    with pytest.raises(DatasetNotFoundError, match=r"NIST Special Database 19.*data add nist15.*openml:EMNIST"):
        load_dataset("nist15")


def test_something_else_is_refused(data_home):
    (data_home / "nist15").mkdir()
    write_idx(data_home / "nist15" / "nist15-images-idx3-ubyte", np.zeros((4, 64, 64), np.uint8))
    write_idx(data_home / "nist15" / "nist15-labels-idx1-ubyte", np.zeros(4, np.uint8))
    with pytest.raises(DatasetError, match="nist15-images-idx3-ubyte: the checksum differs"):
        load_dataset("nist15")
    assert not prepared_home().exists()
