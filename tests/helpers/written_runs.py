"""Runs that no trial was run for: results written as a trial would write them, whatever is in them."""

import json
from dataclasses import dataclass, field

import numpy as np

from hdr_bench import Case, Suite
from hdr_bench.experiments.measuring.scoring import score
from hdr_bench.experiments.planning.schedule import planned_trial
from hdr_bench.records.environment import read_environment
from hdr_bench.records.measurements import Measurements
from hdr_bench.records.options import Settings
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import RunRecord
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Trial

DIGITS = tuple(map(str, range(10)))


@dataclass
class Method:
    """A method of a made-up run.

    Attributes
    ----------
    name : str
        Also one that no suite may have today, as a run of an earlier version may.
    result, measurements : dict
        What its result has in place of what it would have.
    n_wrong : int
        Test images that it gets wrong.
    seeds : tuple of int
    trial : dict
        What its trials have in place of what they would have.
    """

    name: str
    result: dict = field(default_factory=dict)
    measurements: dict = field(default_factory=dict)
    n_wrong: int = 3
    seeds: tuple = (0,)
    trial: dict = field(default_factory=dict)


def make_up(folder, methods, n_test=40, class_names=DIGITS):
    """Write a run of these methods; return its folder."""
    store, trials = Store(folder), []
    y_true = np.arange(n_test, dtype=np.int64) % len(class_names)
    for number, method in enumerate(methods):
        for seed in method.seeds:
            trial = _trial(method, seed)
            trials.append(trial)
            predictions = _predictions(y_true, number + seed, method.n_wrong, len(class_names))
            store.write(*_outcome(method, trial, predictions, class_names))
    store.arrays.write_images("f" * 64, np.arange(n_test * 16, dtype=np.uint8).reshape(n_test, 4, 4))
    cases = [Case(name=f"method {number}", estimator="knn") for number in range(len(methods))]
    suite = Suite(name="made-up", title="Made up", dataset="digits-8x8", cases=cases)
    record = RunRecord(suite=suite, origin="", settings=Settings(), trials=tuple(map(planned_trial, trials)))
    content = json.loads(record.model_dump_json(by_alias=True))
    for case, method in zip(content["suite"]["case"], methods, strict=True):
        case["name"] = method.name
    (folder / "run.json").write_text(json.dumps(content))
    return folder


def _trial(method, seed):
    content = {"estimator": "knn", "params": {}, **method.trial}
    return Trial(
        suite="made-up",
        case=method.name,
        dataset=DatasetChoice(name="digits-8x8"),
        fingerprint="f" * 64,
        protocol="holdout",
        seed=seed,
        is_deterministic=True,
        threads=1,
        versions={},
        **content,
    )


def _predictions(y_true, start, n_wrong, n_classes):
    y_pred = y_true.copy()
    at = (start + np.arange(min(n_wrong, len(y_true)))) % len(y_true)
    y_pred[at] = (y_pred[at] + 1) % n_classes
    shares = np.full((len(y_true), n_classes), 0.1 / n_classes, np.float32)
    shares[np.arange(len(y_true)), y_pred] += np.float32(0.9)
    return Predictions(y_true, y_pred, probabilities=shares)


def _outcome(method, trial, predictions, class_names):
    changes = dict(method.result)
    measured = {
        "fit_seconds": 1.0,
        "fit_cpu_seconds": 1.0,
        "predict_seconds": 0.1,
        "fit_wait_share": 0.0,
        "predict_wait_share": 0.0,
        "latency_seconds": 1e-3,
        "latency_p95_seconds": 2e-3,
        "fit_peak_bytes": 10**6,
        "predict_peak_bytes": 10**6,
        "memory_method": "a counter",
        "size_bytes": 1000,
        "n_parameters": 5,
        "n_multiply_accumulates": None,
        "engine": "numpy",
        **method.measurements,
    }
    has_failed = changes.get("status", "ok") != "ok"
    content = {
        "key": trial.key,
        "trial": trial,
        "status": "ok",
        "finished": "2026-01-02T03:04:05+00:00",
        "environment": read_environment(),
        "class_names": class_names,
        "n_train": 100,
        "n_test": len(predictions.y_true),
        "image_shape": (4, 4),
        "seconds": 2.0,
        "scores": None if has_failed else score(predictions, len(class_names)),
        "measurements": None if has_failed else Measurements(**measured),
        **changes,
    }
    return Result(**content), None if has_failed else predictions
