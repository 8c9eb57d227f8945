"""What is read out of a run whose methods were evaluated on several test sets."""

import csv
import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hdr_bench import AccuracyDisplay, TransferDisplay, load_predictions, load_results, write_report
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.experiments.planning.other_images import describe_overlap
from hdr_bench.records.store import Store
from hdr_bench.reporting.comparisons.other_test_sets import compare_on_test_sets
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.statistics.crossed import Fits
from hdr_bench.reporting.statistics.independent import difference_between_sets, difference_of_proportions
from hdr_bench.reporting.tables.other_test_sets import accuracies_table, describe_test_sets, list_accuracies


def test_the_results_have_a_row_for_each_trial_and_test_set(finished_test_sets):
    results = load_results(finished_test_sets)
    rows = list(zip(results["case"], results["seed"], results["test_set"], strict=True))
    of_each = ["", "Noisy", "Letters", "Gone"]
    assert rows == [
        *(("k-NN", 0, name) for name in of_each),
        *(("Tree", seed, name) for seed in (0, 1) for name in of_each),
        ("Folds", 0, ""),
        ("Folds", 0, ""),
    ]
    noisy = results[results["test_set"] == "Noisy"]
    assert set(noisy["status"]) == {"ok"}
    assert set(noisy["n_test"]) == {150}
    assert set(noisy["dataset"]) == {"noisy"}
    assert noisy["accuracy"].notna().all()
    assert noisy[["seconds", "fit_seconds", "size_bytes"]].isna().all(axis=None)
    assert set(results.loc[results["test_set"] == "Gone", "status"]) == {"not evaluated"}
    # The interval of a method with several seeds is over the images of this test set.
    tree = noisy[noisy["case"] == "Tree"]
    assert tree["accuracy_trials"].tolist() == [2, 2]
    own = results[(results["case"] == "Tree") & (results["test_set"] == "")]
    assert tree["accuracy_variance"].iloc[0] != own["accuracy_variance"].iloc[0]


def test_tables_and_figures_are_of_one_test_set(finished_test_sets):
    results, contents = load_results(finished_test_sets), RunContents(finished_test_sets)
    pd.testing.assert_frame_equal(summarise(results), contents.summary)
    pd.testing.assert_frame_equal(
        AccuracyDisplay.from_results(results).frame(), AccuracyDisplay.from_run(finished_test_sets).frame()
    )
    noisy = results[results["test_set"] == "Noisy"]
    shown = AccuracyDisplay.from_results(noisy).frame().set_index("case")["accuracy"]
    assert shown.to_dict() == noisy.groupby("case")["accuracy"].mean().to_dict()


def test_a_trial_that_is_missing_is_missing_on_every_test_set(finished_test_sets, tmp_path):
    folder = shutil.copytree(finished_test_sets, tmp_path / "run")
    next((folder / "trials").glob("k-nn-*.zip")).unlink()
    results = load_results(folder)
    rows = results[results["case"] == "k-NN"]
    assert rows["test_set"].tolist() == ["", "Noisy", "Letters", "Gone"]
    assert set(rows["status"]) == {"missing"}


def test_predictions_for_a_test_set_that_was_not_evaluated_on(finished_test_sets):
    key = load_results(finished_test_sets)["key"].iloc[0]
    with pytest.raises(UnknownNameError, match="unknown test set of this trial 'Gone'. Choose from: Noisy"):
        load_predictions(finished_test_sets, key, test_set="Gone")


def test_drops_and_pairs(finished_test_sets):
    contents = RunContents(finished_test_sets)
    transfer = compare_on_test_sets(contents)
    assert [(drop.test_set, drop.label) for drop in transfer.drops] == [("Noisy", "k-NN"), ("Noisy", "Tree")]
    results = load_results(finished_test_sets)
    means = results.groupby(["case", "test_set"])["accuracy"].mean()
    for drop in transfer.drops:
        assert drop.difference.value == pytest.approx(means[drop.label, ""] - means[drop.label, "Noisy"])
        assert (drop.n_own, drop.n_test) == (360, 150)
    tree = transfer.drops[1]
    assert tree.verdict == "less accurate"
    assert tree.difference.test.startswith("t-test over the images of both test sets")
    assert [(pair.first, pair.second) for pair in transfer.pairs["Noisy"]] == [("k-NN", "Tree")]
    assert transfer.pairs["Noisy"][0].difference.value == pytest.approx(means["k-NN", "Noisy"] - means["Tree", "Noisy"])
    assert transfer.pairs["Gone"] == ()


