import json
import shutil

import numpy as np
import pytest

from hdr_bench import compare_runs, load_results, run_suite
from hdr_bench.cli.commands.compare import compare
from hdr_bench.exceptions import ComparisonError
from hdr_bench.experiments.measuring.scoring import score
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.store import Store
from hdr_bench.records.trial import Trial
from hdr_bench.reporting.comparisons.runs import ONE_SEED
from tests.helpers.command import call_command
from tests.helpers.suites import parse_suite

TREE = "Tree_50%"


def _changed(folder, change, case=TREE, rights=None):
    """Change a run's results in the way that `change` does with each record, and how many images are right.

    What decides the outcome decides the key: the run's record follows.
    """
    store = Store(folder)
    for key in load_results(folder).query("case == @case")["key"]:
        result, predictions = store.read(key), store.read_predictions(key)
        content = json.loads(result.model_dump_json())
        change(content)
        if rights is not None and predictions is not None:
            wrong = np.flatnonzero(predictions.y_pred == predictions.y_true)[:rights]
            y_pred = predictions.y_pred.copy()
            y_pred[wrong] = (y_pred[wrong] + 1) % 10
            predictions = Predictions(predictions.y_true, y_pred)
            content["scores"] = score(predictions, 10).model_dump()
        trial = Trial.model_validate(content["trial"])
        store.write(Result.model_validate({**content, "key": trial.key}), predictions)
        record = (folder / "run.json").read_text()
        (folder / "run.json").write_text(record.replace(result.key, trial.key))


def _as_it_is(_content):
    pass


def _failed(content):
    content |= {"status": "timeout", "error": "ended after 3 s", "scores": None, "measurements": None}


@pytest.fixture
def other(run, tmp_path):
    return shutil.copytree(run, tmp_path / "other")


def _verdicts(comparison, case=TREE):
    return {change.measure: change.verdict for change in comparison.changes if change.case == case}


def test_a_run_is_the_same_as_itself(run, other):
    comparison = compare_runs(run, other)
    assert not comparison.is_worse
    assert {change.verdict for change in comparison.changes} == {"same"}
    assert (comparison.new, comparison.gone, comparison.remarks) == ((), (), ())
    frame = comparison.frame()
    assert set(frame["measure"]) == {
        "accuracy",
        "fit_seconds",
        "predict_seconds",
        "fit_peak_bytes",
        "predict_peak_bytes",
        "status",
    }
    assert (frame.loc[frame["measure"] == "accuracy", "p_value"] == 1).all()


def test_a_loss_of_accuracy_is_told_when_it_is_no_noise(run, other):
    _changed(other, _as_it_is, rights=2)
    assert _verdicts(compare_runs(run, other))["accuracy"] == "same"
    _changed(other, _as_it_is, rights=40)
    comparison = compare_runs(run, other)
    assert comparison.is_worse
    assert _verdicts(comparison)["accuracy"] == "worse"
    assert _verdicts(compare_runs(other, run))["accuracy"] == "better"
    assert not compare_runs(other, run).is_worse


def _quiet(content):
    """Make a trial one that nothing disturbed, with costs that are set."""
    content["measurements"] |= {
        "fit_wait_share": 0.0,
        "predict_wait_share": 0.0,
        "fit_seconds": 0.003,
        "fit_peak_bytes": 200_000,
    }


@pytest.mark.parametrize(
    ("factor", "fit", "memory"),
    [(1.05, "same", "same"), (2.5, "same", "worse"), (17.0, "worse", "worse"), (1 / 17, "better", "better")],
)
def test_costs_of_few_fits_change_by_a_factor_however_small_they_are(run, other, factor, fit, memory):
    def changed(content):
        _quiet(content)
        content["measurements"]["fit_seconds"] *= factor
        content["measurements"]["fit_peak_bytes"] = int(factor * content["measurements"]["fit_peak_bytes"])

    _changed(run, _quiet)
    _changed(other, changed)
    comparison = compare_runs(run, other)
    found = _verdicts(comparison)
    assert (found["fit_seconds"], found["fit_peak_bytes"]) == (fit, memory)
    change = next(c for c in comparison.changes if (c.case, c.measure) == (TREE, "fit_seconds"))
    assert change.threshold == 3
    assert change.note == "fewer than 3 undisturbed fits: a factor above 3"


