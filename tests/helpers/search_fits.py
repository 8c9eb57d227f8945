"""Fits inside grid searches without processes, and a suite with searches for those that need them."""

import math
import time

import pytest

from hdr_bench.experiments.planning.grid_names import settable
from hdr_bench.experiments.planning.models import make_model
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.experiments.planning.trial_data import load_trial_data
from hdr_bench.records.environment import read_environment
from hdr_bench.records.measurements import Measurements, Scores
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Search


@pytest.fixture
def searching(trial):
    """A function that makes the trial of a search on 400 images."""

    def make(grid, *, folds=2, strategy="grid", candidates=None, **changes):
        search = Search(grid=grid, folds=folds, strategy=strategy, candidates=candidates)
        return trial(**{"protocol": "grid-search", "samples": 400, "search": search, **changes})

    return make


def measured_fit(fit, accuracy=math.nan, seconds=0.05, **changes):
    """Return the result of a fit that took some time; of one that failed, without an accuracy."""
    if math.isnan(accuracy):
        failed = {"status": "failed", "error": "ValueError: not today", "seconds": seconds}
        return _result(fit, **{**failed, **changes})
    cost = Measurements(
        fit_seconds=seconds,
        fit_cpu_seconds=seconds,
        predict_seconds=0.0,
        latency_seconds=None,
        latency_p95_seconds=None,
        fit_peak_bytes=10**6,
        predict_peak_bytes=10**6,
        memory_method="",
        size_bytes=None,
        n_parameters=None,
        n_multiply_accumulates=None,
        engine="",
    )
    scores = Scores(accuracy=accuracy, precision=accuracy, recall=accuracy, f1=accuracy, log_loss=None)
    return _result(fit, **{"measurements": cost, "scores": scores, "seconds": seconds + 1.0, **changes})


def _result(fit, **changes):
    machine = read_environment()
    fields = {"key": fit.key, "trial": fit, "status": "ok", "finished": "2026", "environment": machine, **changes}
    return Result(**fields)


def fitted(fit):
    """Fit and evaluate here, on the images that a trial's process would take."""
    data, start = load_trial_data(fit, None), time.perf_counter()
    try:
        model = make_model(fit)
        model.set_params(**settable(model, fit.search_fit.params)).fit(data.train.X, data.train.y)
        accuracy = float((model.predict(data.test.X) == data.test.y).mean())
    except ValueError:
        accuracy = math.nan
    return measured_fit(fit, accuracy, time.perf_counter() - start)


def run_search(trial, labels, run=fitted, outcomes=()):
    """Run the fits of a search one after the other, until none may begin."""
    search = SearchState(trial, labels, outcomes)
    while (fit := search.next_fit()) is not None:
        search.record(run(fit))
    assert search.is_complete
    return search
