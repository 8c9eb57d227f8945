"""What a report says of the difference that a study could detect, and of a goal that was missed."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from hdr_bench import run_suite
from hdr_bench.records.study import Study
from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.comparisons.studies import StudyOutcome, compare_study
from hdr_bench.reporting.page.study_sentences import describe_study, study_points
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.omnibus import Omnibus
from hdr_bench.reporting.statistics.tests import student_difference
from hdr_bench.reporting.tables.studies import studies_table
from tests.helpers.suites import parse_suite

ACCURACIES = {"a": 0.95, "b": 0.94, "c": 0.93}


def _outcome(difference, error=0.01, images=0.004, freedom=5.0, is_stochastic=True, **changes):
    """An outcome of made-up levels that are not told apart, each pair with this standard error."""
    levels = [{"label": label, "value": number} for number, label in enumerate(ACCURACIES)]
    study = Study(name="Made up", base={"estimator": "tree"}, factor="params.max_depth", levels=levels, **changes)
    rows = pd.DataFrame(
        {
            "level": list(ACCURACIES),
            "accuracy": list(ACCURACIES.values()),
            "n_test": 1000,
            "n_trials": 2,
            "is_complete": True,
        }
    )
    differences = {
        names: student_difference(ACCURACIES[names[0]] - ACCURACIES[names[1]], error, freedom, "t-test")
        for names in combinations(ACCURACIES, 2)
    }
    pairs = tuple(
        Pair(*names, found, found.p_value, 0.001, is_one_seed=False, is_stochastic=is_stochastic)
        for names, found in differences.items()
    )
    known = dict.fromkeys(differences, difference)
    return StudyOutcome(study, rows, rows.assign(is_reduced=False), pairs, None, known, images_detectable=images)


def test_a_difference_is_stated_as_about_80_percent():
    assert study_points(_outcome(0.012))[-1] == (
        "Between a and b, the corrected test would have detected a difference of 1.2 points or more with a probability "
        "of about 80 %."
    )


def test_nothing_is_stated_where_nothing_varies():
    outcome = _outcome(math.nan)
    assert study_points(outcome) == ()
    assert describe_study(outcome).startswith("No difference between the levels was seen. The highest, a, has")
    assert _cells(outcome)["Detectable"] == "–"


def test_too_few_seeds_state_no_impossible_number():
    outcome = _outcome(math.inf, error=0.2, freedom=1.0)
    assert study_points(outcome) == (
        "Between a and b, too few seeds to state a difference that the test would have detected.",
    )
    assert describe_study(outcome) == (
        "No difference between the levels was seen: two seeds and 1,000 held-out images are too few to state how large "
        "a difference could have been missed. The highest, a, has 95.0 % of 1,000 held-out images."
    )
    assert _cells(outcome)["Detectable"] == _cells(outcome)["95 % interval"] == "–"
    assert "too few images" in study_points(_outcome(math.inf, is_stochastic=False))[-1]


def test_an_interval_over_half_of_what_is_possible_is_not_written():
    outcome = _outcome(0.012, error=0.2, freedom=1.0)
    told_apart = replace(outcome.pairs[1], corrected=0.01)
    text = describe_study(replace(outcome, pairs=(outcome.pairs[0], told_apart, outcome.pairs[2])))
    assert "b (1.0 points less)" in text
    assert "interval" not in text


def test_the_interval_of_a_lead_has_a_true_minus_sign():
    assert _cells(_outcome(0.012, error=0.01, freedom=math.inf))["95 % interval"] == "−1.0 to 3.0"


ASKED = "A difference of 0.5 points was asked for; with these images and seeds, 1.2 points could be detected."
MISSED = [(0.004, f"{ASKED} More seeds could"), (0.008, f"{ASKED} No number of seeds")]


@pytest.mark.parametrize(("images", "sentence"), MISSED)
def test_the_report_says_that_a_goal_was_missed(images, sentence):
    points = study_points(_outcome(0.012, images=images, detectable=0.005))
    assert points[-1].startswith(sentence)
    of_none = study_points(_outcome(math.inf, images=images, detectable=0.005))
    assert "A difference of 0.5 points was asked for; with these images and seeds, none could be stated." in of_none[-1]


def test_a_goal_that_was_reached_is_not_mentioned():
    assert "asked for" not in " ".join(study_points(_outcome(0.012, detectable=0.012)))
    assert "asked for" not in " ".join(study_points(_outcome(0.012)))


def test_an_infinite_f_is_written_with_its_sign():
    outcome = replace(_outcome(0.012), omnibus=Omnibus(math.inf, 2, math.inf, 1e-9))
    assert study_points(outcome)[0] == "Over all levels: F(2, ∞) = ∞, p < 0.001."


def _cells(outcome):
    table = studies_table([outcome, outcome])
    return dict(zip(table.heads, table.rows[0], strict=True)) | {
        head.split(" (")[0]: cell for head, cell in zip(table.heads, table.rows[0], strict=True)
    }


def test_a_run_that_misses_its_goal_says_so_and_adds_no_seeds_in_vain(tmp_path):
    study = {
        "name": "Depth",
        "base": {"estimator": "tree"},
        "factor": "params.max_depth",
        "levels": [{"value": 3}, {"value": 5}, {"value": 12}],
        "seeds": 2,
        "detectable": 0.0001,
        "max_seeds": 4,
    }
    suite = parse_suite({"title": "Own", "dataset": "digits-8x8", "study": [study]}, "own", "own.toml")
    contents = RunContents(run_suite(suite, out=tmp_path / "run", threads=1))
    outcome = compare_study(contents, "Depth")
    assert set(outcome.rows["n_trials"]) == {2}
    assert np.isfinite(outcome.images_detectable)
    assert "A difference of 0.01 points was asked for" in study_points(outcome)[-1]
    assert "No number of seeds is enough" in study_points(outcome)[-1]
