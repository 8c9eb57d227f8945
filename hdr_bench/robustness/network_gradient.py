"""Gradient of a network's loss in the raw pixels, by torch's automatic differentiation."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hdr_bench.estimators.neural.adversary import input_gradient
from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.neural.devices import deterministic_algorithms, torch_threads, usual_state
from hdr_bench.estimators.pixels import Floats
from hdr_bench.robustness.losses import Codes


def network_gradient(model: NeuralClassifier, rows: NDArray[Any], codes: Codes) -> tuple[Floats, Floats]:
    """Return a network's losses and their gradient in the pixels; the network is not modified.

    Parameters
    ----------
    model : NeuralClassifier
        Fitted.
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    codes : ndarray of shape (n,)
        Indices of the labels in the classes.

    Returns
    -------
    losses : ndarray of shape (n,)
        Log-odds against each image's class.
    gradient : ndarray of shape (n, n_features)
        Gradient, float32.
    """
    net = model.net_
    network, reading = net.module_, net.iterator_valid__reading
    was_training = network.training
    network.eval()
    try:
        with usual_state(), torch_threads(model.n_jobs), deterministic_algorithms(str(net.device)):
            images = reading.tensor(rows).to(net.device)
            places = torch.from_numpy(np.array(codes, np.int64)).to(net.device)
            _, losses, gradient = input_gradient(network, images, places)
            # A row has the channels of each pixel side by side.
            slopes = gradient.permute(0, 2, 3, 1).reshape(len(rows), -1) / reading.scale
            return losses.cpu().numpy(), slopes.cpu().numpy()
    finally:
        network.train(was_training)
