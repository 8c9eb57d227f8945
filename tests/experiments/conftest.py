import pytest

from hdr_bench import load_dataset
from hdr_bench.experiments.attempts import say_nothing
from hdr_bench.experiments.dataset_choice import DatasetChoice
from hdr_bench.experiments.environment import read_environment
from hdr_bench.experiments.place import Place
from hdr_bench.experiments.trial import Trial
from hdr_bench.experiments.work import Work
from hdr_bench.experiments.worker import run_in_child, start_fork_server


@pytest.fixture
def trial():
    """A function that makes a trial, small unless told otherwise."""

    def make(**changes):
        fields = {
            "suite": "own",
            "case": "k-NN, three",
            "estimator": "knn",
            "params": {},
            "dataset": DatasetChoice(name="digits-8x8"),
            "fingerprint": load_dataset("digits-8x8").fingerprint,
            "protocol": "holdout",
            "seed": 0,
            "is_deterministic": True,
            "threads": 1,
            "versions": {},
        }
        return Trial(**{**fields, **changes})

    return make


@pytest.fixture
def run_trial():
    """A function that runs a trial in a child, and gives its result and predictions."""
    start_fork_server()
    machine = read_environment()

    def run(trial, on_stage=say_nothing):
        return run_in_child(Work(trial), Place.here(), machine, on_stage)

    return run


@pytest.fixture
def behaving(trial, monkeypatch, request):
    """A function that makes a trial of `methods.Behaves`."""
    monkeypatch.syspath_prepend(str(request.path.parent))

    def make(how, limits=None, **params):
        return trial(case=how, estimator="methods.Behaves", params={"how": how, **params}, **(limits or {}))

    return make
