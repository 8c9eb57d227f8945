"""Test sets whose images are corrupted or attacked, and copies of training images."""

import shutil
import warnings

import numpy as np
import pytest

from hdr_bench import load_dataset, load_predictions, load_results
from hdr_bench.exceptions import DatasetWarning, SuiteError
from hdr_bench.experiments.planning.corrupted_images import corrupt_images, pixel_range_of, with_corrupted_copies
from hdr_bench.experiments.planning.other_images import sample_of
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.case import TrainingCorruption
from hdr_bench.records.evaluation_images import rows_of_own_test_part
from hdr_bench.records.options import RunOptions, Settings
from hdr_bench.records.store import Store
from tests.helpers.other_images import noisy
from tests.helpers.run_fixtures import DISTORTED
from tests.helpers.suites import parse_suite

LINEAR = {"name": "Linear", "estimator": "linear"}
TREE = {"name": "Tree", "estimator": "tree"}
FOG = {"name": "fog", "corruption": "fog"}
FGSM = {"name": "FGSM", "attack": "fgsm", "eps": 0.1}
ALL = {"transfers_to": "all methods"}


def _suite(*test_sets, cases=(LINEAR, TREE), **changes):
    content = {"title": "Own", "dataset": "digits-8x8", "case": list(cases), "test_set": list(test_sets), **changes}
    return parse_suite(content, "own", "own.toml")


def _trial(*test_sets, case=LINEAR, settings=None, **changes):
    """Return the first trial of the first case."""
    with warnings.catch_warnings(action="ignore", category=DatasetWarning):
        return expand(_suite(*test_sets, cases=(case,), **changes), settings or Settings())[0]


def _rows(folder, test_set):
    results = load_results(folder)
    return results[results["test_set"] == test_set].set_index("case")


def _result(store, case):
    key = next(key for key in store.keys() if key.startswith(f"{case}-0"))  # noqa: SIM118  # it is no mapping
    return store.read(key)


