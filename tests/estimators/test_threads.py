"""Networks fitted in several threads at once: seeds hold, and the process stays as it was."""

import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import numpy as np
import pytest
import torch
from joblib import Parallel, delayed

from hdr_bench import load_dataset
from hdr_bench.estimators import CNNClassifier, MLPClassifier
from hdr_bench.estimators.engines import ProcessWide
from hdr_bench.estimators.neural.devices import torch_threads
from hdr_bench.estimators.neural.modules import SeededDropout

NETWORKS = {
    "mlp": lambda seed: MLPClassifier("16N-D0.5-BN", max_epochs=2, weight_init="orthogonal", random_state=seed),
    "held out": lambda seed: MLPClassifier("16N-D0.5", max_epochs=2, early_stopping=True, random_state=seed),
    "cnn": lambda seed: CNNClassifier(
        "4C3-D0.2-MP2-8N", max_epochs=2, augmentation={"rotation": 9, "elastic": 3}, random_state=seed
    ),
}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits-8x8").subsample(200)


def _global_generators():
    return pickle.dumps((torch.get_rng_state().tolist(), np.random.get_state(), random.getstate()))  # noqa: NPY002


@pytest.mark.parametrize("name", NETWORKS)
def test_in_threads_seeds_hold_and_global_generators_stay(name, digits):
    def fit(seed):
        model = NETWORKS[name](seed).fit(digits.train.X, digits.train.y)
        return model.partial_fit(digits.train.X, digits.train.y).predict_proba(digits.test.X)

    torch.manual_seed(5)
    before = _global_generators()
    expected = [fit(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        in_threads = list(pool.map(fit, range(4)))
    by_joblib = Parallel(n_jobs=2, backend="threading")(delayed(fit)(seed) for seed in range(4))
    np.testing.assert_array_equal(in_threads, expected)
    np.testing.assert_array_equal(by_joblib, expected)
    assert not np.array_equal(expected[0], expected[1])
    assert _global_generators() == before


def test_weights_and_dropout_are_those_of_torchs_own_layers():
    from hdr_bench.estimators.neural.notation import build_network, parse_layers

    torch.manual_seed(7)
    theirs = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.Dropout(0.3), torch.nn.Linear(6, 5))
    values = torch.rand(2, 4, 6, 6)
    dropped = theirs[1](values)
    generator = torch.Generator().manual_seed(7)
    ours = build_network(parse_layers("4C3-D0.3-GAP", 5, "linear"), (1, 8, 8), generator)
    convolution, output = ours[0], ours[-1]
    assert torch.equal(convolution.weight, theirs[0].weight)
    assert torch.equal(convolution.bias, theirs[0].bias)
    # torch's own output layer has other inputs than ours; the numbers that follow are the same nevertheless.
    assert output.weight.shape == (5, 4)
    again = torch.Generator().manual_seed(11)
    dropout = SeededDropout(0.3)
    dropout.generator = again
    torch.manual_seed(11)
    assert torch.equal(dropout(values), torch.nn.Dropout(0.3)(values))
    assert not torch.equal(dropout(values), dropped)
    assert torch.equal(dropout.eval()(values), values)


def test_a_setting_of_the_process_lasts_until_the_last_holder_leaves():
    states = []

    @contextmanager
    def setting():
        states.append("made")
        yield len(states)
        states.append("undone")

    shared = ProcessWide(setting)
    entered, left = Barrier(2), Barrier(2)

    def first():
        with shared.hold() as value:
            entered.wait()
        left.wait()
        return value

    def second():
        with shared.hold() as value:
            entered.wait()
            left.wait()
            assert states == ["made"], "the other thread has left"
        return value

    with ThreadPoolExecutor(2) as pool:
        values = [future.result() for future in (pool.submit(first), pool.submit(second))]
    assert values == [1, 1]
    assert states == ["made", "undone"]
    with shared.hold() as value:
        assert value == 3


def test_the_number_of_threads_is_as_before_however_threads_leave():
    before = torch.get_num_threads()
    inside, outside = torch_threads(1), torch_threads(1)
    with ThreadPoolExecutor(1) as pool:
        inside.__enter__()
        pool.submit(outside.__enter__).result()
        inside.__exit__(None, None, None)
        pool.submit(outside.__exit__, None, None, None).result()
    assert torch.get_num_threads() == before
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == before
