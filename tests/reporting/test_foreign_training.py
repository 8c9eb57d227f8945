"""Reports of methods whose course of training is not a network's of this library."""

import pytest

from hdr_bench import load_histories, run_suite
from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.suite_file import parse_suite
from hdr_bench.reporting.contents import RunContents
from hdr_bench.reporting.displays import TrainingDisplay
from hdr_bench.reporting.figures import draw, plan_figures

MODULE = """
from sklearn.neighbors import KNeighborsClassifier

class Other(KNeighborsClassifier):
    history_ = [{"epoch": 1, "loss": 0.5}]

class Diverged(KNeighborsClassifier):
    history_ = [{"train_loss": float("nan"), "train_accuracy": 0.1}] * 2

class Lost(KNeighborsClassifier):
    history_ = [{"train_loss": float("nan"), "train_accuracy": float("nan")}]
"""


def test_a_report_draws_what_was_recorded_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "foreign_training.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    cases = [{"name": name, "estimator": f"foreign_training.{name}"} for name in ("Other", "Diverged", "Lost")]
    suite = parse_suite({"title": "T", "dataset": "digits-8x8", "case": cases}, "own", "own.toml")
    run = run_suite(suite, out=tmp_path / "run", samples=50, threads=1)
    assert len(load_histories(run)) == 4
    assert TrainingDisplay.from_results(run).frame()["case"].tolist() == ["Diverged"] * 2
    with pytest.raises(StoreError, match="no course of training is kept of Other, Diverged, Lost"):
        TrainingDisplay.from_results(run, None, "loss")
    figures = [figure for figure in plan_figures(RunContents(run)) if figure.name.startswith("training")]
    assert [(figure.case, [display.quantity for display in figure.displays]) for figure in figures] == [
        ("Diverged", ["accuracy"])
    ]
    assert draw(figures)
