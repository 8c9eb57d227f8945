"""What the tidy frame of a run leaves out: predictions, courses of training, candidates of grid searches."""

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.result import Predictions, Result, Searched
from hdr_bench.experiments.store import Planned, Store
from hdr_bench.reporting.frame import as_json


def load_predictions(path: str | os.PathLike[str], key: str) -> Predictions | None:
    """Return what a trial's method said of each image that it was judged on; None where it did not go well.

    Parameters
    ----------
    path : path-like
        The run's folder.
    key : str
        The trial's, as `load_results` has it.

    Raises
    ------
    StoreError
        If there is no such trial, or its file cannot be read.
    """
    return Store(path).read_predictions(key)


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
        ``train_accuracy`` and, where images were held out, ``valid_loss``, ``valid_accuracy``.

    Raises
    ------
    StoreError
        If there is no run at `path`.
    """
    rows = [
        {**_named(result), "epoch": epoch, **row}
        for result in _results(path)
        for epoch, row in enumerate(result.history, start=1)
    ]
    return pd.DataFrame(rows, columns=None if rows else ["key", "case", "seed", "fold", "epoch"])


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
        standard deviation of the accuracy over the folds that went well), ``fit_seconds``, ``score_seconds`` (means
        over the folds), ``iteration``, ``samples`` (of successive halving), ``is_chosen``.

    Raises
    ------
    StoreError
        If there is no run at `path`.
    """
    rows = [
        {**_named(result), **_candidate(result.searched, place)}
        for result in _results(path)
        if result.searched is not None
        for place in range(len(result.searched.candidates))
    ]
    return pd.DataFrame(rows)


def readable_results(store: Store, trials: Iterable[Planned]) -> list[Result]:
    """Return the results of trials that are there and can be read; the others are rows of `load_results`."""
    found = []
    for key in map(store.find, trials):
        if key is not None:
            with suppress(StoreError):
                found.append(store.read(key))
    return found


def _results(path: str | os.PathLike[str]) -> list[Result]:
    store = Store(path)
    return readable_results(store, store.read_run().trials)


def _named(result: Result) -> dict[str, Any]:
    trial = result.trial
    return {"key": result.key, "case": trial.case, "seed": trial.seed, "fold": trial.fold}


def _candidate(found: Searched, place: int) -> dict[str, Any]:
    candidate = found.candidates[place]
    scores = np.array([score for score in candidate.scores if score is not None])
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
