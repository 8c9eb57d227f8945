"""Trials that run again because the user's own code changed since their stored results."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hdr_bench.exceptions import StoreError
from hdr_bench.records.store import Store
from hdr_bench.records.text import pluralize
from hdr_bench.records.trial import Trial

# After every character of a key in their order.
_LAST = "\U0010ffff"


def code_changes(to_run: Iterable[Trial], store: Store) -> list[str]:
    """Say of each case how many of its trials run again because its own code changed.

    Parameters
    ----------
    to_run : iterable of Trial
    store : Store
        With the results of other versions of the code.

    Returns
    -------
    lines : list of str
        One per case and reason, e.g. ``"mine: its code changed since the stored result; 1 trial runs again"``.
    """
    # The folder is listed once, not again for each of thousands of trials.
    keys = store.keys()
    if not keys:
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
        # Only versions differ.
        return ""
    if codes - {""}:
        return "its code changed since the stored result"
    return "the stored result does not say which code it came from" if codes else ""


def _stored_alike(trial: Trial, store: Store, near: Sequence[str]) -> Iterator[Trial]:
    """Give the stored trials that differ from this one in their code, and perhaps in versions, alone."""
    alike = _without_code(trial) if near else ""
    for key in near:
        try:
            stored = store.read(key).trial
        # Not readable: it says nothing of the code.
        except StoreError:
            continue
        if _without_code(stored) == alike:
            yield stored


def _beginning(key: str) -> str:
    """Return the readable part of a key, which is that of the case, the seed and the fold."""
    return f"{key.rpartition('-')[0]}-"


def _with_beginning(keys: Sequence[str], beginning: str) -> Sequence[str]:
    """Return those of sorted keys that begin so: they are next to each other."""
    return keys[bisect_left(keys, beginning) : bisect_left(keys, f"{beginning}{_LAST}")]


def _without_code(trial: Trial) -> str:
    return trial.model_copy(update={"code": "", "versions": {}}).key
