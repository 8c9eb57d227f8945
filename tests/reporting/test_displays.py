import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from hdr_bench import load_results
from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.experiments.store import Store
from hdr_bench.reporting.displays import AccuracyDisplay, ConfusionDisplay, CostDisplay


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("kind", [AccuracyDisplay, CostDisplay])
def test_what_is_drawn_is_what_the_frame_says(run, kind):
    display = kind.from_results(load_results(run))
    assert display.plot() is display
    frame = display.frame()
    assert frame["case"].tolist() == ["k-NN | <b>bold</b>", "Tree_50%", "Least squares"]
    horizontal = kind is AccuracyDisplay
    drawn = [line.get_xdata()[0] if horizontal else line.get_ydata()[0] for line in display.ax_.lines[::3]]
    np.testing.assert_allclose(drawn, 100 * frame["accuracy"])
    assert "%" in (display.ax_.get_xlabel() if horizontal else display.ax_.get_ylabel())


def test_a_plot_goes_where_it_is_told(run):
    _, ax = plt.subplots()
    assert CostDisplay.from_results(load_results(run)).plot(ax=ax).ax_ is ax


def test_the_confusion_matrix_is_scikit_learns(run):
    key = load_results(run)["key"][0]
    predictions = Store(run).read_predictions(key)
    display = ConfusionDisplay.from_results(run, "k-NN | <b>bold</b>").plot()
    np.testing.assert_array_equal(display.matrix, confusion_matrix(predictions.y_true, predictions.y_pred))
    assert display.frame().loc["3", "3"] == display.matrix[3, 3]
    assert ConfusionDisplay.from_results(run, "Tree_50%").matrix.sum() == 2 * 360
    numbers = [int(text.get_text()) for text in display.ax_.texts]
    assert sum(numbers) == 360


def test_a_case_that_is_not_there_or_did_not_go_well(run):
    with pytest.raises(UnknownNameError, match="unknown case 'Tree', did you mean 'Tree_50%'"):
        ConfusionDisplay.from_results(run, "Tree")
    with pytest.raises(StoreError, match="no trial of 'Bad' went well"):
        ConfusionDisplay.from_results(run, "Bad")


def test_a_damaged_result_does_not_keep_the_others_from_being_drawn(run):
    keys = load_results(run).query("case == 'Tree_50%'")["key"].tolist()
    path = run / "trials" / f"{keys[0]}.npz"
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    assert ConfusionDisplay.from_results(run, "Tree_50%").matrix.sum() == 360
