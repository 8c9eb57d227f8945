import math

import numpy as np
import pytest

from hdr_bench import run_suite
from hdr_bench.reporting.comparisons.pairs import Pair, compare_methods
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.highlights import make_highlights
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import Fits, paired_difference
from hdr_bench.reporting.statistics.intervals import margin
from hdr_bench.reporting.statistics.tests import (
    Difference,
    benjamini_hochberg,
    correlated_posterior,
    resampled_difference,
)
from tests.helpers.suites import parse_suite


def test_every_pair_that_was_judged_on_the_same_images_is_compared(various):
    contents = RunContents(various)
    compared = compare_methods(contents)
    folds = [pair for pair in compared.pairs if "folds" in pair.first]
    assert [{pair.first, pair.second} for pair in folds] == [{"k-NN, folds", "Tree, folds"}]
    on_test = len(contents.labels) - 2
    assert len(compared.pairs) - 1 == on_test * (on_test - 1) / 2
    (pair,) = folds
    accuracy = contents.results.set_index("case")["accuracy"]
    differences = (accuracy["k-NN, folds"].to_numpy() - accuracy["Tree, folds"].to_numpy()).astype(float)
    expected = resampled_difference(differences, 1 / 3)
    assert pair.difference.p_value == pytest.approx(expected.p_value, rel=0.02)
    assert pair.posterior.better > 0.99
    frame = compared.frame()
    assert frame["p_better"].notna().sum() == 1
    assert (frame["difference"] >= 0).all()


def test_the_p_values_are_those_of_the_predictions_corrected_over_all_pairs(various):
    contents = RunContents(various)
    pairs = compare_methods(contents).pairs
    pair = next(pair for pair in pairs if {pair.first, pair.second} == {"MLP", "Curve, 100 images"})
    fits = [
        Fits.from_predictions([found for _, found in contents.predictions_of(label)], is_deterministic=False)
        for label in (pair.first, pair.second)
    ]
    assert sorted(len(each.right) for each in fits) == [1, 2]
    assert pair.difference == paired_difference(*fits)
    assert [each.corrected for each in pairs] == pytest.approx(
        benjamini_hochberg([each.difference.p_value for each in pairs])
    )
    accuracy = contents.summary.set_index("case")["accuracy"]
    assert pair.margin == margin(accuracy[pair.first], 360)


def test_a_single_fit_of_a_stochastic_method_is_marked(various):
    contents = RunContents(various)
    results = contents.results[contents.results["fold"].isna()]
    single = results[~results["label"].duplicated(keep=False) & ~results["is_deterministic"].astype(bool)]
    assert {"MLP, wider", "Curve, 100 images"} <= set(single["label"])
    assert not {"MLP", "k-NN"} & set(single["label"])
    for pair in compare_methods(contents).pairs:
        assert pair.is_one_seed == bool({pair.first, pair.second} & set(single["label"])), pair


def _pair(low_90, high_90, corrected, margin=0.003):
    difference = Difference((low_90 + high_90) / 2, low_90 - 0.001, high_90 + 0.001, low_90, high_90, corrected, "")
    return Pair("a", "b", difference, corrected, margin, is_one_seed=False)


@pytest.mark.parametrize(
    ("pair", "verdict"),
    [
        (_pair(0.001, 0.002, 0.05), "better"),
        (_pair(0.001, 0.002, 0.051), "as good"),
        (_pair(-0.003, 0.003, 0.9), "as good"),
        (_pair(-0.003, 0.0031, 0.9), "too few"),
        (_pair(-0.0031, 0.003, 0.9), "too few"),
        (_pair(math.nan, math.nan, 1.0), "too few"),
    ],
)
def test_what_may_be_said_of_a_pair(pair, verdict):
    assert pair.verdict == verdict
    assert pair.is_told_apart == (verdict == "better")


def test_letters_follow_the_pairs_and_each_set_of_images_has_its_own(various):
    compared = compare_methods(RunContents(various))
    folds = set(compared.letters["k-NN, folds"] + compared.letters["Tree, folds"])
    others = {letter for label, text in compared.letters.items() if "folds" not in label for letter in text}
    assert not folds & others
    for pair in compared.pairs:
        shared = set(compared.letters[pair.first]) & set(compared.letters[pair.second])
        assert bool(shared) != pair.is_told_apart
    assert compared.best["Tree, folds"][0] == "k-NN, folds"
    best = compared.best["MLP"][0]
    assert "a" in compared.letters[best]


def test_data_sets_are_not_compared_with_each_other(tmp_path):
    content = {
        "title": "T",
        "dataset": "digits-8x8",
        "case": [
            {"name": "k-NN", "estimator": "knn"},
            {"name": "Tree", "estimator": "tree"},
            {"name": "Tree, other", "estimator": "tree", "dataset": {"name": "digits-8x8", "test_size": 0.4}},
            {"name": "k-NN, mnist", "estimator": "knn", "dataset": "mnist-5k"},
        ],
    }
    contents = RunContents(run_suite(parse_suite(content, "own", "own.toml"), out=tmp_path / "run", threads=1))
    compared = compare_methods(contents)
    assert [(pair.first, pair.second) for pair in compared.pairs] == [("k-NN", "Tree")]
    assert compared.letters["k-NN, mnist"] == ""
    text = finding(contents, compared)
    assert text.startswith("On digits-8x8: k-NN is the most accurate, with an accuracy of 9")
    assert "Evaluated on other images, and not compared with these: Tree, other." in text
    assert "On mnist-5k: k-NN, mnist has an accuracy of 9" in text
    assert make_highlights(contents, compared) == []


def test_a_single_fold_tells_nothing():
    assert math.isnan(resampled_difference(np.array([0.1]), 0.5).low)
    assert resampled_difference(np.array([0.1]), 0.5).p_value == 1
    assert math.isnan(correlated_posterior(np.array([0.1]), 0.5).better)


def test_a_damaged_file_of_predictions_leaves_the_others_compared(run):
    contents = RunContents(run)
    key = contents.results.query("label == 'Least squares'")["key"].iloc[0]
    path = run / "trials" / f"{key}.zip"
    content = bytearray(path.read_bytes())
    content[content.index(b"predictions.json") + 100] ^= 0xFF
    path.write_bytes(content)
    again = RunContents(run)
    compared = compare_methods(again)
    assert {pair.first for pair in compared.pairs} | {pair.second for pair in compared.pairs} == {
        "k-NN | <b>bold</b>",
        "Tree_50%",
    }
    (problem,) = again.results.loc[again.results["status"] == "damaged", "error"]
    assert problem.startswith(f"trials/{key}.zip: damaged")
