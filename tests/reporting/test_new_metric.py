"""A metric that is added, as a user would add it: a row of the table and its computation, and nothing else."""

import json

import pytest
from sklearn.metrics import cohen_kappa_score

from hdr_bench import Case, Suite, load_results
from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.measuring import scoring
from hdr_bench.records.metric_types import Metric
from hdr_bench.records.metrics import METRICS
from hdr_bench.records.published import Published
from hdr_bench.records.store import Store
from hdr_bench.reporting.comparisons.reproductions import reproductions
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.accuracy import scores_table
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
