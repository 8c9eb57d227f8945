"""A metric that is added, as a user would add it: a row of the table and its computation, and nothing else."""

import json

import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from hdr_bench import Case, Suite, load_results
from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.measuring import scoring
from hdr_bench.records.measurements import Measurements
from hdr_bench.records.metric_types import CostTerms, Course, Metric
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.published import Published
from hdr_bench.records.store import Store
from hdr_bench.reporting.comparisons.reproductions import reproductions
from hdr_bench.reporting.displays import TrainingDisplay
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.accuracy import scores_table
from hdr_bench.reporting.tables.costs import memory_table, time_table
from hdr_bench.reporting.tables.reproductions import published_table
from hdr_bench.reporting.tables.source_claims import fill_claims
from tests.helpers.written_runs import Method, make_up

KAPPA = Metric("kappa", "Cohen's kappa", "", "loss", "scores", better="higher", verdict="side by side", digits=3)


def _kappa(predictions, n_classes):
    return {"kappa": float(cohen_kappa_score(predictions.y_true, predictions.y_pred))}


@pytest.fixture
def kappa(monkeypatch):
    """The metric is registered, and computed of each trial."""
    monkeypatch.setitem(METRICS, "kappa", KAPPA)
    monkeypatch.setattr(scoring, "COMPUTATIONS", (*scoring.COMPUTATIONS, _kappa))


def _contents(folder, claim):
    """Return the run of a method that gets 3 of 40 images wrong, whose suite publishes and claims the metric."""
    make_up(folder, [Method("One", n_wrong=3), Method("Other", n_wrong=8)])
    record = json.loads((folder / "run.json").read_bytes())
    record["suite"]["case"][0]["published"] = [{"metric": "kappa", "value": "0.9100"}]
    record["suite"]["claims"] = [claim]
    (folder / "run.json").write_text(json.dumps(record))
    return RunContents(folder)


@pytest.mark.usefixtures("kappa")
def test_a_new_metric_is_in_the_results_the_tables_and_the_claims(tmp_path):
    contents = _contents(tmp_path, "Kappa is {One|kappa}, of the other {Other|kappa}.")
    results = load_results(tmp_path).set_index("case")
    predictions = Store(tmp_path).read_predictions(results.loc["One", "key"])
    expected = cohen_kappa_score(predictions.y_true, predictions.y_pred)
    assert results.loc["One", "kappa"] == pytest.approx(expected)
    assert summarise(load_results(tmp_path)).set_index("case").loc["One", "kappa"] == pytest.approx(expected)
    (found,) = reproductions(contents)
    assert found.measured == pytest.approx((expected,))
    table = published_table((found,))
    cells = dict(zip(table.heads, table.rows[0], strict=True))
    assert cells["Figure (unit)"] == "Cohen's kappa"
    assert (cells["Published"], cells["Measured"]) == ("0.9100", f"{expected:.3f}")
    scores = scores_table(contents.summary)
    assert scores.rows[0][scores.heads.index("Cohen's kappa")] == f"{expected:.3f}"
    other = results.loc["Other", "kappa"]
    assert fill_claims(contents) == (f"Kappa is {expected:.3f}, of the other {other:.3f}.",)


@pytest.mark.usefixtures("kappa")
def test_suites_may_publish_and_claim_it():
    published = [Published(metric="kappa", value="0.91")]
    case = Case(name="One", estimator="knn", published=published)
    suite = Suite(name="own", title="Own", dataset="digits-8x8", claims=["It is {One|kappa}."], cases=[case])
    assert suite.cases[0].published[0].definition is KAPPA


def test_without_its_row_it_is_unknown_everywhere(tmp_path):
    with pytest.raises(SuiteError, match="unknown value 'kappa'"):
        Published(metric="kappa", value="0.91")
    make_up(tmp_path, [Method("One")])
    (key,) = load_results(tmp_path)["key"]
    result = Store(tmp_path).read(key)
    with pytest.raises(ValueError, match="unknown key 'kappa'"):
        type(result.scores).model_validate({**result.scores.model_dump(), "kappa": 0.9})


