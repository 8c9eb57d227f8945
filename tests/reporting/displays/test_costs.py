"""Figures of times, memory and size."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from hdr_bench import load_results
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.reporting.displays import CostDisplay, TimingDisplay
from hdr_bench.reporting.run import RunContents


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def contents(finished_various):
    return RunContents(finished_various)


def _drawn(display):
    _, ax = plt.subplots()
    display.plot(ax=ax)
    ax.figure.canvas.draw()
    return ax


@pytest.mark.parametrize("cost", ["fit_seconds", "predict_seconds", "fit_peak_bytes", "size_bytes"])
def test_nothing_beats_what_is_on_the_front(contents, cost):
    frame = CostDisplay.from_results(contents.results, cost).frame()
    # Folds, and parts of a learning curve, cost something else.
    others = frame["case"].str.contains("folds|Curve")
    assert not frame.loc[others, "is_on_front"].any()
    frame = frame[~others]
    front, rest = frame[frame["is_on_front"]], frame[~frame["is_on_front"]]
    for row in front.to_dict("records"):
        better = frame[(frame[cost] <= row[cost]) & (frame["accuracy"] >= row["accuracy"])]
        assert ((better[cost] == row[cost]) & (better["accuracy"] == row["accuracy"])).all()
    for row in rest.to_dict("records"):
        assert ((front[cost] <= row[cost]) & (front["accuracy"] >= row["accuracy"])).any()


def test_costs_are_medians_with_their_range(contents):
    display = CostDisplay.from_results(contents.results)
    frame = display.frame().set_index("case")
    seconds = contents.results.query("case == 'MLP'")["fit_seconds"].astype(float)
    found = frame.loc["MLP", ["fit_seconds", "fit_seconds_low", "fit_seconds_high"]].tolist()
    assert found == pytest.approx([seconds.median(), seconds.min(), seconds.max()])
    ranges = [line for lines in _drawn(display).collections for line in lines.get_segments() if len(line) == 2]
    drawn = sorted(x for line in ranges for x, _ in line)
    assert drawn[0] > 0
    assert {seconds.min(), seconds.max()} <= set(drawn)


def test_dummies_and_incomplete_rows_are_not_on_the_front(contents):
    results = contents.results.copy()
    cheap = CostDisplay.from_results(results).frame()
    case = cheap[cheap["is_on_front"]].sort_values("fit_seconds")["case"].iloc[0]
    results.loc[results["case"] == case, "estimator"] = "sklearn.dummy.DummyClassifier"
    assert not CostDisplay.from_results(results).frame().set_index("case").loc[case, "is_on_front"]
    results = contents.results.copy()
    first = results.query("case == 'MLP'").index[0]
    results.loc[first, ["status", "accuracy"]] = ["failed", np.nan]
    two = results[results["case"].isin(["MLP", "Search"])]
    on_front = CostDisplay.from_results(two).frame().set_index("case")["is_on_front"]
    assert on_front.to_dict() == {"MLP": False, "Search": True}


def test_disturbed_times_are_left_out_and_their_memory_is_not(contents):
    results = contents.results.copy()
    results.loc[results["case"] == "k-NN", "fit_wait_share"] = 0.5
    first = results.query("case == 'MLP'").index[0]
    results.loc[first, "fit_wait_share"] = 0.5
    frame = CostDisplay.from_results(results).frame().set_index("case")
    assert "k-NN" not in frame.index
    other = results.query("case == 'MLP'")["fit_seconds"].iloc[1]
    assert frame.loc["MLP", ["fit_seconds_low", "fit_seconds_high"]].tolist() == [other, other]
    assert "k-NN" in set(CostDisplay.from_results(results, "predict_seconds").frame()["case"])
    assert "k-NN" in set(CostDisplay.from_results(results, "size_bytes").frame()["case"])
    assert "MLP" not in set(TimingDisplay.from_results(results).frame()["case"])
    assert "MLP" in set(TimingDisplay.from_results(results, "predict_seconds").frame()["case"])


def test_a_cost_that_there_is_not(contents):
    with pytest.raises(UnknownNameError, match="unknown cost 'fit_second'. Did you mean 'fit_seconds'"):
        CostDisplay.from_results(contents.results, "fit_second")


def test_times_that_were_measured_more_than_once(contents, run):
    display = TimingDisplay.from_results(contents.results)
    assert display.frame()["case"].value_counts().to_dict() == {"MLP": 2, "k-NN, folds": 4, "Tree, folds": 4}
    _drawn(display)
    once = load_results(run).drop_duplicates("case")
    with pytest.raises(StoreError, match="no undisturbed time was measured more than once"):
        TimingDisplay.from_results(once)
    with pytest.raises(UnknownNameError, match="unknown time"):
        TimingDisplay.from_results(contents.results, "fit")