@pytest.fixture(scope="module")
def three(once):
    """A run of three seeds."""
    content = {
        "title": "T",
        "dataset": "digits-8x8",
        "protocol": {"repeats": 3},
        "case": [{"name": TREE, "estimator": "tree"}],
    }
    suite = parse_suite(content, "own", "own.toml")
    return once("three", lambda folder: run_suite(suite, out=folder, threads=1, samples=100))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ([1.0, 1.1, 1.2], [1.15, 1.4, 1.5], "same"),
        ([1.0, 1.01, 1.02], [1.03, 1.04, 1.05], "same"),
        ([1.0, 1.1, 1.2], [1.25, 1.4, 1.5], "worse"),
        ([1.25, 1.4, 1.5], [1.0, 1.1, 1.2], "better"),
    ],
)
def test_of_three_fits_the_ranges_decide(three, tmp_path, before, after, verdict):
    folders = []
    for name, values in (("a", before), ("b", after)):
        folders.append(shutil.copytree(three, tmp_path / name))
        seconds = iter(values)

        def timed(content, seconds=seconds):
            _quiet(content)
            content["measurements"]["fit_seconds"] = next(seconds)

        _changed(folders[-1], timed)
    change = next(c for c in compare_runs(*folders).changes if c.measure == "fit_seconds")
    assert (change.verdict, change.before, change.after) == (verdict, before[1], after[1])
    assert change.threshold == pytest.approx(1.1)
    assert change.note == "ranges apart, and medians by a factor above 1.1"


def test_disturbed_times_are_not_compared(run, other):
    def disturbed(content):
        _quiet(content)
        content["measurements"] |= {"fit_wait_share": 0.5, "fit_seconds": 1000.0}

    _changed(run, _quiet)
    _changed(other, disturbed)
    comparison = compare_runs(run, other)
    assert _verdicts(comparison)["fit_seconds"] == "not compared"
    assert _verdicts(comparison)["predict_seconds"] == "same"
    assert {change.note for change in comparison.changes if change.verdict == "not compared"} >= {
        "disturbed in every trial"
    }
    assert _verdicts(compare_runs(run, other, across_machines=True))["fit_seconds"] == "not compared"


def test_times_of_other_machines_are_not_compared_unless_told(run, other):
    def elsewhere(content):
        _quiet(content)
        content["environment"]["cpu"] = "Another CPU"
        content["measurements"]["fit_seconds"] = 1000.0

    _changed(run, _quiet)
    _changed(other, elsewhere)
    comparison = compare_runs(run, other)
    assert _verdicts(comparison)["fit_seconds"] == "not compared"
    assert _verdicts(comparison)["fit_peak_bytes"] == "same"
    assert any("processors differ" in remark and "Another CPU" in remark for remark in comparison.remarks)
    assert any("--across-machines" in remark for remark in comparison.remarks)
    assert _verdicts(compare_runs(run, other, across_machines=True))["fit_seconds"] == "worse"


def test_what_fails_now_is_worse_and_what_is_new_or_gone_is_named(run, other, tmp_path):
    _changed(other, _failed)
    record = json.loads((other / "run.json").read_bytes())
    record["trials"] = [trial for trial in record["trials"] if trial["case"] != "Least squares"]
    (other / "run.json").write_text(json.dumps(record))
    comparison = compare_runs(run, other)
    assert comparison.is_worse
    assert comparison.gone == ("Least squares",)
    assert compare_runs(other, run).new == ("Least squares",)
    (change,) = [c for c in comparison.changes if c.verdict == "worse"]
    assert (change.measure, change.note) == ("status", "timeout: ended after 3 s")


