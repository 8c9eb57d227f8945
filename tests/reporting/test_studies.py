"""What a report says of studies: sentences, tables, figures, and what it keeps out of the comparison of methods."""

import re
from dataclasses import replace
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from hdr_bench import StudyDisplay, load_results, run_suite
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.study import Study
from hdr_bench.records.study_figures import STUDY_FIGURES
from hdr_bench.reporting.comparisons.pairs import Pair, compare_methods
from hdr_bench.reporting.comparisons.studies import StudyOutcome, compare_studies, compare_study
from hdr_bench.reporting.comparisons.study_claims import claim_verdict, describe_verdict
from hdr_bench.reporting.comparisons.study_figures import compare_by_figure, seeds_difference
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.study_sentences import describe_study, study_points
from hdr_bench.reporting.report import write_report
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.omnibus import Omnibus
from hdr_bench.reporting.statistics.tests import Difference
from hdr_bench.reporting.tables.studies import studies_table, study_table
from tests.helpers.suites import parse_suite

STUDIES = [
    {
        "name": "Depth",
        "base": "Tree",
        "factor": "params.max_depth",
        "levels": [{"value": 1}, {"value": 12}],
        "seeds": 2,
        "claim": "Deeper is better.",
        "claimed": "12",
    },
    {
        "name": "Without effect",
        "base": "Tree",
        "factor": "params.ccp_alpha",
        "levels": [{"label": "none", "value": 0.0}, {"label": "next to none", "value": 1e-12}],
        "seeds": 2,
        "claim": "It makes no difference.",
    },
    {
        "name": "Width",
        "base": {"estimator": "mlp", "params": {"max_epochs": 2}},
        "factor": "params.layers",
        "levels": [{"label": "narrow", "value": "4N"}, {"label": "wide", "value": "64N"}],
        "seeds": 2,
        "watch": ["accuracy", "fit_seconds", "parameters"],
        "claim": "Wide is better, by its loss",
        "claimed": "wide",
        "judged_by": "loss",
    },
]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    content = {
        "title": "Own",
        "dataset": "digits-8x8",
        "case": [{"name": "Tree", "estimator": "tree"}],
        "study": STUDIES,
    }
    folder = tmp_path_factory.mktemp("runs") / "run"
    return run_suite(parse_suite(content, "own", "own.toml"), out=folder, threads=1)


@pytest.fixture(scope="module")
def contents(studied):
    return RunContents(studied)


def test_the_levels_are_compared_on_their_held_out_images(contents):
    depth = compare_studies(contents)[0]
    assert depth.order == ("12", "1")
    assert depth.level == "12"
    assert depth.pairs[0].is_told_apart
    assert depth.letters == {"12": "a", "1": "b"}
    assert depth.rows["n_test"].tolist() == [144, 144]
    results = load_results(contents.store.folder)
    means = results[results["protocol"] == "validation"].groupby("case")["accuracy"].mean()
    assert depth.row("12")["accuracy"] == pytest.approx(means["Depth: 12"])
    assert depth.omnibus.p_value == pytest.approx(depth.pairs[0].difference.p_value)


def test_a_clear_effect_is_said_with_its_interval_and_the_claim_holds(contents):
    depth = compare_study(contents, "Depth")
    assert re.fullmatch(
        r"Best: 12, \d+\.\d % of 144 held-out images, \d+\.\d points \(95 % interval \d+\.\d to \d+\.\d\) above 1\. "
        r"Chosen by these images, 12 was fitted on all 1,437 training images, with two seeds, and evaluated on the "
        r"test part: \d+\.\d % of 360 images\.",
        describe_study(depth),
    )
    assert claim_verdict(depth) == "holds"
    assert study_points(depth)[0] == "The source: Deeper is better. Here: holds."
    assert "would have detected a difference of" in study_points(depth)[-1]


