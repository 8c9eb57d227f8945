"""One epoch of three networks: ours against plain PyTorch, skorch as it comes, and Keras with TensorFlow.

Adam at a constant rate of 0.001, cross-entropy, 60,000 images. Preparing the data (scaling, tensors, loaders) is timed
with the epoch on every side, and so is compiling the model on Keras's. Keras comes with the extra ``peers``.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from digits import raw_digits
from rounds import Bar, Comparison, Seconds, Side, Timed, run, timed


@dataclass(frozen=True)
class Network:
    """A network's layers, the size of its batches, what is asked of skorch's time divided by ours, and rounds."""

    layers: str
    batch_size: int
    skorch_at_least: float
    rounds: int = 9


NETWORKS = {
    "mlp-32": Network("397N-397N", 32, 1.6, rounds=15),
    "mlp-500": Network("512N-64N-32N-16N", 500, 1.2),
    "cnn-64": Network("32C3-MP2-64C3-MP2-64C3-64N", 64, 1.2),
}


def ours(name: str) -> Timed:
    """Train with MLPClassifier or CNNClassifier."""
    from hdr_bench.estimators import CNNClassifier, MLPClassifier

    network = NETWORKS[name]
    X, y, _, _ = raw_digits()
    kind = CNNClassifier if name.startswith("cnn") else MLPClassifier
    model = kind(
        network.layers,
        batch_size=network.batch_size,
        lr=0.001,
        schedule="constant",
        label_smoothing=0.0,
        max_epochs=1,
        random_state=0,
    )
    return _fit_step(lambda: model.fit(X, y))


def plain(name: str) -> Timed:
    """Train with a loop over tensors, with all that makes ours fast.

    Channels-last, maxima before activations, a fused optimizer, batches by index, freed memory kept.
    """
    import torch
    from torch.nn import functional

    from hdr_bench.estimators.allocation import keep_freed_memory
    from hdr_bench.estimators.neural.notation import build_network, parse_layers

    network = NETWORKS[name]
    X, y, _, _ = raw_digits()

    def fit() -> None:
        with keep_freed_memory():
            images = torch.from_numpy(X.astype(np.float32) / 255).view(-1, 1, 28, 28)
            labels = torch.from_numpy(y.astype(np.int64))
            module = build_network(parse_layers(network.layers, 10), (1, 28, 28)).to(memory_format=torch.channels_last)
            optimizer = torch.optim.Adam(module.parameters(), lr=0.001, fused=True)
            module.train()
            for chosen in torch.randperm(len(images)).split(network.batch_size):
                optimizer.zero_grad(set_to_none=True)
                functional.cross_entropy(module(images[chosen]), labels[chosen]).backward()
                optimizer.step()

    return _fit_step(fit)


def skorch(name: str) -> Timed:
    """Train with skorch's NeuralNetClassifier as it comes, but on all images, shuffled, with the same loss and Adam."""
    import torch
    from skorch import NeuralNetClassifier

    network = NETWORKS[name]
    X, y, _, _ = raw_digits()

    def fit() -> None:
        net = NeuralNetClassifier(
            _module(network.layers),
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=0.001,
            batch_size=network.batch_size,
            max_epochs=1,
            train_split=None,
            iterator_train__shuffle=True,
            verbose=0,
        )
        net.fit((X.astype(np.float32) / 255).reshape(-1, 1, 28, 28), y.astype(np.int64))

    return _fit_step(fit)


def keras(name: str) -> Timed:
    """Train with Keras on TensorFlow."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    import keras
    import tensorflow

    threads = int(os.environ["OMP_NUM_THREADS"])
    tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
    network = NETWORKS[name]
    X, y, _, _ = raw_digits()

    def fit() -> None:
        model = keras.Sequential([keras.Input((28, 28, 1)), *_keras_layers(network.layers, keras.layers)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=keras.optimizers.Adam(0.001), loss=loss, metrics=["accuracy"])
        images = (X.astype(np.float32) / 255).reshape(-1, 28, 28, 1)
        model.fit(images, y, batch_size=network.batch_size, epochs=1, verbose=0)

    return _fit_step(fit)


def _fit_step(fit: Callable[[], Any]) -> Timed:
    def step() -> Seconds:
        return {"fit": timed(fit)[0]}

    return step


def _module(layers: str) -> Any:
    """Return the network as its authors wrote it: each activation before the pooling, unlike our own."""
    from torch import nn

    from hdr_bench.estimators.neural.notation import parse_layers

    modules, shape = [], (1, 28, 28)
    for layer in parse_layers(layers, 10):
        modules.append(layer.module(shape))
        shape = layer.output_shape(shape)
    return nn.Sequential(*modules)


def _keras_layers(layers: str, kinds: Any) -> list[Any]:
    made = []
    for token in [*layers.split("-"), "10N"]:
        if "C" in token:
            filters, kernel = token.split("C")
            made.append(kinds.Conv2D(int(filters), int(kernel), activation="relu"))
        elif token.startswith("MP"):
            made.append(kinds.MaxPooling2D(int(token[2:])))
        else:
            made.append(kinds.Dense(int(token[:-1]), activation="relu"))
    made[-1] = kinds.Dense(10)
    first_dense = next(place for place, layer in enumerate(made) if isinstance(layer, kinds.Dense))
    return [*made[:first_dense], kinds.Flatten(), *made[first_dense:]]


def comparison(name: str, network: Network) -> Comparison:
    """Return the comparison for one network."""
    kind = "CNN" if name.startswith("cnn") else "MLP"
    return Comparison(
        f"epoch-{name}",
        f"{kind} {network.layers}, batch {network.batch_size}: one epoch of 60,000",
        {
            "hdr-bench": Side(partial(ours, name)),
            "plain PyTorch": Side(partial(plain, name)),
            "skorch": Side(partial(skorch, name)),
            "Keras, TensorFlow": Side(partial(keras, name), needs="keras"),
        },
        (
            Bar("fit", "hdr-bench", "plain PyTorch", at_most=1.10),
            Bar("fit", "hdr-bench", "skorch", at_least=network.skorch_at_least),
            Bar("fit", "hdr-bench", "Keras, TensorFlow", at_least=1.0),
        ),
        rounds=network.rounds,
    )


COMPARISONS = tuple(comparison(name, network) for name, network in NETWORKS.items())

if __name__ == "__main__":
    run(COMPARISONS)
