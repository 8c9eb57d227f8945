"""Rows of the table of results: one for each trial and test set, as it was measured, or why it was not."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hdr_bench.names import visible
from hdr_bench.records.evaluations import Evaluation
from hdr_bench.records.lookup import Lookup
from hdr_bench.records.measurements import MetricsRecord
from hdr_bench.records.protocol import KINDS, Kind
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import PlannedTrial
from hdr_bench.records.store import Store

IDENTITY = [
    "key",
    "suite",
    "case",
    "label",
    "test_set",
    "estimator",
    "protocol",
    "seed",
    "fold",
    "samples",
    "is_deterministic",
]
OUTCOME = ["status", "error", "dataset", "fingerprint", "n_train", "n_test", "is_reduced"]
DISTORTION = ["corruption", "severity", "attack", "eps", "steps", "transferred_from", "images"]
"""What was done to the images of a test set, and which they are; missing where nothing was."""
CIRCUMSTANCES = ["threads", "n_concurrent", "cpu", "finished", "seconds"]

_NOT_STORED = "not evaluated when the trial ran: it was not in the suite then, or its data were not there"
# Of a row of another test set, what it has in common with that of its trial.
_COMMON = [*IDENTITY, "n_train", "is_reduced", "threads", "n_concurrent", "cpu", "finished"]


def row_of(suite: str, planned: PlannedTrial, store: Store, records: dict[str, Result]) -> dict[str, Any]:
    """Return the row of a trial, on the test part of its own data or its fold, whether there is a result or not.

    Parameters
    ----------
    suite : str
        Name of the run's suite.
    planned : PlannedTrial
    store : Store
        The run's folder.
    records : dict of str to Result
        The result is added to it, if it can be read.

    Returns
    -------
    row : dict of str to object
        Columns of `load_results`.
    """
    case = visible(planned.case)
    row: dict[str, Any] = {"key": planned.key, "suite": suite, "case": case, "test_set": "", "seed": planned.seed}
    row |= {"protocol": planned.protocol, "fold": _number(planned.fold), "samples": _number(planned.samples)}
    row["label"] = _label_of(case, planned.protocol, planned.samples)
    found = store.look_up(planned)
    if found.result is not None:
        records[found.key] = _with_shown_name(case, found.result)
        return {**row, "key": found.key, **_columns_of(records[found.key])}
    if not found.problem:
        return {**row, "status": "missing", "error": "not yet run"}
    return {**row, "status": "newer" if found.is_newer else "damaged", "error": found.problem}


def added_row(suite: str, found: Lookup) -> dict[str, Any]:
    """Return the row of predictions that came from a file: nothing was measured of them.

    Parameters
    ----------
    suite : str
        Name of the run's suite.
    found : Lookup
        What there is of them.

    Returns
    -------
    row : dict of str to object
        Columns of `load_results`.
    """
    row: dict[str, Any] = {"key": found.key, "suite": suite, "test_set": "", "protocol": "holdout"}
    result = found.result
    if result is None:
        status = "newer" if found.is_newer else "damaged"
        return {**row, "case": found.key, "label": found.key, "seed": 0, "status": status, "error": found.problem}
    row |= {"case": result.trial.case, "seed": result.trial.seed}
    unknown = dict.fromkeys(("n_train", "threads", "n_concurrent", "cpu", "seconds"), np.nan)
    return {**row, **_columns_of(result), **unknown}


def _with_shown_name(case: str, result: Result) -> Result:
    """Return a result under the name that is shown, which earlier versions let be one that cannot be shown."""
    if result.trial.case == case:
        return result
    return result.model_copy(update={"trial": result.trial.model_copy(update={"case": case})})


def _columns_of(result: Result) -> dict[str, Any]:
    trial = result.trial
    row: dict[str, Any] = {
        "label": _label_of(trial.case, trial.protocol, trial.samples),
        "estimator": trial.estimator,
        "protocol": trial.protocol,
        "fold": _number(trial.fold),
        "samples": _number(trial.samples),
        "is_deterministic": trial.is_deterministic,
        "status": result.status,
        "error": result.error,
        "dataset": trial.dataset.name,
        "fingerprint": trial.fingerprint,
        "n_train": result.n_train,
        "n_test": result.n_test,
        "is_reduced": trial.is_reduced,
        "threads": trial.threads,
        "n_concurrent": result.n_concurrent,
        "cpu": result.environment.cpu,
        "finished": result.finished,
        "seconds": result.seconds,
    }
    for record in filter(None, (result.scores, result.measurements)):
        row |= _values_of(record)
    if (found := result.searched) is not None:
        row |= {
            "chosen": as_json(found.chosen),
            "search_score": found.score,
            "n_tried": len({as_json(candidate.params) for candidate in found.candidates}),
            "n_failed": found.n_failed,
            "n_candidates": found.n_candidates,
            "search_is_limited": found.is_limited,
            "search_seconds": found.search_seconds,
            "refit_seconds": found.refit_seconds,
        }
    return row


def as_json(params: dict[str, Any]) -> str:
    """Return parameters of a grid as one text.

    Parameters
    ----------
    params : dict
        A candidate's place in the grid.

    Returns
    -------
    text : str
        JSON, the same for the same parameters.
    """
    return json.dumps(params, sort_keys=True, default=str)


def _label_of(case: str, protocol: Kind, samples: int | None) -> str:
    """Return what tables call a trial: its case, of a learning curve with the number of images."""
    return case if protocol != "learning-curve" or samples is None else f"{case}, {samples:,} images"


def _number(value: int | None) -> float:
    return np.nan if value is None else value


def evaluation_rows(
    row: Mapping[Any, Any], result: Result | None, test_sets: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """Give the rows of a trial on the other test sets of its suite.

    Parameters
    ----------
    row : dict of str to object
        The trial's, as `row_of` returns it.
    result : Result or None
        None if it cannot be read.
    test_sets : tuple of str
        Names of the suite's test sets.

    Yields
    ------
    row : dict of str to object
        Columns of `load_results`; none for a trial that is evaluated on a fold or on held-out images.
    """
    if KINDS[row["protocol"]].evaluated_on != "test part":
        return
    found = {each.test_set: each for each in result.evaluations} if result is not None else {}
    common = {name: row[name] for name in _COMMON if name in row}
    for name in test_sets:
        yield {**common, "test_set": name, **_outcome(row, found.get(name))}


def _outcome(row: Mapping[Any, Any], evaluation: Evaluation | None) -> dict[str, Any]:
    if row["status"] != "ok":
        return {"status": row["status"], "error": row["error"]}
    if evaluation is None:
        return {"status": "not evaluated", "error": _NOT_STORED}
    return {
        "status": evaluation.status,
        "error": evaluation.error,
        "dataset": evaluation.dataset,
        "fingerprint": evaluation.fingerprint,
        "n_test": evaluation.n_test,
        **_distortion(evaluation),
        **({} if evaluation.scores is None else _values_of(evaluation.scores)),
    }


def _distortion(evaluation: Evaluation) -> dict[str, Any]:
    """Return what was done to the images; nothing for original images."""
    row: dict[str, Any] = {}
    if (corruption := evaluation.corruption) is not None:
        row |= {"corruption": corruption.name, "severity": str(corruption.severity)}
    if (attack := evaluation.attack) is not None:
        row |= {"attack": attack.name, "eps": attack.eps, "steps": attack.steps}
    if row:
        row |= {"transferred_from": evaluation.transferred_from, "images": evaluation.images}
    return row


def _values_of(record: MetricsRecord) -> dict[str, Any]:
    values = {name: getattr(record, name, None) for name in record.columns()}
    return {name: np.nan if value is None else value for name, value in values.items()}
