import warnings

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from hdr_bench import load_dataset
from hdr_bench.estimators import Deskewer, KNNClassifier
from hdr_bench.experiments.measuring.grid_search import candidates_of, make_search, search_result
from hdr_bench.records.trial import Search

GRID = {"n_neighbors": [1, 3, 9], "weights": ["uniform", "distance"]}


@pytest.fixture(scope="module")
def few():
    digits = load_dataset("digits-8x8").subsample(400)
    return digits.train.X, digits.train.y


class Slow(KNNClassifier):
    """A neighbor whose fit takes 0.05 s by the clock of its search, which stands still otherwise."""

    now = 0.0

    def fit(self, X, y):
        Slow.now += 0.05
        return super().fit(X, y)


def _quiet(done, total):
    pass


def test_it_is_scikit_learns_grid_search_with_every_candidate_kept(few):
    search = Search(grid=GRID, folds=4, strategy="grid")
    told = []
    ours = make_search(KNNClassifier(), search, 5, None, lambda done, total: told.append((done, total))).fit(*few)
    theirs = GridSearchCV(
        KNNClassifier(), GRID, scoring="accuracy", cv=StratifiedKFold(4, shuffle=True, random_state=5)
    ).fit(*few)
    found = search_result(ours, search, seconds=100.0)
    assert found.chosen == theirs.best_params_
    assert found.score == theirs.best_score_
    assert [candidate.params for candidate in found.candidates] == theirs.cv_results_["params"]
    means = [np.mean(candidate.scores) for candidate in found.candidates]
    np.testing.assert_allclose(means, theirs.cv_results_["mean_test_score"])
    assert told == [(number, 24) for number in range(1, 25)]
    assert (found.n_candidates, found.is_limited) == (6, False)
    assert found.refit_seconds == ours.refit_time_ > 0
    assert found.search_seconds == 100.0 - found.refit_seconds
    assert all(candidate.fit_seconds > 0 and candidate.score_seconds > 0 for candidate in found.candidates)


def test_little_time_is_for_some_of_the_candidates_in_a_random_order(few, monkeypatch):
    monkeypatch.setattr("hdr_bench.experiments.measuring.grid_search.monotonic", lambda: Slow.now)
    search = Search(grid={"n_neighbors": list(range(1, 41))}, folds=2, strategy="grid")
    start = Slow.now
    limited = make_search(Slow(), search, 0, 1.5, _quiet).fit(*few)
    assert Slow.now - start < 1.5
    found = search_result(limited, search, 1.0)
    tried = [candidate.params["n_neighbors"] for candidate in found.candidates]
    assert found.is_limited
    # Each takes 0.1 s for its two folds; 0.3 s are left for the next one and the final fit.
    assert len(tried) == 11
    assert tried != sorted(tried)
    other = make_search(Slow(), search, 1, 1.5, _quiet).fit(*few)
    assert [params["n_neighbors"] for params in other.cv_results_["params"]][:3] != tried[:3]
    all_of_it = make_search(Slow(), Search(grid=GRID, folds=2, strategy="grid"), 0, 60.0, _quiet).fit(*few)
    assert not search_result(all_of_it, Search(grid=GRID, folds=2, strategy="grid"), 1.0).is_limited


def test_a_share_of_the_candidates_is_drawn_with_the_seed():
    search = Search(grid=GRID, folds=2, strategy="grid", candidates=3)
    drawn = candidates_of(search, 0)
    assert len({str(candidate) for candidate in drawn}) == 3
    assert drawn == candidates_of(search, 0)
    assert any(drawn != candidates_of(search, seed) for seed in range(1, 5))
    assert len(candidates_of(search.model_copy(update={"candidates": 100}), 0)) == 6


