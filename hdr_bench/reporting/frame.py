"""Results as one tidy table: every table and figure is a function of it."""

import os
from typing import Any

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.store import Planned, Store
from hdr_bench.experiments.trial import Measurements, Result, Scores
from hdr_bench.reporting.statistics import wilson_interval

_SCORES = list(Scores.model_fields)
_MEASUREMENTS = list(Measurements.model_fields)
_IDENTITY = ["key", "suite", "case", "estimator", "seed", "is_deterministic", "status", "error", "dataset",
             "fingerprint", "n_train", "n_test", "is_reduced", "threads", "cpu", "finished"]  # fmt: skip


def load_results(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the results of a run, a row a trial, in the suite's order.

    Parameters
    ----------
    path : path-like
        The run's folder.

    Returns
    -------
    results : DataFrame
        Columns ``key``, ``suite``, ``case``, ``estimator``, ``seed``, ``is_deterministic``, ``status`` (``"ok"``,
        ``"failed"``, ``"crashed"``, ``"missing"`` where it has not been run, ``"damaged"`` where its file cannot be
        read), ``error``, ``dataset``, ``fingerprint``, ``n_train``, ``n_test``, ``is_reduced``, ``threads``, ``cpu``,
        ``finished``; then the scores (shares between 0 and 1) and the measurements (seconds, bytes), missing where
        the trial did not go well.

    Raises
    ------
    StoreError
        If there is no run at `path`.

    Examples
    --------
    >>> from hdr_bench import load_results
    >>> results = load_results("reports/quick")  # doctest: +SKIP
    >>> results.groupby("case")["accuracy"].mean()  # doctest: +SKIP
    """
    store = Store(path)
    run = store.read_run()
    rows = [_row(run.suite.name, planned, store) for planned in run.trials]
    return pd.DataFrame(rows, columns=[*_IDENTITY, *_SCORES, *_MEASUREMENTS])


def summarise(results: pd.DataFrame) -> pd.DataFrame:
    """Return a row a case, in the suite's order: means over seeds, and the 95 % interval of the accuracy.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it.

    Returns
    -------
    summary : DataFrame
        Columns ``case``, ``status`` (``"ok"`` where every trial went well), ``problem``, ``n_seeds``, ``n_test``,
        ``accuracy_low`` and ``accuracy_high`` (Wilson's interval for the mean accuracy on the test images),
        ``accuracy_std`` (over seeds; missing for one), ``error_rate``, then the mean of each score and measurement
        over the trials that went well.
    """
    rows = [_summary(str(case), trials) for case, trials in results.groupby("case", sort=False)]
    return pd.DataFrame(rows)


def _row(suite: str, planned: Planned, store: Store) -> dict[str, Any]:
    row: dict[str, Any] = {"key": planned.key, "suite": suite, "case": planned.case, "seed": planned.seed}
    if not store.has(planned.key):
        return {**row, "status": "missing", "error": "not yet run"}
    try:
        return {**row, **_told(store.read(planned.key))}
    except StoreError as error:
        # A report says the same wherever the folder lies.
        return {**row, "status": "damaged", "error": str(error).replace(f"{store.folder}{os.sep}", "")}


def _told(result: Result) -> dict[str, Any]:
    trial = result.trial
    told: dict[str, Any] = {
        "estimator": trial.estimator,
        "is_deterministic": trial.is_deterministic,
        "status": result.status,
        "error": result.error,
        "dataset": trial.dataset.name,
        "fingerprint": trial.fingerprint,
        "n_train": result.n_train,
        "n_test": result.n_test,
        "is_reduced": trial.is_reduced,
        "threads": trial.threads,
        "cpu": result.environment.cpu,
        "finished": result.finished,
    }
    for record in (result.scores, result.measurements):
        if record is not None:
            told |= {key: np.nan if value is None else value for key, value in record.model_dump().items()}
    return told


def _summary(case: str, trials: pd.DataFrame) -> dict[str, Any]:
    good = trials[trials["status"] == "ok"]
    bad = trials[trials["status"] != "ok"]
    problem = f"{bad['status'].iloc[0]}: {bad['error'].iloc[0]}" if len(bad) else ""
    row: dict[str, Any] = {"case": case, "status": "ok" if not len(bad) else bad["status"].iloc[0], "problem": problem}
    row |= {"n_seeds": len(good), "n_test": int(good["n_test"].iloc[0]) if len(good) else 0}
    numeric = [*_SCORES, *(name for name in _MEASUREMENTS if name not in {"engine", "memory_method"})]
    row |= {name: float(good[name].astype(float).mean()) if len(good) else np.nan for name in numeric}
    low, high = wilson_interval(row["accuracy"], row["n_test"]) if len(good) else (np.nan, np.nan)
    return row | {
        "accuracy_low": low,
        "accuracy_high": high,
        "accuracy_std": float(good["accuracy"].std(ddof=1)) if len(good) > 1 else np.nan,
        "error_rate": round(1 - row["accuracy"], 12),
        "engine": ", ".join(sorted(set(good["engine"].astype(str)))) if len(good) else "",
    }