def test_without_an_effect_nothing_is_claimed(contents):
    found = compare_study(contents, "Without effect")
    assert not found.pairs[0].is_told_apart
    assert set(found.letters.values()) == {"a"}
    assert describe_study(found).startswith(("No difference between the levels was seen", "All levels are as good"))
    assert claim_verdict(found) in {"holds", "too small to be seen"}


def test_the_methods_are_compared_without_the_levels(contents):
    assert contents.summary["case"].tolist() == ["Tree", *(f"{each['name']}, chosen" for each in STUDIES)]
    assert {"Depth: 12", "Width: wide"} <= set(contents.every_result["case"])


def test_the_table_has_a_row_for_each_level(contents):
    table = study_table(compare_study(contents, "Width"))
    assert [row[0] for row in table.rows] == ["narrow", "wide"]
    assert table.heads == (
        "Level",
        "Accuracy (%)",
        "95 % interval",
        "Seeds",
        "Alike",
        "Held-out loss, last epoch",
        "Fit (s)",
        "Parameters",
    )
    assert [row[-1] for row in table.rows] == ["310", "4,810"]
    assert table.rows[0][3].startswith("2 (")


def test_the_table_of_all_studies_has_what_each_found_beside_its_source(contents):
    outcomes = compare_studies(contents)
    table = studies_table(outcomes)
    assert [row[0] for row in table.rows] == ["Depth", "Without effect", "Width"]
    assert table.rows[0][1] == "12"
    assert table.rows[0][3:5] == ("Deeper is better.", "holds")
    assert table.rows[2][4].endswith("by the held-out loss after the last epoch")
    lead = table.exact.set_index("study").loc["Depth", "lead"]
    assert lead == pytest.approx(outcomes[0].row("12")["accuracy"] - outcomes[0].row("1")["accuracy"])
    assert [row[0] for row in studies_table(outcomes[:1]).rows] == ["Depth"]
    assert studies_table(()) is None


def test_the_display_has_a_dot_for_each_level_and_a_tick_for_each_seed(studied):
    display = StudyDisplay.from_run(studied, "Width")
    assert display.frame()["level"].tolist() == ["narrow", "wide"]
    assert display.frame()["is_chosen"].tolist() == [False, True]
    assert len(display.seeds) == 4
    assert "narrow:" in display.describe()
    assert display.plot() is display
    display.figure_.canvas.draw()
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["narrow", "wide"]


def test_levels_that_are_numbers_are_on_an_axis(studied):
    display = StudyDisplay.from_run(studied, "Depth").plot(errorbar_kw={"color": "red"})
    assert display.ax_.get_xlabel() == "max_depth"
    np.testing.assert_array_equal(display.ax_.lines[0].get_xdata(), [1, 12])
    assert display.ax_.lines[0].get_color() == "red"


def test_an_unknown_study_is_an_error(studied):
    with pytest.raises(UnknownNameError, match=r"unknown study 'Dept'. Did you mean 'Depth'\?"):
        StudyDisplay.from_run(studied, "Dept")


def test_the_report_has_a_section_for_each_study(studied):
    write_report(studied)
    text, page = (studied / "report.md").read_text(), (studied / "report.html").read_text()
    for name in ("Depth", "Without effect", "Width"):
        assert f"## Study: {name}" in text
        assert f"Study: {name}" in page
    assert "The source: Deeper is better. Here: holds." in text
    assert "Width: accuracy by epoch" in page
    assert "Width: loss by epoch" in page
    assert "Depth: accuracy by epoch" not in page
    opening, first, *_ = text.split("## ")
    assert "three studies" in opening
    assert "chosen" not in opening
    assert first.startswith("Studies")
    assert "- Depth: Best: 12" in first
    main = text.split("## Error and costs")[1].split("##")[0]
    assert "Depth, chosen (chosen in its study)" in main
    assert "Depth: 12" not in main
    assert "Pareto front: ." not in page
    assert (studied / "tables" / "study-1-depth.csv").exists()
    assert (studied / "figures" / "study-3-width.png").exists()


