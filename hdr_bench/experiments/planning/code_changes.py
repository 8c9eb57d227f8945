"""Trials that run again because user code has changed since their results were stored."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.planning.stored_fits import first_of, readable_part, without_search
from hdr_bench.records.fit_store import FitStore, fit_stores
from hdr_bench.records.store import Store
from hdr_bench.records.text import pluralize
from hdr_bench.records.trial import Trial

# Sorts after every character of a key.
_LAST = "\U0010ffff"


def code_changes(to_run: Iterable[Trial], store: Store) -> list[str]:
    """Describe for each case how many of its trials run again because its code has changed.

    Parameters
    ----------
    to_run : iterable of Trial
    store : Store
        Store with the results, and the fits within grid searches, of other versions of the code.

    Returns
    -------
    lines : list of str
        One per case and reason, e.g. ``"mine: its code has changed since the stored result; 1 trial runs again"``.
    """
    # The folder is listed only once, not for each of thousands of trials.
    keys = store.keys()
    if not keys and not fit_stores(store.folder):
        return []
    reasons = Counter((trial.case, reason) for trial in to_run if (reason := _reason(trial, store, keys)))
    return [
        f"{case}: {reason}; {pluralize(count, 'trial')} run{'s' if count == 1 else ''} again"
        for (case, reason), count in reasons.items()
    ]


def _reason(trial: Trial, store: Store, keys: Sequence[str]) -> str:
    if not trial.code:
        return ""
    own_keys = trial.keys()
    near = _with_beginning(keys, _beginning(own_keys[0]))
    if set(own_keys) & set(near):
        return ""
    codes = {earlier.code for earlier in _stored_alike(trial, store, near)}
    if trial.code in codes:
        # Only versions of libraries differ.
        return ""
    if codes - {""}:
        return "its code has changed since the stored result"
    if codes:
        return "the stored result does not record its code"
    return "its code has changed since the stored fits of its search" if _has_fits_of_other_code(trial, store) else ""


def _has_fits_of_other_code(trial: Trial, store: Store) -> bool:
    """Return whether a search has no stored fits with the current code, but some with other code."""
    if trial.search is None or FitStore(store.folder, trial.key).names:
        return False
    part = readable_part(trial.key)
    stored = [first_of(fits) for fits in fit_stores(store.folder) if readable_part(fits.search) == part]
    alike = [fit for fit in stored if fit is not None and without_search(fit) == without_search(trial)]
    return bool(alike) and all(fit.code != trial.code for fit in alike)


def _stored_alike(trial: Trial, store: Store, near: Sequence[str]) -> Iterator[Trial]:
    """Yield the stored trials that differ from this one only in their code, and perhaps in versions."""
    alike = _without_code(trial) if near else ""
    for key in near:
        try:
            stored = store.read(key).trial
        # Unreadable, so it tells nothing about the code.
        except StoreError:
            continue
        if _without_code(stored) == alike:
            yield stored


def _beginning(key: str) -> str:
    """Return the readable part of a key: the case, the seed and the fold."""
    return f"{key.rpartition('-')[0]}-"


def _with_beginning(keys: Sequence[str], beginning: str) -> Sequence[str]:
    """Return the keys with a prefix, which are adjacent in sorted order."""
    return keys[bisect_left(keys, beginning) : bisect_left(keys, f"{beginning}{_LAST}")]


def _without_code(trial: Trial) -> str:
    return trial.model_copy(update={"code": "", "versions": {}}).key
