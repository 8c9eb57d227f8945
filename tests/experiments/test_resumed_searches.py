"""Grid searches whose fits are stored one by one: killed, started again, spread over workers, with fits that fail."""

import signal
import subprocess
import sys

import psutil
import pytest

from hdr_bench import Case, Suite, run_suite
from hdr_bench.archives import read_sealed, seal_archive
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store
from tests.helpers.command import call_command
from tests.helpers.processes import read_pids, still_running, wait_for
from tests.helpers.search_fits import measured_fit

SUITE = """
title = "T"
dataset = "digits-8x8"
[[case]]
name = "Search"
estimator = "held_methods.Behaves"
params = { path = "pids" }
protocol = { kind = "grid-search", folds = 2 }
grid = { how = ["well", "raises", "exits", "is_held"] }
"""


class Watched(NoProgress):
    """Keeps what a run is told of."""

    def __init__(self):
        self.begun, self.done_ = [], []

    def begin(self, trials, stored, expected):
        self.trials = trials

    def trial(self, trial):
        self.begun.append(trial)

    def done(self, result):
        self.done_.append(result)


def _unit_files(folder):
    return {path.stem for path in folder.glob("search/*/*.zip")}


def _only_result(folder):
    (path,) = (folder / "trials").glob("*.zip")
    return Store(folder).read(path.stem)


def _own_suite(**case):
    search = {"protocol": {"kind": "grid-search", "folds": 2}, **case}
    return Suite(name="own", title="T", dataset="digits-8x8", cases=[Case(name="Search", **search)])


@pytest.fixture
def held(tmp_path, helpers, monkeypatch):
    """A folder with a suite whose search is held in some of its fits, and the command that runs it."""
    (tmp_path / "own.toml").write_text(SUITE)
    (tmp_path / "held_methods.py").write_text((helpers / "misbehaving.py").read_text())
    (tmp_path / "pids.held").touch()
    monkeypatch.chdir(tmp_path)
    return [sys.executable, "-m", "hdr_bench", "run", "own.toml", "--threads", "1", "--out", "run"]


def test_a_killed_search_loses_no_fit_that_was_done(held, tmp_path):
    runner = subprocess.Popen(held, stderr=subprocess.PIPE, text=True)
    trial = wait_for(lambda: read_pids(tmp_path / "pids"))
    family = psutil.Process(runner.pid).children(recursive=True)
    runner.send_signal(signal.SIGKILL)
    runner.communicate()
    assert still_running([*family, *trial]) == []
    stored = _unit_files(tmp_path / "run")
    # Those before the first that is held.
    assert len(stored) == 6
    listed = call_command(*held[3:], "--dry-run").stdout
    assert "Search (seed 0), digits-8x8: to run, 6 of 8 fits stored\n" in listed
    assert "1 of 1 trials to run" in listed
    # Without its hold, and with another damage.
    (tmp_path / "pids.held").unlink()
    damaged = tmp_path / "run" / "search" / _only_name(tmp_path / "run" / "search") / f"{min(stored)}.zip"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    plan = plan_suite("own.toml", RunOptions(threads=1, out=tmp_path / "run"))
    (remark,) = plan.remarks
    assert remark.startswith(f"runs again: search/{plan.trials[0].key}/{min(stored)}.zip: damaged: ")
    plan.execute(progress := Watched())
    ran = {result.trial.key for result in progress.done_}
    assert len(progress.trials) == len(ran) == 2 + 1 + 1
    assert ran & stored == {min(stored)}
    result = _only_result(tmp_path / "run")
    assert (result.status, result.searched.n_failed, len(result.searched.candidates)) == ("ok", 2, 4)
    assert result.searched.chosen == {"how": "well"}
    assert not (tmp_path / "run" / "search").exists()
    assert any("4 of 8 fits of the search failed; the first: " in text for text in result.warnings)
    # The same, two at a time, in one go.
    other = run_suite("own.toml", threads=1, jobs=2, out=tmp_path / "other")
    together = _only_result(other)
    assert [each.scores for each in together.searched.candidates] == [
        each.scores for each in result.searched.candidates
    ]
    assert (together.searched.chosen, together.scores) == (result.searched.chosen, result.scores)
    assert (together.n_concurrent, result.n_concurrent) == (2, 1)


