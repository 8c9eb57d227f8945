import io

import numpy as np
import pytest
from rich.console import Console

from hdr_bench.experiments import progress as module
from hdr_bench.experiments.messages import Stage
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.experiments.progress import BarProgress, LineProgress, describe_outcome, describe_trial
from hdr_bench.records.environment import read_environment
from hdr_bench.records.quantities import clock
from hdr_bench.records.result import Result


@pytest.fixture
def now(monkeypatch):
    """A clock that is set by hand."""
    times = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: times[0])
    return times


@pytest.fixture
def ended():
    machine = read_environment()

    def make(trial, seconds=1.0, status="ok", error=""):
        return Result(
            key=trial.key,
            trial=trial,
            status=status,
            error=error,
            seconds=seconds,
            finished="2026",
            environment=machine,
        )

    return make


def _lines(trials, expected=None, **options):
    console = Console(file=io.StringIO(), width=200)
    lines = LineProgress(console, **options)
    lines.begin(trials, 2, expected or {})
    return lines, lambda: console.file.getvalue().splitlines()


def test_fits_inside_a_search_are_told_apart_by_candidate_and_fold(searching):
    last = searching({"n_neighbors": [1, 3], "weights": ["distance"]})
    fits = [*SearchState(last, np.zeros(0)).fits.values()]
    assert describe_trial(fits[2]) == "k-NN, three (seed 0, n_neighbors = 3, weights = distance, fold 1 of 2)"
    assert describe_trial(last) == "k-NN, three (seed 0)"
    _, said = _lines((*fits, last))
    assert said() == ["1 trial to run with 4 fits within grid searches, 2 already stored"]
    long = searching({"n_neighbors": ["x" * 1000]})
    (fit, _) = SearchState(long, np.zeros(0)).fits.values()
    assert len(describe_trial(fit)) < 150


def test_lines_come_every_ten_seconds_at_most(trial, now, ended):
    trials = tuple(trial(seed=seed, case=f"case {seed}") for seed in range(100))
    lines, said = _lines(trials, expected={each.key: 1.0 for each in trials})
    assert said() == ["100 trials to run, 2 already stored"]
    for each in trials[:50]:
        lines.trial(each)
        lines.stage(Stage("fit"))
        now[0] += 1
        lines.done(ended(each))
    assert len(said()) == 1 + 5
    assert said()[-1].startswith("[50/100] case 49: ")
    assert said()[-1].endswith("1.0 s; elapsed 0:50, remaining about 0:50")


def test_the_epoch_is_told_and_what_goes_wrong_at_once(trial, now, ended):
    trials = tuple(trial(case=name, is_deterministic=False) for name in ("A", "B"))
    lines, said = _lines(trials)
    lines.trial(trials[0])
    now[0] += 11
    lines.stage(Stage("fit: epoch", 3, 5))
    # Three epochs took eleven seconds; of the other trial nothing is known.
    assert said()[-1] == "[0/2] A (seed 0): fit: epoch 3 of 5; elapsed 0:11, remaining 0:07 and 1 method not timed yet"
    now[0] += 1
    lines.done(ended(trials[0], 12, "timeout", "ended after 12 s"))
    assert said()[-1].startswith("[1/2] A (seed 0): timeout: ended after 12 s, 12.0 s; elapsed 0:12")
    now[0] += 1
    lines.done(ended(trials[1]))
    assert said()[-1].startswith("[2/2] B")


def test_a_bar_shows_method_stage_and_what_is_left(trial, ended):
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    bar = BarProgress(console)
    trials = (trial(case="A [b]"), trial(case="B", seed=1, is_deterministic=False))
    bar.begin(trials, 0, {each.key: 5.0 for each in trials})
    bar.trial(trials[0])
    bar.stage(Stage("fit: epoch", 2, 9))
    bar._bar.refresh()
    bar.done(ended(trials[0], status="failed", error="an [odd] error"))
    bar.end()
    shown = console.file.getvalue()
    for words in ("A [b]", "fit: epoch 2 of 9", "an [odd] error", "1/2", "elapsed", "remaining about 0:"):
        assert words in shown


def test_a_long_error_is_one_line_of_bounded_length(trial, ended):
    failed = ended(trial(), status="failed", error="a word\n" * 300)
    assert describe_outcome(failed).startswith("failed: a word a word ")
    assert describe_outcome(failed).endswith("...")
    assert len(describe_outcome(failed)) <= 300
    lines, said = _lines((failed.trial,))
    lines.done(failed)
    assert len(said()) == 2


def test_names_have_what_tells_trials_apart(trial):
    assert describe_trial(trial(case="A")) == "A"
    assert describe_trial(trial(case="A", protocol="cross-validation", fold=1, folds=3)) == "A (seed 0, fold 2 of 3)"
    curve = trial(case="A", protocol="learning-curve", samples=1000, is_deterministic=False)
    assert describe_trial(curve) == "A (1,000 images, seed 0)"
    assert [clock(seconds) for seconds in (5, 65, 7207)] == ["0:05", "1:05", "2:00:07"]
