"""What new versions learn from, and what judges them."""

import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.exceptions import ServerError
from hdr_bench.models import CardData
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.models.model_file import load_card
from hdr_bench.web.retraining.collected import Collected, collect, read_collected, write_collected
from hdr_bench.web.retraining.material import gather, image_set
from tests.helpers.retraining import add_corrections, fit_small, make_server

_NONE = np.zeros((0, 28, 28), np.uint8)


def _collected(images=_NONE, labels=(), marks=_NONE, held=_NONE, held_labels=()):
    numbers = np.arange(len(images))
    return Collected(images, np.array(labels, int), numbers, marks, held, np.array(held_labels, int))


def _images(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)


@pytest.fixture
def data():
    """What a model of all of mnist-5k says of its data."""
    dataset = load_dataset("mnist-5k")
    return CardData(name="mnist-5k", fingerprint=dataset.fingerprint, n_train=len(dataset.train))


@pytest.mark.usefixtures("data_home")
def test_without_mnist_only_corrections_judge(data):
    material, judges = gather(
        data, _collected(_images(3), [1, 2, 3], held=_images(2, 1), held_labels=[4, 5]), own_data_only=True
    )
    assert (len(material.original), material.is_original) == (4_000, True)
    assert (len(judges.deciding), len(judges.reported), len(judges.held_back)) == (0, 0, 2)


@pytest.mark.usefixtures("data_home")
def test_the_embedded_network_gets_mnist_5k_mixed_in():
    card = load_card(EMBEDDED_MODEL)
    material, _ = gather(card.data, _collected(_images(1), [1]), own_data_only=False)
    assert (len(material.original), material.is_original) == (4_000, False)
    with pytest.raises(ServerError, match="not on this machine"):
        gather(card.data, _collected(_images(1), [1]), own_data_only=True)


def test_training_images_do_not_judge(data):
    learned = load_dataset("mnist-5k").train.images[:2]
    _, judges = gather(
        data,
        _collected(_images(1), [1], held=np.concatenate([learned, _images(1), _images(1, 5)]), held_labels=[1] * 4),
        own_data_only=True,
    )
    assert (len(judges.held_back), judges.n_excluded) == (1, 3)


def test_contradictory_corrections_are_not_learned(data):
    images = np.concatenate([_images(1), _images(1), _images(1, 1), _images(1, 1), _images(1, 2)])
    material, _ = gather(data, _collected(images, [1, 2, 3, 3, 4]), own_data_only=True)
    assert material.corrections.labels.tolist() == [3, 3, 4]


@pytest.mark.full_mnist
@pytest.mark.usefixtures("real_data_home")
def test_mnist_test_images_judge_and_are_never_learned(data):
    _, judges = gather(data, _collected(), own_data_only=True)
    assert (len(judges.deciding), len(judges.reported)) == (5_000, 5_000)
    counts = [np.bincount(part.labels) for part in (judges.deciding, judges.reported)]
    assert abs(counts[0] - counts[1]).max() <= 1
    assert not image_set(judges.deciding.images) & image_set(judges.reported.images)
    corrections = _collected(judges.deciding.images[:2], [1, 2], marks=judges.reported.images[:1])
    material, again = gather(data, corrections, own_data_only=True)
    assert len(material.corrections) == len(material.marks) == 0
    assert (again.deciding.images == judges.deciding.images).all()


def test_corrections_of_the_database(tmp_path, once):
    _, database = make_server(tmp_path / "server", once("small-models", fit_small) / "mlp.hdrm")
    add_corrections(database, _images(40), 7)
    add_corrections(database, _images(20, 1), None)
    with database.read() as session:
        collected = collect(session)
    write_collected(collected, tmp_path / "collected.npz")
    again = read_collected(tmp_path / "collected.npz")
    assert all((vars(again)[name] == values).all() for name, values in vars(collected).items())
    assert len(collected.images) + len(collected.held_images) == 40
    assert 0 < len(collected.held_images) < 20
    assert 0 < len(collected.marks) < 20
    assert set(collected.labels.tolist()) == {7}
    assert not image_set(collected.images) & image_set(collected.held_images)
    database.engine.dispose()