def _only_name(folder):
    (path,) = folder.iterdir()
    return path.name


def test_what_a_search_cost_is_the_sum_of_all_its_fits(tmp_path):
    suite = _own_suite(
        estimator="mlp",
        params={"layers": "8N", "max_epochs": 2},
        grid={"lr": [0.01, 0.1, 0.2]},
        protocol={"kind": "grid-search", "folds": 2, "strategy": "halving"},
    )
    folder = run_suite(suite, out=tmp_path / "run", threads=1, samples=500, progress=(progress := Watched()))
    result, fits = _only_result(folder), progress.done_[:-1]
    assert [each.trial.search_fit is None for each in progress.done_] == [False] * 8 + [True]
    searched, costs = result.searched, [each.measurements for each in fits]
    assert searched.search_seconds == pytest.approx(sum(cost.fit_seconds + cost.predict_seconds for cost in costs))
    assert result.measurements.fit_seconds == pytest.approx(searched.search_seconds + searched.refit_seconds)
    assert result.measurements.fit_peak_bytes >= max(cost.fit_peak_bytes for cost in costs)
    assert result.seconds > sum(each.seconds for each in fits)
    assert len(result.history) == 2
    assert result.parameters["lr"] == searched.chosen["lr"]
    assert [each.samples for each in searched.candidates] == [166] * 3 + [498]
    assert all(each.measurements.latency_seconds is None and each.scores for each in fits)


def test_a_last_fit_that_fails_keeps_the_fits_and_runs_again_alone(tmp_path, monkeypatch, helpers):
    monkeypatch.syspath_prepend(str(helpers))
    suite = _own_suite(
        estimator="misbehaving.FailsOnAll", params={"path": str(tmp_path / "go")}, grid={"label": [1, 2, "none"]}
    )
    options = {"out": tmp_path / "run", "threads": 1, "samples": 500}
    folder = run_suite(suite, **options)
    result = _only_result(folder)
    assert (result.status, result.error) == ("failed", "ValueError: not on all")
    assert len(stored := _unit_files(folder)) == 6
    # It is stored: nothing is due, until failed trials are asked for.
    run_suite(suite, **options, progress=(nothing := Watched()))
    assert nothing.done_ == []
    (tmp_path / "go").touch()
    plan = plan_suite(suite, RunOptions(**options, rerun="failed"))
    (search,) = plan.searches.values()
    assert len(search.outcomes) == 4
    plan.execute(progress := Watched())
    # Those that failed, and the last one.
    assert len(progress.done_) == 2 + 1
    assert {each.trial.key for each in progress.done_[:2]} < stored
    assert _only_result(folder).status == "ok"
    assert not (folder / "search").exists()
    run_suite(suite, **options, rerun="all", progress=(whole := Watched()))
    assert len(whole.done_) == 6 + 1


def test_a_search_without_a_candidate_is_a_failed_trial_and_others_go_on(tmp_path, monkeypatch, helpers):
    monkeypatch.syspath_prepend(str(helpers))
    hopeless = _own_suite(estimator="misbehaving.Behaves", grid={"how": ["raises", "quits"]})
    suite = hopeless.model_copy(update={"cases": (*hopeless.cases, Case(name="k-NN", estimator="knn"))})
    folder = run_suite(suite, out=tmp_path / "run", threads=1, jobs=2)
    results = {each.trial.case: each for each in map(Store(folder).read, Store(folder).keys())}
    assert {case: each.status for case, each in results.items()} == {"Search": "failed", "k-NN": "ok"}
    assert "none of the 2 candidates could be fitted on every fold; the first failure: {'how': 'raises'}" in (
        results["Search"].error
    )
    assert "ValueError: not today" in results["Search"].traceback
    assert len(_unit_files(folder)) == 4


def test_a_search_goes_on_from_what_is_stored_of_a_fit(tmp_path, monkeypatch):
    write = FitStore.write

    def refuse(store, result):
        if result.status == "ok" and result.trial.search_fit.params == {"n_neighbors": 1}:
            raise TypeError("of no form that a file holds")
        write(store, result)

    monkeypatch.setattr(FitStore, "write", refuse)
    suite = _own_suite(estimator="knn", grid={"n_neighbors": [1, 30]})
    searched = _only_result(run_suite(suite, out=tmp_path / "run", threads=1, samples=300)).searched
    assert (searched.chosen, searched.n_failed) == ({"n_neighbors": 30}, 1)


