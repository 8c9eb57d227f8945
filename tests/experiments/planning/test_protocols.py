import numpy as np
import pytest
from sklearn.multiclass import OneVsOneClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hdr_bench import Case, Suite, load_dataset, load_predictions, load_results, run_suite
from hdr_bench.estimators import LinearClassifier
from hdr_bench.exceptions import DatasetError, SuiteError
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.planning.trial_data import load_trial_data
from hdr_bench.records.options import Settings
from hdr_bench.records.store import Store
from tests.helpers.suites import parse_suite


def _suite(*cases, **changes):
    return parse_suite({"title": "Own", "dataset": "digits-8x8", "case": list(cases), **changes}, "own", "own.toml")


KNN = {"name": "k-NN", "estimator": "knn"}
TREE = {"name": "Tree", "estimator": "tree"}


def test_cross_validation_has_a_trial_a_fold_and_each_image_is_judged_once():
    suite = _suite(KNN, protocol={"kind": "cross-validation", "folds": 3, "repeats": 2})
    trials = expand(suite, Settings(seed=7))
    assert [(trial.seed, trial.fold, trial.folds) for trial in trials] == [
        (7, 0, 3),
        (7, 1, 3),
        (7, 2, 3),
        (8, 0, 3),
        (8, 1, 3),
        (8, 2, 3),
    ]
    whole = load_dataset("digits-8x8").train
    parts = [load_trial_data(trial, None) for trial in trials[:3]]
    tested = np.concatenate([part.test.X for part in parts])
    assert sorted(map(bytes, tested)) == sorted(map(bytes, whole.X))
    for part in parts:
        assert not {*map(bytes, part.train.X)} & ({*map(bytes, part.test.X)} - {*map(bytes, part.train.X)})
        assert len(part.train) + len(part.test) == len(whole)
        shares = np.bincount(part.test.y) / np.bincount(whole.y)
        np.testing.assert_allclose(shares, 1 / 3, atol=0.02)
    other = load_trial_data(trials[3], None)
    assert not np.array_equal(other.test.labels, parts[0].test.labels)


def test_folds_and_sizes_have_files_that_say_so():
    cv = expand(_suite(TREE, protocol={"kind": "cross-validation", "folds": 2}), Settings())
    assert [trial.key[:13] for trial in cv] == ["tree-0-fold1-", "tree-0-fold2-"]
    curve = expand(_suite(KNN, protocol={"kind": "learning-curve", "sizes": [100, 400]}), Settings())
    assert [trial.key[:11] for trial in curve] == ["k-nn-0-n100", "k-nn-0-n400"]


def test_ten_folds_are_the_default_and_reduced_ones_are_fewer():
    protocol = {"kind": "cross-validation"}
    assert len(expand(_suite(KNN, protocol=protocol), Settings())) == 10
    reduced = {**KNN, "reduced": {"folds": 3, "samples": 300}}
    trials = expand(_suite(reduced, protocol=protocol), Settings())
    assert {(trial.folds, trial.samples, trial.is_reduced) for trial in trials} == {(3, 300, True)}
    assert len(expand(_suite(reduced, protocol=protocol), Settings(full=True))) == 10
    assert len(load_trial_data(trials[0], None).train) == 200


def test_a_learning_curve_draws_other_images_for_each_repeat():
    suite = _suite(KNN, protocol={"kind": "learning-curve", "sizes": [50, 200], "repeats": 2})
    trials = expand(suite, Settings())
    assert [(trial.samples, trial.seed) for trial in trials] == [(50, 0), (50, 1), (200, 0), (200, 1)]
    first, second = (load_trial_data(trial, None) for trial in trials[:2])
    assert len(first.train) == len(second.train) == 50
    assert not np.array_equal(first.train.X, second.train.X)
    assert len(first.test) == 360


