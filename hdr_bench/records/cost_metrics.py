"""Cost metrics: those shown in tables, and those by which methods and runs are compared."""

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.records.metric_types import CostTerms, Kind, Metric, Source
from hdr_bench.records.metrics import METRICS


def tabled_metrics(kind: Kind, source: Source = "measurements") -> tuple[Metric, ...]:
    """Return the metrics of a kind that have columns in the cost tables.

    Parameters
    ----------
    kind : {"share", "loss", "count", "seconds", "bytes"}
        Kind of their values.
    source : {"scores", "measurements", "searched", "history"}, default="measurements"
        Field of a result that holds them.

    Returns
    -------
    metrics : tuple of Metric
        In table order.

    Examples
    --------
    >>> [metric.label for metric in tabled_metrics("seconds", "searched")]
    ['Search', 'Final fit']
    """
    return tuple(
        metric
        for metric in METRICS.values()
        if (metric.kind, metric.source) == (kind, source) and metric.has_column and metric.derived is None
    )


def cost_metrics() -> dict[str, Metric]:
    """Return the metrics by which the costs of methods are compared, by name.

    Returns
    -------
    metrics : dict of str to Metric
        Metrics with `CostTerms`, whose names are columns of `load_results`.
    """
    return {name: metric for name, metric in METRICS.items() if metric.cost is not None}


def compared_costs(kind: Kind) -> tuple[str, ...]:
    """Return the costs of a kind for which the lowest is determined, among methods and between runs.

    Parameters
    ----------
    kind : {"seconds", "bytes", "count"}
        Kind of their values.

    Returns
    -------
    names : tuple of str
        In table order.

    Examples
    --------
    >>> compared_costs("seconds")
    ('fit_seconds', 'predict_seconds')
    """
    return tuple(name for name in cost_metrics() if METRICS[name].kind == kind and cost_terms(name).is_compared)


def cost_terms(name: str) -> CostTerms:
    """Return how methods are compared by a cost.

    Parameters
    ----------
    name : str
        One of `cost_metrics`.

    Returns
    -------
    terms : CostTerms

    Raises
    ------
    UnknownNameError
        If it is not a cost.

    Examples
    --------
    >>> cost_terms("fit_seconds").words
    'time to fit'
    """
    metric = METRICS.get(name)
    if metric is None or metric.cost is None:
        raise UnknownNameError("cost", name, cost_metrics())
    return metric.cost
