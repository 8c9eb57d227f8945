"""The time that a run still takes, on numbers: a clock that is set by hand, and results that are made."""

import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.experiments.forecast import remaining as module
from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.forecast.remaining import Remaining, RemainingTime
from hdr_bench.experiments.messages import NoProgress, Stage, Task
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.experiments.planning.trial_data import select_images
from hdr_bench.experiments.processes import dask_cluster, local
from hdr_bench.experiments.processes.backends import run_tasks
from hdr_bench.records.options import RunOptions

LABELS = np.zeros(0)
"""A grid's fits do not depend on the labels."""


@pytest.fixture
def now(monkeypatch):
    """A clock that is set by hand."""
    times = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: times[0])
    return times


@pytest.fixture
def run(now):
    """A function that runs a trial to its end by the clock."""

    def run(remaining, trial, result):
        remaining.trial(trial)
        now[0] += result.seconds
        remaining.done(result)

    return run


def test_what_is_left_is_known_from_the_estimate_then_from_what_has_run(trial, measured, run):
    one, other = (tuple(trial(case=case, seed=seed) for seed in range(3)) for case in ("A", "B"))
    expected = {each.key: 10.0 for each in one} | {each.key: 100.0 for each in other}
    remaining = Remaining((*one, *other), expected)
    assert remaining.left == RemainingTime(330)
    run(remaining, one[0], measured(one[0], 20.0))
    assert remaining.left == RemainingTime(2 * 20 + 300)
    assert remaining.counts == (1, 6)


def test_of_cases_of_which_nothing_is_known_it_says_so(trial, measured, run):
    quick, slow = (tuple(trial(case=case, seed=seed) for seed in range(2)) for case in ("quick", "slow"))
    remaining = Remaining((*quick, *slow), {})
    assert remaining.left == RemainingTime(0, ("quick", "slow"))
    run(remaining, quick[0], measured(quick[0], 7.0))
    assert remaining.left == RemainingTime(7, ("slow",))
    run(remaining, slow[0], measured(slow[0], 200.0))
    assert remaining.left == RemainingTime(207)


def test_the_running_trial_counts(trial, now):
    each = trial()
    remaining = Remaining((each,), {each.key: 100.0})
    remaining.trial(each)
    now[0] += 60
    assert remaining.left.seconds == 40
    # It takes longer than was expected; that it ends at once is not likely.
    now[0] += 60
    assert remaining.left.seconds == 30


def test_epochs_say_what_is_left_of_the_running_trial(trial, now):
    each = trial()
    remaining = Remaining((each,), {each.key: 5.0})
    remaining.trial(each)
    now[0] += 3
    remaining.stage(Stage("fit"))
    now[0] += 40
    remaining.stage(Stage("fit: epoch", 2, 10))
    assert remaining.left.seconds == pytest.approx(160)
    now[0] += 10
    assert remaining.left.seconds == pytest.approx(150)
    now[0] += 50
    remaining.stage(Stage("fit: epoch", 5, 10))
    assert remaining.left.seconds == pytest.approx(100)


def test_of_a_search_its_fits_count_and_the_last_one_is_by_theirs(searching, measured, run):
    last = searching({"n_neighbors": [1, 3, 5]})
    fits = [*SearchState(last, LABELS).fits.values()]
    remaining = Remaining((*fits, last), {})
    assert remaining.left == RemainingTime(0, (last.case,))
    run(remaining, fits[0], measured(fits[0], 10.0))
    # Five more, and one on the images of both folds.
    assert remaining.left == RemainingTime(5 * 10 + 20)
    assert remaining.counts == (1, 7)
    for fit in fits[1:]:
        run(remaining, fit, measured(fit, 10.0))
    assert remaining.left == RemainingTime(20)
    run(remaining, last, measured(last, 60 + 30.0))
    assert remaining.counts == (7, 7)


def test_a_searchs_limit_is_that_of_all_its_fits_and_those_that_it_leaves_out_are_not_open(searching, measured, run):
    last = searching({"n_neighbors": [1, 3, 5]}, time_limit=45.0)
    fits = [*SearchState(last, LABELS).fits.values()]
    remaining = Remaining((*fits, last), {})
    for fit in fits[:2]:
        run(remaining, fit, measured(fit, 10.0))
    assert remaining.left == RemainingTime(25)
    run(remaining, last, measured(last, 40.0))
    assert remaining.left == RemainingTime(0)
    assert remaining.counts == (7, 7)


def test_a_fit_of_a_later_round_takes_the_place_of_one_that_was_expected(searching, measured, run):
    last = searching({"n_neighbors": [1, 3, 5]}, strategy="halving")
    labels = select_images(load_dataset("digits-8x8"), last).train.labels
    fits = [*SearchState(last, labels).fits.values()]
    remaining = Remaining((*fits, last), {})
    assert [fit.search_fit.samples for fit in fits] == [133] * 6 + [399] * 2
    for fit in fits[:6]:
        run(remaining, fit, measured(fit, 10.0))
    # By the images of their round; the last one has those of both folds.
    assert remaining.left == RemainingTime(pytest.approx(2 * 30 + 20))
    for fit in fits[6:]:
        other = fit.search_fit.model_copy(update={"params": {"n_neighbors": 5}})
        chosen = fit.model_copy(update={"search_fit": other})
        run(remaining, chosen, measured(chosen, 30.0))
    assert remaining.counts == (8, 9)
    assert remaining.left == RemainingTime(60)


