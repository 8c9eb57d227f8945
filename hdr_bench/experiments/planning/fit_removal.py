"""Removal of stored fits of grid searches that are no longer needed, before and after a run."""

from collections.abc import Iterable
from contextlib import suppress

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.planning.schedule import Schedule, planned_trial
from hdr_bench.experiments.planning.stored_fits import is_kept, readable_part, trial_before_search, without_search
from hdr_bench.files import clear_leftovers
from hdr_bench.records.fit_store import FitStore, fit_stores
from hdr_bench.records.options import Rerun
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Trial


def remove_fits_before(schedule: Schedule, store: Store) -> None:
    """Remove the stored fits that a run repeats, and files that killed processes left incomplete.

    Parameters
    ----------
    schedule : Schedule
    store : Store
        Of the run's folder.
    """
    for trial in schedule.to_run:
        if trial.search is not None:
            _remove_fits_that_run_again(FitStore(store.folder, trial.key), schedule.rerun)
    for fits in fit_stores(store.folder):
        clear_leftovers(fits.trials_folder)


def remove_fits_after(schedule: Schedule, store: Store) -> None:
    """Remove the stored fits of finished searches, and of those that they replace.

    Parameters
    ----------
    schedule : Schedule
    store : Store
        Of the run's folder, with the results.
    """
    searches = [trial for trial in schedule.trials if trial.search is not None]
    if not searches or not fit_stores(store.folder):
        return
    results = {trial.key: store.look_up(planned_trial(trial)).result for trial in searches}
    done = [trial for trial in searches if (result := results[trial.key]) is not None and result.status == "ok"]
    for trial in done:
        FitStore(store.folder, trial.key).clear()
    _clear_superseded_fits(store, done)


def _remove_fits_that_run_again(store: FitStore, rerun: Rerun) -> None:
    if rerun == "all":
        store.clear()
    elif rerun == "failed":
        for name in store.names:
            with suppress(StoreError):
                if not is_kept(store.read(name), rerun):
                    store.remove(name)


def _clear_superseded_fits(store: Store, done: Iterable[Trial]) -> None:
    """Remove the fits of searches that were replaced, after a change to their grid or code.

    A search that differs from a finished one only in grid, folds, strategy, code or versions was abandoned for it. Fits
    that belong to other images, parameters or seeds are kept.
    """
    by_readable_part: dict[str, set[str]] = {}
    names = set()
    for trial in done:
        key = trial.key
        names.add(key)
        by_readable_part.setdefault(readable_part(key), set()).add(without_search(trial))
    for fits in fit_stores(store.folder):
        alike = by_readable_part.get(readable_part(fits.search))
        if alike and fits.search not in names and trial_before_search(fits) in alike:
            fits.clear()
