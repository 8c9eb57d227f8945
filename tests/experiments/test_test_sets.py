"""Methods that are fitted once and evaluated on several test sets."""

import warnings

import numpy as np
import pytest

from hdr_bench import load_dataset, load_predictions, load_results, make_estimator, run_suite
from hdr_bench.datasets import Part
from hdr_bench.datasets.assembly import make_dataset
from hdr_bench.exceptions import DatasetWarning, SuiteError
from hdr_bench.experiments.measuring.evaluation import evaluate_test_sets
from hdr_bench.experiments.messages import Task
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.planning.suite_file import load_suite, make_suite
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.evaluations import TrialTestSet
from hdr_bench.records.options import RunOptions, Settings
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.store import Store
from tests.helpers.other_images import noisy
from tests.helpers.suites import parse_suite

KNN = {"name": "k-NN", "estimator": "knn"}
FOLDS = {"name": "Folds", "estimator": "knn", "protocol": {"kind": "cross-validation", "folds": 2}}


def _suite(*test_sets, cases=(KNN,), **changes):
    content = {"title": "Own", "dataset": "digits-8x8", "case": list(cases), "test_set": list(test_sets), **changes}
    return parse_suite(content, "own", "own.toml")


def _planned(dataset, **changes):
    """Return the test set of a trial of the small digits."""
    (trial,) = expand(_suite({"name": "Other", "dataset": dataset, **changes}), Settings())
    return trial.test_sets[0]


def test_each_fit_is_evaluated_on_each_test_set(finished_test_sets):
    store = Store(finished_test_sets)
    results = [store.read(key) for key in list(store.keys())]
    of_case = {(result.trial.case, result.trial.seed): result for result in results}
    assert [each.test_set for each in of_case["k-NN", 0].evaluations] == ["Noisy", "Letters", "Gone"]
    assert of_case["Folds", 0].evaluations == ()
    for seed in (0, 1):
        evaluation = of_case["Tree", seed].evaluations[0]
        predictions = load_predictions(finished_test_sets, of_case["Tree", seed].key, test_set="Noisy")
        assert (evaluation.status, evaluation.n_test) == ("ok", len(predictions.y_true)) == ("ok", 150)
        assert evaluation.scores.accuracy == predictions.is_right.mean()
        assert set(predictions.y_true) <= {0, 1, 2, 3, 4}
        assert predictions.probabilities.shape == (150, 10)


def test_classes_are_matched_by_name(finished_test_sets):
    store = Store(finished_test_sets)
    (key,) = [key for key in list(store.keys()) if key.startswith("k-nn-0")]
    predictions = store.read_predictions(key).test_sets["Noisy"]
    asked = noisy()
    names = np.array([int(name) for name in asked.class_names])
    assert np.array_equal(predictions.y_true, names[asked.test.labels])
    assert predictions.is_right.mean() > 0.9


def test_what_cannot_be_evaluated_on_says_why(finished_test_sets):
    store = Store(finished_test_sets)
    for key in list(store.keys()):
        for letters, gone in (each.evaluations[1:] for each in [store.read(key)] if each.evaluations):
            assert (letters.status, letters.scores, gone.status) == ("not evaluated", None, "not evaluated")
            assert (
                letters.error
                == 'the method does not know its classes "x"; choose classes that it knows: classes = ["0"]'
            )
            assert "nowhere.npz" in gone.error


def test_a_suite_without_test_sets_keeps_its_keys_and_its_records():
    (with_none,) = expand(_suite(), Settings())
    (with_absent,) = expand(_suite({"name": "Gone", "dataset": "npz:nowhere.npz"}), Settings())
    assert with_none.key == with_absent.key
    assert "test_sets" not in with_none.model_dump()


def test_the_key_holds_what_a_trial_is_evaluated_on():
    first, second = {"name": "A", "dataset": noisy()}, {"name": "B", "dataset": noisy(seed=1)}
    keys = [
        expand(_suite(*each), Settings())[0].key
        for each in ((), (first,), (second,), ({**first, "name": "B"},), ({**first, "part": "all"},), (first, second))
    ]
    assert len(set(keys)) == len(keys)
    assert expand(_suite(second, first), Settings())[0].key == keys[-1]