def test_folds_are_paired(tmp_path):
    content = {
        "title": "T",
        "dataset": "digits-8x8",
        "protocol": {"kind": "cross-validation", "folds": 5},
        "case": [{"name": "k", "estimator": "knn", "params": {"n_neighbors": 3}}],
    }
    first = run_suite(parse_suite(content, "own", "own.toml"), out=tmp_path / "first", threads=1)
    second = shutil.copytree(first, tmp_path / "second")
    _changed(second, _as_it_is, "k", rights=20)
    (change,) = [c for c in compare_runs(first, second).changes if c.measure == "accuracy"]
    assert change.verdict == "worse"
    assert 0 < change.p_value < 0.01
    (same,) = [c for c in compare_runs(first, first).changes if c.measure == "accuracy"]
    assert same.p_value == 1


def test_a_single_seed_of_a_stochastic_method_is_marked(run, other):
    key = load_results(other).query("case == @TREE and seed == 1")["key"].iloc[0]
    (other / "trials" / f"{key}.zip").unlink()
    notes = {change.case: change.note for change in compare_runs(run, other).changes if change.measure == "accuracy"}
    assert notes == {"k-NN | <b>bold</b>": "", TREE: ONE_SEED, "Least squares": ""}


def test_other_data_are_not_compared(run, other):
    def elsewhere(content):
        content["trial"]["fingerprint"] = "0" * 64

    _changed(other, elsewhere)
    comparison = compare_runs(run, other)
    assert _verdicts(comparison)["accuracy"] == "not compared"


def test_other_numbers_of_images_are_not_compared(run, tmp_path):
    few = run_suite(Store(run).read_run().suite, out=tmp_path / "few", samples=100, threads=1)
    comparison = compare_runs(run, few)
    assert set(_verdicts(comparison).values()) == {"not compared"}
    assert {change.note for change in comparison.changes if change.case == TREE} == {
        "other training images: 1,437 and 100"
    }


def test_a_curve_that_breaks_is_worse_and_not_gone(tmp_path):
    content = {
        "title": "T",
        "dataset": "digits-8x8",
        "protocol": {"kind": "learning-curve", "sizes": [100, 300]},
        "case": [{"name": "curve", "estimator": "tree"}],
    }
    first = run_suite(parse_suite(content, "own", "own.toml"), out=tmp_path / "first", threads=1)
    second = shutil.copytree(first, tmp_path / "second")
    _changed(second, _failed, "curve")
    comparison = compare_runs(first, second)
    assert comparison.is_worse
    assert (comparison.new, comparison.gone) == ((), ())
    assert [change.case for change in comparison.changes] == ["curve, 100 images", "curve, 300 images"]


def _with_parameters(content):
    content["trial"]["params"] = {"max_depth": 2, "ccp_alpha": 0.1}


def _with_a_step(content):
    content["trial"]["steps"] = [{"name": "deskew", "params": {}}]


def _with_another_estimator(content):
    content["trial"]["estimator"] = "linear"


def _with_another_protocol(content):
    content["trial"]["shuffle_seed"] = 3


def _with_a_failure_of_another(content):
    _failed(content)
    _with_parameters(content)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (_with_parameters, "other parameters: max_depth, ccp_alpha"),
        (_with_a_step, "other steps: deskew"),
        (_with_another_estimator, "another estimator: tree and linear"),
        (_with_another_protocol, "another protocol: shuffle_seed"),
        (_with_a_failure_of_another, "other parameters: max_depth, ccp_alpha"),
    ],
)
def test_another_method_of_the_same_name_is_said_to_be_one_and_is_not_worse(run, other, change, note):
    _changed(other, change, rights=40)
    comparison = compare_runs(run, other)
    assert not comparison.is_worse
    assert not comparison.is_empty
    assert set(_verdicts(comparison).values()) == {"not compared"}
    assert {change.note for change in comparison.changes if change.case == TREE} == {note}


def test_changed_libraries_and_code_are_what_is_compared(run, other):
    def changed(content):
        content["trial"] |= {"versions": {"scikit-learn": "99.0"}, "code": "another"}

    _changed(other, changed, rights=40)
    assert _verdicts(compare_runs(run, other))["accuracy"] == "worse"


