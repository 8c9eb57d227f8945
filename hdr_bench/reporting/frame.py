"""Results as one tidy table: every table and figure is a function of it."""

import os
import warnings
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoredScoresWarning
from hdr_bench.records.committed import WITHOUT_PREDICTIONS, CommittedReport, open_store
from hdr_bench.records.given_labels import AS_GIVEN
from hdr_bench.records.measurements import Measurements, Scores
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import RunRecord
from hdr_bench.records.store import Store
from hdr_bench.reporting.comparability import cost_set_of, disturbed_times
from hdr_bench.reporting.frame_columns import SEARCH_NUMBERS, on_one_test_set, result_columns
from hdr_bench.reporting.result_rows import added_row, evaluation_rows, row_of
from hdr_bench.reporting.statistics.uncertainty import is_row_stochastic, uncertainty_of_row, uncertainty_over_seeds

_TEXTS = {"engine", "memory_method"}


def load_results(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the results of a run, a row for each trial and test set, in the suite's order.

    Parameters
    ----------
    path : path-like
        The run's folder.

    Returns
    -------
    results : DataFrame
        Columns ``key``, ``suite``, ``case``, ``label`` (what tables call the trial: its case, of a learning curve with
        the number of images), ``test_set`` (name of another test set of the suite; empty for the test part of the
        trial's own data, or its fold), ``estimator``, ``protocol``, ``seed``, ``fold`` (from 0), ``samples``
        (training images asked for, where not all), ``is_deterministic``, ``status`` (``"ok"``, ``"failed"``,
        ``"crashed"``, ``"timeout"``, ``"out of memory"``, ``"missing"`` where it has not been run, ``"damaged"``
        where its file is not whole, ``"newer"`` where a newer version of the library wrote it; of another test set
        also ``"not evaluated"``, where its data were not there or do not fit), ``error``,
        ``dataset``, ``fingerprint``, ``n_train``, ``n_test``, ``is_reduced``; of a test set whose images are corrupted
        or attacked ``corruption`` (its name), ``severity`` (1 to 5 or ``"mnist-c"``, as text), ``attack`` (its name),
        ``eps`` (share of the pixels' range), ``steps``, ``transferred_from`` (the case whose fitted method attacked
        images were made for; empty for the method itself) and ``images`` (their fingerprint), missing for others;
        ``threads``, ``n_concurrent`` (trials
        that shared the machine), ``cpu``, ``finished``, ``seconds`` (of the whole trial); then the scores (shares
        between 0 and 1) and the measurements (seconds, bytes), as `hdr_bench.records.metrics.METRICS` lists them, and
        of a grid search ``chosen`` (JSON), ``search_is_limited``, ``search_score``, ``n_tried``, ``n_failed``,
        ``n_candidates``, ``search_seconds``, ``refit_seconds``;
        missing for a failed trial; on other test sets there are scores alone. Last,
        the same for all trials of a row that has several seeds,
        ``accuracy_variance`` and ``accuracy_freedom`` (of its mean accuracy over images and seeds: the variance, and
        its degrees of freedom), ``accuracy_basis`` and ``accuracy_trials`` (what it was computed from, and the number
        of trials), for which the predictions are read; missing for all other rows, and if the predictions are not
        stored.

    Raises
    ------
    StoreError
        If there is no run at `path`.

    Warns
    -----
    StoredScoresWarning
        If `path` is a report that was committed in format 3, without predictions.

    Examples
    --------
    >>> from hdr_bench import load_results
    >>> results = load_results("reports/quick")  # doctest: +SKIP
    >>> results.groupby("case")["accuracy"].mean()  # doctest: +SKIP
    """
    store = open_store(path)
    if isinstance(store, CommittedReport):
        warnings.warn(f"{store.folder}: {WITHOUT_PREDICTIONS}", StoredScoresWarning, stacklevel=2)
    run = store.read_run()
    results, records = read_results(store, run)
    others = read_evaluations(store, run, results, records)
    if not len(others):
        return results
    # Each trial's rows together, that of its own data first.
    both = pd.concat([results, others])
    order = {key: place for place, key in enumerate(results["key"])}
    return both.sort_values("key", key=lambda keys: keys.map(order), kind="stable", ignore_index=True)


def read_results(store: Store, run: RunRecord) -> tuple[pd.DataFrame, dict[str, Result]]:
    """Return the results of a run as a frame and as records.

    Parameters
    ----------
    store : Store
        The run's.
    run : RunRecord
        Which trials were planned.

    Returns
    -------
    results : DataFrame
        As `load_results` returns it.
    records : dict of str to Result
        The results themselves by their keys; those that can be read.
    """
    records: dict[str, Result] = {}
    rows: dict[str, dict[str, Any]] = {}
    for planned in run.trials:
        row = row_of(run.suite.name, planned, store, records)
        # A result counts once, also if a changed record leads to it twice, by either of its keys.
        rows.setdefault(row["key"], row)
    for found in store.look_up_added():
        rows[found.key] = added_row(run.suite.name, found)
        if found.result is not None:
            records[found.key] = found.result
    frame = _frame_of(rows.values())
    return frame.join(uncertainty_over_seeds(frame, store.read_predictions)), records


def read_evaluations(store: Store, run: RunRecord, results: pd.DataFrame, records: dict[str, Result]) -> pd.DataFrame:
    """Return the results of a run on the other test sets of its suite.

    Parameters
    ----------
    store : Store
        The run's.
    run : RunRecord
        Which test sets there are.
    results : DataFrame
        As `read_results` returns it.
    records : dict of str to Result
        As `read_results` returns it.

    Returns
    -------
    evaluations : DataFrame
        As `load_results` returns it: the rows whose ``test_set`` is not empty.
    """
    is_of_trial = [key not in records or not records[key].trial.is_from_file for key in results["key"]]
    rows = results[is_of_trial].to_dict("records")
    found = [(row, records.get(row["key"])) for row in rows]
    frame = _frame_of(new for row, each in found for new in evaluation_rows(row, each, _test_sets_of(run, row, each)))
    # A trial's file has the predictions for all test sets, of which there may be many.
    read_predictions = cache(store.read_predictions)
    uncertainties = [
        uncertainty_over_seeds(of_one, partial(_predictions_for, read_predictions, str(name)))
        for name, of_one in frame.groupby("test_set", sort=False)
    ]
    return frame.join(pd.concat(uncertainties) if uncertainties else uncertainty_over_seeds(frame, lambda _: None))


def _test_sets_of(run: RunRecord, row: dict[Any, Any], result: Result | None) -> tuple[str, ...]:
    """Return the names of a trial's test sets: those that decisions on labels added, then those of its case."""
    planned = () if result is None else result.trial.test_sets
    added = [each.name for each in planned if each.name.endswith(AS_GIVEN)]
    return tuple(dict.fromkeys([*added, *(each.name for each in run.suite.test_sets_of(row["case"]))]))


def _predictions_for(
    read_predictions: Callable[[str], Predictions | None], test_set: str, key: str
) -> Predictions | None:
    predictions = read_predictions(key)
    return None if predictions is None else predictions.test_sets.get(test_set)


def _frame_of(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=result_columns()).astype({"label": object, "test_set": object})


def summarise(results: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each case, in the suite's order: means over seeds or folds, and the accuracy's 95 % interval.

    A learning curve has a row for each number of images.

    Parameters
    ----------
    results : DataFrame
        As `load_results` returns it. Of several test sets, the rows of the trials' own data are taken; choose those of
        another one by the column ``test_set``.

    Returns
    -------
    summary : DataFrame
        Columns ``method`` (the case's name), ``case`` (the same, with the number of images where it is needed),
        ``number`` (the method's place in the suite, from 0), ``status`` (``"ok"`` if no trial failed),
        ``problem``, ``n_trials`` and ``n_planned`` (without failed trials, and with them), ``trials`` (the same as
        text, e.g. ``"2 of 3 seeds"``), ``is_complete`` (no seed or fold failed or is missing), ``is_dummy``
        (scikit-learn's ``DummyClassifier``), ``is_ranked`` (complete, no dummy, and at full size unless every row on
        its data is reduced), ``n_test`` (of cross-validation, of all folds together), ``accuracy_low`` and
        ``accuracy_high`` (the 95 % interval, over images and seeds, or over folds), ``accuracy_basis`` (what it is
        computed from, see `hdr_bench.reporting.statistics.uncertainty.Basis`), ``is_stochastic`` (its fits differ on
        some image; a single fit, or fits on folds: the method declares it), ``accuracy_std``, ``accuracy_min`` and
        ``accuracy_max`` (over seeds and folds; the standard deviation is missing for one trial), ``error_rate``,
        ``is_time_disturbed`` (every fit waited for processors that other work had), ``cost_set`` (the same for
        rows whose costs compare: the same data, as many images to train and to evaluate on; empty for a part of a
        learning curve), the mean of each score and measurement over the trials that did not fail (missing where one of
        them lacks it), and of a grid search what was chosen.

    Raises
    ------
    ValueError
        If there are no rows, or columns are missing.
    """
    results = on_one_test_set(results)
    groups = results.groupby("label", sort=False)
    numbers = {case: number for number, case in enumerate(dict.fromkeys(results["case"]))}
    rows = [_summary(str(label), trials) for label, trials in groups]
    summary = pd.DataFrame([{**row, "number": numbers[row["method"]]} for row in rows])
    return summary.assign(is_ranked=_is_ranked(summary)).drop(columns=["is_reduced", "fingerprint"])


def _summary(case: str, trials: pd.DataFrame) -> dict[str, Any]:
    is_good = (trials["status"] == "ok").to_numpy(bool)
    # To choose rows takes pandas long, and most often all are chosen.
    good = trials if is_good.all() else trials[is_good]
    bad = trials[:0] if is_good.all() else trials[~is_good]
    problem = describe_problem(bad["status"].iloc[0], bad["error"].iloc[0]) if len(bad) else ""
    row: dict[str, Any] = {"method": str(trials["case"].iloc[0]), "case": case, "problem": problem}
    row |= {"status": "ok" if not len(bad) else bad["status"].iloc[0], "n_trials": len(good)}
    row |= {"n_planned": len(trials), "is_complete": not len(bad), "trials": _count_of_trials(trials, len(good))}
    row["is_dummy"] = any(str(name).endswith(".DummyClassifier") for name in trials["estimator"])
    row["is_reduced"] = bool(good["is_reduced"].eq(True).any())
    row["fingerprint"] = str(good["fingerprint"].iloc[0]) if len(good) else ""
    # Of cross-validation, the folds of one seed hold each image once.
    row["n_test"] = int(good.loc[good["seed"] == good["seed"].iloc[0], "n_test"].sum()) if len(good) else 0
    measured = (name for name in (*Scores.columns(), *Measurements.columns()) if name not in _TEXTS)
    numeric = [*measured, *SEARCH_NUMBERS]
    row |= _means(good, numeric)
    row["chosen"] = "\n".join(dict.fromkeys(good["chosen"].dropna()))
    row["search_is_limited"] = bool(good["search_is_limited"].eq(True).any())
    row["cost_set"] = cost_set_of(good)
    row["is_time_disturbed"] = len(good) > 0 and bool(disturbed_times(good).all())
    found = uncertainty_of_row(good, row["n_test"]) if len(good) else None
    low, high = found.interval(row["accuracy"], row["n_test"]) if found else (np.nan, np.nan)
    return row | {
        "accuracy_low": low,
        "accuracy_high": high,
        "accuracy_basis": found.basis if found else "",
        "is_stochastic": bool(found and is_row_stochastic(good, found)),
        "accuracy_std": float(good["accuracy"].std(ddof=1)) if len(good) > 1 else np.nan,
        "accuracy_min": float(good["accuracy"].min()) if len(good) else np.nan,
        "accuracy_max": float(good["accuracy"].max()) if len(good) else np.nan,
        "error_rate": round(1 - row["accuracy"], 12),
        "engine": ", ".join(sorted(set(good["engine"].dropna().astype(str)))) if len(good) else "",
    }


def _means(trials: pd.DataFrame, columns: list[str]) -> dict[str, float]:
    """Return the mean of each column; NaN where a trial lacks it, and without trials."""
    if not len(trials):
        return dict.fromkeys(columns, np.nan)
    # All at once, each column's values side by side: one by one, pandas takes longer than everything else here.
    values = np.ascontiguousarray(trials[columns].to_numpy(float).T)
    return dict(zip(columns, values.mean(axis=1).tolist(), strict=True))


def describe_problem(status: str, error: str) -> str:
    """Return why there is no result of a trial; that of a damaged file says itself that it is damaged.

    Parameters
    ----------
    status : str
        The trial's, other than "ok".
    error : str
        What went wrong, in a line.

    Returns
    -------
    problem : str
        In a line.

    Examples
    --------
    >>> describe_problem("timeout", "ended after 3 s")
    'timeout: ended after 3 s'
    """
    return error if status == "damaged" else f"{status}: {error}"


def _count_of_trials(trials: pd.DataFrame, n_good: int) -> str:
    """Return how many trials of a row did not fail, e.g. ``"2 of 3 seeds"``; of a single one its number alone."""
    if len(trials) == 1:
        return str(n_good)
    unit = "folds" if trials["fold"].notna().any() else "seeds"
    return f"{len(trials)} {unit}" if n_good == len(trials) else f"{n_good} of {len(trials)} {unit}"


def _is_ranked(summary: pd.DataFrame) -> pd.Series:
    """Return which rows are compared and ranked; at a reduced size only if all others on the same data are, too."""
    full = set(summary.loc[~summary["is_reduced"] & ~summary["is_dummy"], "fingerprint"])
    has_size = ~(summary["is_reduced"] & summary["fingerprint"].isin(full))
    return summary["is_complete"] & ~summary["is_dummy"] & has_size
