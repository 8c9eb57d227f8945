"""A search's fits one by one give what scikit-learn's own searches give on the same images, folds and seed."""

import warnings

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, ParameterSampler, StratifiedKFold

from hdr_bench import load_dataset
from hdr_bench.estimators import KNNClassifier
from hdr_bench.experiments.planning.search_candidates import candidates_of
from hdr_bench.experiments.planning.search_fits import Candidates, plan_rounds
from hdr_bench.experiments.planning.search_result import conclude
from hdr_bench.experiments.planning.search_state import SearchState, seconds_of
from hdr_bench.experiments.planning.trial_data import select_images
from hdr_bench.records.environment import read_environment
from hdr_bench.records.result import Result
from hdr_bench.records.trial import Search
from tests.helpers.search_fits import fitted, measured_fit, run_search

GRID = {"n_neighbors": [1, 3, 9, 30], "weights": ["uniform", "distance"]}
SEVERAL = [{"n_neighbors": [1, 2, 30]}, {"n_neighbors": [5, 9], "weights": ["distance"]}, {"weights": ["uniform"]}]


def _images(trial):
    return select_images(load_dataset("digits-8x8"), trial).train


def _conclude(search):
    return conclude(search, read_environment())


def _same_as(theirs, searched):
    results = theirs.cv_results_
    assert [each.params for each in searched.candidates] == results["params"]
    for place, each in enumerate(searched.candidates):
        assert each.scores == tuple(results[f"split{fold}_test_score"][place] for fold in range(theirs.n_splits_))
    assert searched.chosen == theirs.best_params_
    assert searched.score == theirs.best_score_


@pytest.mark.parametrize(("grid", "n_candidates"), [(GRID, 8), (SEVERAL, 6)])
def test_it_is_scikit_learns_grid_search_with_every_candidate_kept(searching, grid, n_candidates):
    trial = searching(grid, folds=4, seed=5)
    images = _images(trial)
    cut = StratifiedKFold(4, shuffle=True, random_state=5)
    theirs = GridSearchCV(KNNClassifier(), grid, scoring="accuracy", cv=cut).fit(images.X, images.y)
    searched = _conclude(search := run_search(trial, images.labels)).searched
    _same_as(theirs, searched)
    assert (searched.n_candidates, searched.is_limited, searched.n_failed) == (n_candidates, False, 0)
    assert len(search.outcomes) == 4 * n_candidates
    assert searched.search_seconds == pytest.approx(search.spent)
    assert all(each.fit_seconds > 0 for each in searched.candidates)


@pytest.mark.parametrize(
    ("grid", "seed"),
    [
        ({"n_neighbors": [1, 2, 3, 5, 9, 30], "weights": ["uniform", "distance"]}, 0),
        ({"n_neighbors": [1, 2, 3, 5, 9, 30], "weights": ["uniform", "distance"]}, 3),
        ([*SEVERAL, {"n_neighbors": [2, 7, 30], "weights": ["distance"]}], 0),
    ],
)
def test_successive_halving_is_scikit_learns_round_by_round(searching, grid, seed):
    trial = searching(grid, folds=3, strategy="halving", seed=seed, samples=1200)
    images = _images(trial)
    cut = StratifiedKFold(3, shuffle=True, random_state=seed)
    theirs = HalvingGridSearchCV(KNNClassifier(), grid, scoring="accuracy", cv=cut, random_state=seed, refit=False)
    theirs.fit(images.X, images.y)
    searched = _conclude(run_search(trial, images.labels)).searched
    _same_as(theirs, searched)
    assert [each.iteration for each in searched.candidates] == list(theirs.cv_results_["iter"])
    assert [each.samples for each in searched.candidates] == list(theirs.cv_results_["n_resources"])
    assert max(each.iteration for each in searched.candidates) == 2


