import pytest

from hdr_bench import load_dataset
from hdr_bench.experiments.environment import library_versions
from hdr_bench.experiments.suite import DatasetChoice
from hdr_bench.experiments.trial import Trial


@pytest.fixture
def trial():
    """A function that makes a trial, small unless told otherwise."""

    def make(**changes):
        fields = {
            "suite": "own",
            "case": "k-NN, three",
            "estimator": "knn",
            "params": {},
            "steps": (),
            "dataset": DatasetChoice(name="digits-8x8"),
            "fingerprint": load_dataset("digits-8x8").fingerprint,
            "protocol": "holdout",
            "seed": 0,
            "is_deterministic": True,
            "samples": None,
            "is_reduced": False,
            "threads": 1,
            "versions": library_versions(),
        }
        return Trial(**{**fields, **changes})

    return make
