"""How the embedded model is trained: its network, what it learns from, and how its eleventh output is removed.

The network learns ten digits and, as an eleventh class, marks that are not digits (outlier exposure: Hendrycks, Mazeika
and Dietterich, 2019, "Deep anomaly detection with outlier exposure"). The model that is shipped has ten classes, as
others have; the weights of the eleventh output are stored beside it, and decide what is rejected.

All was chosen on 10,000 training images held out, on the same digits redrawn with other pens, and on marks made for it;
MNIST's test images had no part in the choice.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.embedded.pens import redraw_all
from benchmarks.pictures.not_digits import training_marks
from hdr_bench.estimators import CNNClassifier

PARAMETERS: dict[str, Any] = {
    "layers": (
        "20C5-linear-MP2-BN-relu-32C3p1-linear-BN-relu-48C3-linear-MP2-BN-relu-96C3p1-linear-BN-relu-128C3-linear-BN-relu"
        "-GAP-D0.3"
    ),
    "label_smoothing": 0.0,
    "batch_size": 256,
    "max_epochs": 6,
    "augmentation": {"rotation": 10, "shear": 12, "shift": 0.04, "zoom": 0.1, "elastic": 14},
    "pixel_scale": 255,
    "device": "cpu",
    "n_jobs": 1,
}
"""One thread, and no GPU: the sums of several threads differ with their number."""
SEED = 0
"""Of the model that is shipped, fixed before any was trained."""
NO_DIGIT = 10
_SEED_OF_PENS, _SEED_OF_MARKS = 1, 3000


@dataclass(frozen=True)
class Material:
    """What is learned from.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), uint8
        MNIST's training images, or a part of them.
    redrawn : ndarray of shape (n, 28, 28), uint8
        Each of them drawn with another pen.
    labels : ndarray of shape (n,)
    marks : ndarray of shape (m, 28, 28), uint8
        No digits.
    """

    images: NDArray[np.uint8]
    redrawn: NDArray[np.uint8]
    labels: NDArray[np.int64]
    marks: NDArray[np.uint8]

    def take(self, chosen: NDArray[np.integer]) -> "Material":
        """Return the digits of some places, and all marks.

        Parameters
        ----------
        chosen : ndarray of shape (k,)

        Returns
        -------
        material : Material
        """
        return Material(self.images[chosen], self.redrawn[chosen], self.labels[chosen], self.marks)


@dataclass(frozen=True)
class Reader:
    """A fitted network of ten classes, and what refuses marks.

    Attributes
    ----------
    model : CNNClassifier
    weights : tuple of float
        Of the output for what is no digit: one per unit of the last hidden layer, then the constant.
    """

    model: CNNClassifier
    weights: tuple[float, ...]


def make_material(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Material:
    """Make redrawn digits and marks for training images.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,)

    Returns
    -------
    material : Material
    """
    redrawn = redraw_all(images, labels, _SEED_OF_PENS)
    return Material(images, redrawn, labels, training_marks(images, _SEED_OF_MARKS))


def train(material: Material, seed: int, **changes: Any) -> Reader:
    """Train a network, and take its eleventh output off.

    Parameters
    ----------
    material : Material
    seed : int
    **changes : object
        Parameters other than `PARAMETERS`.

    Returns
    -------
    reader : Reader
    """
    model = CNNClassifier(**PARAMETERS | changes, random_state=seed)
    X = np.concatenate([material.images, material.redrawn, material.marks]).reshape(-1, 28 * 28)
    y = np.concatenate([material.labels, material.labels, np.full(len(material.marks), NO_DIGIT)])
    return take_off(model.fit(X, y))


def train_on_digits(material: Material, seed: int, **changes: Any) -> Reader:
    """Train a network on the digits alone, for comparison.

    Parameters
    ----------
    material : Material
    seed : int
    **changes : object
        Parameters other than `PARAMETERS`.

    Returns
    -------
    reader : Reader
        Without weights.
    """
    model = CNNClassifier(**PARAMETERS | changes, random_state=seed)
    X = np.concatenate([material.images, material.redrawn]).reshape(-1, 28 * 28)
    return Reader(model.fit(X, np.tile(material.labels, 2)), ())


def take_off(model: CNNClassifier) -> Reader:
    """Turn a network that knows what is no digit into one of the ten digits, and the weights of that output.

    Parameters
    ----------
    model : CNNClassifier
        Of the classes 0 to 10; it is changed.

    Returns
    -------
    reader : Reader
    """
    network = model.net_.module_
    full = network[-1]
    digits = nn.Linear(full.in_features, NO_DIGIT)
    with torch.no_grad():
        digits.weight.copy_(full.weight[:NO_DIGIT])
        digits.bias.copy_(full.bias[:NO_DIGIT])
        weights = (*full.weight[NO_DIGIT].tolist(), full.bias[NO_DIGIT].item())
    network[-1] = digits.eval()
    model.net_.classes = np.arange(NO_DIGIT)
    model.classes_ = model.classes_[:NO_DIGIT]
    return Reader(model, weights)
