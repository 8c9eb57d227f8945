"""Results as one tidy table: every table and figure is a function of it."""

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from hdr_bench.exceptions import NewerFormatError, StoreError
from hdr_bench.experiments.result import Measurements, Result, Scores
from hdr_bench.experiments.store import Planned, RunRecord, Store
from hdr_bench.reporting.disturbed import disturbed_times
from hdr_bench.reporting.intervals import mean_interval, wilson_interval

_SCORES = list(Scores.model_fields)
_MEASUREMENTS = list(Measurements.model_fields)
_SEARCH = ["chosen", "search_score", "n_tried", "n_failed", "n_candidates", "search_is_limited", "search_seconds",
           "refit_seconds"]  # fmt: skip
_SEARCH_NUMBERS = [name for name in _SEARCH if name not in {"chosen", "search_is_limited"}]
_IDENTITY = ["key", "suite", "case", "estimator", "protocol", "seed", "fold", "samples", "is_deterministic", "status",
             "error", "dataset", "fingerprint", "n_train", "n_test", "is_reduced", "threads", "n_concurrent", "cpu",
             "finished", "seconds"]  # fmt: skip
_TEXTS = {"engine", "memory_method"}


def load_results(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the results of a run, a row a trial, in the suite's order.

    Parameters
    ----------
    path : path-like
        The run's folder.

    Returns
    -------
    results : DataFrame
        Columns ``key``, ``suite``, ``case``, ``estimator``, ``protocol``, ``seed``, ``fold`` (from 0), ``samples``
        (training images asked for, where not all), ``is_deterministic``, ``status`` (``"ok"``, ``"failed"``,
        ``"crashed"``, ``"timeout"``, ``"out of memory"``, ``"missing"`` where it has not been run, ``"damaged"`` where
        its file cannot be read), ``error``, ``dataset``, ``fingerprint``, ``n_train``, ``n_test``, ``is_reduced``,
        ``threads``, ``n_concurrent`` (trials that shared the machine), ``cpu``, ``finished``, ``seconds`` (of the whole
        trial); then the scores (shares between 0 and 1), the measurements (seconds, bytes), and of a grid search
        ``chosen`` (JSON), ``search_score``, ``n_tried``, ``n_failed``, ``n_candidates``, ``search_is_limited``,
        ``search_seconds``, ``refit_seconds``; missing where the trial did not go well.

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
    return _frame(store, store.read_run(), store.read)


def read_results(store: Store, run: RunRecord) -> tuple[pd.DataFrame, dict[str, Result]]:
    """Return what `load_results` does, and the results themselves by their keys, as far as they can be read."""
    records: dict[str, Result] = {}

    def read(key: str) -> Result:
        records[key] = store.read(key)
        return records[key]

    return _frame(store, run, read), records


def summarise(results: pd.DataFrame) -> pd.DataFrame:
    """Return a row a case, in the suite's order: means over seeds or folds, and the 95 % interval of the accuracy.

    A learning curve has a row for each number of images.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it.

    Returns
    -------
    summary : DataFrame
        Columns ``method`` (the case's name), ``case`` (the same, with the number of images where it is needed),
        ``number`` (the method's place in the suite, from 0), ``status`` (``"ok"`` where every trial went well),
        ``problem``, ``n_trials``, ``n_test`` (of cross-validation, of all folds together), ``accuracy_low`` and
        ``accuracy_high`` (Wilson's interval for the mean accuracy on so many images), ``accuracy_std``,
        ``accuracy_mean_low`` and ``accuracy_mean_high`` (over seeds and folds: standard deviation, and Student's
        interval of the mean, of folds with Nadeau and Bengio's correction; missing for one trial), ``error_rate``,
        ``is_time_disturbed`` (every fit waited for processors that something else had), ``cost_set`` (the same for
        rows whose costs compare: the same data, as many images to learn from and to judge; empty for a part of a
        learning curve), the mean of each score and measurement over the trials that went well (missing where one of
        them lacks it), and of a grid search what was chosen.
    """
    labels = [label_of(row) for row in results.to_dict("records")]
    groups = results.assign(label=labels).groupby("label", sort=False)
    numbers = {case: number for number, case in enumerate(dict.fromkeys(results["case"]))}
    rows = [_summary(str(label), trials) for label, trials in groups]
    return pd.DataFrame([{**row, "number": numbers[row["method"]]} for row in rows])


def largest_cost_set(summary: pd.DataFrame) -> str | None:
    """Return the ``cost_set`` that most rows of a summary are of, the first of several; None for none."""
    named = summary.loc[summary["cost_set"] != "", "cost_set"]
    return None if named.empty else str(max(dict.fromkeys(named), key=lambda name: int((named == name).sum())))


def _frame(store: Store, run: RunRecord, read: Callable[[str], Result]) -> pd.DataFrame:
    rows = [_row(run.suite.name, planned, store, read) for planned in run.trials]
    return pd.DataFrame(rows, columns=[*_IDENTITY, *_SCORES, *_MEASUREMENTS, *_SEARCH])


def _row(suite: str, planned: Planned, store: Store, read: Callable[[str], Result]) -> dict[str, Any]:
    row: dict[str, Any] = {"key": planned.key, "suite": suite, "case": planned.case, "seed": planned.seed}
    row |= {"protocol": planned.protocol, "fold": _number(planned.fold), "samples": _number(planned.samples)}
    key = store.find(planned)
    if key is None:
        is_there = store.is_there(planned.key)
        told = ("damaged", "cut off; it will be run again") if is_there else ("missing", "not yet run")
        return {**row, "status": told[0], "error": told[1]}
    try:
        return {**row, "key": key, **_told(read(key))}
    except NewerFormatError:
        raise
    except StoreError as error:
        # A report says the same wherever the folder lies.
        return {**row, "status": "damaged", "error": str(error).replace(f"{store.folder}{os.sep}", "")}


def _told(result: Result) -> dict[str, Any]:
    trial = result.trial
    told: dict[str, Any] = {
        "estimator": trial.estimator,
        "protocol": trial.protocol,
        "fold": _number(trial.fold),
        "samples": _number(trial.samples),
        "is_deterministic": trial.is_deterministic,
        "status": result.status,
        "error": result.error,
        "dataset": trial.dataset.name,
        "fingerprint": trial.fingerprint,
        "n_train": result.n_train,
        "n_test": result.n_test,
        "is_reduced": trial.is_reduced,
        "threads": trial.threads,
        "n_concurrent": result.n_concurrent,
        "cpu": result.environment.cpu,
        "finished": result.finished,
        "seconds": result.seconds,
    }
    for record in (result.scores, result.measurements):
        if record is not None:
            told |= {key: np.nan if value is None else value for key, value in vars(record).items()}
    if (found := result.searched) is not None:
        told |= {
            "chosen": as_json(found.chosen),
            "search_score": found.score,
            "n_tried": len({as_json(candidate.params) for candidate in found.candidates}),
            "n_failed": found.n_failed,
            "n_candidates": found.n_candidates,
            "search_is_limited": found.is_limited,
            "search_seconds": found.search_seconds,
            "refit_seconds": found.refit_seconds,
        }
    return told


def as_json(params: dict[str, Any]) -> str:
    """Return parameters of a grid as one text, the same for the same ones."""
    return json.dumps(params, sort_keys=True, default=str)


def label_of(row: dict[Any, Any]) -> str:
    """Return what tables call a trial: its case, of a learning curve with the number of images."""
    case = str(row["case"])
    return f"{case}, {row['samples']:,.0f} images" if row["protocol"] == "learning-curve" else case


def _number(value: int | None) -> float:
    return np.nan if value is None else value


def _summary(case: str, trials: pd.DataFrame) -> dict[str, Any]:
    good = trials[trials["status"] == "ok"]
    bad = trials[trials["status"] != "ok"]
    problem = f"{bad['status'].iloc[0]}: {bad['error'].iloc[0]}" if len(bad) else ""
    row: dict[str, Any] = {"method": str(trials["case"].iloc[0]), "case": case, "problem": problem}
    row |= {"status": "ok" if not len(bad) else bad["status"].iloc[0], "n_trials": len(good)}
    # Of cross-validation, the folds of one seed hold each image once.
    row["n_test"] = int(good.loc[good["seed"] == good["seed"].iloc[0], "n_test"].sum()) if len(good) else 0
    numeric = [*_SCORES, *(name for name in _MEASUREMENTS if name not in _TEXTS), *_SEARCH_NUMBERS]
    row |= {name: float(good[name].astype(float).mean(skipna=False)) if len(good) else np.nan for name in numeric}
    row["chosen"] = "\n".join(dict.fromkeys(good["chosen"].dropna()))
    row["search_is_limited"] = bool(good["search_is_limited"].eq(True).any())
    row["cost_set"] = _cost_set(good)
    row["is_time_disturbed"] = len(good) > 0 and bool(disturbed_times(good).all())
    low, high = wilson_interval(row["accuracy"], row["n_test"]) if len(good) else (np.nan, np.nan)
    shared = float((good["n_test"] / good["n_train"]).mean()) if good["fold"].notna().any() else 0.0
    mean_low, mean_high = mean_interval(good["accuracy"].to_numpy(float), variance_factor=shared)
    return row | {
        "accuracy_low": low,
        "accuracy_high": high,
        "accuracy_std": float(good["accuracy"].std(ddof=1)) if len(good) > 1 else np.nan,
        "accuracy_mean_low": mean_low,
        "accuracy_mean_high": mean_high,
        "error_rate": round(1 - row["accuracy"], 12),
        "engine": ", ".join(sorted(set(good["engine"].astype(str)))) if len(good) else "",
    }


def _cost_set(good: pd.DataFrame) -> str:
    if not len(good) or good["protocol"].iloc[0] == "learning-curve":
        return ""
    first = good.iloc[0]
    whole = "folds" if good["fold"].notna().any() else "test part"
    return f"{first['fingerprint']}, {first['n_train']:.0f} and {first['n_test']:.0f} of the {whole}"
