"""The table of metrics: measured for methods, published by sources, and used in claims.

Tables, figures, verdicts, claims and comparisons read everything about a metric from here; nothing depends on how its
name is spelt. A new metric is a row, and its computation: for scores, an entry of
`hdr_bench.experiments.measuring.scoring.COMPUTATIONS`.
"""

from dataclasses import replace

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.records.metric_types import CostTerms, Course, Metric, Source

EARLIER_NAMES = {"valid_loss": "validation_loss", "valid_accuracy": "validation_accuracy"}
"""Quantities of a history by their names in results of earlier versions, as in skorch, with their current names."""

_ACCURACY = Metric("accuracy", "Accuracy", "%", "share", "scores", better="higher")
_ERROR = Metric("error", "Error", "%", "share", "scores", "accuracy", derived="complement")
_REJECTION = Metric("rejection", "Rejection", "%", "share", "scores", digits=1)
# Seeds agree to fewer digits than sources print.
_LOSS = Metric("loss", "Log loss", "", "loss", "scores", "log_loss", table_digits=3)

_ROWS = (
    # Scores.
    _ACCURACY,
    _ERROR,
    Metric("precision", "Precision", "%", "share", "scores", better="higher"),
    Metric("recall", "Recall", "%", "share", "scores", better="higher"),
    Metric("f1", "F1", "%", "share", "scores", better="higher"),
    Metric("top_2_accuracy", "Top 2", "%", "share", "scores", better="higher"),
    _REJECTION,
    _LOSS,
    Metric("brier_score", "Brier score", "", "loss", "scores"),
    Metric("calibration_error", "Calibration error", "%", "share", "scores", digits=1),
    # The same scores as published by sources.
    replace(_ACCURACY, name="test_accuracy", label="Test accuracy", evaluated_on="test part", verdict="margin"),
    replace(_ERROR, name="test_error", label="Test error", evaluated_on="test part", verdict="margin"),
    replace(_LOSS, name="test_loss", label="Test loss", evaluated_on="test part", verdict="ratio"),
    replace(
        _REJECTION,
        name="test_rejection",
        label="Rejection for 0.5 % error",
        evaluated_on="test part",
        verdict="side by side",
        digits=None,
    ),
    replace(
        _ACCURACY,
        name="cross_validation_accuracy",
        label="Accuracy over folds",
        evaluated_on="folds",
        verdict="margin",
    ),
    replace(_ERROR, name="cross_validation_error", label="Error over folds", evaluated_on="folds", verdict="margin"),
    # Of one class.
    Metric("class_precision", "Precision", "%", "share", "classes", better="higher", verdict="class margin"),
    Metric("class_recall", "Recall", "%", "share", "classes", better="higher", verdict="class margin"),
    Metric("class_f1", "F1", "%", "share", "classes", better="higher", verdict="class margin"),
    Metric("class_correct", "Correct images", "", "count", "classes", better="higher"),
    # Progress of a network's training.
    Metric(
        "train_accuracy",
        "Training accuracy",
        "%",
        "share",
        "history",
        better="higher",
        verdict="curve",
        course=Course("accuracy", "train"),
    ),
    Metric("train_loss", "Training loss", "", "loss", "history", verdict="curve", course=Course("loss", "train")),
    Metric(
        "validation_accuracy",
        "Validation accuracy",
        "%",
        "share",
        "history",
        better="higher",
        verdict="curve",
        course=Course("accuracy", "validation"),
    ),
    Metric(
        "validation_loss",
        "Validation loss",
        "",
        "loss",
        "history",
        verdict="curve",
        course=Course("loss", "validation"),
    ),
    # Counts.
    Metric("parameters", "Parameters", "", "count", "measurements", "n_parameters", verdict="equality"),
    Metric(
        "multiply_accumulates",
        "Multiply-accumulates",
        "",
        "count",
        "measurements",
        "n_multiply_accumulates",
        verdict="equality",
    ),
    # Some sources count the addition of a bias as one more.
    Metric(
        "multiply_accumulates_with_biases",
        "Multiply-accumulates, with biases",
        "",
        "count",
        "measurements",
        "n_multiply_accumulates",
        derived="with biases",
        verdict="equality",
    ),
    Metric(
        "stored_variables", "Stored variables", "", "count", "measurements", "n_stored_variables", verdict="equality"
    ),
    # Times.
    Metric(
        "fit_seconds",
        "Fit",
        "s",
        "seconds",
        "measurements",
        verdict="side by side",
        call="fit",
        cost=CostTerms(
            "time to fit", "Wall time of the fit", "Fastest to train", is_compared=True, single_fit_ratio=3.0
        ),
    ),
    Metric(
        "fit_cpu_seconds",
        "Fit, CPU",
        "s",
        "seconds",
        "measurements",
        call="fit",
        clock="processor",
        cost=CostTerms("processor time to fit", "Processor time of the fit"),
    ),
    Metric(
        "predict_seconds",
        "Predict all",
        "s",
        "seconds",
        "measurements",
        verdict="side by side",
        call="predict",
        cost=CostTerms(
            "time to predict",
            "Wall time to predict the whole test part",
            "Fastest to predict",
            is_compared=True,
            single_fit_ratio=4.0,
        ),
    ),
    # Missing in results of earlier versions, and of little use as most methods predict too fast.
    Metric(
        "predict_cpu_seconds",
        "Predict all, CPU",
        "s",
        "seconds",
        "measurements",
        call="predict",
        clock="processor",
        has_column=False,
        cost=CostTerms("processor time to predict", "Processor time to predict the whole test part"),
    ),
    Metric(
        "epoch_seconds",
        "An epoch",
        "s",
        "seconds",
        "measurements",
        "fit_seconds",
        derived="per epoch",
        verdict="side by side",
        call="fit",
    ),
    Metric("latency_seconds", "One image", "ms", "seconds", "measurements", call="latency"),
    Metric("latency_p95_seconds", "95th percentile", "ms", "seconds", "measurements", call="latency"),
    Metric("search_seconds", "Search", "s", "seconds", "searched", call="fit"),
    Metric("refit_seconds", "Final fit", "s", "seconds", "searched", call="fit"),
    # Memory and size.
    Metric(
        "fit_peak_bytes",
        "Fit peak",
        "MB",
        "bytes",
        "measurements",
        call="fit",
        cost=CostTerms(
            "memory to fit",
            "Peak memory of the fit",
            "Least memory to train",
            is_compared=True,
            single_fit_ratio=2.0,
            resolution=1e3,
        ),
    ),
    Metric(
        "predict_peak_bytes",
        "Predict peak",
        "MB",
        "bytes",
        "measurements",
        call="predict",
        cost=CostTerms("memory to predict", is_compared=True, single_fit_ratio=4.0, resolution=1e3),
    ),
    Metric(
        "size_bytes",
        "Pickled",
        "MB",
        "bytes",
        "measurements",
        cost=CostTerms("size", "Size of the pickled estimator", "Smallest", single_fit_ratio=1.1, resolution=1.0),
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ROWS}
"""Metrics by name, in the order of tables, figures and comparisons."""


def published_metrics() -> tuple[str, ...]:
    """Return the names of the metrics that a source may publish.

    Returns
    -------
    names : tuple of str
        In table order.
    """
    return tuple(name for name, metric in METRICS.items() if metric.verdict is not None)


def columns_from(source: Source) -> tuple[str, ...]:
    """Return the names that metrics have in a field of a result.

    Parameters
    ----------
    source : {"scores", "measurements", "searched", "history"}
        Field of a result.

    Returns
    -------
    columns : tuple of str
        Each once, in table order.

    Examples
    --------
    >>> columns_from("history")
    ('train_accuracy', 'train_loss', 'validation_accuracy', 'validation_loss')
    """
    return tuple(dict.fromkeys(metric.column for metric in METRICS.values() if metric.source == source))


def metric_of_column(column: str) -> Metric:
    """Return the metric in a column of `load_results`.

    Parameters
    ----------
    column : str
        Name of the column, e.g. ``"log_loss"``.

    Returns
    -------
    metric : Metric

    Raises
    ------
    UnknownNameError
        If there is no such metric.

    Examples
    --------
    >>> metric_of_column("log_loss").label
    'Log loss'
    """
    found = (metric for metric in METRICS.values() if metric.column == column and metric.derived is None)
    metric = next(found, None)
    if metric is None:
        raise UnknownNameError("column", column, dict.fromkeys(each.column for each in METRICS.values()))
    return metric
