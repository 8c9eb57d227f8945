"""A made-up run with corrupted and attacked test sets: results as trials would write them, from drawn predictions."""

import json
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from hdr_bench import Case, Suite
from hdr_bench.experiments.measuring.scoring import score
from hdr_bench.experiments.planning.schedule import planned_trial
from hdr_bench.records.distortions import Attack, Corruption
from hdr_bench.records.environment import read_environment
from hdr_bench.records.evaluation_images import rows_of_own_test_part
from hdr_bench.records.evaluations import Evaluation, TestSet, TrialTestSet
from hdr_bench.records.measurements import Measurements
from hdr_bench.records.options import Settings
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import RunRecord
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Trial

DIGITS = tuple(map(str, range(10)))
FINGERPRINT = "f" * 64
MEASURED = {
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
}


@dataclass
class Robust:
    """A method of such a run.

    Attributes
    ----------
    name : str
    clean : float
        Share of the images that it gets wrong as they are.
    factor : float
        How many times the common share of errors it makes on distorted images.
    seeds : tuple of int
    train_with : tuple
        As a case has it.
    has_gradient : bool
        It is attacked with its own gradient.
    """

    name: str
    clean: float
    factor: float = 1.0
    seeds: tuple = (0,)
    train_with: tuple = ()
    has_gradient: bool = False
    params: dict = field(default_factory=dict)


FOG, STRIPE = ({"name": name, "corruption": name.lower(), "severity": 3} for name in ("Fog", "Stripe"))
ROTATE = [{"name": f"Rotate {step}", "corruption": "rotate", "severity": step} for step in (1, 2, 3)]
ATTACKS = [
    {"name": "FGSM .1", "attack": "fgsm", "eps": 0.1},
    {"name": "FGSM .2", "attack": "fgsm", "eps": 0.2},
    {"name": "PGD .1", "attack": "pgd", "eps": 0.1, "steps": 40},
    {"name": "PGD .1 short", "attack": "pgd", "eps": 0.1, "steps": 10},
]
# The share of errors on each, of a method with the factor 1; none on others.
ERRORS = {
    "Fog": 0.5,
    "Stripe": 0.1,
    "Rotate 1": 0.06,
    "Rotate 2": 0.12,
    "Rotate 3": 0.24,
    "FGSM .1": 0.4,
    "FGSM .2": 0.7,
    "PGD .1": 0.5,
    "PGD .1 short": 0.45,
}
TEST_SETS = [FOG, STRIPE, *ROTATE, *ATTACKS]


def make_distorted(folder, methods, n_test=400, test_sets=TEST_SETS, samples=None, **suite):
    """Write a run of these methods; return its folder."""
    sets = [TestSet(**each, **({"samples": samples} if samples else {})) for each in test_sets]
    store, trials = Store(folder), []
    y_true = np.arange(n_test, dtype=np.int64) % len(DIGITS)
    for number, method in enumerate(methods):
        for seed in method.seeds:
            trial = _trial(method, seed, sets)
            trials.append(trial)
            store.write(*_outcome(method, trial, y_true, np.random.default_rng([number, seed])))
    store.arrays.write_images(FINGERPRINT, (np.arange(n_test * 16) % 256).astype(np.uint8).reshape(n_test, 4, 4))
    cases = [Case(name=method.name, estimator="knn", train_with=method.train_with) for method in methods]
    content = {"name": "made-up", "title": "Made up", "dataset": "digits-8x8", **suite}
    record = RunRecord(
        suite=Suite(**content, cases=cases, test_sets=sets),
        origin="",
        settings=Settings(),
        trials=tuple(map(planned_trial, trials)),
    )
    (folder / "run.json").write_text(json.dumps(json.loads(record.model_dump_json(by_alias=True))))
    return folder


def _trial(method, seed, sets):
    return Trial(
        suite="made-up",
        case=method.name,
        estimator="knn",
        params=method.params,
        dataset=DatasetChoice(name="digits-8x8"),
        fingerprint=FINGERPRINT,
        protocol="holdout",
        seed=seed,
        is_deterministic=len(method.seeds) == 1,
        threads=1,
        versions={},
        test_sets=tuple(_of_trial(each, method) for each in sets),
        train_with=tuple(method.train_with),
    )


def _of_trial(test_set, method):
    attack = corruption = None
    if test_set.attack is not None:
        source = "" if method.has_gradient else "CNN"
        attack = Attack(name=test_set.attack, eps=test_set.eps, steps=test_set.steps or 1, transfer_from=source)
    else:
        corruption = Corruption(name=test_set.corruption, severity=test_set.severity)
    return TrialTestSet(
        name=test_set.name,
        dataset=DatasetChoice(name="digits-8x8"),
        samples=test_set.samples,
        fingerprint=FINGERPRINT,
        corruption=corruption,
        attack=attack,
        version=1,
    )


def _outcome(method, trial, y_true, rng):
    # How hard each image is, the same for all methods: those that are wrong stay wrong where more are.
    hardness = np.random.default_rng(7).random(len(y_true))
    own = _predictions(y_true, hardness, method.clean, rng)
    on_sets, evaluations = {}, []
    for each in trial.test_sets:
        rows = rows_of_own_test_part(trial, each.name, y_true)
        share = min(method.clean + method.factor * ERRORS.get(each.name, 0.0), 1.0)
        on_sets[each.name] = _predictions(y_true[rows], hardness[rows], share, rng)
        evaluations.append(_evaluation(each, on_sets[each.name], trial))
    predictions = Predictions(own.y_true, own.y_pred, test_sets=on_sets)
    result = Result(
        key=trial.key,
        trial=trial,
        status="ok",
        finished="2026-01-02T03:04:05+00:00",
        environment=read_environment(),
        class_names=DIGITS,
        n_train=100,
        n_test=len(y_true),
        image_shape=(4, 4),
        seconds=2.0,
        scores=score(own, len(DIGITS)),
        measurements=Measurements(**MEASURED),
        evaluations=tuple(evaluations),
    )
    return result, predictions


def _predictions(y_true, hardness, share, rng):
    wrong = hardness + rng.normal(0, 0.05, len(hardness)) > 1 - share
    return Predictions(y_true, np.where(wrong, (y_true + 1) % len(DIGITS), y_true))


def _evaluation(test_set, predictions, trial):
    is_own = test_set.attack is not None and not test_set.attack.transfer_from
    return Evaluation(
        test_set=test_set.name,
        dataset="digits-8x8",
        fingerprint=FINGERPRINT,
        corruption=test_set.corruption,
        attack=test_set.attack,
        images=sha256(f"{trial.key if is_own else ''} {test_set.name}".encode()).hexdigest(),
        transferred_from="" if test_set.attack is None else test_set.attack.transfer_from,
        status="ok",
        n_test=len(predictions.y_true),
        scores=score(predictions, len(DIGITS)),
    )
