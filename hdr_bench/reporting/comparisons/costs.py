"""What methods cost: medians with their range over the fits, and which of them are measured apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import pandas as pd

from hdr_bench.records.cost_metrics import cost_metrics, cost_terms
from hdr_bench.records.metrics import METRICS, metric_of_column
from hdr_bench.reporting.comparability import disturbed_times

COSTS = tuple(name for name in cost_metrics() if cost_terms(name).is_compared)
"""What is compared between runs."""

FEWEST = 3
"""Undisturbed fits from which a range is taken for what a method costs."""

TOLERANCE = 0.1
"""Share within which costs are not told apart, however well they repeat."""

RATIO_FROM = 2.0
"""The smallest ratio within the ranges of two times from which a sentence may give their ratio."""


@dataclass(frozen=True)
class Cost:
    """What a row's fits cost in one measure.

    Attributes
    ----------
    measure : str
        E.g. ``"fit_seconds"``.
    values : tuple of float
        A value for each fit: of times, of the undisturbed fits if there are any.
    is_disturbed : bool
        It is a time, and all of its fits were disturbed.
    """

    measure: str
    values: tuple[float, ...]
    is_disturbed: bool = False

    @property
    def median(self) -> float:
        """The median over the fits."""
        return float(median(self.values))

    @property
    def low(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest value."""
        return max(self.values)

    @property
    def has_range(self) -> bool:
        """It was measured often enough, and undisturbed, for its range to say what the method costs."""
        return len(self.values) >= FEWEST and not self.is_disturbed


def costs_of(results: pd.DataFrame, measure: str) -> dict[str, Cost]:
    """Return what each row costs, by what tables call it; rows without a successful trial are left out.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it.
    measure : str
        A column of it in seconds or bytes.

    Returns
    -------
    costs : dict of str to Cost
        By the label of the row.

    Raises
    ------
    UnknownNameError
        If no metric has such a column.
    """
    is_known = np.isfinite(results[measure].astype(float))
    good = results[(results["status"] == "ok") & is_known]
    call = metric_of_column(measure).disturbing_call
    disturbed = pd.Series(False, index=good.index) if call is None else disturbed_times(good, call)
    return {
        str(label): make_cost(measure, good.loc[rows, measure].astype(float).tolist(), disturbed[rows].tolist())
        for label, rows in good.groupby("label", sort=False).groups.items()
    }


def make_cost(measure: str, values: Sequence[float], disturbed: Sequence[bool]) -> Cost:
    """Return the cost of some fits: of the undisturbed ones, if there are any.

    Parameters
    ----------
    measure : str
        A metric's name.
    values : sequence of float
        One for each fit, at least one.
    disturbed : sequence of bool
        Whether other work had the processors during each.

    Returns
    -------
    cost : Cost
        Of all fits if every one was disturbed.
    """
    kept = [value for value, is_left_out in zip(values, disturbed, strict=True) if not is_left_out]
    return Cost(measure, tuple(kept or values), not kept)


def is_apart(one: Cost, other: Cost, tolerance: float = TOLERANCE) -> bool:
    """Whether two costs are measured apart.

    Of at least three undisturbed fits each: their ranges do not overlap, and the medians differ by more than
    `tolerance`. Of fewer: the larger median is more than `single_fit_ratio` times the smaller one. Disturbed times
    never are.

    Parameters
    ----------
    one, other : Cost
        Of the same metric.
    tolerance : float, default=0.1
        Share within which costs are not told apart.

    Returns
    -------
    is_apart : bool
        The smaller one is less, beyond what repeats differ by.
    """
    if one.is_disturbed or other.is_disturbed:
        return False
    less, more = sorted((one, other), key=lambda cost: cost.median)
    if less.has_range and more.has_range and more.low <= less.high:
        return False
    return more.median > threshold(one, other, tolerance) * less.median


def threshold(one: Cost, other: Cost, tolerance: float = TOLERANCE) -> float:
    """Return the ratio of medians from which two costs may be told apart.

    Parameters
    ----------
    one, other : Cost
        Of the same metric.
    tolerance : float, default=0.1
        Share within which costs are not told apart.

    Returns
    -------
    ratio : float
        Of the larger median to the smaller one.
    """
    if one.has_range and other.has_range:
        return 1 + tolerance
    return max(1 + tolerance, single_fit_ratio(one.measure))


def single_fit_ratio(measure: str) -> float:
    """Return the ratio of medians from which costs of fewer than three undisturbed fits are told apart.

    Parameters
    ----------
    measure : str
        A metric's name.

    Returns
    -------
    ratio : float
        At least 1; infinite for a metric that methods are not told apart by.
    """
    terms = METRICS[measure].cost
    return math.inf if terms is None else terms.single_fit_ratio


def least_of(costs: Sequence[Cost]) -> tuple[int, list[int]]:
    """Return the place of the smallest median, and the places of those that are not measured apart from it.

    Parameters
    ----------
    costs : sequence of Cost
        Of the same metric, at least one.

    Returns
    -------
    least : int
        Its place.
    alike : list of int
        The places of those that are not measured apart from it.
    """
    least = min(range(len(costs)), key=lambda place: costs[place].median)
    alike = [place for place, cost in enumerate(costs) if place != least and not is_apart(costs[least], cost)]
    return least, alike


def speed_up(slow: Cost, fast: Cost) -> str:
    """Return how many times faster one time is than another, to one digit; nothing if it cannot be said.

    It is said of medians of at least three undisturbed fits each, if every ratio within their ranges is above 2.

    Parameters
    ----------
    slow, fast : Cost
        Times.

    Returns
    -------
    ratio : str
        One digit, and zeros; empty if it cannot be said.

    Examples
    --------
    >>> slow, fast = Cost("fit_seconds", (60.0, 66.0, 70.0)), Cost("fit_seconds", (3.0, 4.0, 5.0))
    >>> speed_up(slow, fast)
    '20'
    >>> speed_up(slow, Cost("fit_seconds", (4.0,)))
    ''
    """
    if not (slow.has_range and fast.has_range) or slow.low <= RATIO_FROM * fast.high:
        return ""
    return f"{float(f'{slow.median / fast.median:.1g}'):,.0f}"


def with_costs(summary: pd.DataFrame, results: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return a summary with medians in place of its means, and their ranges.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.
    results : DataFrame
        What it is a summary of.
    measures : sequence of str
        Columns of both; each gets ``MEASURE_low``, ``MEASURE_high`` (the range), ``MEASURE_fits`` (how many fits it is
        over) and ``MEASURE_is_disturbed`` (it is a time, and all of its fits were disturbed).

    Returns
    -------
    summary : DataFrame
        With these columns.

    Raises
    ------
    UnknownNameError
        If a measure is no cost.
    """
    columns: dict[str, Sequence[float]] = {}
    for measure in measures:
        costs = costs_of(results, measure)
        found = [costs.get(case) for case in summary["case"]]
        columns[measure] = [cost.median if cost else float("nan") for cost in found]
        columns[f"{measure}_low"] = [cost.low if cost else float("nan") for cost in found]
        columns[f"{measure}_high"] = [cost.high if cost else float("nan") for cost in found]
        columns[f"{measure}_fits"] = [len(cost.values) if cost else 0 for cost in found]
        columns[f"{measure}_is_disturbed"] = [bool(cost and cost.is_disturbed) for cost in found]
    return summary.assign(**columns)
