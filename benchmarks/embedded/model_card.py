"""Card of the embedded model."""

from benchmarks.embedded.measures import count_errors, describe_seeds, read_seeds
from benchmarks.embedded.recipe import SEED, Reader
from hdr_bench.datasets import Dataset
from hdr_bench.models import CardData, CardScore, ModelCard, ReadingNumbers, describe_estimator
from hdr_bench.models.estimator_card import read_machine

COMMAND = "make embedded-model"


def write_card(reader: Reader, reading: ReadingNumbers, dataset: Dataset) -> ModelCard:
    """Return the card of the model that is shipped.

    Parameters
    ----------
    reader : Reader
        Trained on all training images.
    reading : ReadingNumbers
        Temperature and threshold; the weights are the reader's own.
    dataset : Dataset
        MNIST, whose test images give the scores.

    Returns
    -------
    card : ModelCard
    """
    n_images = len(dataset.test)
    return describe_estimator(reader.model).model_copy(
        update={
            "data": CardData(name="mnist", fingerprint=dataset.fingerprint, n_train=len(dataset.train), date="1998"),
            "scores": (CardScore.of_counts("mnist", n_images, count_errors(reader, dataset)),),
            "seed": SEED,
            "machine": read_machine(),
            "command": COMMAND,
            "reading": reading.model_copy(update={"weights": reader.weights}),
            "notes": (
                describe_seeds(read_seeds(), n_images),
                "It learned from each training image twice, as it is and drawn with another pen, and from 10,600 marks "
                "that are no digits as an eleventh class, whose output refuses marks (the weights of the reading).",
                "Fitted with one thread. MNIST's test images chose nothing.",
            ),
        }
    )