def test_successive_halving_keeps_its_rounds(few):
    search = Search(grid=GRID, folds=2, strategy="halving")
    found = search_result(make_search(KNNClassifier(), search, 0, None, _quiet).fit(*few), search, 1.0)
    rounds = [candidate.iteration for candidate in found.candidates]
    assert sorted(set(rounds)) == list(range(max(rounds) + 1))
    assert rounds.count(0) == 6 > rounds.count(1)
    sizes = [candidate.samples for candidate in found.candidates]
    assert sizes == sorted(sizes)
    assert not found.is_limited


def test_names_reach_into_a_pipeline(few):
    pipeline = make_pipeline(Deskewer(), KNNClassifier())
    search = Search(grid={"n_neighbors": [1, 3], "deskewer__image_shape": [None, [8, 8]]}, folds=2, strategy="grid")
    found = search_result(make_search(pipeline, search, 0, None, _quiet).fit(*few), search, 1.0)
    assert set(found.chosen) == {"n_neighbors", "deskewer__image_shape"}
    assert len(found.candidates) == 4


def test_a_search_under_a_limit_is_kept_under_a_key_of_its_own(run_trial, trial, monkeypatch, helpers):
    monkeypatch.syspath_prepend(str(helpers))
    search = {"grid": {"lr": [1e-5 * number for number in range(1, 3001)]}, "folds": 2, "strategy": "grid"}
    # 100 minutes per fit by the search's clock: 1,000 hold two candidates and the final fit, however slow the machine.
    asked = trial(
        estimator="slow_search.Ages",
        params={"layers": "16N", "max_epochs": 3},
        protocol="grid-search",
        search=search,
        is_deterministic=False,
        time_limit=60_000.0,
    )
    stages = []
    result, predictions = run_trial(asked, stages.append)
    assert result.status == "ok", result.error
    assert result.searched.is_limited
    assert len(result.searched.candidates) == 2
    assert result.key == asked.limited_key
    assert predictions.probabilities.shape == (360, 10)
    assert result.history
    assert any(str(stage).startswith("search: fit 2 of 6000") for stage in stages)
    assert any(str(stage).startswith("fit: epoch 3 of 3") for stage in stages)
    assert result.measurements.fit_seconds == pytest.approx(
        result.searched.search_seconds + result.searched.refit_seconds
    )


@pytest.mark.parametrize("seconds_left", [None, 1e6])
def test_a_candidate_that_cannot_be_fitted_is_kept_as_such(few, seconds_left):
    search = Search(grid={"n_neighbors": [3, -1, 5]}, folds=2, strategy="grid")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = search_result(make_search(KNNClassifier(), search, 0, seconds_left, _quiet).fit(*few), search, 1.0)
    failed = [candidate for candidate in found.candidates if candidate.scores == (None, None)]
    assert [candidate.params for candidate in failed] == [{"n_neighbors": -1}]
    assert (found.n_failed, len(found.candidates), found.is_limited) == (1, 3, False)
    none_goes = Search(grid={"n_neighbors": [-1, -2]}, folds=2, strategy="grid")
    hopeless = make_search(KNNClassifier(), none_goes, 0, seconds_left, _quiet)
    with pytest.raises(ValueError, match="fits failed"):
        hopeless.fit(*few)


def test_time_enough_changes_nothing(few):
    search = Search(grid={"weights": ["uniform", "distance"], "n_neighbors": [1]}, folds=2, strategy="grid")
    for seed in range(6):
        free, limited = (make_search(KNNClassifier(), search, seed, left, _quiet).fit(*few) for left in (None, 1e6))
        assert free.best_params_ == limited.best_params_


def test_a_candidate_that_memory_is_too_short_for_has_its_search_under_the_second_key(run_trial, behaving):
    search = {"grid": {"how": ["well", "takes_numpy"]}, "folds": 2, "strategy": "grid"}
    asked = behaving("well", {"memory_limit": 300_000_000})
    asked = asked.model_copy(update={"protocol": "grid-search", "search": Search(**search)})
    result, _ = run_trial(asked)
    assert (result.status, result.searched.n_failed, result.key) == ("ok", 1, asked.limited_key)
