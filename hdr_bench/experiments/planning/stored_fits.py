"""Stored fits of a grid search: those that a run goes on from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset
from hdr_bench.experiments.planning.open_search import OpenSearch
from hdr_bench.experiments.planning.search_fits import search_of
from hdr_bench.experiments.planning.trial_data import select_images
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.options import Rerun
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import PlannedTrial
from hdr_bench.records.trial import Trial


@dataclass(frozen=True, eq=False)
class StoredFits:
    """Fits of a search that are stored.

    Attributes
    ----------
    search : OpenSearch
        With their outcomes.
    problems : tuple of str
        Files that are not believed, and why.
    is_newer : bool
        A newer version of the library wrote one of them: the search is left as it is.
    """

    search: OpenSearch
    problems: tuple[str, ...] = ()
    is_newer: bool = False


def read_fits(trial: Trial, dataset: Dataset, store: FitStore, rerun: Rerun) -> StoredFits:
    """Read the stored fits of a search, as far as they do not run again.

    Parameters
    ----------
    trial : Trial
        With the search.
    dataset : Dataset
        The one that it is planned with, whole.
    store : FitStore
        Of its fits.
    rerun : {"missing", "failed", "all"}

    Returns
    -------
    fits : StoredFits
    """
    labels = _labels(trial, dataset)
    names = set(store.keys())
    outcomes: dict[str, Result] = {}
    problems: dict[str, str] = {}
    is_newer = False
    while True:
        search = OpenSearch(trial, labels, outcomes.values())
        n_known = len(outcomes)
        for key, fit in search.missing.items() if names else ():
            planned = _planned(fit)
            if key in problems or not names & {planned.key, planned.limited_key}:
                continue
            lookup = store.look_up(planned)
            is_newer = is_newer or lookup.is_newer
            if lookup.problem:
                problems[key] = lookup.problem
            if lookup.result is not None and _is_kept(lookup.result, rerun):
                outcomes[key] = lookup.result
        # Those of one round of successive halving say which ones the next round has.
        if len(outcomes) == n_known:
            return StoredFits(search, tuple(problems.values()), is_newer)


def _labels(trial: Trial, dataset: Dataset) -> NDArray[np.int64]:
    """Return the labels of a search's images; those of the data set where they decide nothing about its rounds."""
    if search_of(trial).strategy == "grid":
        return dataset.train.labels
    return select_images(dataset, trial).train.labels


def _is_kept(result: Result, rerun: Rerun) -> bool:
    return rerun == "missing" or (rerun == "failed" and result.status == "ok")


def remove_fits_that_run_again(store: FitStore, rerun: Rerun) -> None:
    """Remove the stored fits of a search that are to run again.

    Parameters
    ----------
    store : FitStore
    rerun : {"missing", "failed", "all"}
    """
    if rerun == "all":
        store.clear()
    elif rerun == "failed":
        for key in sorted(store.keys()):
            result = store.look_up(PlannedTrial(key=key, case="", seed=0)).result
            if result is not None and not _is_kept(result, rerun):
                store.remove(key)


def _planned(fit: Trial) -> PlannedTrial:
    key, limited_key = fit.keys()
    return PlannedTrial(key=key, limited_key=limited_key, case=fit.case, seed=fit.seed, protocol=fit.protocol)
