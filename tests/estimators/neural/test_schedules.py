import numpy as np
import pytest
from skorch.callbacks import Callback

from hdr_bench import load_dataset
from hdr_bench.estimators import MLPClassifier


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def _mlp(**params):
    return MLPClassifier(**{"layers": "32N", "max_epochs": 6, "random_state": 0, "label_smoothing": 0.0, **params})


def _epoch_rates(digits, **params):
    epochs = []

    class Rates(Callback):
        def on_batch_begin(self, net, **kwargs):
            epochs.append(net.optimizer_.param_groups[0]["lr"])

    _mlp(lr=0.01, batch_size=250, callbacks=[Rates()], **params).fit(digits.train.X, digits.train.y)
    return np.array(epochs)


def test_schedules_take_the_rate_where_they_should(digits):
    assert (_epoch_rates(digits, schedule="constant") == 0.01).all()
    np.testing.assert_allclose(_epoch_rates(digits, schedule="step"), np.repeat([1e-2, 1e-3, 1e-4], 8), rtol=1e-6)
    halved = _epoch_rates(digits, schedule="step", schedule_params={"step_size": 3, "gamma": 0.5})
    np.testing.assert_allclose(halved, np.repeat([0.01, 0.005], 12), rtol=1e-6)
    cosine = _epoch_rates(digits, schedule="cosine")
    np.testing.assert_allclose(cosine, 0.005 * (1 + np.cos(np.pi * np.arange(24) / 24)), rtol=1e-6)
    cycle = _epoch_rates(digits, schedule="one-cycle")
    assert cycle.max() == pytest.approx(0.01, rel=0.02)
    assert 5 <= cycle.argmax() <= 9
    assert cycle[-1] < 1e-4 < cycle[0] < 1e-3
