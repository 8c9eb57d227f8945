"""Which of the measured times say little, because something else had the processors."""

from typing import Literal

import pandas as pd

from hdr_bench.experiments.lost_time import is_disturbed

Call = Literal["fit", "predict"]


def disturbed_times(results: pd.DataFrame, call: Call = "fit") -> "pd.Series[bool]":
    """Return for each trial whether the time of a call is disturbed.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it: ``fit_wait_share`` and ``predict_wait_share``, and ``n_concurrent`` for results
        without them.
    call : {"fit", "predict"}, default="fit"

    Returns
    -------
    disturbed : Series of bool
        With the index of `results`; False for trials without times.
    """
    waits = results[f"{call}_wait_share"].astype(float)
    counts = results["n_concurrent"].astype(float).fillna(1)
    found = [is_disturbed(None if pd.isna(wait) else wait, int(n)) for wait, n in zip(waits, counts, strict=True)]
    return pd.Series(found, index=results.index, dtype=bool)