def test_a_test_set_that_is_added_is_not_taken_for_evaluated(tmp_path):
    one = _suite({"name": "A", "dataset": noisy()})
    run_suite(one, out=tmp_path, threads=1)
    assert not plan_suite(one, RunOptions(out=tmp_path, threads=1)).to_run
    both = _suite({"name": "A", "dataset": noisy()}, {"name": "B", "dataset": noisy(seed=1)})
    assert len(plan_suite(both, RunOptions(out=tmp_path, threads=1)).to_run) == 1


def test_both_parts_of_data_that_no_method_learns_from():
    assert _planned(noisy(), part="all").part == "all"


def test_of_both_parts_together_nothing_is_said_of_the_cut():
    asked = noisy()
    part = asked.test.take(np.flatnonzero(asked.test.y < 2))
    both = make_dataset("both", part, asked.test, asked.class_names)
    with warnings.catch_warnings(action="error"):
        assert _planned(both, part="all").notes == ()
    with pytest.warns(DatasetWarning) as warned:
        _planned(both)
    assert any("classes that only the test part has" in str(each.message) for each in warned)


def test_images_that_a_method_learns_from_are_warned_of():
    with pytest.warns(DatasetWarning, match=r"test set Other: 1,437 of its 1,797 images are among those that the"):
        planned = _planned("digits-8x8", part="all")
    assert planned.notes[0].startswith("1,437 of its 1,797 images")
    assert _planned("digits-8x8").notes == ()


def test_of_fewer_training_images_those_alone_count():
    whole = {"name": "Other", "dataset": "digits-8x8", "part": "all"}
    with pytest.warns(DatasetWarning, match="test set Other: 500 of its 1,797 images"):
        (trial,) = expand(_suite(whole), Settings(samples=500))
    assert trial.test_sets[0].notes[0].startswith("500 of its 1,797 images")
    curve = {"name": "Curve", "estimator": "knn", "protocol": {"kind": "learning-curve", "sizes": [100, 200, 900]}}
    with pytest.warns(DatasetWarning, match="test set Other: up to 200 of its 1,797 images"):
        expand(_suite(whole, cases=(curve,)), Settings(samples=500))


def test_images_of_another_size_do_not_fit():
    planned = _planned("mnist-5k")
    assert planned.problem == (
        "its images have 28x28 pixels, but the method's training images 8x8; convert both data sets to MNIST's "
        'form with fit = "mnist" (--fit mnist)'
    )
    assert planned.fingerprint == ""


def test_another_polarity_is_doubted():
    dark = noisy()
    dark = make_dataset(
        "dark", *(Part(19 - part.images, part.labels) for part in (dark.train, dark.test)), dark.class_names
    )
    with pytest.warns(DatasetWarning, match="test set Other: training and test images are of opposite polarity"):
        planned = _planned(dark)
    assert planned.fingerprint


@pytest.mark.parametrize(
    ("test_sets", "cases", "message"),
    [
        (
            [{"name": "A", "dataset": "mnis"}],
            [KNN],
            r"test_set 1 \('A'\), dataset: unknown dataset 'mnis'. Did you mean",
        ),
        ([{"name": "A", "dataset": "mnist-5k"}] * 2, [KNN], "two test sets are called 'A'; give each its own name"),
        (
            [{"name": "A", "dataset": "mnist-5k"}],
            [FOLDS],
            "test_set: methods fitted on folds are not evaluated",
        ),
        ([{"name": "A", "dataset": "mnist-5k", "part": "train"}], [KNN], "part"),
        ([{"name": "", "dataset": "mnist-5k"}], [KNN], "name"),
    ],
)
def test_test_sets_that_are_refused(test_sets, cases, message):
    with pytest.raises(SuiteError, match=message):
        _suite(*test_sets, cases=cases)


def test_a_suite_file_has_tables_of_test_sets(tmp_path):
    (tmp_path / "own.toml").write_text(
        'title = "Own"\ndataset = "digits-8x8"\n[[case]]\nname = "k-NN"\nestimator = "knn"\n'
        '[[test_set]]\nname = "Beside"\ndataset = "npz:beside.npz"\n'
    )
    suite = load_suite(tmp_path / "own.toml")
    assert suite.test_sets[0].dataset.folder == tmp_path
    assert "beside.npz" in expand(suite, Settings())[0].test_sets[0].problem
    with pytest.raises(SuiteError, match="Did you mean 'test_set'"):
        make_suite({"title": "Own", "test_sets": []}, "own", "own.toml")