@pytest.mark.parametrize(
    ("test_set", "cases", "expected"),
    [
        ({**FOG, "corruption": "fogg"}, (TREE,), "unknown corruption 'fogg'. Did you mean 'fog'?"),
        ({**FOG, "corruption": "jpeg", "severity": "mnist-c"}, (TREE,), "jpeg is not part of MNIST-C"),
        ({**FOG, "severity": True}, (TREE,), 'severity: must be a step from 1 to 5, or "mnist-c", got True'),
        ({**FOG, "severity": "3"}, (TREE,), "got '3'"),
        ({"name": "plain", "dataset": "mnist-5k", "severity": 3}, (TREE,), "severity needs corruption"),
        ({**FOG, "eps": 0.1, "steps": 2}, (TREE,), "eps and steps need attack"),
        ({**FGSM, "attack": "fgms"}, (LINEAR,), "unknown attack 'fgms'. Did you mean 'fgsm'?"),
        ({**FGSM, "steps": 3}, (LINEAR,), "attack: steps must be 1 or omitted"),
        (FGSM, (LINEAR, TREE), "attack: not possible for case 'Tree': DecisionTreeClassifier has no gradient"),
        ({**FGSM, "transfer_from": "Linea"}, (LINEAR, TREE), "unknown case 'Linea'. Did you mean 'Linear'?"),
        ({**FGSM, "transfer_from": "Tree"}, (LINEAR, TREE), "no attack is possible for case 'Tree'"),
        (
            {**FGSM, "transfer_from": "Linear"},
            (LINEAR, {**TREE, "dataset": "mnist-5k"}),
            "case 'Linear' learns from digits-8x8, and case 'Tree', which would be",
        ),
        (
            {**FGSM, "transfer_from": "Linear"},
            ({**LINEAR, "protocol": {"kind": "learning-curve", "sizes": [100]}}, TREE),
            "case 'Linear' has the protocol learning-curve; images are made only for",
        ),
        ({"name": "x"}, (TREE,), "a test set needs a dataset, a corruption or an attack"),
        ({**FOG, "attack": "fgsm", "eps": 0.1}, (TREE,), "a test set has a corruption or an attack, not both"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_runs(test_set, cases, expected):
    with pytest.raises(SuiteError) as refused:
        _suite(test_set, cases=cases)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("copies", "protocol", "expected"),
    [
        ({"corruption": "fogg"}, {}, "train_with: unknown corruption 'fogg'. Did you mean 'fog'?"),
        ({"corruption": "fog", "share": 0}, {}, "train_with 1, share"),
        (
            {"corruption": "fog"},
            {"protocol": {"kind": "grid-search"}, "grid": {"max_depth": [1]}},
            "evaluate on its corrupted copy",
        ),
    ],
)
def test_copies_of_training_images_are_checked(copies, protocol, expected):
    with pytest.raises(SuiteError) as refused:
        _suite(cases=({**TREE, "train_with": [copies], **protocol},))
    assert expected in str(refused.value)


def test_each_thing_that_decides_the_images_decides_the_key():
    changes = (
        FOG,
        {**FOG, "severity": 4},
        {**FOG, "severity": "mnist-c"},
        {**FOG, "samples": 50},
        {**FOG, "corruption": "zigzag"},
        FGSM,
        {**FGSM, "eps": 0.2},
        {**FGSM, "attack": "pgd"},
        {**FGSM, "attack": "pgd", "steps": 3},
    )
    keys = [_trial(each).key for each in changes]
    assert len(set(keys)) == len(keys)
    assert _trial(case={**TREE, "train_with": [{"corruption": "fog"}]}).key != _trial(case=TREE).key


def test_images_made_for_another_case_are_those_of_its_method():
    transferred = {**FGSM, "transfer_from": "Linear"}
    cases = ({**LINEAR, "params": {"alpha": 0.01}}, TREE)

    def of_tree(*of_cases):
        return expand(_suite(transferred, cases=of_cases), Settings())[-1]

    assert of_tree(LINEAR, TREE).key != of_tree(*cases).key
    own, other = expand(_suite(transferred), Settings())
    assert own.test_sets[0].made_for == ""
    assert other.test_sets[0].made_for == own.model_copy(update={"test_sets": ()}).key
    # A method with a gradient is attacked itself: it does not matter whose images others are evaluated on.
    assert own.key == _trial(FGSM).key
    for_all = expand(_suite({**transferred, **ALL}), Settings())
    assert {each.test_sets[0].made_for for each in for_all} == {other.test_sets[0].made_for}


def test_test_sets_without_a_data_set_are_made_of_that_of_the_run():
    (linear, _) = expand(_suite({**FOG, "samples": 50}), Settings(dataset="mnist-5k"))
    assert linear.test_sets[0].fingerprint == linear.fingerprint == load_dataset("mnist-5k").fingerprint


def test_more_images_than_there_are_are_all_of_them():
    few, all_of_them = _trial({**FOG, "samples": 1000}).test_sets[0], _trial(FOG).test_sets[0]
    assert few.decides == all_of_them.decides
    assert "all 360 images, fewer than the 1,000 that the suite asks for" in few.notes


def test_every_method_is_evaluated_on_the_same_corrupted_images(finished_distorted):
    store, dataset = Store(finished_distorted), load_dataset("digits-8x8")
    rows = _rows(finished_distorted, "fog").query("status == 'ok'")
    assert set(rows.index) == {"Linear", "Tree", "k-NN"}
    (fingerprint,) = set(rows["images"])
    images = store.made_images.read(fingerprint)
    expected = corrupt_images(dataset.test.images, dataset, "fog", 3)
    assert np.array_equal(images, expected)
    assert images.max() <= 16
    assert (rows["severity"] == "3").all()


def test_of_a_distorted_image_it_is_known_which_it_was(finished_distorted):
    store = Store(finished_distorted)
    result = _result(store, "linear")
    predictions = store.read_predictions(result.key)
    rows = rows_of_own_test_part(result.trial, "noise", predictions.y_true)
    of_noise = predictions.test_sets["noise"]
    assert len(rows) == 100
    assert np.array_equal(predictions.y_true[rows], of_noise.y_true)
    dataset = load_dataset("digits-8x8")
    assert np.array_equal(dataset.test.images[rows], sample_of(dataset.test, 100).images)


def test_an_attack_makes_a_method_err_within_its_strength(finished_distorted):
    store, dataset = Store(finished_distorted), load_dataset("digits-8x8")
    own = _rows(finished_distorted, "FGSM").loc["Linear"]
    before = load_predictions(finished_distorted, own["key"]).is_right.mean()
    assert own["accuracy"] < before - 0.2
    attacked = store.made_images.read(own["images"])
    change = np.abs(attacked - sample_of(dataset.test, 100).images[: len(attacked)])
    assert change.max() == pytest.approx(0.2 * 16, abs=1e-4)
    assert attacked.max() <= 16
    assert own["transferred_from"] == ""


def test_methods_without_a_gradient_are_evaluated_on_images_made_for_another(finished_distorted):
    rows = _rows(finished_distorted, "FGSM")
    assert set(rows.loc[["Tree", "k-NN"], "transferred_from"].map(str).to_list()) == {"Linear"}
    # The images of the first seed of that case, which is evaluated on them itself.
    assert set(rows.loc["Tree", "images"]) == {rows.loc["Linear", "images"]}
    for_all = _rows(finished_distorted, "for all").query("status == 'ok'")
    assert set(for_all["transferred_from"]) == {"Linear"}
    assert for_all["images"].nunique() == 1


def test_a_case_that_fails_leaves_the_other_test_sets_as_they_are(finished_distorted):
    row = _rows(finished_distorted, "broken").loc["k-NN"]
    assert (row["status"], row["n_test"]) == ("not evaluated", 0)
    assert "the images could not be made for Broken, which failed: " in row["error"]
    assert _rows(finished_distorted, "fog").loc["k-NN", "status"] == "ok"


def test_of_distorted_images_the_wrong_labels_alone_are_stored(finished_distorted):
    store = Store(finished_distorted)
    predictions = store.read_predictions(_result(store, "tree").key)
    assert predictions.summary is not None
    fog = predictions.test_sets["fog"]
    assert (fog.summary, fog.scores_digest, fog.probabilities) == (None, "", None)
    result = _result(store, "tree")
    scores = next(each.scores for each in result.evaluations if each.test_set == "fog")
    assert scores.accuracy == fog.is_right.mean()
    assert scores.log_loss is None


def test_notes_say_what_was_done(finished_distorted):
    store = Store(finished_distorted)
    notes = {each.test_set: each.notes for each in _result(store, "k-nn").evaluations}
    assert notes["fog"][0] == "corrupted: fog, severity 3 of 5"
    assert notes["noise"][1].startswith("trained with it: the method learns from copies of its training images with")
    assert "100 of 360 images (stratified)" in notes["noise"]
    assert notes["FGSM"][0].endswith("made for the fitted method of 'Linear'")


def test_a_method_learns_from_copies_too(finished_distorted):
    result = _result(Store(finished_distorted), "k-nn")
    n_train = len(load_dataset("digits-8x8").train)
    assert result.n_train == n_train + round(0.5 * n_train)
    assert any("corrupted copies of training images: gaussian noise" in note for note in result.data_notes)


def test_copies_are_stratified_and_the_same_each_time():
    dataset = load_dataset("digits-8x8")
    asked = (TrainingCorruption(corruption="shot_noise", severity=2, share=0.25),)
    both = with_corrupted_copies(dataset, asked, "Tree")
    n = len(dataset.train)
    assert np.array_equal(both.train.images[:n], dataset.train.images)
    added = np.bincount(both.train.labels[n:])
    assert np.abs(added - 0.25 * np.bincount(dataset.train.labels)).max() <= 1
    assert np.array_equal(both.train.images, with_corrupted_copies(dataset, asked, "Tree").train.images)
    assert both.train.images.max() <= pixel_range_of(dataset)[1]
    assert with_corrupted_copies(dataset, (), "Tree") is dataset


def test_what_is_stored_is_not_made_again(finished_distorted, tmp_path, monkeypatch):
    folder = shutil.copytree(finished_distorted, tmp_path / "run")
    suite = parse_suite(DISTORTED, "distorted", "distorted.toml")
    made = []
    monkeypatch.setattr("hdr_bench.experiments.image_making.corrupt_images", lambda *asked: made.append(asked))
    plan = plan_suite(suite, RunOptions(out=folder, threads=1))
    assert not plan.to_run
    plan.execute()
    assert not made


def test_images_that_are_there_are_found_and_damaged_ones_are_made_again(tmp_path):
    files = Store(tmp_path).made_images
    images = load_dataset("digits-8x8").test.images
    made = files.write("recipe", images)
    assert files.find("recipe") == made
    assert files.find("other") is None
    path = next((tmp_path / "images").glob("*.npy"))
    path.write_bytes(path.read_bytes()[:-10])
    assert files.find("recipe") is None


def test_images_of_a_data_set_made_in_code(tmp_path):
    suite = _suite({**FOG, "dataset": noisy()}, cases=(TREE,))
    folder = plan_suite(suite, RunOptions(out=tmp_path, threads=1)).execute()
    row = _rows(folder, "fog").loc["Tree"]
    assert (row["status"], row["n_test"], row["corruption"]) == ("ok", 150, "fog")


def test_suites_of_before_keep_their_keys():
    store = Store("reports/quick")
    for planned in store.read_run().trials:
        trial = store.read(planned.key).trial
        assert planned.key in trial.keys()  # noqa: SIM118  # it is no mapping
        assert "train_with" not in trial.model_dump()


def test_a_test_set_may_be_for_some_cases_alone():
    suite = _suite(FOG, {**FGSM, "cases": ["Linear"]}, cases=(LINEAR, TREE))
    names = {trial.case: [each.name for each in trial.test_sets] for trial in expand(suite, Settings())}
    assert names == {"Linear": ["fog", "FGSM"], "Tree": ["fog"]}
    with pytest.raises(SuiteError, match="cases: unknown case 'Tre'. Did you mean 'Tree'?"):
        _suite({**FOG, "cases": ["Tre"]})
