"""Columns of the table of results, and what is checked of a frame before it becomes a table or a figure."""

import pandas as pd

from hdr_bench.records.measurements import Measurements, Scores
from hdr_bench.records.text import list_first
from hdr_bench.reporting.result_rows import CIRCUMSTANCES, DISTORTION, IDENTITY, OUTCOME

SEARCH_NUMBERS = ["search_score", "n_tried", "n_failed", "n_candidates", "search_seconds", "refit_seconds"]
"""Numbers of a grid search."""


def result_columns() -> list[str]:
    """Return the columns of the table of results, in their order.

    Returns
    -------
    columns : list of str
    """
    measured = [*Scores.columns(), *Measurements.columns()]
    return [*IDENTITY, *OUTCOME, *DISTORTION, *CIRCUMSTANCES, *measured, "chosen", "search_is_limited", *SEARCH_NUMBERS]


def check_frame(results: pd.DataFrame) -> None:
    """Check that a frame has rows, and the columns of results.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it, or rows of it.

    Raises
    ------
    ValueError
        If there are no rows, or columns are missing.
    """
    # Results of earlier versions have no other test sets, and nothing was done to the images of these.
    later = {"test_set", *DISTORTION}
    missing = [name for name in result_columns() if name not in results and name not in later]
    if missing:
        raise ValueError(
            f"the results lack columns: {list_first(missing)}; give a frame as load_results returns it, or rows of it"
        )
    if not len(results):
        raise ValueError("the results have no rows; give a frame as load_results returns it, or rows of it")


def on_one_test_set(results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that tables and figures are about: those of one test set, the trials' own unless one is chosen.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it, or rows of it.

    Returns
    -------
    results : DataFrame
        All rows if they are of one test set; otherwise those of the trials' own data.

    Raises
    ------
    ValueError
        If there are no rows, or columns are missing.
    """
    check_frame(results)
    if "test_set" not in results or results["test_set"].nunique() < 2:
        return results
    return results[results["test_set"] == ""]
