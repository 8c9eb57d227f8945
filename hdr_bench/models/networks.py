"""Fitted networks in model files: weights are saved as arrays, and parameters rebuild everything else."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.estimators.pixels import channels_first
from hdr_bench.models.state_bounds import MOST_OUTPUTS

# Times differ between equal fits, and individual batches are never needed.
_NOT_SAVED = frozenset({"batches", "dur"})
# Counter that each batch normalization has besides its means and variances.
_COUNTER = "num_batches_tracked"


def describe_net(net: Any) -> dict[str, Any]:
    """Return what is saved of a trained net: its weights and its training history.

    Parameters
    ----------
    net : Net

    Returns
    -------
    description : dict of str to object
    """
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in net.module_.state_dict().items()}
    history = [{key: _plain(value) for key, value in row.items() if key not in _NOT_SAVED} for row in net.history]
    return {"weights": weights, "history": history}


def restore_net(model: Any, description: Any) -> Any:
    """Rebuild the net that a file describes, for an estimator that has its parameters and classes.

    It predicts like the saved one. Further training starts with a new optimizer.

    Parameters
    ----------
    model : NeuralClassifier
    description : dict of str to object
        As returned by `describe_net`; read from a file, so not trusted.

    Returns
    -------
    net : Net

    Raises
    ------
    ValueError
        If the weights do not fit the layers, or a parameter is not valid.
    """
    from hdr_bench.estimators.neural.constraints import check_network
    from hdr_bench.estimators.neural.notation import layer_table

    # Further training uses neither schedule nor ramp, and checks the optimizer's parameters itself.
    config = model._config()
    training = config.adversarial_training
    config = replace(
        config,
        adversarial=None if training is None else replace(training, ramp_epochs=0),
        callbacks=None,
        device="cpu",
        early_stopping=False,
        schedule="constant",
        schedule_params=None,
    )
    check_network(replace(config, optimizer="Adam", optimizer_params=None))
    layers, weights = model._parsed_layers(), description["weights"]
    rows = layer_table(layers, channels_first(model.image_shape_))
    n_expected = sum(row.parameters + row.buffers for row in rows)
    n_held = sum(array.size for name, array in weights.items() if not name.endswith(_COUNTER))
    if n_held != n_expected:
        raise ValueError(f"its network has {n_expected:,} weights, but the file contains {n_held:,}")
    if max(math.prod(row.output_shape) for row in rows) > MOST_OUTPUTS:
        raise ValueError(f"a layer of its network has more than {MOST_OUTPUTS:,} values per image")
    return _build(model, config, layers, weights, description["history"])


def _build(model: Any, config: Any, layers: list[Any], weights: dict[str, NDArray[Any]], history: list[Any]) -> Any:
    import torch
    from skorch.history import History

    from hdr_bench.estimators.neural.batches import InputFormat
    from hdr_bench.estimators.neural.devices import usual_state
    from hdr_bench.estimators.neural.training import TrainingData, build_net

    channels, height, width = channels_first(model.image_shape_)
    reading = InputFormat(height, width, channels, float(model.scale_), tuple(model.background_))
    codes = np.arange(len(model.classes_))
    pixel_range = () if config.adversarial is None else tuple(map(float, model.pixel_range_))
    rows = np.empty((0, channels * height * width))
    data = TrainingData(rows, codes, model.classes_, reading, pixel_range=pixel_range)
    with usual_state():
        net = build_net(replace(config, device=_device(model.device)), layers, data, epochs=1, seed=0)
        net.initialize_for_predictions()
        # torch warns about read-only arrays, such as those read from a file.
        net.module_.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in weights.items()})
    net.history_ = History(dict(row) for row in history)
    return net


def _device(wanted: str) -> str:
    """Return the device that the estimator was given, or the CPU if it is not available here."""
    from hdr_bench.estimators.neural.devices import choose_device

    try:
        return choose_device(wanted)
    except ValueError:
        return "cpu"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