def test_a_run_that_is_not_finished_has_what_there_is(studied, tmp_path):
    content = {
        "title": "Own",
        "dataset": "digits-8x8",
        "case": [{"name": "Tree", "estimator": "tree"}],
        "study": STUDIES[:1],
    }
    run = run_suite(parse_suite(content, "own", "own.toml"), out=tmp_path / "run", threads=1, only="Depth: 12")
    outcome = compare_study(RunContents(run), "Depth")
    assert outcome.pairs == ()
    assert outcome.level == ""
    assert "nothing to compare it with" in describe_study(outcome)
    other = run_suite(parse_suite(content, "own", "own.toml"), out=tmp_path / "other", threads=1, only="Tree")
    with pytest.raises(StoreError, match="every trial"):
        compare_study(RunContents(other), "Depth")
    assert compare_studies(RunContents(other)) == ()


def test_chosen_levels_of_studies_are_not_ranked_or_compared_with_each_other(contents):
    ranked = contents.summary.set_index("case")["is_ranked"]
    assert ranked[ranked].index.tolist() == ["Tree"]
    assert compare_methods(contents).pairs == ()
    assert finding(contents, compare_methods(contents)).startswith("Tree has an accuracy of")
    assert contents.ranked_results["case"].unique().tolist() == ["Tree"]


def test_a_claim_is_judged_by_the_figure_that_it_is_about(contents):
    outcome = compare_study(contents, "Width")
    results = contents.good_records("Width: wide")
    expected = [result.history[-1]["validation_loss"] for result in results]
    assert outcome.by_figure.values["wide"] == pytest.approx(expected)
    assert outcome.claim_pairs == outcome.by_figure.pairs != outcome.pairs
    assert "by the held-out loss after the last epoch" in study_points(outcome)[0]
    assert study_points(outcome)[1].startswith("Held-out loss after the last epoch, mean over the seeds: wide: ")


EPOCHS = [
    {"train_loss": 0.5, "validation_loss": 0.4, "train_accuracy": 0.8, "validation_accuracy": 0.9},
    {"train_loss": 0.3, "validation_loss": 0.6, "train_accuracy": 0.95, "validation_accuracy": 0.7},
    {"train_loss": 0.2, "validation_loss": 0.5, "train_accuracy": 0.98, "validation_accuracy": 0.8},
]
FIGURES = {"mean_accuracy": 0.8, "loss": 0.5, "train_loss": 0.2, "gap": 0.18, "largest_decrease": 0.2}


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_of_a_history(name):
    figure = STUDY_FIGURES[name]
    assert figure.of_epochs(EPOCHS) == pytest.approx(FIGURES[name])
    assert np.isnan(figure.of_epochs([dict.fromkeys(EPOCHS[0])] * 2))


def test_figures_are_compared_by_welchs_test_with_the_better_level_first():
    low, high = [0.1, 0.12, 0.11], [0.3, 0.34, 0.31]
    records = {
        name: [SimpleNamespace(history=({"validation_loss": value},)) for value in values]
        for name, values in (("high", high), ("low", low), ("none", [None, 0.2]))
    }
    found = compare_by_figure(STUDY_FIGURES["loss"], records, {})
    (pair,) = found.pairs
    assert (pair.first, pair.second) == ("low", "high")
    assert pair.difference.value == pytest.approx(np.mean(high) - np.mean(low))
    assert pair.difference.p_value == pytest.approx(ttest_ind(high, low, equal_var=False).pvalue)
    assert pair.margin == pytest.approx(0.25 * np.mean(low))


def test_values_without_a_spread_are_not_told_apart():
    assert seeds_difference(np.array([0.1]), np.array([0.2])).p_value == 1
    assert np.isnan(seeds_difference(np.array([0.1, 0.1]), np.array([0.2, 0.2])).low)
    assert seeds_difference(np.zeros(3), np.zeros(3)).high == 0


