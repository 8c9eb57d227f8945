"""What the tidy frame of a run leaves out: predictions, courses of training, candidates of grid searches."""

import math
import os
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from hdr_bench.exceptions import UnknownNameError
from hdr_bench.records.committed import open_store
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result, SearchResult
from hdr_bench.reporting.frame import read_results
from hdr_bench.reporting.result_rows import as_json


def load_predictions(path: str | os.PathLike[str], key: str, *, test_set: str = "") -> Predictions | None:
    """Return what a trial's method said of each image that it was evaluated on; None for a trial that failed.

    The probabilities or decision values are there as long as the run's folder is on the machine that ran it: a report
    that is committed holds the predicted labels and a summary of the scores.

    Parameters
    ----------
    path : path-like
        The run's folder.
    key : str
        The trial's, as `load_results` has it.
    test_set : str, default=""
        Name of another test set of the suite, as `load_results` has it; empty for the test part of the trial's own
        data, or its fold.

    Returns
    -------
    predictions : Predictions or None
        None for a trial that failed.

    Raises
    ------
    StoreError
        If there is no such trial, or its file is damaged.
    UnknownNameError
        If the trial was not evaluated on a test set of that name.
    """
    store = open_store(path)
    found = store.read_predictions(key)
    if found is None:
        return None
    if test_set and test_set not in found.test_sets:
        raise UnknownNameError("test set of this trial", test_set, found.test_sets)
    return store.arrays.with_scores(found.test_sets[test_set] if test_set else found)


def load_histories(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the course of each network's training, a row an epoch.

    Parameters
    ----------
    path : path-like
        The run's folder.

    Returns
    -------
    histories : DataFrame
        Columns ``key``, ``case``, ``seed``, ``fold``, ``epoch`` (from 1), then what was recorded: ``train_loss``,
        ``train_accuracy`` and, if images were held out, ``validation_loss``, ``validation_accuracy``.

    Raises
    ------
    StoreError
        If there is no run at `path`.
    """
    rows = history_rows(_results(path))
    return pd.DataFrame(rows, columns=None if rows else ["key", "case", "seed", "fold", "epoch"])


def history_rows(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return the rows of `load_histories`.

    Parameters
    ----------
    results : iterable of Result
        Of any trials.

    Returns
    -------
    rows : list of dict
        One for each epoch of each.
    """
    return [
        {**_trial_columns(result), "epoch": epoch, **row}
        for result in results
        for epoch, row in enumerate(result.history, start=1)
    ]


def load_candidates(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return the candidates of each grid search, a row a candidate (of successive halving, a row a round).

    Parameters
    ----------
    path : path-like
        The run's folder.

    Returns
    -------
    candidates : DataFrame
        Columns ``key``, ``case``, ``seed``, ``fold``, ``params`` (JSON), ``score`` and ``score_std`` (mean and
        standard deviation of the accuracy over the folds that did not fail), ``fit_seconds``, ``score_seconds`` (means
        over the folds), ``iteration``, ``samples`` (of successive halving), ``is_chosen``.

    Raises
    ------
    StoreError
        If there is no run at `path`.
    """
    return pd.DataFrame(candidate_rows(_results(path)))


def candidate_rows(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return the rows of `load_candidates`.

    Parameters
    ----------
    results : iterable of Result
        Of any trials.

    Returns
    -------
    rows : list of dict
        One for each candidate of each search.
    """
    return [
        {**_trial_columns(result), **_candidate(result.searched, place)}
        for result in results
        if result.searched is not None
        for place in range(len(result.searched.candidates))
    ]


def _results(path: str | os.PathLike[str]) -> list[Result]:
    store = open_store(path)
    # What cannot be read is a row of `load_results`.
    return list(read_results(store, store.read_run())[1].values())


def _trial_columns(result: Result) -> dict[str, Any]:
    trial = result.trial
    return {"key": result.key, "case": trial.case, "seed": trial.seed, "fold": trial.fold}


def _candidate(found: SearchResult, place: int) -> dict[str, Any]:
    candidate = found.candidates[place]
    scores = np.array([score for score in candidate.scores if score is not None and math.isfinite(score)])
    return {
        "params": as_json(candidate.params),
        "score": scores.mean() if len(scores) else np.nan,
        "score_std": scores.std() if len(scores) else np.nan,
        "fit_seconds": candidate.fit_seconds,
        "score_seconds": candidate.score_seconds,
        "iteration": candidate.iteration,
        "samples": candidate.samples,
        "is_chosen": candidate.params == found.chosen,
    }
