"""Which of the measured times say little, because something else had the processors."""

import pandas as pd

from hdr_bench.records.lost_time import is_disturbed
from hdr_bench.records.metric_types import Call


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
