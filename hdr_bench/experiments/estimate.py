"""What a run would cost, before anything long is run: each case fitted on a few images, and extrapolated."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cloudpickle

from hdr_bench.exceptions import EstimateError, StoreError
from hdr_bench.experiments.growth import FASTER, LINEAR, Expected, Growth, fit_growth
from hdr_bench.experiments.measuring.attributes import epochs_of
from hdr_bench.experiments.measuring.grid_search import chosen_candidates
from hdr_bench.experiments.messages import Work
from hdr_bench.experiments.planning.grid_names import settable
from hdr_bench.experiments.planning.models import last_step, unseeded_model
from hdr_bench.experiments.planning.plan import Plan
from hdr_bench.experiments.planning.protocols import PlannedCase
from hdr_bench.experiments.processes.attempts import run_attempts
from hdr_bench.experiments.progress import Progress
from hdr_bench.experiments.remaining import costs_alone
from hdr_bench.files import read_regular, write_whole
from hdr_bench.import_context import own_modules
from hdr_bench.names import in_brief, visible
from hdr_bench.records.copying import copy_unfitted
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Trial
from hdr_bench.records.trial_file import DAMAGED

LARGEST = 4000
"""Images of the largest of the three fits; the others have a half and a quarter of them."""

_REPEATS_BELOW_SECONDS = 3.0
_MOST_CANDIDATES = 4
_MOST_EPOCHS = 4
_FILE = "estimate.json"
_NOTHING = Expected(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class CaseEstimate:
    """What a case's trials are expected to cost.

    Attributes
    ----------
    case : str
    n_trials : int
    fit : Expected
        Seconds of the longest trial's fit on a machine that does nothing else; of a grid search, with all its fits.
    memory : Expected
        Bytes of the same fit's peak.
    total : Expected
        Seconds of all trials, with predictions and measurements.
    exponent : float
        Of the number of images, with which the time of one pass through them grows there.
    is_over : str
        The limit that a trial is expected to pass, where one is.
    problem : str
        What went wrong, where there is no estimate.
    largest_fit : int
        Images of the largest of the fits that it comes from.
    """

    case: str
    n_trials: int
    fit: Expected
    memory: Expected
    total: Expected
    exponent: float
    is_over: str = ""
    problem: str = ""
    largest_fit: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a run's missing trials are expected to cost.

    Attributes
    ----------
    cases : tuple of CaseEstimate
    seconds : dict of str to float
        Expected of each trial, by key.
    """

    cases: tuple[CaseEstimate, ...]
    seconds: dict[str, float]

    @property
    def total(self) -> Expected:
        """Seconds of all trials."""
        return sum((case.total for case in self.cases if not case.problem), Expected(0.0, 0.0, 0.0))

    @property
    def largest_fit(self) -> int:
        """Images of the largest of the fits that it comes from."""
        return max((case.largest_fit for case in self.cases if not case.problem), default=0)

    @property
    def n_trials(self) -> int:
        """Trials that are to run."""
        return sum(case.n_trials for case in self.cases)

    @property
    def n_unknown(self) -> int:
        """Trials among them that have no estimate."""
        return sum(case.n_trials for case in self.cases if case.problem)


@dataclass(frozen=True)
class _Laws:
    """How a method's costs grow with the number of images: seconds of one pass through them, of predicting, bytes.

    Seconds are those that processor time tells of a machine that does nothing else.
    """

    model: Any
    one_pass: Growth
    predict: Growth
    memory: Growth
    other_seconds: float

    def fit(self, n: int) -> Expected:
        return self.one_pass.at(n).times(passes(self.model, n))


def estimate_plan(plan: Plan, progress: Progress) -> Estimate:
    """Fit each case that is to be run on a few images, and say what all its trials would cost.

    Parameters
    ----------
    plan : Plan
    progress : Progress
        Told of the fits.

    Notes
    -----
    Each is fitted on 1,000, 2,000 and 4,000 of its training images (of fewer than 4,000: on a quarter, a half, and
    all), those that are quick twice. Times are those that processor time tells of a machine that does nothing else, so
    that neighbours change the estimate little. Networks are fitted for a few epochs, taken as many times over as they
    will have. Through the costs goes a curve `Growth`, and its bootstrap's interval of 95 % is the uncertainty. What
    begins only beyond the sizes that were fitted, such as memory that no longer holds what it held, the curve cannot
    know. Of a grid search up to four candidates are fitted, spread over the grid, and stand for all. A case whose fit
    on a few images already passes the time limit takes that limit in each trial.
    """
    with own_modules(plan.suite.folder):
        return _estimate(plan, progress)


