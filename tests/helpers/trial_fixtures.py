import pytest

from hdr_bench import load_dataset
from hdr_bench.experiments.messages import Task
from hdr_bench.experiments.processes.host_pool import ignore_stage
from hdr_bench.experiments.processes.worker import run_in_child, start_fork_server
from hdr_bench.import_context import ImportContext
from hdr_bench.records.environment import read_environment
from hdr_bench.records.measurements import Measurements
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial


@pytest.fixture
def trial():
    """A function that makes a trial, small unless told otherwise."""

    def make(**changes):
        fields = {
            "suite": "own",
            "case": "k-NN, three",
            "estimator": "knn",
            "params": {},
            "dataset": DatasetChoice(name="digits-8x8"),
            "fingerprint": load_dataset("digits-8x8").fingerprint,
            "protocol": "holdout",
            "seed": 0,
            "is_deterministic": True,
            "threads": 1,
            "versions": {},
        }
        return Trial(**{**fields, **changes})

    return make


@pytest.fixture
def measured():
    """A function that makes a result from what its calls took, in seconds."""
    machine = read_environment()

    def make(trial, fit, *, predict=0.0, other=0.0, stretch=1.0):
        """Stretch all times, as a neighbour does that has the processors so much of the time."""
        wait = stretch - 1
        cost = Measurements(
            fit_seconds=fit * stretch,
            fit_cpu_seconds=fit * trial.threads,
            fit_wait_share=wait,
            predict_seconds=predict * stretch,
            predict_cpu_seconds=predict * trial.threads,
            predict_wait_share=wait,
            latency_seconds=0.0,
            latency_p95_seconds=0.0,
            fit_peak_bytes=10**6,
            predict_peak_bytes=10**6,
            memory_method="",
            size_bytes=1,
            n_parameters=None,
            n_multiply_accumulates=None,
            engine="",
        )
        seconds = (fit + predict + other) * stretch
        return Result(
            key=trial.key,
            trial=trial,
            status="ok",
            seconds=seconds,
            finished="2026",
            environment=machine,
            n_train=trial.samples or 1000,
            measurements=cost,
        )

    return make


@pytest.fixture
def run_trial():
    """A function that runs a trial in a child, and gives its result and predictions."""
    start_fork_server()
    machine = read_environment()

    def run(trial, on_stage=ignore_stage):
        return run_in_child(Task(trial), ImportContext.current(), machine, on_stage)

    return run


@pytest.fixture
def behaving(trial, monkeypatch, helpers):
    """A function that makes a trial of `misbehaving.Behaves`."""
    monkeypatch.syspath_prepend(str(helpers))

    def make(how, limits=None, **params):
        return trial(case=how, estimator="misbehaving.Behaves", params={"how": how, **params}, **(limits or {}))

    return make
