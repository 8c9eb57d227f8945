"""Automatic checks, each on a run that it finds something in, and on one that it does not."""

from types import SimpleNamespace

import pandas as pd
import pytest

from hdr_bench.reporting.comparisons.checks import _at_the_edge, detectable_difference, run_checks
from hdr_bench.reporting.comparisons.pairs import Pair, compare_methods
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.tests import Difference
from hdr_bench.reporting.tables.checks import checks_table
from tests.helpers.written_runs import Method, make_up

EPOCHS = ({"train_accuracy": 0.5}, {"train_accuracy": 1.0})


@pytest.fixture(scope="module")
def checks(tmp_path_factory):
    methods = [
        Method("neighbors", n_wrong=20),
        Method("sound", {"history": ({"train_accuracy": 0.99},)}, n_wrong=20),
        Method("by heart", {"history": EPOCHS}, n_wrong=100),
        Method("stopped", {"warnings": ("ConvergenceWarning: lbfgs failed to converge",)}, n_wrong=300),
    ]
    contents = RunContents(make_up(tmp_path_factory.mktemp("checks") / "run", methods, n_test=1000))
    return run_checks(contents, compare_methods(contents))


def _found(checks, words):
    return [check.label for check in checks if words in check.finding]


def test_a_training_accuracy_far_above_the_test_accuracy_is_found(checks):
    assert _found(checks, "on training images") == ["by heart"]
    (check,) = (check for check in checks if "on training images" in check.finding)
    assert check.finding == "accuracy of 100.0 % on training images, while it trained; 90.0 % on test images"


def test_a_fit_that_did_not_converge_is_found(checks):
    assert _found(checks, "converged") == ["stopped"]


def test_what_is_worse_than_nearest_neighbors_is_found(checks):
    # All methods of a made-up run are nearest neighbours by their records: the first one is compared with.
    assert _found(checks, "worse than neighbors") == ["by heart", "stopped"]


def test_each_finding_has_advice_and_a_row(checks):
    table = checks_table(checks)
    assert len(table.rows) == len(checks)
    assert all(advice.endswith(".") for _, _, advice in table.rows)
    assert checks_table(()) is None


@pytest.mark.parametrize(
    ("grid", "chosen", "words"),
    [
        ({"C": [0.1, 1, 10]}, {"C": 10}, "the largest value"),
        ({"C": [0.1, 1, 10]}, {"C": 0.1}, "the smallest value"),
        ({"C": [0.1, 1, 10]}, {"C": 1}, None),
        ({"C": [1, 10]}, {"C": 10}, None),
        ({"C": ["rbf", "poly", "linear"]}, {"C": "rbf"}, None),
        ({"C": [True, False, None]}, {"C": True}, None),
        # Of several grids, the one that the chosen candidate is from.
        ([{"C": [1, 2, 3], "k": ["a"]}, {"C": [3, 4, 5], "k": ["b"]}], {"C": 3, "k": "a"}, "C = 3, the largest value"),
        ([{"C": [1, 2, 3], "k": ["a"]}, {"C": [3, 4, 5], "k": ["b"]}], {"C": 3, "k": "b"}, "C = 3, the smallest value"),
        ([{"C": [1, 2, 3], "k": ["a"]}, {"C": [3, 4, 5]}], {"C": 4}, None),
        # It is in two, and neither smaller nor larger values are missing.
        ([{"C": [1, 2, 3]}, {"C": [3, 4, 5]}], {"C": 3}, None),
    ],
)
def test_a_search_that_ended_at_the_edge_of_its_grid(grid, chosen, words):
    trial = SimpleNamespace(is_from_file=False, search=SimpleNamespace(grid=grid))
    record = SimpleNamespace(trial=trial, searched=SimpleNamespace(chosen=chosen))
    results = pd.DataFrame([{"label": "SVM", "key": "k", "status": "ok"}])
    found = list(_at_the_edge(SimpleNamespace(results=results, records={"k": record})))
    assert [check.label for check in found] == ([] if words is None else ["SVM"])
    assert all(words in check.finding for check in found)


def test_the_detectable_difference_grows_with_the_interval():
    def pair(reach):
        difference = Difference(0.01, 0.01 - reach, 0.01 + reach, 0, 0, 0.3, "t")
        return Pair("a", "b", difference, 0.3, 0.003, is_one_seed=False, is_stochastic=True)

    assert detectable_difference(pair(0.0196)) == pytest.approx(0.028)
    assert detectable_difference(pair(0.04)) > detectable_difference(pair(0.02))


def test_what_is_no_better_than_one_answer_is_found(tmp_path):
    methods = [Method("sound", n_wrong=20), Method("blind", n_wrong=905)]
    contents = RunContents(make_up(tmp_path / "run", methods, n_test=1000))
    assert _found(run_checks(contents, compare_methods(contents)), "always answering") == ["blind"]


def test_a_best_method_that_is_one_of_several_settings_is_found(tmp_path):
    def found(n_settings):
        methods = [
            Method(f"k = {k}", trial={"params": {"n_neighbors": k}}, n_wrong=20 + 30 * k)
            for k in range(1, n_settings + 1)
        ]
        contents = RunContents(make_up(tmp_path / f"{n_settings}", methods, n_test=1000))
        return _found(run_checks(contents, compare_methods(contents)), "settings of knn")

    assert found(3) == ["k = 1"]
    assert found(2) == []
