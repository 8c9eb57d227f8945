import shutil

import pytest

from hdr_bench import run_suite
from hdr_bench.experiments.suite_file import parse_suite

SUITE = {
    "title": "Own <methods> & more",
    "dataset": "digits-8x8",
    "claims": ["A claim with <markup> and 5 % of it."],
    "protocol": {"repeats": 2},
    "case": [
        {"name": "k-NN | <b>bold</b>", "estimator": "knn"},
        {"name": "Tree_50%", "estimator": "tree"},
        {"name": "Least squares", "estimator": "linear", "params": {"loss": "squared_error"}},
        {"name": "Bad", "estimator": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": -1}},
    ],
}


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    suite = parse_suite(SUITE, "own", "own.toml")
    return run_suite(suite, out=tmp_path_factory.mktemp("runs") / "own", threads=1)


@pytest.fixture
def run(finished_run, tmp_path):
    """A folder of one's own with a run in it: four methods, one of which failed, two seeds."""
    return shutil.copytree(finished_run, tmp_path / "run")
