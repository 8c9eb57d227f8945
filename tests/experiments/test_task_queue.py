import numpy as np
import pytest

from hdr_bench import load_results, run_suite
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.experiments.task_queue import TaskQueue
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.options import RunOptions
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.store import Store
from tests.helpers.search_fits import measured_fit
from tests.helpers.suites import parse_suite

CONTENT = {
    "title": "T",
    "dataset": "digits-8x8",
    "protocol": {"repeats": 3},
    "case": [
        {"name": "Tree", "estimator": "tree"},
        {"name": "k-NN", "estimator": "knn"},
        {"name": "Shallow", "estimator": "tree", "params": {"max_depth": 2}},
        {"name": "Folds", "estimator": "knn", "protocol": {"kind": "cross-validation", "folds": 2}},
    ],
}


class Watched(NoProgress):
    def __init__(self):
        self.ran = []

    def done(self, result):
        self.ran.append((result.trial.case, result.trial.seed))


def test_repeats_run_in_turn_and_are_reported_by_case(tmp_path):
    suite = parse_suite({**CONTENT, "case": CONTENT["case"][:3]}, "own", "own.toml")
    progress = Watched()
    folder = run_suite(suite, out=tmp_path / "run", threads=1, samples=100, progress=progress)
    assert progress.ran == [
        ("Tree", 0),
        ("k-NN", 0),
        ("Shallow", 0),
        ("Tree", 1),
        ("Shallow", 1),
        ("Tree", 2),
        ("Shallow", 2),
    ]
    results = load_results(folder)
    assert results["case"].tolist() == ["Tree"] * 3 + ["k-NN"] + ["Shallow"] * 3
    assert results["seed"].tolist() == [0, 1, 2, 0, 0, 1, 2]


def test_every_trial_runs_once_and_those_of_a_case_in_their_order(tmp_path):
    store = Store(tmp_path / "run")
    trials = (schedule := make_schedule(parse_suite(CONTENT, "own", "own.toml"), RunOptions(), store)).trials
    ran = [task.trial for task in TaskQueue(schedule, store)]
    assert sorted(trial.key for trial in ran) == sorted(trial.key for trial in trials)
    for case in {trial.case for trial in trials}:
        assert [trial for trial in ran if trial.case == case] == [trial for trial in trials if trial.case == case]
    assert [trial.case for trial in ran[:4]] == ["Tree", "k-NN", "Shallow", "Folds"]


SEARCH = {
    "name": "Search",
    "estimator": "knn",
    "protocol": {"kind": "grid-search", "folds": 2},
    "grid": {"n_neighbors": [1, 3]},
}


@pytest.fixture
def make_queue(tmp_path):
    """A function that makes the queue of a suite's cases, nothing of which is stored."""

    def make(*cases, **options):
        store = Store(tmp_path / "run")
        suite = parse_suite({"title": "T", "dataset": "digits-8x8", "case": [*cases]}, "own", "own.toml")
        return TaskQueue(make_schedule(suite, RunOptions(threads=1, **options), store), store)

    return make


def _take(queue):
    """Take up all that may begin now."""
    return list(iter(lambda: next(queue, None), None))


def test_a_searchs_fits_are_interleaved_with_other_trials_and_its_last_one_comes_when_they_are_there(make_queue):
    queue = make_queue(SEARCH, CONTENT["case"][0] | {"protocol": {"repeats": 3}})
    assert len(queue.trials) == 4 + 1 + 3
    tasks = _take(queue)
    assert [task.trial.case for task in tasks] == ["Search", "Tree", "Search", "Tree", "Search", "Tree", "Search"]
    fits = [task.trial for task in tasks if task.trial.search_fit]
    for fit, accuracy in zip(fits[:-1], (0.5, 0.5, 0.9), strict=True):
        queue.record(measured_fit(fit, accuracy))
        assert next(queue) is None
    assert queue.failed_searches() == ()
    queue.record(measured_fit(fits[-1], 0.7, n_concurrent=2))
    last = next(queue)
    assert (last.trial.search_fit, last.outcome.searched.chosen) == (None, {"n_neighbors": 3})
    assert last.outcome.searched.score == pytest.approx(0.8)
    assert list(queue) == []
    stored = queue.with_costs_of_fits(measured_fit(last.trial, 0.75, seconds=3.0))
    # Of four fits with a second of their processes each, and of the last one.
    assert stored.seconds == pytest.approx(4 * 1.05 + 4.0)
    assert stored.n_concurrent == 2


def test_a_search_with_nothing_to_choose_ends_without_a_last_fit(make_queue):
    queue = make_queue(SEARCH)
    for task in _take(queue):
        assert queue.failed_searches() == ()
        queue.record(measured_fit(task.trial))
    (failed,) = queue.failed_searches()
    assert (failed.key, failed.status) == (failed.trial.key, "failed")
    assert queue.failed_searches() == ()
    assert list(queue) == []


