"""Held-out predictions of each method: a cross-validation and its stored scores."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hdr_bench.auditing.audited_data import AuditedData
from hdr_bench.auditing.methods import cases_of
from hdr_bench.exceptions import AllTrialsFailedError, StoreError
from hdr_bench.experiments.planning.trial_data import evaluated_rows
from hdr_bench.experiments.runner import Plan
from hdr_bench.records.protocol import Protocol
from hdr_bench.records.scores import class_scores
from hdr_bench.records.store import Store
from hdr_bench.records.suite import Suite
from hdr_bench.records.trial import Trial

_Fold = tuple[NDArray[np.intp], "OutOfFold"]

SUITE = "label-audit"
"""Name of the suite that an audit runs."""


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Held-out scores of a method.

    Attributes
    ----------
    method : str
        Name in tables.
    scores : ndarray of shape (n, n_classes), float64
        Probabilities, or decision values of a method without them.
    predicted : ndarray of shape (n,), int64
        Indices of the predicted classes.
    has_probabilities : bool
        Whether the scores are probabilities.
    """

    method: str
    scores: NDArray[np.float64]
    predicted: NDArray[np.int64]
    has_probabilities: bool


@dataclass(frozen=True, eq=False)
class HeldOutAnswers:
    """Held-out scores of all methods.

    Attributes
    ----------
    rows : ndarray of shape (n,), intp
        Rows of the data that have scores, in order.
    methods : tuple of OutOfFold
        Scores of each method for these rows.
    remarks : tuple of str
        Methods that were left out, and why.
    """

    rows: NDArray[np.intp]
    methods: tuple[OutOfFold, ...]
    remarks: tuple[str, ...] = ()


def audit_suite(data: AuditedData, methods: Iterable[str], folds: int) -> Suite:
    """Return the suite whose trials give an audit its held-out scores.

    Parameters
    ----------
    data : AuditedData
    methods : iterable of str
        Names as for `cases_of`.
    folds : int
        Number of folds of the cross-validation.

    Returns
    -------
    suite : Suite

    Raises
    ------
    UnknownNameError, SuiteError
        If a method is unknown, or the number of folds is not possible.
    """
    return Suite(
        name=SUITE,
        title=f"Label audit of {data.dataset.name}",
        dataset=data.choice,
        protocol=Protocol(kind="cross-validation", folds=folds),
        cases=cases_of(methods, data.dataset.image_shape),
    )


def read_answers(plan: Plan, data: AuditedData) -> HeldOutAnswers:
    """Read the held-out scores of a run.

    Parameters
    ----------
    plan : Plan
        Executed plan of the suite of `audit_suite`.
    data : AuditedData
        Data that the suite was made for.

    Returns
    -------
    answers : HeldOutAnswers
        Scores of all methods, except those with a failed trial or without scores for each class.

    Raises
    ------
    StoreError
        If a result cannot be read, or the scores are on another machine.
    AllTrialsFailedError
        If no method is left.
    """
    remarks, methods, rows = [], [], np.zeros(0, np.intp)
    for case in plan.cases:
        name = case.case.name
        if failure := _first_failure(plan.store, case.trials):
            remarks.append(f"{name} is left out: {failure}")
            continue
        folds = [_read_fold(plan.store, trial, data) for trial in case.trials]
        if any(fold is None for fold in folds):
            remarks.append(f"{name} is left out: it gives no scores for each class")
            continue
        rows, method = _join([fold for fold in folds if fold is not None])
        methods.append(method)
    if not methods:
        raise AllTrialsFailedError(f"{plan.folder}: no method is left to check the labels: {'; '.join(remarks)}")
    return HeldOutAnswers(rows, tuple(methods), tuple(remarks))


def _join(folds: list[_Fold]) -> _Fold:
    """Return the scores of all folds, in the order of the rows."""
    rows = np.concatenate([each for each, _ in folds])
    order = np.argsort(rows)
    scores = np.concatenate([fold.scores for _, fold in folds])[order]
    predicted = np.concatenate([fold.predicted for _, fold in folds])[order]
    return rows[order], replace(folds[0][1], scores=scores, predicted=predicted)


def _first_failure(store: Store, trials: Iterable[Trial]) -> str:
    for trial in trials:
        result = store.read(trial.key)
        if result.status != "ok":
            return f"{result.status}: {result.error}"
    return ""


def _read_fold(store: Store, trial: Trial, data: AuditedData) -> _Fold | None:
    """Return the rows of a fold with the method's scores; None if it gives no scores."""
    predictions = store.read_predictions(trial.key)
    if predictions is None or not predictions.scores_digest:
        return None
    rows = evaluated_rows(data.source, trial)
    if not np.array_equal(predictions.y_true, data.labels[rows]):
        raise StoreError(
            f"{store.folder}: trial {trial.key} belongs to other images; run the audit again with --rerun all"
        )
    whole = store.arrays.with_scores(predictions)
    if whole.probabilities is None and whole.decisions is None:
        raise StoreError(
            f"{store.folder}: the scores of {trial.case!r} are not on this machine, only its predictions; run the "
            "audit again with --rerun all"
        )
    scores = class_scores(whole, len(data.dataset.class_names))
    if scores is None:
        return None
    return rows, OutOfFold(trial.case, scores, predictions.y_pred, whole.probabilities is not None)
