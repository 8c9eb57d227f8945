import numpy as np
import pytest
import torch
from sklearn.model_selection import GridSearchCV
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
    search = GridSearchCV(_mlp(callbacks=[_RecordThreads()]), {"lr": [0.01, 0.001]}, cv=2, n_jobs=2, refit=False)
    search.fit(digits.train.X[::2], digits.train.y[::2])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


class _RecordThreads(Callback):
    """In a worker process of joblib's, the cores are shared out."""

    def on_epoch_begin(self, net, **kwargs):
        import os

        assert torch.get_num_threads() <= max(1, (os.cpu_count() or 1) // 2)


def test_where_it_computes(digits):
    model = _mlp(max_epochs=1, device="auto").fit(digits.train.X, digits.train.y)
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert str(next(model.net_.module_.parameters()).device).startswith(expected)
    assert model.engine_ == ("torch" if expected == "cpu" else "torch (cuda)")
