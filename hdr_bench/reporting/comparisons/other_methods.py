"""In what the trials of one name differ in two runs: then they are of two methods, and are not compared."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from hdr_bench.records.case import Step
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

# What a protocol sets; its kind and its number of training images are said in other words.
_OF_PROTOCOL = ("folds", "sample_seed", "shuffle_seed", "validation")


def other_methods(pairs: pd.DataFrame, first: Mapping[str, Result], second: Mapping[str, Result]) -> dict[str, str]:
    """Say of each method whose trials differ in more than versions, code, threads and limits, in what.

    Parameters
    ----------
    pairs : DataFrame
        A row for each trial that both runs have, with ``label``, ``key_a`` and ``key_b``.
    first, second : mapping of str to Result
        The runs' results by their keys; trials whose result cannot be read are left out.

    Returns
    -------
    differences : dict of str to str
        E.g. ``{"CNN": "other parameters: layers, max_epochs"}``, without the methods that are the same in both.
    """
    differences: dict[str, dict[str, None]] = {}
    for label, key, other_key in zip(pairs["label"], pairs["key_a"], pairs["key_b"], strict=True):
        if key in first and other_key in second:
            reasons = differences.setdefault(str(label), {})
            reasons |= dict.fromkeys(differences_of(first[key].trial, second[other_key].trial))
            reasons |= dict.fromkeys(_other_images(first[key], second[other_key]))
    return {label: "; ".join(reasons) for label, reasons in differences.items() if reasons}


def differences_of(trial: Trial, other: Trial) -> Iterable[str]:
    """Say in what two trials differ that makes them trials of two methods, or of one method on other data.

    Parameters
    ----------
    trial, other : Trial
        Of one name, from two runs.

    Yields
    ------
    difference : str
        In words, one for each of estimator, parameters, steps, protocol and data.

    Examples
    --------
    >>> from hdr_bench.records.protocol import DatasetChoice
    >>> trial = Trial(
    ...     suite="s", case="k-NN", estimator="knn", params={"n_neighbors": 3}, fingerprint="", protocol="holdout",
    ...     dataset=DatasetChoice(name="digits-8x8"), seed=0, is_deterministic=True, threads=1, versions={},
    ... )
    >>> list(differences_of(trial, trial.model_copy(update={"params": {"n_neighbors": 5, "p": 1}})))
    ['other parameters: n_neighbors, p']
    """
    if trial.estimator != other.estimator:
        yield f"another estimator: {trial.estimator} and {other.estimator}"
    elif trial.identity != other.identity:
        yield f"another identity of the estimator: {trial.identity or 'none'} and {other.identity or 'none'}"
    elif not trial.identity and (names := _changed_names(trial.params, other.params)):
        yield f"other parameters: {', '.join(names)}"
    yield from _other_steps(trial.steps, other.steps)
    yield from _other_protocol(trial, other)
    if trial.fingerprint != other.fingerprint:
        names = list(dict.fromkeys([trial.dataset.name, other.dataset.name]))
        yield f"other data: {' and '.join(names)}" if len(names) > 1 else "other data"


def _other_protocol(trial: Trial, other: Trial) -> Iterable[str]:
    if trial.protocol != other.protocol:
        yield f"another protocol: {trial.protocol} and {other.protocol}"
    else:
        named = [dict(each.model_dump(include=set(_OF_PROTOCOL))) for each in (trial, other)]
        if settings := _changed_names(*named):
            yield f"another protocol: {', '.join(settings)}"
    searches = [each.search.model_dump() if each.search else {} for each in (trial, other)]
    if all(searches) and (names := _changed_names(*searches)):
        yield f"another grid search: {', '.join(names)}"


def _other_images(result: Result, other: Result) -> Iterable[str]:
    """Say in which of their numbers of images two results differ; one that failed may not have come to them."""
    if result.n_train and other.n_train and result.n_train != other.n_train:
        yield f"other training images: {result.n_train:,} and {other.n_train:,}"
    if result.n_test and other.n_test and result.n_test != other.n_test:
        yield f"other images to evaluate on: {result.n_test:,} and {other.n_test:,}"


def _other_steps(steps: Sequence[Step], others: Sequence[Step]) -> Iterable[str]:
    listed = [[_text(step.model_dump()) for step in each] for each in (steps, others)]
    if listed[0] == listed[1]:
        return
    changed = set(listed[0]) ^ set(listed[1])
    names = dict.fromkeys(step.name for step in (*steps, *others) if _text(step.model_dump()) in changed)
    yield f"other steps: {', '.join(names)}" if names else "other steps: the same, in another order"


def _changed_names(values: Mapping[str, Any], others: Mapping[str, Any]) -> list[str]:
    """Return the names that only one of two mappings has, or whose values differ."""
    names = dict.fromkeys([*values, *others])
    return [
        name
        for name in names
        if (name in values) != (name in others) or _text(values.get(name)) != _text(others.get(name))
    ]


def _text(value: object) -> str:
    """Return a value as a trial's key takes it."""
    return json.dumps(value, sort_keys=True)
