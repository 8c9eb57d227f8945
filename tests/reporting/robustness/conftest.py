import pytest

from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.comparisons.robustness.robustness import compare_robustness
from hdr_bench.reporting.run import RunContents
from tests.helpers.distorted_runs import Robust, make_distorted

ANCHOR = {
    "name": "LeNet of a tutorial",
    "source": "A tutorial",
    "difference": "another network",
    "accuracy": "0.874",
    "case": "CNN",
    "test_set": "FGSM .1",
}
METHODS = [
    Robust("k-NN", 0.04),
    Robust("Tree", 0.12, 1.3, (0, 1, 2)),
    Robust("CNN", 0.02, 1.2, (0, 1), has_gradient=True, params={"a": 1}),
    Robust("Noisy", 0.025, 0.5, (0, 1), ({"corruption": "fog", "severity": 2},), has_gradient=True, params={"a": 1}),
]


@pytest.fixture(scope="session")
def distorted_run(tmp_path_factory):
    """A made-up run of four methods on three corruptions, one of them at three severities, and two attacks."""
    return make_distorted(tmp_path_factory.mktemp("distorted") / "run", METHODS, anchors=[ANCHOR])


@pytest.fixture(scope="session")
def distorted_contents(distorted_run):
    return RunContents(distorted_run)


@pytest.fixture(scope="session")
def robustness(distorted_contents):
    return compare_robustness(distorted_contents, compare_methods(distorted_contents))
