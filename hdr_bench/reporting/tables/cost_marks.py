"""Which costs of a table are the least, and whether times rank at all."""

import numpy as np
import pandas as pd

from hdr_bench.reporting.comparisons.costs import Cost, costs_of, least_of
from hdr_bench.reporting.tables.table import Mark


def is_one_machine(results: pd.DataFrame) -> bool:
    """Return whether all trials that did not fail ran on processors of one kind, with as many threads.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it.

    Returns
    -------
    is_one_machine : bool
        Only then times rank.
    """
    good = results[results["status"] == "ok"]
    return len(set(good["cpu"].dropna())) <= 1 and len(set(good["threads"].dropna())) <= 1


def least_marks(summary: pd.DataFrame, results: pd.DataFrame, measure: str) -> dict[int, Mark]:
    """Return the row of the least cost, and those that are not measured apart from it.

    Of each set of rows whose costs compare: the same data, as many images to train and to evaluate on; only
    of rows that are ranked. Nothing of sets in which no row is measured apart from the least, as `is_apart` decides.

    Parameters
    ----------
    summary, results : DataFrame
        As `summarise` and `load_results` return them.
    measure : str
        In seconds or bytes; times that are disturbed are left out.

    Returns
    -------
    marks : dict of int to {"best", "like the best"}
        By the row's place in the summary.

    Raises
    ------
    UnknownNameError
        If the measure is no cost.
    """
    costs = costs_of(results, measure)
    marks: dict[int, Mark] = {}
    for name in filter(None, dict.fromkeys(summary["cost_set"])):
        is_in_set = (summary["cost_set"] == name) & summary["is_ranked"] & ~summary["is_dummy"]
        places = [
            place for place in np.flatnonzero(is_in_set).tolist() if _is_ranked(costs, summary["case"].iloc[place])
        ]
        marks |= _marks_of(places, [costs[summary["case"].iloc[place]] for place in places])
    return marks


def _is_ranked(costs: dict[str, Cost], case: str) -> bool:
    return case in costs and not costs[case].is_disturbed


def _marks_of(places: list[int], costs: list[Cost]) -> dict[int, Mark]:
    if len(costs) < 2:
        return {}
    least, alike = least_of(costs)
    if len(alike) == len(costs) - 1:
        return {}
    marks: dict[int, Mark] = {places[number]: "like the best" for number in alike}
    return {**marks, places[least]: "best"}