def test_halving_goes_on_from_the_fits_of_the_rounds_before(searching):
    trial = searching({"n_neighbors": [1, 2, 3, 5, 9, 30]}, strategy="halving")
    labels = _images(trial).labels
    whole = run_search(trial, labels)
    outcomes = list(whole.outcomes.values())
    assert len(whole.fits) == len(outcomes) == len(SearchState(trial, labels).fits)
    for n_stored in (3, 12, 13):
        again = run_search(trial, labels, outcomes=outcomes[:n_stored])
        assert [*again.outcomes] == [result.key for result in outcomes]
        assert _conclude(again).searched.chosen == _conclude(whole).searched.chosen


def test_halving_leaves_out_fits_of_candidates_that_are_no_longer_in_their_round(searching):
    trial = searching({"n_neighbors": [1, 2, 3, 5, 9, 30]}, strategy="halving")
    labels = _images(trial).labels
    fits = [*run_search(trial, labels).outcomes.values()]
    second = [each for each in fits if each.trial.search_fit.samples == fits[-1].trial.search_fit.samples]
    kept = {each.trial.search_fit.params["n_neighbors"] for each in second}
    # What failed in the first round is well now, and takes the place of what was best.
    other = next(each for each in fits if each.trial.search_fit.params["n_neighbors"] not in kept)
    better = {id(each) for each in fits[:12] if each.trial.search_fit.params == other.trial.search_fit.params}
    changed = [measured_fit(each.trial, 1.0) if id(each) in better else each for each in fits]
    search = SearchState(trial, labels, changed)
    assert search.n_missing == len(search.missing) == 2
    run = run_search(trial, labels, outcomes=changed)
    outcome = _conclude(run)
    assert outcome.searched.search_seconds == pytest.approx(sum(map(seconds_of, run.outcomes.values())))
    # A fit of the first round is not readable: of the second nothing is known.
    damaged = SearchState(trial, labels, fits[1:])
    assert (len(damaged.outcomes), damaged.n_missing) == (11, 1 + 4)
    assert len(run_search(trial, labels, outcomes=fits[1:]).outcomes) == 16


def test_halving_ends_with_a_round_of_which_every_fit_failed(searching):
    trial = searching({"n_neighbors": [1, 2, 3, 5, 9, 30]}, strategy="halving")
    ran = []
    search = run_search(trial, _images(trial).labels, lambda fit: ran.append(fit) or measured_fit(fit))
    assert len(ran) == 12
    result = _conclude(search)
    assert (result.status, result.key) == ("failed", trial.key)
    assert "none of the 6 candidates" in result.error


def test_rounds_are_planned_here_wherever_joblib_sends_work(searching):
    trial = searching({"n_neighbors": [1, 2, 3, 5]}, strategy="halving")
    labels = _images(trial).labels
    with parallel_config("loky", n_jobs=2):
        state = SearchState(trial, labels)
    assert [*state.fits] == [*SearchState(trial, labels).fits]
    assert state.n_fits == 8 + 4


def test_a_round_waits_for_the_one_before(searching):
    trial = searching({"n_neighbors": [1, 2, 3, 5]}, strategy="halving")
    search = SearchState(trial, _images(trial).labels)
    first = [search.next_fit() for _ in range(8)]
    assert search.next_fit() is None
    assert not search.is_complete
    for fit in first:
        search.record(fitted(fit))
    assert search.next_fit().search_fit.samples > first[0].search_fit.samples


def test_a_share_of_the_candidates_is_drawn_with_the_seed():
    search = Search(grid=GRID, folds=2, strategy="grid", candidates=3)
    drawn = candidates_of(search, 0)
    assert len({str(candidate) for candidate in drawn}) == 3
    assert drawn == candidates_of(search, 0)
    assert any(drawn != candidates_of(search, seed) for seed in range(1, 5))
    assert len(candidates_of(search.model_copy(update={"candidates": 100}), 0)) == 8


@pytest.mark.parametrize("grid", [GRID, SEVERAL])
@pytest.mark.parametrize("seed", range(5))
def test_it_is_scikit_learns_draw(grid, seed):
    search = Search(grid=grid, folds=2, strategy="grid", candidates=4)
    assert candidates_of(search, seed) == list(ParameterSampler(grid, 4, random_state=seed))


