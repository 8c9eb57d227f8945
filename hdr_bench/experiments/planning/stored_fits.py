"""Stored fits of a grid search, from which a run continues."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdr_bench.datasets import Dataset
from hdr_bench.exceptions import MissingTrialError, NewerFormatError, StoreError
from hdr_bench.experiments.planning.search_fits import search_of
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.experiments.planning.trial_data import select_images
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.options import Rerun
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial


@dataclass(frozen=True, eq=False)
class StoredFits:
    """Stored fits of a search.

    Attributes
    ----------
    search : SearchState
        Search with their outcomes.
    problems : tuple of str
        Files that are not used, with the reasons.
    is_newer : bool
        Whether a newer version of the library wrote one of them; the search is then left unchanged.
    """

    search: SearchState
    problems: tuple[str, ...] = ()
    is_newer: bool = False


def read_fits(trial: Trial, dataset: Dataset, store: FitStore, rerun: Rerun) -> StoredFits:
    """Read the stored fits of a search that are not repeated.

    Parameters
    ----------
    trial : Trial
        Trial with the search.
    dataset : Dataset
        The complete data set that it is planned with.
    store : FitStore
        Store of its fits.
    rerun : {"missing", "failed", "without-model", "all"}

    Returns
    -------
    fits : StoredFits
    """
    outcomes: list[Result] = []
    problems: dict[str, str] = {}
    is_newer = False
    for name in store.names:
        try:
            result = store.read(name)
        except NewerFormatError as error:
            is_newer, problems[name] = True, store.without_folder(error)
        except MissingTrialError:
            continue
        except StoreError as error:
            problems[name] = store.without_folder(error)
        else:
            # An outcome under a different limit does not apply.
            if is_kept(result, rerun) and name in _names(result.trial, trial):
                outcomes.append(result)
    search = SearchState(trial, _labels(trial, dataset), outcomes)
    if problems and not is_newer:
        # Problems are reported only for files that are needed.
        planned = {name for fit in search.fits.values() for name in (fit.key, fit.limited_key)}
        problems = {name: problem for name, problem in problems.items() if name in planned}
    return StoredFits(search, tuple(problems.values()), is_newer)


def _names(fit: Trial, search: Trial) -> tuple[str, str]:
    """Return the names that a stored fit's file may have under the current limits of its search."""
    limits = {"time_limit": search.time_limit, "memory_limit": search.memory_limit}
    return fit.model_copy(update=limits).keys()


def _labels(trial: Trial, dataset: Dataset) -> NDArray[np.int64]:
    """Return the labels of a search's images; those of the data set if they do not affect its rounds."""
    if search_of(trial).strategy == "grid":
        return dataset.train.labels
    return select_images(dataset, trial).train.labels


def is_kept(result: Result, rerun: Rerun) -> bool:
    """Return whether to keep a stored fit rather than repeat it.

    Parameters
    ----------
    result : Result
    rerun : {"missing", "failed", "without-model", "all"}

    Returns
    -------
    is_kept : bool
    """
    return rerun in {"missing", "without-model"} or (rerun == "failed" and result.status == "ok")


def trial_before_search(fits: FitStore) -> str:
    """Return the identity of a search's trial regardless of grid and code, from its first readable fit.

    Parameters
    ----------
    fits : FitStore

    Returns
    -------
    key : str
        As returned by `without_search`; empty if no fit can be read.
    """
    stored = first_of(fits)
    return "" if stored is None else without_search(stored)


def first_of(fits: FitStore) -> Trial | None:
    """Return the first readable fit of a search.

    Parameters
    ----------
    fits : FitStore

    Returns
    -------
    fit : Trial or None
    """
    for name in fits.names:
        with suppress(StoreError):
            return fits.read(name).trial
    return None


def without_search(trial: Trial) -> str:
    """Return the identity of a search's trial, or of a fit of it, regardless of grid, folds, code and versions.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    key : str
    """
    nothing = dict.fromkeys(("search", "search_fit", "fold", "folds"))
    return trial.model_copy(update={**nothing, "code": "", "versions": {}}).key


def readable_part(key: str) -> str:
    """Return the part of a key that names the case and the seed.

    Parameters
    ----------
    key : str
        Key of a search's trial.

    Returns
    -------
    part : str
    """
    return key.rpartition("-")[0]