def test_of_networks_one_after_the_other_epochs_say_nothing(trial, now):
    each = trial()
    remaining = Remaining((each,), {each.key: 100.0})
    remaining.trial(each)
    remaining.stage(Stage("fit"))
    for epoch in (1, 2, 1, 2):
        now[0] += 10
        remaining.stage(Stage("fit: epoch", epoch, 2))
    assert remaining.left.seconds == pytest.approx(60)


def test_a_time_limit_bounds_each_trial_and_the_running_one(trial, now):
    trials = tuple(trial(seed=seed, time_limit=50.0) for seed in range(3))
    remaining = Remaining(trials, {each.key: 1000.0 for each in trials})
    assert remaining.left.seconds == 150
    remaining.trial(trials[0])
    now[0] += 30
    remaining.stage(Stage("fit"))
    now[0] += 10
    remaining.stage(Stage("fit: epoch", 1, 100))
    assert remaining.left.seconds == 110


def test_a_neighbour_stretches_what_is_left_until_it_is_gone(trial, measured, run):
    trials = tuple(trial(seed=seed) for seed in range(8))
    remaining = Remaining(trials, {each.key: 10.0 for each in trials})
    run(remaining, trials[0], measured(trials[0], 10.0, stretch=4.0))
    assert remaining.left.seconds == pytest.approx(7 * 40)
    for each in trials[1:4]:
        run(remaining, each, measured(each, 10.0))
    assert remaining.left.seconds == pytest.approx(4 * 10)


def test_several_at_a_time_are_sooner_done(trial, measured, now):
    trials = tuple(trial(seed=seed) for seed in range(4))
    remaining = Remaining(trials, {})
    now[0] += 10
    for each in trials[:2]:
        remaining.done(measured(each, 10.0))
    assert remaining.left.seconds == pytest.approx(10)


def test_of_two_at_a_time_both_running_ones_count(trial, measured, now):
    trials = tuple(trial(seed=seed) for seed in range(6))
    remaining = Remaining(trials, {each.key: 100.0 for each in trials})
    for each in trials[:2]:
        remaining.trial(each)
    assert remaining.left.seconds == pytest.approx(300)
    now[0] += 60
    # Both have 40 s left, four take 100 s each; two at a time.
    assert remaining.left.seconds == pytest.approx((2 * 40 + 4 * 100) / 2)
    now[0] += 40
    for ended, begun in zip(trials[:2], trials[2:4], strict=True):
        remaining.trial(begun)
        remaining.done(measured(ended, 100.0))
    now[0] += 50
    assert remaining.left.seconds == pytest.approx((2 * 50 + 2 * 100) / 2)


def test_nothing_ends_before_the_longest_trial(trial, measured, now):
    trials = tuple(trial(case=case) for case in "ABC")
    remaining = Remaining(trials, dict(zip((each.key for each in trials), (10.0, 10.0, 400.0), strict=True)))
    for each in trials[1:]:
        remaining.trial(each)
    now[0] += 10
    remaining.done(measured(trials[1], 10.0))
    # Half of the time of what is left would be 200 s.
    assert remaining.left.seconds == pytest.approx(390)


@pytest.mark.parametrize("backend", ["sequential", "local", "dask"])
def test_each_trial_is_told_of_when_it_begins(backend, trial, monkeypatch):
    told = []
    progress = NoProgress()
    monkeypatch.setattr(progress, "trial", told.append)
    tasks = [Task(trial(seed=seed)) for seed in range(3)]
    monkeypatch.setattr(local, "run_attempts", lambda task, *_: (task.trial, tuple(told)))
    monkeypatch.setattr(dask_cluster, "run_on_cluster", lambda tasks, *_: ((task.trial, tuple(told)) for task in tasks))
    options = {"local": {"jobs": 2}, "dask": {"scheduler": "tcp://nowhere"}}.get(backend, {})
    ended = list(run_tasks(tasks, RunOptions(backend=backend, **options), {}, progress))
    assert len(ended) == 3
    assert all(each in so_far for each, so_far in ended)
    assert told == [task.trial for task in tasks]


@pytest.mark.parametrize("stretch", [1.0, 1.1, 3.0, 40.0])
def test_a_trials_costs_alone_are_the_same_beside_a_neighbour(stretch, trial, measured):
    result = measured(trial(threads=2), 8.0, predict=3.0, other=2.0, stretch=stretch)
    costs = costs_alone(result)
    assert costs.fit == pytest.approx(8.0, rel=0.11)
    assert costs.predict == pytest.approx(3.0, rel=0.11)
    assert costs.total == pytest.approx(13.0, rel=0.11)


def test_of_a_failed_trial_all_of_its_time_counts(trial, measured):
    failed = measured(trial(), 5.0).model_copy(update={"status": "failed", "measurements": None})
    assert costs_alone(failed).total == 5.0