class _Moody:
    """A method that fails on some images, and has no memory for others."""

    def __init__(self, error):
        self.error = error

    def predict(self, X):
        raise self.error


def _asked():
    fingerprint = load_dataset("digits-8x8").fingerprint
    absent = TrialTestSet(name="Gone", dataset=DatasetChoice(name="x"), problem="not there")
    return absent, TrialTestSet(name="Same", dataset=DatasetChoice(name="digits-8x8"), fingerprint=fingerprint)


def _task():
    return Task(expand(_suite(), Settings())[0])


def test_what_fails_on_one_test_set_leaves_the_others():
    names = tuple(map(str, range(10)))
    found = list(evaluate_test_sets(_Moody(ValueError("not today")), _asked(), names, _task(), lambda _: None))
    assert [(each.status, each.error) for each, _ in found] == [
        ("not evaluated", "not there"),
        ("failed", "ValueError: not today"),
    ]
    assert [predictions for _, predictions in found] == [None, None]


def test_the_memory_limit_is_that_of_the_whole_trial():
    names = tuple(map(str, range(10)))
    with pytest.raises(MemoryError):
        list(evaluate_test_sets(_Moody(MemoryError()), _asked(), names, _task(), lambda _: None))


def test_data_that_changed_since_the_plan_are_not_evaluated_on():
    changed = _asked()[1].model_copy(update={"fingerprint": "0" * 64})
    ((evaluation, _),) = evaluate_test_sets(None, (changed,), (), _task(), lambda _: None)
    assert "digits-8x8 has changed since the run was planned" in evaluation.error


def test_searches_and_curves_are_evaluated_with_the_model_that_they_end_with(tmp_path):
    search = {**KNN, "name": "Search", "grid": {"n_neighbors": [1, 3]}}
    search["protocol"] = {"kind": "grid-search", "folds": 2}
    curve = {**KNN, "name": "Curve", "protocol": {"kind": "learning-curve", "sizes": [100, 600]}}
    suite = _suite({"name": "Noisy", "dataset": noisy()}, cases=(search, curve))
    results = load_results(run_suite(suite, out=tmp_path, threads=1))
    noisy_rows = results[results["test_set"] == "Noisy"].set_index("label")
    assert list(noisy_rows.index) == ["Search", "Curve, 100 images", "Curve, 600 images"]
    assert (noisy_rows["status"] == "ok").all()
    assert noisy_rows.loc["Curve, 100 images", "accuracy"] < noisy_rows.loc["Curve, 600 images", "accuracy"]
    # What was searched with is stored once, with the trial's own row.
    assert noisy_rows["chosen"].isna().all()
    (key,) = set(noisy_rows.loc[["Search"], "key"])
    chosen = Store(tmp_path).read(key).searched.chosen
    digits = load_dataset("digits-8x8").train
    model = make_estimator("knn", **chosen).fit(digits.X, digits.y)
    asked = noisy()
    names = np.array([int(name) for name in asked.class_names])
    expected = (model.predict(asked.test.X) == names[asked.test.labels]).mean()
    assert noisy_rows.loc["Search", "accuracy"] == pytest.approx(expected)


def test_what_ends_the_process_on_a_test_set_ends_the_trial(tmp_path, helpers, monkeypatch):
    # As its limits of time and memory do: they are the trial's, whatever it is at.
    monkeypatch.syspath_prepend(str(helpers))
    ends = {"name": "Ends", "estimator": "ends_elsewhere.EndsElsewhere"}
    suite = _suite({"name": "Noisy", "dataset": noisy()}, cases=(ends, KNN))
    results = load_results(run_suite(suite, out=tmp_path, threads=1)).set_index(["case", "test_set"])
    assert results.loc[("Ends", ""), "status"] == "crashed"
    assert "in: test set 1 of 1" in results.loc[("Ends", ""), "error"]
    assert results.loc[("Ends", "Noisy"), "status"] == "crashed"
    assert results.loc[("k-NN", "Noisy"), "status"] == "ok"
