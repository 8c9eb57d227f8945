"""How a network is trained: the skorch net, its batches and its callbacks."""

from collections.abc import Iterator
from typing import Any

import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, PassthroughScoring

from hdr_bench.estimators.augmentation import Distortion


class TensorBatches:
    """Batches taken by index from whole tensors.

    skorch's usual loader fetches samples one by one, which takes longer than a small network's own work.

    Parameters
    ----------
    dataset : skorch.dataset.Dataset
        Holds X, a tensor, and y, a tensor or None.
    batch_size : int
        Images a batch. A last batch of one image joins the one before: batch normalisation needs two.
    generator : torch.Generator or None
        Shuffles the images anew each epoch; None keeps their order.
    distortion : Distortion or None
        What is done to each batch.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        generator: torch.Generator | None = None,
        distortion: Distortion | None = None,
    ) -> None:
        self.X, self.y = dataset.X, dataset.y
        self.batch_size = batch_size
        self.generator = generator
        self.distortion = distortion

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        # Without labels skorch wants a zero for each sample.
        y = torch.zeros(len(self.X)) if self.y is None else self.y
        if self.generator is None:
            yield from zip(torch.split(self.X, self.batch_size), torch.split(y, self.batch_size), strict=True)
            return
        for chosen in split_indices(torch.randperm(len(self.X), generator=self.generator), self.batch_size):
            batch = self.X[chosen]
            yield (self.distortion.apply(batch, self.generator) if self.distortion else batch), y[chosen]


def split_indices(order: torch.Tensor, batch_size: int) -> list[torch.Tensor]:
    """Cut `order` into batches, the last one joined to the one before where it has one index only."""
    batches = list(torch.split(order, batch_size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def n_batches(n_samples: int, batch_size: int) -> int:
    """Return how many batches `split_indices` makes."""
    whole, rest = divmod(n_samples, batch_size)
    return max(whole + (rest > 1), 1)


class TrainAccuracy(Callback):
    """Record the accuracy on the training images of each epoch, measured while it runs, as Keras does."""

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        """Start counting."""
        self.right_, self.seen_ = 0, 0

    def on_batch_end(self, net: Any, batch: Any, training: bool, y_pred: torch.Tensor, **kwargs: Any) -> None:
        """Count."""
        labels = batch[1]
        self.right_ += int((y_pred.argmax(dim=1) == labels).sum())
        self.seen_ += len(labels)

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Record."""
        net.history.record("train_accuracy", self.right_ / self.seen_)


class Net(NeuralNetClassifier):
    """skorch's net with only the callbacks that record what reports need."""

    @property
    def _default_callbacks(self) -> list[tuple[str, Any]]:
        return [
            ("train_loss", PassthroughScoring(name="train_loss", on_train=True)),
            ("train_accuracy", TrainAccuracy()),
        ]