def _estimate(plan: Plan, progress: Progress) -> Estimate:
    due = {trial.key for trial in plan.to_run}
    cases = [case for case in plan.cases if any(trial.key in due for trial in _all_trials(case))]
    probes = {case.case.name: tuple(_probes(case)) for case in cases}
    progress.begin(tuple(work.trial for each in probes.values() for _, works in each for work in works), 0, {})
    estimates: list[CaseEstimate] = []
    seconds: dict[str, float] = {}
    try:
        for case in cases:
            trials = [trial for trial in _all_trials(case) if trial.key in due]
            found, costs = _estimate_case(case, trials, probes[case.case.name], progress)
            largest = max(work.trial.samples or 0 for _, works in probes[case.case.name] for work in works)
            estimates.append(replace(found, largest_fit=largest))
            seconds |= {key: cost.value for key, cost in costs.items()}
    finally:
        progress.end()
    return Estimate(tuple(estimates), seconds)


class _TimeoutError(Exception):
    """A fit on a few images that passed the trial's time limit."""


def _estimate_case(
    case: PlannedCase, trials: list[Trial], probes: tuple[tuple[Any, tuple[Work, ...]], ...], progress: Progress
) -> tuple[CaseEstimate, dict[str, Expected]]:
    """Return what a case costs, and each of its trials by key; no trials if that is not known."""
    try:
        laws = [_laws(model, works, progress) for model, works in probes]
    except EstimateError as error:
        return _unknown(case, len(trials), str(error)), {}
    except _TimeoutError:
        costs = {trial.key: _limit_of(trial) for trial in trials}
        return _ended_by_limit(case, trials, costs), costs
    costs = {trial.key: _trial_cost(trial, case, laws) for trial in trials}
    return _case_estimate(case, trials, laws, costs), costs


def _limit_of(trial: Trial) -> Expected:
    limit = trial.time_limit or 0.0
    return Expected(limit, limit, limit)


def passes(model: Any, n: int) -> int:
    """Return how often a fit goes through its `n` images: a network's epochs, at most; 1 for other methods."""
    return epochs_of(last_step(model), n) or 1


def check_estimate_file(folder: Path) -> None:
    """Check that the file of a run's estimate can be written, before anything is fitted.

    Raises
    ------
    StoreError
        If a folder has its name.
    """
    path = folder / _FILE
    if path.is_dir() and not path.is_symlink():
        raise StoreError(
            f"{visible(str(path))} is a folder where a file belongs; move it away, and ask for the estimate again"
        )


def write_estimate(folder: Path, estimate: Estimate) -> None:
    """Keep an estimate beside a run, for its progress."""
    write_whole(folder / _FILE, (json.dumps(asdict(estimate), indent=1) + "\n").encode())


def read_expected(folder: Path) -> dict[str, float]:
    """Return the seconds that an estimate expected of each trial; nothing where there is none that can be read."""
    try:
        seconds = json.loads(read_regular(folder / _FILE))["seconds"]
        return {str(key): float(value) for key, value in seconds.items()}
    except DAMAGED:
        return {}


def _all_trials(case: PlannedCase) -> tuple[Trial, ...]:
    """Return a case's trials with those of further seeds, which are due once they are decided on."""
    return (*case.trials, *case.conditional)


