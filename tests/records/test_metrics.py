import numpy as np
import pytest

from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.experiments.measuring.scoring import COMPUTATIONS
from hdr_bench.records.claims import claim_figures, figures_of_a_class
from hdr_bench.records.cost_metrics import cost_terms
from hdr_bench.records.measurements import Measurements, Scores
from hdr_bench.records.metric_types import FACTORS
from hdr_bench.records.metrics import METRICS, metric_of_column, published_metrics
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.published import Published
from hdr_bench.records.result import Result, SearchResult

# What a record holds beside metrics: texts, and what says whether a time is disturbed.
NO_METRICS = {"memory_method", "engine", "fit_wait_share", "predict_wait_share", "latency_wait_share"}
# What is measured, and no table or figure shows.
NOT_SHOWN = {"fit_gpu_peak_bytes", "predict_gpu_peak_bytes"}


def test_every_row_has_a_place_in_a_result_and_every_measurement_a_row():
    labels = np.arange(300) % 2
    predictions = Predictions(labels, labels, np.eye(2, dtype=np.float32)[labels])
    computed = {name for compute in COMPUTATIONS for name in compute(predictions, 2)}
    held = {"scores": computed, "measurements": Measurements.model_fields, "searched": SearchResult.model_fields}
    for metric in METRICS.values():
        # Figures of classes are computed from predictions.
        assert metric.source in {*Result.model_fields, "classes"}
        assert metric.unit in FACTORS
        if metric.source in held:
            assert metric.column in held[metric.source], metric.name
    columns = {metric.column for metric in METRICS.values()}
    assert set(Scores.model_fields) <= columns
    assert set(Measurements.model_fields) - NO_METRICS - NOT_SHOWN <= columns


def test_a_verdict_fits_what_a_metric_is():
    for name in published_metrics():
        metric = METRICS[name]
        assert (metric.verdict == "curve") == (metric.source == "history")
        assert (metric.verdict == "equality") == (metric.kind == "count")
        assert (metric.verdict == "class margin") == (metric.source == "classes")
        assert metric.verdict != "margin" or metric.kind == "share"
        assert metric.verdict != "ratio" or metric.kind == "loss"


def test_what_compares_is_named_for_its_column():
    for name, metric in METRICS.items():
        if metric.cost is not None:
            assert metric.column == name
    with pytest.raises(UnknownNameError, match=r"unknown cost 'accuracy'\. .*Choose from: fit_seconds"):
        cost_terms("accuracy")
    with pytest.raises(UnknownNameError, match="unknown column 'fit_second'. Did you mean 'fit_seconds'"):
        metric_of_column("fit_second")


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("test_acuracy", r"unknown value 'test_acuracy'\. Did you mean 'test_accuracy'\?"),
        # Known, and nothing that a source publishes as it is.
        ("size_bytes", "unknown value 'size_bytes'"),
        (3, "must be one of these texts, got 3. Choose from: .*test_accuracy"),
    ],
)
def test_a_figure_of_what_is_not_published_is_refused(metric, message):
    with pytest.raises(SuiteError, match=message):
        Published(metric=metric, value="0.9")


@pytest.mark.parametrize("metric", published_metrics())
def test_what_a_published_figure_may_be_depends_on_the_kind_of_its_metric(metric):
    kind, is_curve = METRICS[metric].kind, METRICS[metric].source == "history"
    of_class = {"class": "5"} if METRICS[metric].source == "classes" else {}
    allowed = {
        "values": is_curve,
        "mean_epochs": is_curve,
        "tolerance": is_curve or kind == "count",
        "counted": kind == "count",
        "at_least": kind == "share",
        "other_images": kind == "share",
    }
    for name, is_allowed in allowed.items():
        given = {
            "metric": metric,
            **of_class,
            "value": "0.5",
            name: {"tolerance": 0.1, "mean_epochs": 40}.get(name, True),
        }
        if name == "values":
            given = {"metric": metric, **of_class, "values": ["0.5", "0.6"]}
        if is_allowed:
            assert Published(**given).definition is METRICS[metric]
        else:
            with pytest.raises(SuiteError, match=name):
                Published(**given)


def test_a_figure_of_a_class_names_it_and_no_other_does():
    figure = Published(**{"metric": "class_recall", "class": "5", "value": "0.99"})
    assert figure.class_name == "5"
    assert figure.model_dump(by_alias=True)["class"] == "5"
    assert "class" not in Published(metric="test_accuracy", value="0.99").model_dump(by_alias=True)
    with pytest.raises(SuiteError, match='class_recall is of one class; give its name, e.g. class = "5"'):
        Published(metric="class_recall", value="0.99")
    with pytest.raises(SuiteError, match="class is for figures of one class, not for test_accuracy"):
        Published(**{"metric": "test_accuracy", "class": "5", "value": "0.99"})


def test_claims_ask_for_all_but_the_figures_of_a_source():
    names = set(claim_figures())
    assert {"accuracy", "error", "loss", "train_loss", "parameters", "size_bytes", "chosen", "least_auc"} <= names
    assert not {"test_accuracy", "test_error", "cross_validation_accuracy", "class_recall"} & names
    assert figures_of_a_class() == ("class_correct", "class_f1", "class_precision", "class_recall")
