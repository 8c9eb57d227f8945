"""Which costs compare: sets of rows on the same data, and times that nothing else disturbed."""

import pandas as pd

from hdr_bench.records.lost_time import is_disturbed
from hdr_bench.records.metric_types import Call


def cost_set_of(good: pd.DataFrame) -> str:
    """Return what the rows have in common whose costs compare: the data, and how many images to train and evaluate on.

    Parameters
    ----------
    good : DataFrame
        The row's trials that did not fail, as `load_results` has them.

    Returns
    -------
    cost_set : str
        Empty for a part of a learning curve, and without trials.
    """
    if not len(good) or good["protocol"].iloc[0] == "learning-curve":
        return ""
    first = good.iloc[0]
    whole = "folds" if good["fold"].notna().any() else "test part"
    return f"{first['fingerprint']}, {first['n_train']:.0f} and {first['n_test']:.0f} of the {whole}"


def largest_cost_set(summary: pd.DataFrame) -> str | None:
    """Return the set that has most of the rows whose costs compare.

    Parameters
    ----------
    summary : DataFrame
        As `summarise` returns it.

    Returns
    -------
    cost_set : str or None
        A value of the column of that name, the first of several; None if no row is of a set.
    """
    named = summary.loc[summary["cost_set"] != "", "cost_set"]
    return None if named.empty else str(max(dict.fromkeys(named), key=lambda name: int((named == name).sum())))


def disturbed_times(results: pd.DataFrame, call: Call = "fit") -> "pd.Series[bool]":
    """Return for each trial whether the time of a call is disturbed.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it: ``fit_wait_share``, ``predict_wait_share`` and ``latency_wait_share``, and
        ``n_concurrent`` for results without them.
    call : {"fit", "predict", "latency"}, default="fit"
        The last one is of all calls with a single image together.

    Returns
    -------
    disturbed : Series of bool
        With the index of `results`; False for trials without times.
    """
    name = f"{call}_wait_share"
    waits = results[name].astype(float) if name in results else pd.Series(float("nan"), index=results.index)
    counts = results["n_concurrent"].astype(float).fillna(1)
    found = [is_disturbed(None if pd.isna(wait) else wait, int(n)) for wait, n in zip(waits, counts, strict=True)]
    return pd.Series(found, index=results.index, dtype=bool)
