"""What a report says of studies: sentences, tables, figures, and what it keeps out of the comparison of methods."""

import re
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hdr_bench import StudyDisplay, load_results, run_suite
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.study import Study
from hdr_bench.reporting.comparisons.pairs import Pair
from hdr_bench.reporting.comparisons.studies import StudyOutcome, compare_studies, compare_study
from hdr_bench.reporting.comparisons.study_claims import claim_verdict
from hdr_bench.reporting.page.study_sentences import describe_study, study_points
from hdr_bench.reporting.report import write_report
from hdr_bench.reporting.run import RunContents
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
        r"Chosen by these images, 12 was fitted on 1,437 images of the whole training part and evaluated on the test "
        r"part: \d+\.\d % of 360 images\.",
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
    assert table.heads == ("Level", "Accuracy (%)", "95 % interval", "Seeds", "Alike", "Fit (s)", "Parameters")
    assert [row[-1] for row in table.rows] == ["310", "4,810"]
    assert table.rows[0][3].startswith("2 (")


def test_the_table_of_all_studies_has_what_each_found_beside_its_source(contents):
    outcomes = compare_studies(contents)
    table = studies_table(outcomes)
    assert [row[0] for row in table.rows] == ["Depth", "Without effect", "Width"]
    assert table.rows[0][1] == "12"
    assert table.rows[0][-2:] == ("Deeper is better.", "holds")
    assert table.rows[2][-2:] == ("–", "–")
    lead = table.exact.set_index("study").loc["Depth", "lead"]
    assert lead == pytest.approx(outcomes[0].row("12")["accuracy"] - outcomes[0].row("1")["accuracy"])
    assert studies_table(outcomes[:1]) is None


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
    main = text.split("##")[0] + text.split("##")[1]
    assert "Depth, chosen" in main
    assert "Depth: 12" not in main
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
    ({("a", "b"): "as good", ("a", "c"): "as good", ("b", "c"): "as good"}, "", "holds"),
    ({("a", "b"): "as good", ("a", "c"): "too few", ("b", "c"): "as good"}, "", "too small to be seen"),
    ({("a", "b"): "as good", ("a", "c"): "better", ("b", "c"): "as good"}, "", "does not hold"),
]
ACCURACIES = {"a": 0.95, "b": 0.94, "c": 0.93}


@pytest.mark.parametrize(("verdicts", "claimed", "expected"), CLAIMS)
def test_a_claim_is_compared_with_the_pairs(verdicts, claimed, expected):
    outcome = _outcome(ACCURACIES, verdicts, claimed=claimed, claim="Found so.")
    assert claim_verdict(outcome) == expected
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
