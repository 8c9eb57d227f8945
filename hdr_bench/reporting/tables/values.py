"""How the values of a metric are written: by its kind, in its unit, with no more digits than they deserve."""

import json
import math
from collections.abc import Callable
from decimal import Decimal

from hdr_bench.records.metric_types import Metric
from hdr_bench.reporting.numbers import MISSING, percent_places, write_cost
from hdr_bench.reporting.tables.table import fixed_writer, write_count
from hdr_bench.reporting.wording import describe_params

_LOSS_PLACES = 4
_PLACES_WITHOUT_IMAGES = 2


def value_writer(metric: Metric, n_images: float = 0) -> Callable[[float], str]:
    """Return what writes a metric's values in its unit, without the unit.

    Parameters
    ----------
    metric : Metric
        A row of `hdr_bench.records.metrics.METRICS`.
    n_images : float, default=0
        Images that a share was found on; 0 if it is none of images, as that of an epoch.

    Returns
    -------
    write : callable
        Takes a share, a count, seconds or bytes; NaN is written as missing.

    Examples
    --------
    >>> from hdr_bench.records.metrics import METRICS
    >>> value_writer(METRICS["accuracy"], 10_000)(0.98765), value_writer(METRICS["latency_seconds"])(0.00234)
    ('98.77', '2.3')
    """
    if metric.kind == "count":
        return write_count
    if metric.kind in {"seconds", "bytes"}:
        return lambda cost: write_cost(metric.factor * cost)
    return fixed_writer(_places(metric, n_images), metric.factor)


def difference_writer(metric: Metric, n_images: float = 0) -> Callable[[float], str]:
    """Return what writes a difference of two of a metric's values, with its sign.

    Parameters
    ----------
    metric : Metric
        A row of `hdr_bench.records.metrics.METRICS`.
    n_images : float, default=0
        As for `value_writer`.

    Returns
    -------
    write : callable
        Takes a difference of shares, counts, seconds or bytes; NaN is written as missing.

    Examples
    --------
    >>> from hdr_bench.records.metrics import METRICS
    >>> difference_writer(METRICS["accuracy"], 1000)(-0.0123)
    '−1.2'
    >>> write = difference_writer(METRICS["fit_seconds"])
    >>> write(1.26), write(-342.3)
    ('+1.3', '−342')
    """
    if metric.kind == "count":
        return _signed_writer(",.0f", 1.0)
    if metric.kind in {"seconds", "bytes"}:
        return lambda cost: _sign_cost(metric.factor * cost)
    return _signed_writer(f".{_places(metric, n_images)}f", metric.factor)


def write_published(metric: Metric, value: Decimal) -> str:
    """Write a published figure in the unit of its metric, with the digits of its source.

    Parameters
    ----------
    metric : Metric
        A row of `hdr_bench.records.metrics.METRICS`.
    value : Decimal
        A share, a loss, a count, seconds or bytes.

    Returns
    -------
    text : str
        Without the unit.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from hdr_bench.records.metrics import METRICS
    >>> write_published(METRICS["test_error"], Decimal("0.0120"))
    '1.20'
    """
    if metric.kind == "count":
        return f"{value:,f}"
    # A shift of the point, which keeps the digits; multiplication would add some.
    return f"{value.scaleb(round(math.log10(metric.factor))):f}"


def write_with_unit(metric: Metric, value: float, n_images: float = 0) -> str:
    """Write a value as a sentence does: with its unit.

    Parameters
    ----------
    metric : Metric
        A row of `hdr_bench.records.metrics.METRICS`.
    value : float
        A share, a loss, a count, seconds or bytes.
    n_images : float, default=0
        As for `value_writer`.

    Returns
    -------
    text : str

    Examples
    --------
    >>> from hdr_bench.records.metrics import METRICS
    >>> write_with_unit(METRICS["fit_seconds"], 12.3), write_with_unit(METRICS["parameters"], 12345)
    ('12 s', '12,345')
    """
    return f"{value_writer(metric, n_images)(value)} {metric.unit}".rstrip()


def describe_choice(chosen: str) -> str:
    """Write the parameters that searches chose.

    Parameters
    ----------
    chosen : str
        JSON, of several seeds in lines, as `summarise` has them.

    Returns
    -------
    text : str
        Those of several seeds one after the other.

    Examples
    --------
    >>> describe_choice('{"C": 1, "gamma": 0.1}')
    'C = 1, gamma = 0.1'
    """
    return "; ".join(describe_params(json.loads(params)) for params in chosen.split("\n"))


def _places(metric: Metric, n_images: float) -> int:
    if metric.digits is not None:
        return metric.digits
    if metric.kind == "loss":
        return _LOSS_PLACES
    return percent_places(int(n_images)) if n_images else _PLACES_WITHOUT_IMAGES


def _sign_cost(cost: float) -> str:
    return MISSING if math.isnan(cost) else f"{'−' if cost < 0 else '+'}{write_cost(abs(cost))}"


def _signed_writer(form: str, factor: float) -> Callable[[float], str]:
    """Return what writes a number with its sign, the minus as typography has it."""
    return lambda value: MISSING if math.isnan(value) else f"{factor * value:+{form}}".replace("-", "−")