def test_several_levels_may_be_claimed():
    verdicts = {("a", "b"): "too few", ("a", "c"): "better", ("b", "c"): "better"}
    assert claim_verdict(_outcome(ACCURACIES, verdicts, claimed=["a", "b"])) == "holds"
    assert claim_verdict(_outcome(ACCURACIES, verdicts, claimed=["b", "c"])) == "does not hold"
    part = {("a", "b"): "too few", ("a", "c"): "better", ("b", "c"): "too few"}
    assert claim_verdict(_outcome(ACCURACIES, part, claimed=["a", "b"])) == "holds in part"
    with pytest.raises(ValueError, match="claimed names every level"):
        _outcome(ACCURACIES, verdicts, claimed=["a", "b", "c"])
    with pytest.raises(ValueError, match="unknown figure 'los'"):
        _outcome(ACCURACIES, verdicts, judged_by="los")


def test_a_verdict_says_its_margin_and_that_the_study_is_reduced():
    outcome = _outcome(ACCURACIES, CLAIMS[4][0], claim="Alike.")
    assert describe_verdict(outcome) == "holds within ±3.0 points"
    outcome.results["is_reduced"] = True
    assert describe_verdict(outcome) == "holds within ±3.0 points (reduced size)"


def test_the_sentence_does_not_contradict_the_test_over_all_levels():
    outcome = replace(_outcome(ACCURACIES, SENTENCES[3][0]), omnibus=Omnibus(5.0, 2, 43.0, 0.011))
    assert describe_study(outcome) == (
        "The levels differ (F(2, 43) = 5, p = 0.011), but no pair of them can be told apart. The highest, a, has "
        "95.0 % of 1,000 held-out images."
    )


def test_one_seed_is_said_and_deterministic_levels_have_no_seeds(tmp_path):
    content = {
        "title": "Own",
        "dataset": "digits-8x8",
        "study": [STUDIES[2], {**STUDIES[0], "base": {"estimator": "knn"}}],
    }
    content["study"][1] |= {"factor": "params.n_neighbors"}
    content["study"][0] = {**STUDIES[2], "base": {"estimator": "mlp", "params": {"max_epochs": 2}, "samples": 600}}
    run = run_suite(parse_suite(content, "own", "own.toml"), out=tmp_path / "run", threads=1, repeats=1)
    width, neighbors = compare_studies(RunContents(run))
    assert "Each level was fitted with one seed: this holds for these fits only." in describe_study(width)
    assert "was fitted on 600 of the training images and" in describe_study(width)
    assert width.omnibus is None
    assert "one seed" in describe_verdict(width)
    assert "seed" not in describe_study(neighbors)
    note = study_table(neighbors).note
    assert "McNemar's tests" in note
    assert "seed" not in note


def test_a_failed_level_has_no_number_of_training_images(tmp_path):
    broken = {**STUDIES[0], "base": {"estimator": "tree"}, "levels": [{"value": 1}, {"value": 12}]}
    content = {"title": "Own", "dataset": "digits-8x8", "study": [broken]}
    contents = RunContents(run_suite(parse_suite(content, "own", "own.toml"), out=tmp_path / "run", threads=1))
    results = contents.every_result
    failed = results["case"] == "Depth: 1"
    results.loc[failed, ["status", "n_train", "error"]] = ["failed", 0, "broken"]
    assert "Training images" not in study_table(compare_study(contents, "Depth")).heads


def _outcome(accuracies, verdicts, **changes):
    """An outcome of made-up levels: of each pair whether it is told apart ("better"), "as good" or "too few"."""
    levels = [{"label": label, "value": number} for number, label in enumerate(accuracies)]
    study = Study(name="Made up", base={"estimator": "tree"}, factor="params.max_depth", levels=levels, **changes)
    rows = pd.DataFrame(
        {
            "level": list(accuracies),
            "accuracy": list(accuracies.values()),
            "n_test": 1000,
            "n_trials": 5,
            "is_complete": True,
            "is_reduced": False,
        }
    )
    pairs = tuple(_pair(*names, accuracies, verdict) for names, verdict in verdicts.items())
    return StudyOutcome(study, rows, rows, pairs, None, dict.fromkeys(verdicts, 0.012))


