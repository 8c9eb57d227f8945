"""The suite `mnist`: nine methods with default parameters; its committed results hold what is promised."""

import json
from pathlib import Path

import pandas as pd
import pytest

from hdr_bench.experiments.planning.suite_file import load_suite

RESULTS = Path(__file__).parents[1] / "reports" / "mnist" / "results.json"
LARGEST_ERROR = {
    "CNN": 0.0055,
    "MLP": 0.016,
    "SVM": 0.015,
    "SVM, deskewed": 0.0115,
    "k-NN": 0.030,
    "k-NN, deskewed": 0.016,
    "Polynomial": 0.027,
    "Logistic regression": 0.077,
    "Decision tree": 0.115,
}


def test_the_suite_sets_no_parameter():
    suite = load_suite("mnist")
    assert {case.name for case in suite.cases} == set(LARGEST_ERROR)
    assert all(case.params == {} for case in suite.cases)


@pytest.mark.parametrize("case", LARGEST_ERROR)
def test_the_committed_results_hold_the_promised_errors(case):
    results = json.loads(RESULTS.read_text())
    errors = pd.Series([1 - row["scores"]["accuracy"] for row in results if row["trial"]["case"] == case])
    assert len(errors) == (3 if case in {"CNN", "MLP", "Decision tree"} else 1)
    assert errors.mean() <= LARGEST_ERROR[case]
