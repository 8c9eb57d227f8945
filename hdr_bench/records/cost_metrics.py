"""Metrics of what methods cost: which of them tables show, and which methods and runs are compared by."""

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.records.metric_types import CostTerms, Kind, Metric, Source
from hdr_bench.records.metrics import METRICS


def tabled_metrics(kind: Kind, source: Source = "measurements") -> tuple[Metric, ...]:
    """Return the metrics of a kind that have columns in the tables of costs.

    Parameters
    ----------
    kind : {"share", "loss", "count", "seconds", "bytes"}
        What their values are.
    source : {"scores", "measurements", "searched", "history"}, default="measurements"
        The field of a result that holds them.

    Returns
    -------
    metrics : tuple of Metric
        In the order of the table.

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
    """Return the metrics that methods are compared by as costs, by their names.

    Returns
    -------
    metrics : dict of str to Metric
        Those with `CostTerms`, whose names are columns of `load_results`.
    """
    return {name: metric for name, metric in METRICS.items() if metric.cost is not None}


def compared_costs(kind: Kind) -> tuple[str, ...]:
    """Return the costs of a kind whose least is found, among methods and between runs.

    Parameters
    ----------
    kind : {"seconds", "bytes", "count"}
        What their values are.

    Returns
    -------
    names : tuple of str
        In the order of the table.

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
        If it is no cost.

    Examples
    --------
    >>> cost_terms("fit_seconds").words
    'time to fit'
    """
    metric = METRICS.get(name)
    if metric is None or metric.cost is None:
        raise UnknownNameError("cost", name, cost_metrics())
    return metric.cost