def test_a_run_that_is_not_whole_has_the_same_threads(run, other):
    key = load_results(other)["key"][0]
    (other / "trials" / f"{key}.zip").unlink()
    comparison = compare_runs(run, other)
    assert not [remark for remark in comparison.remarks if "differ" in remark]
    assert _verdicts(comparison)["fit_seconds"] == "same"


def test_the_command_and_its_exit_codes(run, other):
    def compare(*arguments):
        return call_command("compare", *arguments)

    same = compare(run, other)
    assert same.returncode == 0, same.stderr
    assert "nothing got worse or better beyond chance" in same.stdout
    _changed(other, _as_it_is, rights=40)
    worse = compare(run, other)
    assert worse.returncode == 1
    assert f"worse: {TREE}, accuracy: " in worse.stdout
    assert ", p < 0.001" in worse.stdout
    assert "worse" not in compare(other, run).stdout
    missing = compare(run, run / "nowhere")
    assert missing.returncode == 2
    assert "there is no such folder" in missing.stderr


@pytest.fixture
def apart(run, other):
    """Two runs of the same methods with other seeds: nothing that both have."""
    for folder, seed in ((run, 0), (other, 1)):
        record = json.loads((folder / "run.json").read_bytes())
        record["trials"] = [trial for trial in record["trials"] if trial["case"] == TREE and trial["seed"] == seed]
        (folder / "run.json").write_text(json.dumps(record))
    return run, other


def test_runs_with_nothing_in_common_are_an_error(apart):
    with pytest.raises(ComparisonError, match=rf"no trial in common.*run has {TREE}\. .*other has {TREE}\. Compare"):
        compare_runs(*apart)
    assert call_command("compare", *apart).returncode == 2


def test_runs_of_which_nothing_can_be_compared_are_an_error_of_the_command(run, other):
    def elsewhere(content):
        content["trial"]["fingerprint"] = "0" * 64

    for case in ("k-NN | <b>bold</b>", TREE, "Least squares", "Bad"):
        _changed(other, elsewhere, case)
    record = json.loads((other / "run.json").read_bytes())
    record["trials"] = [trial for trial in record["trials"] if trial["case"] != "Bad"]
    (other / "run.json").write_text(json.dumps(record))
    assert compare_runs(run, other).is_empty
    ended = call_command("compare", run, other)
    assert ended.returncode == 2
    assert f"not compared: k-NN | <b>bold</b>; {TREE}; Least squares: other data" in ended.stdout
    assert f"nothing in {run} and {other} could be compared" in ended.stderr


def test_how_many_trials_both_have_is_said_in_words(run, other):
    key = load_results(other).query("case == @TREE and seed == 1")["key"].iloc[0]
    (other / "trials" / f"{key}.zip").unlink()
    assert f"{TREE}: 1 trial is in both runs, of 2 and 1" in compare_runs(run, other).remarks


@pytest.mark.parametrize(("name", "value"), [("tolerance", -0.1), ("tolerance", float("nan")), ("alpha", 1.0)])
def test_shares_that_are_none_are_refused(run, name, value):
    with pytest.raises(ComparisonError, match=f"{name} must be"):
        compare_runs(run, run, **{name: value})


def test_what_was_not_compared_of_a_method_is_named(run, other, capsys):
    def disturbed(content):
        _quiet(content)
        content["measurements"] |= {"predict_wait_share": 0.5}

    for case in ("k-NN | <b>bold</b>", TREE, "Least squares"):
        _changed(run, _quiet, case)
        _changed(other, _quiet, case)
    _changed(other, disturbed)
    _changed(other, _with_parameters, "Least squares")
    compare(run, other)
    lines = capsys.readouterr().out.splitlines()
    assert f"not compared: {TREE} (time to predict): disturbed in every trial" in lines
    assert "not compared: Least squares: other parameters: loss, max_depth, ccp_alpha" in lines
