"""Reports of methods whose course of training is not one of this library's networks."""

import pytest

from hdr_bench import load_results
from hdr_bench.exceptions import StoreError
from hdr_bench.records.store import Store
from hdr_bench.reporting.displays import TrainingDisplay
from hdr_bench.reporting.drawing.jobs import draw
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import plan_figures

HISTORIES = {
    # What another library records, a network whose loss is no number, and one that has learned nothing.
    "k-NN | <b>bold</b>": ({"epoch": 1.0, "loss": 0.5},),
    "Tree_50%": ({"train_loss": None, "train_accuracy": 0.1},) * 2,
    "Least squares": ({"train_loss": None, "train_accuracy": None},),
}


def test_a_report_draws_what_was_recorded_and_nothing_else(run):
    store = Store(run)
    for key, case in load_results(run).query("status == 'ok'")[["key", "case"]].to_numpy():
        result = store.read(key).model_copy(update={"history": HISTORIES[case]})
        store.write(result, store.read_predictions(key))
    assert TrainingDisplay.from_run(run).frame()["case"].tolist() == ["Tree_50%"] * 2
    with pytest.raises(StoreError, match="no course of training is kept of "):
        TrainingDisplay.from_run(run, None, "loss")
    figures = [figure for figure in plan_figures(ReportData.from_run(run)) if figure.name.startswith("training")]
    assert [(figure.case, [display.quantity for display in figure.displays]) for figure in figures] == [
        ("Tree_50%", ["accuracy"])
    ]
    assert draw(figures)