@pytest.mark.usefixtures("undrawn")
def test_the_report_has_a_column_for_each_test_set(finished_test_sets, tmp_path):
    folder = shutil.copytree(finished_test_sets, tmp_path / "run")
    write_report(folder)
    text = (folder / "report.md").read_text()
    assert "## Other test sets" in text
    # What is about corrupted and attacked test sets is not there without any.
    assert "orruption" not in text
    assert not (folder / "tables" / "robustness.csv").exists()
    assert "Own test part (360 images, %)" in text
    assert "Noisy (150 images, %)" in text
    # Of those that no method was evaluated on there is the reason alone.
    assert "\n- Gone: not evaluated, " in text
    assert "Gone (%)" not in text
    # Only the test part is taken, however the data came.
    assert "\n- Noisy: noisy; its test part only, 150 of " in text
    page = (folder / "report.html").read_text()
    assert "Drop on other test sets" in page
    assert "<li>Noisy: noisy; its test part only, 150 of " in page
    with (folder / "tables" / "test-sets.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["method"] for row in rows] == ["k-NN", "Tree"]
    assert float(rows[0]["Noisy: accuracy_low"]) < float(rows[0]["Noisy: accuracy"]) < 1
    assert "Gone: accuracy" not in rows[0]
    for name in ("drops", "test-set-pairs"):
        assert len((folder / "tables" / f"{name}.csv").read_text().splitlines()) > 1
        assert (folder / "tables" / f"{name}.tex").read_text()


def test_a_test_set_with_images_that_a_method_learned_from_is_marked(finished_test_sets):
    contents = RunContents(finished_test_sets)
    records, transfer = list(contents.records.values()), compare_on_test_sets(contents)
    plain = accuracies_table(contents.summary, transfer, records)
    assert plain.heads == ("Method", "Own test part (360 images, %)", "Noisy (150 images, %)")
    known = describe_overlap(3, 150)
    marked = [
        record.model_copy(
            update={
                "evaluations": tuple(each.model_copy(update={"notes": (known,)}) for each in record.evaluations[:1])
            }
        )
        for record in records
    ]
    table = accuracies_table(contents.summary, transfer, marked)
    assert table.heads[2] == "Noisy † (150 images, %)"
    assert "†: a method learned from some of these images" in table.note
    assert next(mark for (_, column), mark in table.marks.items() if column == 2) == "best"
    assert f"Noisy: noisy; {known}." in describe_test_sets(transfer, marked)


@pytest.mark.usefixtures("undrawn")
def test_a_report_without_test_sets_has_none_of_this(run):
    write_report(run)
    assert "est sets" not in (run / "report.md").read_text().replace("on two test sets of this size", "")
    assert not (run / "tables" / "drops.csv").exists()


def test_the_console_lists_each_test_set(finished_test_sets):
    contents = RunContents(finished_test_sets)
    lines = list_accuracies(compare_on_test_sets(contents), contents.summary).splitlines()
    assert lines[0].startswith("Noisy (150 images, %): k-NN ")
    assert lines[2] == "Gone (%): not evaluated: nowhere.npz: there is no such file"


def test_the_console_says_once_why_a_trial_failed(finished_test_sets, tmp_path):
    folder = shutil.copytree(finished_test_sets, tmp_path / "run")
    for path in folder.glob("trials/tree-*"):
        path.write_text("{")
    contents = RunContents(folder)
    (problem,) = filter(None, contents.summary["problem"])
    assert "damaged: " in problem
    text = list_accuracies(compare_on_test_sets(contents), contents.summary)
    assert "damaged: " not in text
    assert "Gone (%): not evaluated: " in text


def test_a_run_holds_no_path_of_the_machine(finished_test_sets):
    store = Store(finished_test_sets)
    results = [store.read(key) for key in list(store.keys())]
    problems = {each.problem for result in results for each in result.trial.test_sets}
    assert "nowhere.npz: there is no such file" in problems
    written = [store.run_file.read_text(), *(result.model_dump_json() for result in results)]
    assert not [text for text in written if str(Path.cwd()) in text]


def test_a_difference_of_proportions_as_published():
    # Newcombe (1998), Table II, 56/70 against 48/80, method 10.
    found = difference_of_proportions(56 / 70, 70, 48 / 80, 80)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    # Rows of equal shares, and of none that is wrong.
    assert difference_of_proportions(0.9, 100, 0.9, 50).p_value == 1
    assert difference_of_proportions(1.0, 100, 1.0, 50).p_value == 1


def test_the_chi_squared_test_is_that_of_the_table_by_n_minus_one():
    from scipy.stats import chi2, chi2_contingency

    table = np.array([[95, 5], [160, 40]])
    plain = chi2_contingency(table, correction=False).statistic
    assert difference_of_proportions(0.95, 100, 0.8, 200).p_value == pytest.approx(chi2.sf(plain * 299 / 300, 1))


def test_a_good_seed_is_good_on_both_test_sets():
    rng = np.random.default_rng(0)
    own, other = rng.random((4, 400)) < 0.9, rng.random((4, 300)) < 0.9
    # The same seeds are lucky on both, by the same number of points.
    lucky = np.arange(4)[:, None] * 0.1
    alike = [rng.random(right.shape) < 0.5 + lucky for right in (own, other)]
    apart = [alike[0], alike[1][::-1]]
    first, second = (
        difference_between_sets(*(Fits(right, is_stochastic=True) for right in pair)) for pair in (alike, apart)
    )
    assert first.value == second.value
    assert first.high - first.low < second.high - second.low


def test_fits_that_agree_on_one_test_set_are_one_row_there():
    own = Fits(np.array([[True] * 90 + [False] * 10, [True] * 80 + [False] * 20]), is_stochastic=True)
    agree = Fits(np.ones((1, 50), bool), is_stochastic=False)
    assert difference_between_sets(own, agree).value == pytest.approx(-0.15)
    with pytest.raises(ValueError, match="2 and 3 fits are not the same ones"):
        difference_between_sets(own, Fits(np.ones((3, 50), bool), is_stochastic=True))


def test_the_error_rate_of_the_test_between_sets():
    rng, wrong, repeats = np.random.default_rng(3), 0, 400
    for _ in range(repeats):
        seeds = rng.normal(0, 0.5, 4)
        right = [rng.random((4, n)) < 1 / (1 + np.exp(-(rng.normal(4, 2, n) + seeds[:, None]))) for n in (600, 200)]
        found = difference_between_sets(*(Fits(each, is_stochastic=True) for each in right))
        wrong += found.p_value <= 0.05
    # Five in a hundred are asked for; the seed is fixed, so that nothing here is left to chance.
    assert wrong / repeats <= 0.07


@pytest.mark.parametrize("n_methods", [1, 2, 3, 7])
def test_points_of_a_test_set_are_nearer_to_each_other_than_to_those_of_others(finished_test_sets, n_methods):
    summary = TransferDisplay.from_results(load_results(finished_test_sets)).summary
    row = summary[summary["case"] == "k-NN"]
    several = [row.assign(case=f"Method {number}", number=number) for number in range(n_methods)]
    ax = TransferDisplay(pd.concat(several, ignore_index=True)).plot().ax_
    points = [container.lines[0].get_ydata() for container in ax.containers]
    own, other = (sorted(heights) for heights in np.transpose(points))
    assert len(own) == n_methods
    assert other[0] - own[-1] > max(np.diff(own), default=0)
    plt.close(ax.figure)


def test_the_figure_has_a_group_of_points_for_each_test_set(finished_test_sets):
    display = TransferDisplay.from_results(load_results(finished_test_sets))
    frame = display.frame()
    assert display.test_sets == ["own test part", "Noisy"]
    rows = set(zip(frame["test_set"], frame["case"], strict=True))
    assert {("own test part", "Folds"), ("Noisy", "k-NN"), ("Noisy", "Tree")} < rows
    pd.testing.assert_frame_equal(frame, TransferDisplay.from_run(finished_test_sets).frame())
    ax = display.plot().ax_
    assert [label.get_text().splitlines()[0] for label in ax.get_yticklabels()] == display.test_sets
    drawn = {value for line in ax.lines if line.get_linestyle() == "None" for value in line.get_xdata()}
    assert set(100 * frame["accuracy"]) <= drawn
    plt.close(display.figure_)
    results = load_results(finished_test_sets)
    with pytest.raises(StoreError, match="hold no accuracy"):
        TransferDisplay.from_results(results[results["test_set"] == "Gone"])