def test_the_time_that_is_left_goes_with_each_fit(make_queue):
    queue = make_queue(SEARCH, time_limit=100)
    left = []
    for _ in range(4):
        task = next(queue)
        left.append(task.seconds_left)
        queue.record(measured_fit(task.trial, 0.5, seconds=10.0))
    # A candidate needs both of its folds: of what is left each has its share.
    assert left == pytest.approx([45, 80, 35, 60])
    assert next(queue).seconds_left == pytest.approx(60)


def test_fits_that_run_beside_each_other_share_the_time_that_is_left(make_queue):
    queue = make_queue({**SEARCH, "grid": {"n_neighbors": [1, 3, 5, 7]}}, time_limit=100)
    first = _take(queue)
    assert [task.seconds_left for task in first] == pytest.approx([45, 45])
    queue.record(measured_fit(first[0].trial, 0.5, seconds=5.0))
    # 85 s are left, for it and the one that runs.
    assert [task.seconds_left for task in _take(queue)] == pytest.approx(
        [85 / 2, 85 / 3, 85 / 4, 85 / 5, 85 / 6, 85 / 7]
    )


def test_a_fit_that_another_run_has_stored_meanwhile_is_not_run(make_queue, tmp_path):
    queue = make_queue(SEARCH)
    first, second = next(queue).trial, next(queue).trial
    fits = [task.trial for task in _take(make_queue(SEARCH))]
    assert fits[:2] == [first, second]
    store = FitStore(tmp_path / "run", first.search_fit.search)
    store.write(measured_fit(fits[2], 0.5))
    assert [task.trial for task in _take(queue)] == [fits[3]]


def _store_result(tmp_path, trial):
    """Store a search's result, as another run on the same folder does."""
    labels = np.arange(10)
    result = measured_fit(trial, 1.0, class_names=tuple("0123456789"), n_test=10)
    Store(tmp_path / "run").write(result, Predictions(labels, labels))
    assert Store(tmp_path / "run").read(trial.key) == result


def test_a_search_that_another_run_has_done_meanwhile_is_dropped_with_the_fits_that_run(make_queue, tmp_path):
    queue = make_queue(SEARCH)
    tasks = _take(queue)
    for task in tasks[:3]:
        queue.record(measured_fit(task.trial))
    late = measured_fit(tasks[3].trial)
    assert queue.is_awaited(late)
    _store_result(tmp_path, queue.trials[-1])
    assert next(queue, "the end") == "the end"
    assert not queue.is_awaited(late)
    queue.record(late)
    assert queue.failed_searches() == ()


@pytest.mark.parametrize("rerun", ["missing", "failed"])
def test_a_failed_search_is_not_reported_over_the_result_of_another_run(make_queue, tmp_path, rerun):
    queue = make_queue(SEARCH, rerun=rerun)
    trial = queue.trials[-1]
    for task in _take(queue):
        queue.record(measured_fit(task.trial))
    _store_result(tmp_path, trial)
    assert queue.failed_searches() == ()


def test_a_search_that_stored_fits_of_another_run_have_ended_is_a_failed_one(make_queue, tmp_path):
    queue, other = make_queue(SEARCH), make_queue(SEARCH)
    for task in _take(other):
        store = FitStore(tmp_path / "run", task.trial.search_fit.search)
        store.write(measured_fit(task.trial))
    assert next(queue, None) is None
    (failed,) = queue.failed_searches()
    assert failed.status == "failed"


@pytest.mark.parametrize(("status", "is_limited"), [("failed", False), ("timeout", True), ("out of memory", True)])
def test_whatever_follows_a_choice_that_limits_had_a_part_in_has_the_limited_key(make_queue, status, is_limited):
    queue = make_queue(SEARCH, memory_limit="1 GB")
    tasks = _take(queue)
    queue.record(measured_fit(tasks[0].trial, status=status))
    for task in tasks[1:]:
        queue.record(measured_fit(task.trial, 0.5))
    last = next(queue).trial
    for outcome in (measured_fit(last, 0.5), measured_fit(last), measured_fit(last, status="crashed")):
        assert queue.with_costs_of_fits(outcome).key == (last.limited_key if is_limited else last.key)


def test_a_plan_can_be_carried_out_twice(tmp_path):
    store = Store(tmp_path / "run")
    suite = parse_suite({"title": "T", "dataset": "digits-8x8", "case": [SEARCH]}, "own", "own.toml")
    plan = make_schedule(suite, RunOptions(threads=1, rerun="all"), store)
    for _ in range(2):
        queue = TaskQueue(plan, store)
        tasks = _take(queue)
        assert len(tasks) == 4
        for task in tasks:
            queue.record(measured_fit(task.trial, 0.5))
