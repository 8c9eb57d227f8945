import pytest
import torch
from skorch.callbacks import Callback

from hdr_bench import load_dataset
from hdr_bench.estimators import MLPClassifier


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").subsample(1000)


def _mlp(**params):
    return MLPClassifier(**{"layers": "32N", "max_epochs": 6, "random_state": 0, "label_smoothing": 0.0, **params})


def test_threads_are_those_asked_for_and_then_as_before(digits):
    seen = []

    class Threads(Callback):
        def on_epoch_begin(self, net, **kwargs):
            seen.append(torch.get_num_threads())

    before = torch.get_num_threads()
    for n_jobs in (1, None):
        _mlp(n_jobs=n_jobs, max_epochs=1, callbacks=[Threads()]).fit(digits.train.X, digits.train.y)
    assert seen == [1, before]
    assert torch.get_num_threads() == before


def test_where_it_computes(digits):
    model = _mlp(max_epochs=1, device="auto").fit(digits.train.X, digits.train.y)
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert str(next(model.net_.module_.parameters()).device).startswith(expected)
    assert model.engine_ == ("torch" if expected == "cpu" else "torch (cuda)")