def test_a_candidate_of_several_grids_is_tried_once_where_it_comes_first():
    search = Search(grid=[{"p": [2, 1]}, {"p": [1, 3]}, {"p": [1.0]}], folds=2, strategy="grid")
    assert [repr(each["p"]) for each in candidates_of(search, 0)] == ["2", "1", "3", "1.0"]
    drawn = candidates_of(search.model_copy(update={"candidates": 3}), 0)
    assert len({repr(each) for each in drawn}) == 3


def test_of_candidates_equally_good_the_first_of_the_grid_is_chosen_whatever_the_order(searching):
    for seed in range(4):
        trial = searching({"n_neighbors": [1, 3, 5]}, seed=seed, time_limit=1e6)
        search = run_search(trial, np.zeros(0), lambda fit: measured_fit(fit, 0.5))
        assert _conclude(search).searched.chosen == {"n_neighbors": 1}


def test_little_time_is_for_some_of_the_candidates_in_a_random_order(searching):
    trial = searching({"n_neighbors": list(range(1, 41))}, time_limit=1.5)

    def tried(search):
        return [each.params["n_neighbors"] for each in _conclude(search).searched.candidates]

    search = run_search(trial, np.zeros(0), lambda fit: measured_fit(fit, 0.5))
    # Each takes 0.1 s for its two folds; of 0.9 * 1.5 s, 0.3 s are left for the next one and the last fit.
    assert len(tried(search)) == 11
    assert tried(search) != sorted(tried(search))
    assert _conclude(search).searched.is_limited
    other = trial.model_copy(update={"seed": 1})
    assert tried(run_search(other, np.zeros(0), lambda fit: measured_fit(fit, 0.5)))[:3] != tried(search)[:3]
    # The seconds of stored fits count, and what was begun is ended.
    stored = list(search.outcomes.values())[:7]
    again = run_search(trial, np.zeros(0), lambda fit: measured_fit(fit, 0.5), stored)
    assert tried(again) == tried(search)


def test_under_a_time_limit_the_first_candidate_runs_before_others_begin(searching):
    trial = searching({"n_neighbors": [1, 3, 5]}, time_limit=10.0)
    search = SearchState(trial, np.zeros(0))
    first = [search.next_fit(), search.next_fit()]
    assert search.next_fit() is None
    assert not search.is_complete
    search.record(measured_fit(first[0], 0.5, seconds=4.0))
    # Twice these 4 s for the next one, beside the fold that runs, and 8 s for the last fit.
    assert search.next_fit() is None
    search.record(measured_fit(first[1], 0.5, seconds=4.0))
    assert search.is_complete
    assert search.seconds_left == pytest.approx(1.0)


