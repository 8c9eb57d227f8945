"""Values of a fitted network's hidden layers, besides its outputs."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def hidden_outputs(model: Any, X: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the values of the last hidden layer, and the outputs computed from them.

    Parameters
    ----------
    model : NeuralClassifier
        Fitted network whose layers end with the output layer.
    X : array-like of shape (n, n_features)
        Raw pixels.

    Returns
    -------
    hidden : ndarray of shape (n, n_units), float32
    outputs : ndarray of shape (n, n_classes), float32
        Before the softmax.

    Raises
    ------
    ValueError
        If `X` is invalid, or the network does not end with its output layer.
    """
    import torch
    from sklearn.utils.validation import check_is_fitted, validate_data
    from torch import nn

    from hdr_bench.estimators.neural.devices import torch_threads, usual_state

    check_is_fitted(model)
    rows = validate_data(model, X, reset=False)
    net = model.net_
    network, output_layer = net.module_[:-1].eval(), net.module_[-1].eval()
    if not isinstance(output_layer, nn.Linear):
        raise ValueError(f"the network ends with {output_layer}; its output layer must come last")
    hidden, outputs = [], []
    with usual_state(), torch_threads(model.n_jobs), torch.no_grad():
        for images, _ in net.get_iterator(net.get_dataset(rows)):
            values = network(images.to(net.device))
            hidden.append(values.cpu().numpy())
            outputs.append(output_layer(values).cpu().numpy())
    return np.concatenate(hidden), np.concatenate(outputs)


def layer_outputs(model: Any, rows: NDArray[Any], place: int) -> NDArray[np.float32]:
    """Return the values of a layer.

    Parameters
    ----------
    model : NeuralClassifier
        Fitted network.
    rows : ndarray of shape (n, n_features)
        Raw pixels.
    place : int
        Position of the layer in the network's `layer_table_`, from 0.

    Returns
    -------
    values : ndarray of shape (n, n_values), float32
        Ordered by channel, row and column.
    """
    import torch

    from hdr_bench.estimators.neural.devices import torch_threads, usual_state
    from hdr_bench.estimators.neural.notation import execution_order

    net = model.net_
    # The network computes some layers in another order than its table has, with the same result after both.
    by_place = dict(zip(execution_order(model._parsed_layers()), net.module_.eval(), strict=True))
    layers = [by_place[number] for number in range(place + 1)]
    parts = []
    with usual_state(), torch_threads(model.n_jobs), torch.no_grad():
        for images, _ in net.get_iterator(net.get_dataset(rows)):
            values = images.to(net.device)
            for layer in layers:
                values = layer(values)
            parts.append(values.flatten(1).cpu().numpy())
    return np.concatenate(parts)
