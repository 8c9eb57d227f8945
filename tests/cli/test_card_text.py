from types import SimpleNamespace

import pytest

from hdr_bench.cli.card_text import _reading
from hdr_bench.models.card import CardStep, ReadingNumbers


@pytest.mark.parametrize(
    ("chosen_on", "text"),
    [
        ("666 of 4,000 training images", "666 of 4,000 training images"),
        ("MNIST's last images", "MNIST's last images (666 images)"),
    ],
)
def test_the_number_of_images_that_a_reader_was_chosen_on_stands_once(chosen_on, text):
    card = SimpleNamespace(reading=ReadingNumbers(chosen_on=chosen_on, n_images=666))
    assert dict(_reading(card))["Chosen on"] == text


def test_a_method_reads_as_text():
    assert str(CardStep(name="knn", parameters={"n_neighbors": 5, "engine": "faiss"})) == (
        "knn (n_neighbors=5, engine='faiss')"
    )
    assert str(CardStep(name="knn")) == "knn (with its default parameters)"
