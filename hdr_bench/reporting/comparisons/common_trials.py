"""What is said of the trials that two runs have in common: what differs, what only one of them has."""

from collections.abc import Iterable

import pandas as pd

from hdr_bench.records.committed import WITHOUT_PREDICTIONS, CommittedReport
from hdr_bench.records.store import Store

_MOST_NAMED = 5


def describe_differences(pairs: pd.DataFrame) -> Iterable[str]:
    """Say in which of processors and threads the trials of both differ.

    Parameters
    ----------
    pairs : DataFrame
        The trials that both runs have, their columns with the suffixes ``_a`` and ``_b``.

    Yields
    ------
    remark : str
        One for processors, one for threads, if they differ.
    """
    for name, words in (("cpu", "processors differ"), ("threads", "threads differ")):
        both = pairs[pairs[f"{name}_a"].notna() & pairs[f"{name}_b"].notna()]
        other = both[both[f"{name}_a"] != both[f"{name}_b"]]
        if len(other):
            example = other.iloc[0]
            first, second = _format_value(example[f"{name}_a"]), _format_value(example[f"{name}_b"])
            yield f"The {words}: e.g. {first} and {second} for {example['label']}"


def describe_unpaired(pairs: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame) -> Iterable[str]:
    """Say of which methods one run has trials that the other has not.

    Parameters
    ----------
    pairs : DataFrame
        The trials that both runs have, their columns with the suffixes ``_a`` and ``_b``.
    first, second : DataFrame
        The results of each run.

    Yields
    ------
    remark : str
        One for each such method.
    """
    for label in dict.fromkeys(pairs["label"]):
        paired = int((pairs["label"] == label).sum())
        counts = [int((side["label"] == label).sum()) for side in (first, second)]
        if max(counts) > paired:
            are = "trial is" if paired == 1 else "trials are"
            yield f"{label}: {paired} {are} in both runs, of {counts[0]} and {counts[1]}"


def describe_no_common_trial(stores: Iterable[Store], first: pd.DataFrame, second: pd.DataFrame) -> str:
    """Say what each of two runs has, which have no trial in common.

    Parameters
    ----------
    stores : iterable of Store
        Of the two runs.
    first, second : DataFrame
        The results of each run.

    Returns
    -------
    message : str
        With what to do.
    """
    sides = []
    for store, results in zip(stores, (first, second), strict=True):
        labels = list(dict.fromkeys(results["label"]))
        more = f" and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
        sides.append(f"{store.folder} has {'; '.join(labels[:_MOST_NAMED]) + more if labels else 'no results'}")
    return (
        f"the two runs have no trial in common, that is no method with the same seed and fold: {'. '.join(sides)}. "
        "Compare two runs of one suite."
    )


def describe_missing_predictions(stores: Iterable[Store]) -> list[str]:
    """Say which of the runs are stored without predictions.

    Parameters
    ----------
    stores : iterable of Store
        Of the two runs.

    Returns
    -------
    remarks : list of str
        One for each of them.
    """
    folders = dict.fromkeys(store.folder for store in stores if isinstance(store, CommittedReport))
    return [f"{folder}: {WITHOUT_PREDICTIONS}" for folder in folders]


def _format_value(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)