def test_a_candidate_that_cannot_be_fitted_is_kept_as_such(searching):
    trial = searching({"n_neighbors": [3, -1, 5]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = _conclude(run_search(trial, _images(trial).labels))
    failed = [each for each in outcome.searched.candidates if each.scores == (None, None)]
    assert [each.params for each in failed] == [{"n_neighbors": -1}]
    assert (outcome.searched.n_failed, len(outcome.searched.candidates)) == (1, 3)
    assert outcome.warnings[-1].startswith("2 of 6 fits of the search failed; the first: {'n_neighbors': -1}, fold 1: ")


@pytest.mark.parametrize("strategy", ["grid", "halving"])
@pytest.mark.parametrize(
    ("statuses", "status", "is_by_limits"),
    [
        (["failed"] * 4, "failed", False),
        (["timeout"] * 4, "timeout", True),
        (["crashed", "out of memory"] * 2, "failed", True),
    ],
)
def test_without_a_candidate_to_choose_the_trial_has_failed(searching, strategy, statuses, status, is_by_limits):
    trial = searching({"n_neighbors": [1, 3]}, strategy=strategy, memory_limit=10**9)
    turn = iter(statuses)
    labels = _images(trial).labels
    result = _conclude(run_search(trial, labels, lambda fit: measured_fit(fit, status=next(turn))))
    assert isinstance(result, Result)
    assert (result.status, result.searched) == (status, None)
    assert result.key == (trial.limited_key if is_by_limits else trial.key)
    assert result.error.startswith(
        "none of the 2 candidates could be fitted on every fold; the first failure: {'n_neighbors': 1}, fold 1: "
    )


def test_fits_that_take_all_of_the_time_are_a_timeout(searching):
    trial = searching({"n_neighbors": [1, 3]}, strategy="halving", time_limit=1.0)
    result = _conclude(run_search(trial, _images(trial).labels, lambda fit: measured_fit(fit, 0.5, seconds=0.4)))
    assert (result.status, result.key) == ("timeout", trial.limited_key)
    assert result.error == "its fits took 1.2 s of the time limit of 1 s, but not all of them finished"


@pytest.mark.parametrize("status", [None, "failed"])
def test_time_that_ends_before_any_candidate_is_complete_is_a_timeout(searching, status):
    trial = searching({"n_neighbors": [1, 3]}, folds=3, time_limit=1.0)
    search = SearchState(trial, np.zeros(0))
    # Two run beside each other, and take all of the time.
    first, second = search.next_fit(), search.next_fit()
    search.record(measured_fit(first, 0.5, seconds=0.5))
    search.record(measured_fit(second, 0.5, seconds=0.5) if status is None else measured_fit(second, seconds=0.5))
    assert search.is_complete
    result = _conclude(search)
    assert result.key == trial.limited_key
    if status is None:
        assert result.status == "timeout"
        assert result.error == "the time limit of 1 s was reached before any candidate was fitted on every fold"
    # The same of what is stored, if it goes on with less time.
    again = SearchState(trial.model_copy(update={"time_limit": 0.5}), np.zeros(0), search.outcomes.values())
    assert _conclude(again).key != trial.key


@pytest.mark.parametrize("status", ["timeout", "out of memory"])
def test_a_fit_that_a_limit_ended_makes_the_outcome_a_limited_one(searching, status):
    trial = searching({"n_neighbors": [1, 3]}, memory_limit=10**9)

    def first_ends(status):
        turn = iter([{"status": status}, {"status": status}, {"accuracy": 0.5}, {"accuracy": 0.5}])
        return lambda fit: measured_fit(fit, **next(turn))

    outcome = _conclude(run_search(trial, np.zeros(0), first_ends(status)))
    assert (outcome.is_limited, outcome.searched.chosen) == (True, {"n_neighbors": 3})
    assert not _conclude(run_search(trial, np.zeros(0), first_ends("failed"))).is_limited


def test_no_time_for_the_last_fit_is_a_timeout(searching):
    trial = searching({"n_neighbors": [1, 3]}, time_limit=1.0)
    seconds = iter((0.01, 0.01, 0.01, 2.0))
    result = _conclude(run_search(trial, np.zeros(0), lambda fit: measured_fit(fit, 0.5, seconds=next(seconds))))
    assert (result.status, result.key) == ("timeout", trial.limited_key)
    assert result.error == "its fits took 2.0 s of the time limit of 1 s, which leaves none for the final fit"


def test_a_value_that_is_named_twice_is_fitted_once(searching):
    trial = searching({"n_neighbors": [3, 3]})
    ran = []
    search = run_search(trial, np.zeros(0), lambda fit: ran.append(fit.key) or measured_fit(fit, 0.5))
    assert len(ran) == len(set(ran)) == 2
    assert len(_conclude(search).searched.candidates) == 2


def test_a_fits_key_names_its_search_candidate_fold_and_round(searching):
    trial = searching(GRID)
    rounds = plan_rounds(Candidates(trial), np.zeros(0), {}).rounds
    fits = [fit for group in rounds[0] for fit in group.fits.values()]
    assert len({fit.key for fit in fits}) == 16
    assert {fit.search_fit.search for fit in fits} == {trial.key}
    assert fits[0].model_copy(update={"time_limit": 5.0}).key == fits[0].key
    assert fits[0].model_copy(update={"time_limit": 5.0}).limited_key != fits[0].limited_key
    assert "search_fit" not in trial.model_dump()