def _pair(first, second, accuracies, verdict):
    value = accuracies[first] - accuracies[second]
    reach = {"better": 0.001, "as good": 0.001, "too few": 0.1}[verdict]
    ends = (value - reach, value + reach) * 2
    difference = Difference(value, *ends, 0.01 if verdict == "better" else 0.5, "t")
    return Pair(first, second, difference, difference.p_value, 0.03, is_one_seed=False, is_stochastic=True)


CLAIMS = [
    ({("a", "b"): "better", ("a", "c"): "better", ("b", "c"): "too few"}, "a", "holds"),
    ({("a", "b"): "too few", ("a", "c"): "better", ("b", "c"): "too few"}, "a", "holds in part"),
    ({("a", "b"): "too few", ("a", "c"): "better", ("b", "c"): "too few"}, "b", "too small to be seen"),
    ({("a", "b"): "too few", ("a", "c"): "better", ("b", "c"): "too few"}, "c", "does not hold"),
    ({("a", "b"): "as good", ("a", "c"): "as good", ("b", "c"): "as good"}, "", "holds within ±3.0 points"),
    ({("a", "b"): "as good", ("a", "c"): "too few", ("b", "c"): "as good"}, "", "too small to be seen"),
    ({("a", "b"): "as good", ("a", "c"): "better", ("b", "c"): "as good"}, "", "does not hold"),
]
ACCURACIES = {"a": 0.95, "b": 0.94, "c": 0.93}


@pytest.mark.parametrize(("verdicts", "claimed", "expected"), CLAIMS)
def test_a_claim_is_compared_with_the_pairs(verdicts, claimed, expected):
    outcome = _outcome(ACCURACIES, verdicts, claimed=claimed, claim="Found so.")
    assert describe_verdict(outcome) == expected
    assert claim_verdict(outcome) == expected.split(" within")[0]
    assert study_points(outcome)[0] == f"The source: Found so. Here: {expected}."


def test_no_claim_has_no_verdict():
    outcome = _outcome(ACCURACIES, CLAIMS[0][0])
    assert claim_verdict(outcome) is None
    assert claim_verdict(replace(outcome, study=Study(**{**_study(outcome), "claimed": "a"}), pairs=())) is None


def _study(outcome):
    return outcome.study.model_dump(by_alias=True)


SENTENCES = [
    (
        CLAIMS[0][0],
        "Best: a, 95.0 % of 1,000 held-out images, 1.0 points (95 % interval 0.9 to 1.1) above b, the next.",
    ),
    (
        CLAIMS[1][0],
        "Highest: a, 95.0 % of 1,000 held-out images. Better than c. Too few seeds to say: "
        "b (1.0 points (95 % interval −9.0 to 11.0) less).",
    ),
    (
        {("a", "b"): "as good", ("a", "c"): "better", ("b", "c"): "too few"},
        "Highest: a, 95.0 % of 1,000 held-out images. Better than c. As good, within ±3.0 points: b.",
    ),
    (
        {("a", "b"): "too few", ("a", "c"): "too few", ("b", "c"): "as good"},
        "No difference between the levels was seen: one below 1.2 points could have been missed with five seeds and "
        "1,000 held-out images. The highest, a, has 95.0 % of 1,000 held-out images.",
    ),
    (
        {("a", "b"): "as good", ("a", "c"): "as good", ("b", "c"): "as good"},
        "All levels are as good, within ±3.0 points: the highest, a, has 95.0 % of 1,000 held-out images.",
    ),
]


@pytest.mark.parametrize(("verdicts", "sentence"), SENTENCES)
def test_the_sentence_says_what_was_found(verdicts, sentence):
    assert describe_study(_outcome(ACCURACIES, verdicts)) == sentence