def test_a_fit_that_takes_all_of_the_time_is_a_timeout(tmp_path, monkeypatch, helpers):
    monkeypatch.syspath_prepend(str(helpers))
    suite = _own_suite(estimator="misbehaving.Behaves", grid={"how": ["sleeps"]}, params={"seconds": 1234.0})
    folder = run_suite(suite, out=tmp_path / "run", threads=1, time_limit=1)
    result = _only_result(folder)
    assert (result.status, result.key) == ("timeout", result.trial.limited_key)
    assert "the only candidate could not be fitted on every fold; the first failure: " in result.error
    # The user's limit; on a busy machine a process may take all of it to start.
    assert "by the time limit of 1 s" in result.error


def test_fits_of_a_newer_version_are_left_with_their_search(tmp_path):
    suite, store, options = _own_suite(estimator="knn", grid={"n_neighbors": [1, 3]}), Store(tmp_path), RunOptions()
    (search,) = make_schedule(suite, options, store).searches.values()
    fit, fits = next(iter(search.missing.values())), FitStore(tmp_path, search.trial.key)
    fits.write(measured_fit(fit, 0.5))
    assert list(make_schedule(suite, options, store).searches[search.trial.key].outcomes) == [fit.key]
    path = fits.trials_folder / f"{fit.key}.zip"
    newer = read_sealed(path)["result.json"].replace(b'"format_version": 4', b'"format_version": 7')
    path.write_bytes(seal_archive({"result.json": newer}))
    plan = make_schedule(suite, options, store)
    assert (plan.to_run, plan.searches) == ((), {})
    assert plan.remarks[0].startswith(f"left unchanged: search/{search.trial.key}/{path.name}: format version 7")


def _store_a_fit(suite, options, folder):
    """Store the first fit of a suite's only search, as a run that was killed leaves it."""
    (search,) = make_schedule(suite, options, Store(folder)).searches.values()
    fits = FitStore(folder, search.trial.key)
    fits.write(measured_fit(next(iter(search.fits.values())), 0.5))
    return fits


def test_fits_that_a_finished_search_has_taken_the_place_of_go_and_others_stay(tmp_path):
    folder, options = tmp_path / "run", RunOptions(threads=1, samples=200)
    of_old_grid = _store_a_fit(_own_suite(estimator="knn", grid={"n_neighbors": [1, 3, 5]}), options, folder)
    suite = _own_suite(estimator="knn", grid={"n_neighbors": [1, 3]})
    of_all_images = _store_a_fit(suite, RunOptions(threads=1), folder)
    of_another_seed = _store_a_fit(suite, RunOptions(threads=1, samples=200, seed=7), folder)
    (plan := plan_suite(suite, RunOptions(threads=1, samples=200, out=folder))).execute()
    assert _only_result(folder).status == "ok"
    assert {path.name for path in (folder / "search").iterdir()} == {of_all_images.search, of_another_seed.search}
    assert of_old_grid.names == FitStore(folder, plan.trials[0].key).names == []


def test_a_search_whose_code_changed_since_its_stored_fits_says_so(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    text = "from sklearn.dummy import DummyClassifier\nclass Mine(DummyClassifier):\n    changed = {}\n"
    (tmp_path / "own_dummy.py").write_text(text.format(1))
    content = SUITE.replace("held_methods.Behaves", "own_dummy.Mine").replace('params = { path = "pids" }\n', "")
    (tmp_path / "own.toml").write_text(content.replace("grid = {", "grid = { strategy = ['prior', 'uniform'] }  # {"))
    options = RunOptions(threads=1, out=tmp_path / "run")
    plan = plan_suite(tmp_path / "own.toml", options)
    assert plan.code_changes == ()
    fit = next(iter(plan.searches[plan.trials[0].key].fits.values()))
    FitStore(plan.folder, plan.trials[0].key).write(measured_fit(fit, 0.5))
    assert plan_suite(tmp_path / "own.toml", options).code_changes == ()
    (tmp_path / "own_dummy.py").write_text(text.format(2))
    assert plan_suite(tmp_path / "own.toml", options).code_changes == (
        "Search: its code has changed since the stored fits of its search; 1 trial runs again",
    )