@pytest.mark.usefixtures("kappa")
def test_results_from_before_it_was_measured_have_none(tmp_path, monkeypatch):
    monkeypatch.setattr(scoring, "COMPUTATIONS", scoring.COMPUTATIONS[:-1])
    contents = _contents(tmp_path, "Kappa is {One|kappa}.")
    assert load_results(tmp_path)["kappa"].isna().all()
    (found,) = reproductions(contents)
    assert (found.verdict, found.measured) == ("no verdict", ())
    assert "not measured" in found.reason
    assert fill_claims(contents) == ("Kappa is (not measured).",)


def test_another_share_than_accuracy_has_its_own_interval(tmp_path, monkeypatch):
    row = Metric("top_2", "Top 2", "%", "share", "scores", "top_2_accuracy", better="higher", verdict="margin")
    monkeypatch.setitem(METRICS, "top_2", row)
    make_up(tmp_path, [Method("One", n_wrong=3)])
    record = json.loads((tmp_path / "run.json").read_bytes())
    record["suite"]["case"][0]["published"] = [{"metric": "top_2", "value": "0.95"}]
    (tmp_path / "run.json").write_text(json.dumps(record))
    contents = RunContents(tmp_path)
    (found,) = reproductions(contents)
    (share,) = contents.results["top_2_accuracy"]
    accuracy = contents.summary.iloc[0]
    assert found.measured == pytest.approx((share,))
    assert found.low <= share <= found.high
    assert (found.low, found.high) != (accuracy["accuracy_low"], accuracy["accuracy_high"])
    assert found.verdict in {"reproduced", "better", "inconclusive", "worse"}


def _registered(monkeypatch, *metrics):
    for metric in metrics:
        monkeypatch.setitem(METRICS, metric.name, metric)


def _measure_more(folder, values):
    """Write numbers into the stored results, as a measurement of them would have."""
    store = Store(folder)
    for key in load_results(folder)["key"]:
        result = store.read(key)
        more = Measurements.model_validate({**result.measurements.model_dump(), **values})
        store.write(result.model_copy(update={"measurements": more}), store.read_predictions(key))


def test_times_sizes_and_counts_have_columns_in_the_tables_of_costs(tmp_path, monkeypatch):
    _registered(
        monkeypatch,
        Metric("load_seconds", "Load", "ms", "seconds", "measurements"),
        Metric("gpu_bytes", "GPU", "MB", "bytes", "measurements"),
        Metric("layers", "Layers", "", "count", "measurements", "n_layers"),
    )
    make_up(tmp_path, [Method("One"), Method("Other")])
    _measure_more(tmp_path, {"load_seconds": 0.012, "gpu_bytes": 3.4e6, "n_layers": 7})
    contents = RunContents(tmp_path)
    times, memory = (make(contents.summary, contents.results) for make in (time_table, memory_table))
    assert [row[times.heads.index("Load (ms)")] for row in times.rows] == ["12", "12"]
    assert [row[memory.heads.index("GPU (MB)")] for row in memory.rows] == ["3.4", "3.4"]
    assert [row[memory.heads.index("Layers")] for row in memory.rows] == ["7", "7"]
    assert memory.exact["gpu_bytes"].tolist() == [3.4e6, 3.4e6]


def test_a_time_that_methods_are_compared_by_is_marked(tmp_path, monkeypatch):
    terms = CostTerms("time to load", is_compared=True, single_fit_ratio=2.0)
    _registered(monkeypatch, Metric("load_seconds", "Load", "ms", "seconds", "measurements", cost=terms))
    make_up(tmp_path, [Method("One"), Method("Other")])
    _measure_more(tmp_path, {"load_seconds": 0.012})
    contents = RunContents(tmp_path)
    contents.results.loc[contents.results["case"] == "Other", "load_seconds"] = 0.12
    table = time_table(contents.summary, contents.results)
    column = table.heads.index("Load (ms)")
    assert table.marks[0, column] == "best"
    assert (1, column) not in table.marks


def test_a_course_of_training_is_drawn(tmp_path, monkeypatch):
    course = Course("recall", "train")
    _registered(monkeypatch, Metric("train_recall", "Recall", "%", "share", "history", course=course))
    frame = pd.DataFrame({"case": "Net", "number": 0, "seed": 0, "fold": None, "epoch": [1, 2]})
    display = TrainingDisplay(frame.assign(train_recall=[0.5, 0.75]), "recall").plot()
    (line,) = display.ax_.get_lines()
    assert line.get_ydata() == pytest.approx([50, 75])
    assert display.ax_.get_ylabel().startswith("Recall (%")