def _probes(case: PlannedCase) -> Iterator[tuple[Any, tuple[Work, ...]]]:
    """Give each model to be fitted, with its fits: one model, or several candidates of a grid search."""
    first = case.trials[0]
    n = max(trial.samples or len(case.dataset.train) for trial in case.trials)
    largest = LARGEST if n >= LARGEST + len(case.dataset.class_names) else n
    for params in _candidates(first):
        model = unseeded_model(case.case)
        model.set_params(**settable(model, params))
        yield model, tuple(_probe(first, model, size) for size in (largest // 4, largest // 2, largest))


def _probe(trial: Trial, model: Any, size: int) -> Work:
    short = copy_unfitted(model)
    method = last_step(short)
    if epochs := epochs_of(method, size):
        method.set_params(max_epochs=min(epochs, _MOST_EPOCHS))
    whole = {"protocol": "holdout", "fold": None, "folds": None, "search": None, "samples": size, "sample_seed": 0}
    return Work(trial.model_copy(update=whole), cloudpickle.dumps(short))


def _candidates(trial: Trial) -> list[dict[str, Any]]:
    if trial.search is None:
        return [{}]
    candidates = chosen_candidates(trial.search, trial.seed)
    count = min(len(candidates), _MOST_CANDIDATES)
    return [candidates[round(place * (len(candidates) - 1) / max(count - 1, 1))] for place in range(count)]


def _laws(model: Any, works: tuple[Work, ...], progress: Progress) -> _Laws:
    results = [result for work in works for result in _measured(work, progress)]
    sizes = [result.n_train for result in results]
    measured = [costs_alone(result) for result in results]
    peaks = [result.measurements.fit_peak_bytes for result in results if result.measurements is not None]
    runs = [min(passes(model, size), _MOST_EPOCHS) for size in sizes]
    powers = LINEAR if hasattr(last_step(model), "epochs_for") else FASTER
    return _Laws(
        model,
        fit_growth(sizes, [cost.fit / run for cost, run in zip(measured, runs, strict=True)], powers),
        fit_growth(sizes, [cost.predict for cost in measured], LINEAR),
        fit_growth(sizes, [max(peak, 4096) for peak in peaks]),
        # A trial also predicts scores, which takes as long as the labels.
        sum(max(cost.other - cost.predict, 0.0) for cost in measured) / len(measured),
    )


def _measured(work: Work, progress: Progress) -> Iterator[Result]:
    progress.trial(work.trial)
    result, _ = run_attempts(work, progress.stage)
    progress.done(result)
    if result.status == "timeout":
        raise _TimeoutError
    if result.measurements is None:
        raise EstimateError(in_brief(f"on {work.trial.samples:,} images: {result.status}: {result.error}"))
    yield result
    if costs_alone(result).fit < _REPEATS_BELOW_SECONDS:
        again, _ = run_attempts(work, progress.stage)
        if again.measurements is not None:
            yield again


def _trial_cost(trial: Trial, case: PlannedCase, laws: list[_Laws]) -> Expected:
    """Return the seconds of a whole trial."""
    n, tested = _sizes(trial, case)
    share = tested / len(case.dataset.test)
    fit = _fit(trial, case, laws)
    predict = laws[0].predict.at(n).times(2 * share)
    other = laws[0].other_seconds
    return (fit + predict + Expected(other, other, other)).at_most(trial.time_limit)


def _fit(trial: Trial, case: PlannedCase, laws: list[_Laws]) -> Expected:
    n, _ = _sizes(trial, case)
    if trial.search is None:
        return laws[0].fit(n)
    inside = n * (trial.search.folds - 1) // trial.search.folds
    fits = _fits(trial)
    one = sum((law.fit(inside) for law in laws), Expected(0.0, 0.0, 0.0)).times(1 / len(laws))
    scoring = sum((law.predict.at(inside) for law in laws), Expected(0.0, 0.0, 0.0)).times(
        1 / len(laws) * (n - inside) / len(case.dataset.test)
    )
    last = max((law.fit(n) for law in laws), key=lambda expected: expected.value)
    return (one + scoring).times(fits) + last


def _fits(trial: Trial) -> float:
    """Return a search's fits, as many as would take its time on all images."""
    if trial.search is None:
        return 1
    candidates = len(chosen_candidates(trial.search, trial.seed))
    if trial.search.strategy == "grid":
        return candidates * trial.search.folds
    # Each round of successive halving has a third of the candidates on three times the images.
    rounds = math.floor(math.log(candidates, 3)) + 1
    return rounds * candidates / 3 ** (rounds - 1) * trial.search.folds


def _sizes(trial: Trial, case: PlannedCase) -> tuple[int, int]:
    """Return how many images a trial learns from, and is evaluated on."""
    n = trial.samples or len(case.dataset.train)
    if trial.folds is None:
        return n, len(case.dataset.test)
    tested = n // trial.folds
    return n - tested, tested


def _case_estimate(
    case: PlannedCase, trials: list[Trial], laws: list[_Laws], costs: dict[str, Expected]
) -> CaseEstimate:
    longest = max(trials, key=lambda trial: costs[trial.key].value)
    fit = _fit(longest, case, laws)
    memory = max((law.memory.at(_sizes(longest, case)[0]) for law in laws), key=lambda expected: expected.value)
    over = []
    if longest.time_limit is not None and fit.value > longest.time_limit:
        over.append(f"time limit of {longest.time_limit:g} s")
    if longest.memory_limit is not None and memory.value > longest.memory_limit:
        over.append(f"memory limit of {longest.memory_limit / 1e6:,.0f} MB")
    return CaseEstimate(
        case.case.name,
        len(trials),
        fit,
        memory,
        sum((costs[trial.key] for trial in trials), Expected(0.0, 0.0, 0.0)),
        laws[0].one_pass.exponent_at(_sizes(longest, case)[0]),
        " and ".join(over),
    )


def _ended_by_limit(case: PlannedCase, trials: list[Trial], costs: dict[str, Expected]) -> CaseEstimate:
    """Return the estimate of a case whose fits on a few images already pass the time limit: it is what trials take."""
    limit = costs[trials[0].key]
    return CaseEstimate(
        case.case.name,
        len(trials),
        limit,
        _NOTHING,
        sum(costs.values(), Expected(0.0, 0.0, 0.0)),
        math.nan,
        f"time limit of {limit.value:g} s",
    )


def _unknown(case: PlannedCase, n_trials: int, problem: str) -> CaseEstimate:
    return CaseEstimate(case.case.name, n_trials, _NOTHING, _NOTHING, _NOTHING, math.nan, problem=problem)