@pytest.mark.parametrize(
    ("case", "protocol", "error", "told"),
    [
        (KNN, {"kind": "grid-search"}, SuiteError, "a grid search needs a grid"),
        (
            {**KNN, "grid": {"n_neighbors": [1]}},
            {},
            SuiteError,
            "grid is for the protocol grid-search, not holdout",
        ),
        (
            KNN,
            {"kind": "cross-validation", "folds": 500},
            DatasetError,
            "500 stratified folds need at least 500 images",
        ),
        (KNN, {"kind": "learning-curve", "sizes": [100, 9000]}, DatasetError, "cannot take 9000 training images"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_runs(tmp_path, case, protocol, error, told):
    with pytest.raises(error, match=told):
        run_suite(_suite(case, protocol=protocol), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_limits_are_the_callers_then_the_cases_then_the_suites():
    suite = _suite(
        KNN, {**TREE, "time_limit": "30s", "memory_limit": "1GB"}, time_limit="10min", memory_limit=5 * 10**8
    )
    knn, tree = expand(suite, Settings())
    assert (knn.time_limit, knn.memory_limit, tree.time_limit, tree.memory_limit) == (600, 5 * 10**8, 30, 10**9)
    for trial in expand(suite, Settings(time_limit=5)):
        assert trial.time_limit == 5


def test_a_limit_decides_only_the_second_key():
    one, other = (expand(_suite(KNN), Settings(time_limit=limit))[0] for limit in (5, 50))
    assert one.key == other.key == expand(_suite(KNN), Settings())[0].key
    assert one.limited_key != other.limited_key


def test_versions_are_those_of_the_engine_alone():
    suite = _suite(
        TREE,
        {"name": "net", "estimator": "mlp"},
        {"name": "k-NN", "estimator": "knn", "params": {"engine": "scikit-learn"}},
        {"name": "LIBSVM", "estimator": "svm", "params": {"engine": "libsvm"}},
        {"name": "fastest", "estimator": "svm", "params": {"engine": "auto"}},
    )
    found = {trial.case: set(trial.versions) for trial in expand(suite, Settings())}
    always = {"hdr-bench", "numpy", "scipy", "scikit-learn"}
    assert found["Tree"] == found["LIBSVM"] == always
    assert found["net"] == always | {"torch", "skorch"}
    assert found["k-NN"] == always
    assert found["fastest"] - always <= {"scikit-learn-intelex"}


def test_every_protocol_in_one_run(tmp_path):
    suite = Suite(
        name="all",
        title="All protocols",
        dataset="digits-8x8",
        cases=[
            Case(name="hold-out", estimator="tree", protocol={"repeats": 2}),
            Case(name="folds", estimator="knn", protocol={"kind": "cross-validation", "folds": 3}),
            Case(name="curve", estimator="knn", protocol={"kind": "learning-curve", "sizes": [100, 800]}),
            Case(
                name="grid",
                estimator="knn",
                grid={"n_neighbors": [1, 50]},
                protocol={"kind": "grid-search", "folds": 2},
            ),
        ],
    )
    folder = run_suite(suite, out=tmp_path / "run", threads=1)
    results = load_results(folder)
    assert results["protocol"].tolist() == (
        ["holdout"] * 2 + ["cross-validation"] * 3 + ["learning-curve"] * 2 + ["grid-search"]
    )
    assert (results["status"] == "ok").all()
    assert results["n_train"].tolist() == [1437] * 2 + [958] * 3 + [100, 800, 1437]
    small, large = results.loc[results["case"] == "curve", "accuracy"]
    assert small < large
    assert results["chosen"].iloc[-1] == '{"n_neighbors": 1}'
    again = {path.name: path.stat().st_mtime_ns for path in (folder / "trials").iterdir()}
    run_suite(suite, out=folder, threads=1)
    assert {path.name: path.stat().st_mtime_ns for path in (folder / "trials").iterdir()} == again
    assert Store(folder).read_run().suite.cases[0].name == "hold-out"


def test_shufflings_are_repeated_for_every_method_and_change_the_order_alone():
    plain = expand(_suite(KNN, protocol={"repeats": 2}), Settings())
    suite = _suite(KNN, TREE, protocol={"repeats": 2, "shuffle": True})
    trials = expand(suite, Settings(seed=3))
    assert [(trial.case, trial.seed, trial.shuffle_seed) for trial in trials] == [
        ("k-NN", 3, 3),
        ("k-NN", 4, 4),
        ("Tree", 3, 3),
        ("Tree", 4, 4),
    ]
    assert len({plain[0].key, *(trial.key for trial in trials)}) == 5
    first, second, again = (load_trial_data(trial, None).train for trial in (*trials[:2], trials[0]))
    np.testing.assert_array_equal(first.X, again.X)
    assert not np.array_equal(first.X, second.X)
    whole = load_dataset("digits-8x8").train
    pairs = [sorted(zip(map(bytes, part.X), part.y.tolist(), strict=True)) for part in (first, second, whole)]
    assert pairs[0] == pairs[1] == pairs[2]
    with pytest.raises(SuiteError, match="shuffle is for holdout, not for cross-validation"):
        _suite(KNN, protocol={"kind": "cross-validation", "shuffle": True})


def test_what_was_not_asked_for_leaves_the_keys_as_they_were(trial):
    decides = trial().model_dump()
    assert {"shuffle_seed", "validation"} <= set(decides)
    assert trial(shuffle_seed=None, validation=None).key == trial().key
    assert len({trial().key, trial(shuffle_seed=0).key, trial(validation="test").key}) == 3


def test_reduced_parameters_stand_in_for_the_cases_own_unless_all_is_asked_for():
    case = {
        **TREE,
        "params": {"max_depth": 9, "min_samples_leaf": 2},
        "reduced": {"samples": 200, "params": {"max_depth": 3}},
    }
    (small,), (full,) = (expand(_suite(case), Settings(full=full)) for full in (False, True))
    assert (small.params, small.samples, small.is_reduced) == ({"max_depth": 3, "min_samples_leaf": 2}, 200, True)
    assert (full.params, full.samples, full.is_reduced) == (case["params"], None, False)


MLP = {"name": "MLP", "estimator": "mlp", "params": {"layers": "16N", "max_epochs": 3, "validation_fraction": None}}


def test_the_test_part_is_watched_without_a_say(tmp_path):
    suite = _suite({**MLP, "validation": "test"}, {**MLP, "name": "Unwatched"})
    folder = run_suite(suite, out=tmp_path / "run", threads=1)
    store = Store(folder)
    keys = load_results(folder).set_index("case")["key"]
    watched, plain = (store.read(keys[name]) for name in ("MLP", "Unwatched"))
    assert [sorted(epoch) for epoch in watched.history] == [
        ["train_accuracy", "train_loss", "validation_accuracy", "validation_loss"]
    ] * 3
    assert watched.history[-1]["validation_accuracy"] == pytest.approx(watched.scores.accuracy)
    assert watched.history[-1]["train_loss"] == plain.history[-1]["train_loss"]
    first, second = (load_predictions(folder, keys[name]).probabilities for name in ("MLP", "Unwatched"))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("case", "protocol", "told"),
    [
        ({**KNN, "validation": "test"}, {}, "validation is only for a network without steps before it"),
        (
            {**MLP, "validation": "test", "steps": [{"name": "deskew"}]},
            {},
            "validation is only for a network without steps",
        ),
        (
            {**MLP, "validation": "test", "params": {**MLP["params"], "early_stopping": True}},
            {},
            "validation on the test part must not affect the fit",
        ),
        ({**MLP, "validation": "test"}, {"kind": "cross-validation"}, "validation is for the protocol holdout"),
    ],
)
def test_what_cannot_be_watched_is_refused(case, protocol, told):
    with pytest.raises(SuiteError, match=told):
        expand(_suite(case, protocol=protocol), Settings())


def test_counts_of_what_is_made_of_several_are_summed_up(tmp_path):
    linear = {"estimator": "linear", "params": {"loss": "squared_error"}}
    pairwise = {"name": "Pairs", "estimator": "sklearn.multiclass.OneVsOneClassifier", "params": {"estimator": linear}}
    # Members that are pipelines count by their last step.
    piped = OneVsOneClassifier(make_pipeline(StandardScaler(), LinearClassifier("squared_error")))
    cases = [Case(**pairwise), Case(name="Pipelines", estimator=piped)]
    suite = Suite(name="own", title="Own", dataset="digits-8x8", cases=cases)
    results = load_results(run_suite(suite, out=tmp_path / "run", threads=1))
    assert set(results["n_parameters"]) == set(results["n_stored_variables"]) == {45 * 65}
    assert set(results["n_multiply_accumulates"]) == {45 * 64}
