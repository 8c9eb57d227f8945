"""Probes: fits of a case on a few images, and the curves by which its costs grow with their number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cloudpickle

from hdr_bench.estimators.base import EPOCHS_FOR, MOST_EPOCHS
from hdr_bench.estimators.foreign.calls import read_attribute
from hdr_bench.estimators.foreign.copying import copy_unfitted
from hdr_bench.exceptions import EstimateError
from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.forecast.growth import FASTER, LINEAR, Expected, Growth, fit_growth
from hdr_bench.experiments.measuring.attributes import epochs_of
from hdr_bench.experiments.messages import Progress, Task
from hdr_bench.experiments.planning.grid_names import settable
from hdr_bench.experiments.planning.models import last_step, unseeded_model
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.search_candidates import candidates_of
from hdr_bench.experiments.processes.host_pool import run_attempts
from hdr_bench.names import abbreviate
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial

LARGEST = 4000
"""Number of images in the largest of the three fits; the others have a half and a quarter of them."""

_REPEATS_BELOW_SECONDS = 3.0
_MOST_CANDIDATES = 4
_MOST_EPOCHS = 4
_LEAST_PEAK_BYTES = 4096


class ProbeTimeoutError(Exception):
    """Error for a fit on a few images that exceeded the trial's time limit."""


@dataclass(frozen=True)
class Probe:
    """A model fitted on a few images to determine its costs on many.

    Attributes
    ----------
    model : estimator
        Unfitted, with its full number of epochs.
    tasks : tuple of Task
        Its fits, on increasing numbers of images.
    """

    model: Any
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class CostCurves:
    """Costs of a method as functions of the number of images, on an otherwise idle machine.

    Attributes
    ----------
    model : estimator
        Unfitted.
    one_pass : Growth
        Seconds of one pass of a fit through its images.
    predict : Growth
        Seconds of predicting the test images, by the number of training images.
    memory : Growth
        Peak memory of a fit in bytes.
    other_seconds : float
        Seconds of everything else in a trial.
    """

    model: Any
    one_pass: Growth
    predict: Growth
    memory: Growth
    other_seconds: float

    def fit(self, n: int) -> Expected:
        """Return the seconds of a whole fit.

        Parameters
        ----------
        n : int
            Number of training images.

        Returns
        -------
        seconds : Expected
        """
        return self.one_pass.at(n).times(passes(self.model, n))


def passes(model: Any, n: int) -> int:
    """Return the number of passes of a fit through its images: a network's maximum of epochs; 1 for other methods.

    Parameters
    ----------
    model : estimator
    n : int
        Number of training images.

    Returns
    -------
    passes : int
    """
    return epochs_of(last_step(model), n) or 1


def probes_of(case: PlannedCase) -> Iterator[Probe]:
    """Yield each model to fit, with its fits: one model, or several candidates of a grid search.

    Parameters
    ----------
    case : PlannedCase

    Yields
    ------
    probe : Probe

    Raises
    ------
    HdrBenchError
        If a value of a grid cannot be created.
    """
    trials = case.trials or case.conditional
    first = trials[0]
    n = max(trial.samples or len(case.dataset.train) for trial in trials)
    largest = LARGEST if n >= LARGEST + len(case.dataset.class_names) else n
    for params in _spread_candidates(first):
        model = unseeded_model(case.case)
        model.set_params(**settable(model, params))
        yield Probe(model, tuple(_task(first, model, size) for size in (largest // 4, largest // 2, largest)))


def _task(trial: Trial, model: Any, size: int) -> Task:
    short = copy_unfitted(model)
    method = last_step(short)
    if epochs := epochs_of(method, size):
        method.set_params(**{MOST_EPOCHS: min(epochs, _MOST_EPOCHS)})
    holdout = {"protocol": "holdout", "fold": None, "folds": None, "held_out": None, "search": None}
    drawn = {"samples": size, "sample_seed": 0}
    # Distorted images are not made for an estimate.
    as_they_came = {"test_sets": tuple(each for each in trial.test_sets if not each.is_distorted)}
    return Task(trial.model_copy(update=holdout | drawn | as_they_came), cloudpickle.dumps(short))


def _spread_candidates(trial: Trial) -> list[dict[str, Any]]:
    if trial.search is None:
        return [{}]
    candidates = candidates_of(trial.search, trial.seed)
    count = min(len(candidates), _MOST_CANDIDATES)
    return [candidates[round(place * (len(candidates) - 1) / max(count - 1, 1))] for place in range(count)]


def run_probe(probe: Probe, progress: Progress) -> CostCurves:
    """Fit a model on a few images, and return the curves of its costs.

    Parameters
    ----------
    probe : Probe
    progress : Progress
        Notified of the fits.

    Returns
    -------
    curves : CostCurves

    Raises
    ------
    EstimateError
        If a fit fails.
    ProbeTimeoutError
        If a fit exceeds the trial's time limit.
    """
    model = probe.model
    results = [result for task in probe.tasks for result in _run_task(task, progress)]
    sizes = [result.n_train for result in results]
    costs = [costs_alone(result) for result in results]
    peaks = [result.measurements.fit_peak_bytes for result in results if result.measurements is not None]
    runs = [min(passes(model, size), _MOST_EPOCHS) for size in sizes]
    powers = FASTER if read_attribute(last_step(model), EPOCHS_FOR) is None else LINEAR
    return CostCurves(
        model,
        fit_growth(sizes, [cost.fit / run for cost, run in zip(costs, runs, strict=True)], powers),
        fit_growth(sizes, [cost.predict for cost in costs], LINEAR),
        fit_growth(sizes, [max(peak, _LEAST_PEAK_BYTES) for peak in peaks]),
        # A trial also predicts scores, which takes as long as predicting the labels.
        sum(max(cost.other - cost.predict, 0.0) for cost in costs) / len(costs),
    )


def _run_task(task: Task, progress: Progress) -> Iterator[Result]:
    progress.trial(task.trial)
    result, _ = run_attempts(task, progress.stage)
    progress.done(result)
    if result.status == "timeout":
        raise ProbeTimeoutError
    if result.measurements is None:
        raise EstimateError(abbreviate(f"on {task.trial.samples:,} images: {result.status}: {result.error}"))
    yield result
    if costs_alone(result).fit < _REPEATS_BELOW_SECONDS:
        again, _ = run_attempts(task, progress.stage)
        if again.measurements is not None:
            yield again
