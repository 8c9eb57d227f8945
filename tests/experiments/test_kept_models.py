"""Models of a run kept beside its results."""

import shutil
from collections import namedtuple

import numpy as np
import pytest

from hdr_bench import Case, Suite, load_dataset, load_models, load_results, plan_suite, run_suite, write_report
from hdr_bench.exceptions import ModelNotFoundError, StoreError, SuiteError
from hdr_bench.experiments.planning.expected_models import describe_expected_models, expected_models
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store
from tests.helpers.unlucky_tree import FailsForSeedOne

SUITE = Suite(
    name="kept",
    title="Kept",
    dataset="digits-8x8",
    protocol={"repeats": 2},
    cases=[
        Case(name="k-NN", estimator="knn"),
        Case(name="Forest", estimator="sklearn.ensemble.RandomForestClassifier", params={"n_estimators": 3}),
        Case(name="Own tree", estimator=FailsForSeedOne()),
    ],
)
SAMPLES = 300


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A run without models, and then with those that were asked for."""
    folder = tmp_path_factory.mktemp("kept") / "run"
    run_suite(SUITE, samples=SAMPLES, out=folder, only="k-NN")
    return folder


@pytest.fixture(scope="module")
def run(first):
    run_suite(SUITE, samples=SAMPLES, out=first, keep_models=True)
    return first


def test_models_are_kept_with_their_cards_and_predict_what_is_stored(run):
    models = load_models(run)
    # What was stored before is not fitted again for it.
    assert sorted(models) == [("Forest", 0), ("Forest", 1)]
    test = load_dataset("digits-8x8").test
    frame = load_results(run)
    for key, model in models.items():
        (row,) = frame[(frame.case == key[0]) & (frame.seed == key[1])].itertuples()
        assert np.mean(model.predict(test.X) == test.y) == pytest.approx(row.accuracy)
        card = models.card(key)
        assert card.method.name == "sklearn.ensemble.RandomForestClassifier"
        assert card.scores[0].accuracy == pytest.approx(row.accuracy)
        assert (card.seed, card.data.n_train, card.command) == (key[1], SAMPLES, "")
    assert ("Forest", 0) in models
    assert len({path.name for path in (run / "models").iterdir()}) == 3


def test_what_no_file_can_hold_keeps_its_result_and_the_reason(run):
    models = load_models(run)
    assert "only pickle can store" in models.reasons["Own tree", 0]
    assert load_results(run).set_index(["case", "seed"]).loc[("Own tree", 0), "accuracy"] > 0.5
    with pytest.raises(ModelNotFoundError, match="only pickle can store"):
        models["Own tree", 0]
    with pytest.raises(ModelNotFoundError, match=r"Choose from: \('Forest', 0\)"):
        models["k-NN", 0]


def test_stored_trials_are_fitted_again_only_if_that_is_asked(run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "run")
    options = {"samples": SAMPLES, "out": folder, "keep_models": True}
    assert plan_suite(SUITE, RunOptions(**options)).to_run == ()
    plan = plan_suite(SUITE, RunOptions(**options, rerun="without-model"))
    assert [trial.case for trial in plan.to_run] == ["k-NN"]
    before = load_results(folder).set_index(["case", "seed"]).loc[("k-NN", 0), "accuracy"]
    plan.execute()
    models = load_models(folder)
    test = load_dataset("digits-8x8").test
    assert np.mean(models["k-NN", 0].predict(test.X) == test.y) == pytest.approx(before)
    assert plan_suite(SUITE, RunOptions(**options, rerun="without-model")).to_run == ()


def test_a_trial_that_runs_again_without_models_leaves_no_old_one(run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "run")
    run_suite(SUITE, samples=SAMPLES, out=folder, only="Forest", rerun="all")
    assert len(load_models(folder)) == 0


def test_a_report_asks_for_no_model(run, tmp_path, monkeypatch):
    monkeypatch.setattr("hdr_bench.reporting.report.plan_figures", lambda *_: [])
    folder = shutil.copytree(run, tmp_path / "run")
    write_report(folder)
    with_models = {path.name: path.read_bytes() for path in folder.glob("report*")}
    shutil.rmtree(folder / "models")
    write_report(folder)
    assert {path.name: path.read_bytes() for path in folder.glob("report*")} == with_models
    assert len(load_models(folder)) == 0


def test_models_are_listed_with_their_size_before_they_are_fitted(tmp_path):
    plan = plan_suite(SUITE, RunOptions(samples=SAMPLES, out=tmp_path / "new", keep_models=True))
    k_nn, forest, tree = expected_models(plan)
    assert (k_nn.case, k_nn.count, forest.count) == ("k-NN", 1, 2)
    assert 0 < k_nn.n_bytes < 300 * 64 * 4
    assert (forest.n_bytes, tree.n_bytes) == (None, None)
    lines = list(describe_expected_models(expected_models(plan), plan.folder))
    assert lines[0].startswith("5 models to save in ")
    assert "and 4 models of unknown size" in lines[0]
    assert "  Forest: 2 models, unknown size" in lines


def test_nothing_runs_without_room_for_the_models(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**6, 10**6, 100))
    plan = plan_suite(SUITE, RunOptions(samples=SAMPLES, out=tmp_path / "run", keep_models=True))
    with pytest.raises(StoreError, match=r"has 100 bytes free; choose another folder"):
        plan.execute()
    assert not (tmp_path / "run").exists()
    plan_suite(SUITE, RunOptions(samples=SAMPLES, out=tmp_path / "run"))


def test_models_are_asked_for_where_they_are_to_be_kept():
    with pytest.raises(SuiteError, match="keep_models"):
        RunOptions(rerun="without-model")


def test_keys_of_trials_do_not_depend_on_it(run):
    with_models = plan_suite(SUITE, RunOptions(samples=SAMPLES, out=run, keep_models=True))
    without = plan_suite(SUITE, RunOptions(samples=SAMPLES, out=run))
    assert [trial.key for trial in with_models.trials] == [trial.key for trial in without.trials]
    assert Store(run).read_run().settings == with_models.settings
