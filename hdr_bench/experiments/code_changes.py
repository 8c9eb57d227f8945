"""Trials that run again because the user's own code changed since their stored results."""

from collections import Counter
from collections.abc import Iterable, Iterator

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.progress import counted
from hdr_bench.experiments.store import Store
from hdr_bench.experiments.trial import Trial


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
    reasons = Counter((trial.case, reason) for trial in to_run if (reason := _reason(trial, store)))
    return [
        f"{case}: {reason}; {counted(count)} run{'s' if count == 1 else ''} again"
        for (case, reason), count in reasons.items()
    ]


def _reason(trial: Trial, store: Store) -> str:
    if not trial.code or set(trial.keys()) & set(store.keys(_beginning(trial))):
        return ""
    codes = {earlier.code for earlier in _stored_alike(trial, store)}
    if trial.code in codes:
        # Only versions differ.
        return ""
    if codes - {""}:
        return "its code changed since the stored result"
    return "the stored result does not say which code it came from" if codes else ""


def _stored_alike(trial: Trial, store: Store) -> Iterator[Trial]:
    """Give the stored trials that differ from this one in their code, and perhaps in versions, alone."""
    alike = _without_code(trial)
    for key in store.keys(_beginning(trial)):
        try:
            stored = store.read(key).trial
        # Not readable: it says nothing of the code.
        except StoreError:
            continue
        if _without_code(stored) == alike:
            yield stored


def _beginning(trial: Trial) -> str:
    """Return the readable part of a key, which is that of the case, the seed and the fold."""
    return f"{trial.key.rpartition('-')[0]}-"


def _without_code(trial: Trial) -> str:
    return trial.model_copy(update={"code": "", "versions": {}}).key
