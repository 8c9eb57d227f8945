"""Stream of distorted training images, with the answers of networks to them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skorch.dataset import Dataset

from hdr_bench.estimators.neural.batches import ImageBatches, InputFormat
from hdr_bench.estimators.neural.devices import make_generator, torch_threads, usual_state
from hdr_bench.estimators.neural.filtering import Answered
from hdr_bench.estimators.neural.split import Codes, Rows
from hdr_bench.estimators.pixels import channels_first

_BATCH = 500


class DistortedStream:
    """Training images in random order, distorted again in each pass.

    Parameters
    ----------
    network : NeuralClassifier
        Fitted network whose `augmentation` distorts the images.
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    codes : ndarray of shape (n,)
        Indices of their labels in the network's classes.
    seed : int
        Seed of the order and the distortions.
    passes : int
        Number of times that all images are drawn.

    Attributes
    ----------
    n_drawn : int
        Number of images drawn so far.
    """

    def __init__(self, network: Any, rows: Rows, codes: Codes, seed: int, passes: int) -> None:
        channels, height, width = channels_first(network.image_shape_)
        self._reading = InputFormat(height, width, channels, network.scale_, network.background_)
        self._classes, self._n_jobs = network.classes_, network.n_jobs
        generator = make_generator(seed, "cpu")
        distortion = network._config().distortion
        self._batches = ImageBatches(Dataset(rows, codes), _BATCH, self._reading, generator, distortion)
        self._passes = passes
        self.n_drawn = 0

    def answered(self, networks: Sequence[Any]) -> Iterator[Answered]:
        """Yield batches of distorted images with the classes that networks predict.

        Parameters
        ----------
        networks : sequence of NeuralClassifier
            Fitted, with the same divisor of the pixels.

        Yields
        ------
        batch : Answered
        """
        for _ in range(self._passes):
            batches = iter(self._batches)
            while (batch := self._next(batches, networks)) is not None:
                yield batch

    def _next(self, batches: Iterator[tuple[torch.Tensor, torch.Tensor]], networks: Sequence[Any]) -> Answered | None:
        with usual_state(), torch_threads(self._n_jobs), torch.no_grad():
            images, codes = next(batches, (None, None))
            if images is None or codes is None:
                return None
            answers = [self._answers(network, images) for network in networks]
            rows = (images * self._reading.scale).permute(0, 2, 3, 1).reshape(len(images), -1).numpy()
        self.n_drawn += len(rows)
        return Answered(rows, codes.numpy(), answers)

    def _answers(self, network: Any, images: torch.Tensor) -> NDArray[np.int64]:
        net = network.net_
        outputs = net.module_.eval()(images.to(net.device))
        # A later network may have learned from images of some classes only.
        known = np.searchsorted(self._classes, network.classes_)
        answers: NDArray[np.int64] = known[outputs.argmax(dim=1).cpu().numpy()]
        return answers
