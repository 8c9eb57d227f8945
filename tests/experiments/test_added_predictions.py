"""Predictions of another program, as a method of a run."""

import json
import shutil

import numpy as np
import pytest

from hdr_bench import add_predictions, load_predictions, load_results, remove_predictions, run_suite, write_report
from hdr_bench.exceptions import PredictionsError, StoreError, UnknownNameError
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.run import RunContents
from tests.helpers.command import call_command
from tests.helpers.suites import parse_suite

SUITE = {
    "title": "Two methods",
    "dataset": "digits-8x8",
    "case": [{"name": "k-NN", "estimator": "knn"}, {"name": "Least squares", "estimator": "linear"}],
}


def _suite():
    return parse_suite(SUITE, "two", "two.toml")


@pytest.fixture(scope="module")
def finished(once):
    return once("added-predictions", lambda folder: run_suite(_suite(), out=folder, threads=1))


@pytest.fixture
def folder(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


@pytest.fixture
def guesses(folder, tmp_path):
    """A function that writes a file of predictions, of which so many are wrong."""
    key = load_results(folder)["key"].iloc[0]
    y_true = load_predictions(folder, key).y_true

    def write(name, n_wrong, start=0):
        labels = y_true.copy()
        labels[start : start + n_wrong] = (labels[start : start + n_wrong] + 1) % 10
        file = tmp_path / name
        file.write_text("".join(f"{label}\n" for label in labels))
        return file

    return write


def test_they_are_a_method_with_an_interval_and_paired_tests(folder, guesses):
    (key,) = add_predictions(folder, guesses("keras.csv", 30), "Keras CNN")
    results = load_results(folder)
    row = results.set_index("key").loc[key]
    assert results["case"].tolist() == ["k-NN", "Least squares", "Keras CNN"]
    assert (row["accuracy"], row["n_test"], row["status"]) == (pytest.approx(330 / 360), 360, "ok")
    assert row["estimator"] == "predictions from keras.csv"
    assert row[["fit_seconds", "seconds", "cpu", "threads", "n_train", "size_bytes"]].isna().all()
    contents = RunContents(folder)
    compared = compare_methods(contents)
    assert {frozenset((pair.first, pair.second)) for pair in compared.pairs} >= {frozenset(("k-NN", "Keras CNN"))}
    pair = next(pair for pair in compared.pairs if {pair.first, pair.second} == {"k-NN", "Keras CNN"})
    assert pair.is_one_seed
    assert pair.difference.test == "McNemar's test, mid-p"
    assert len(load_predictions(folder, key).y_pred) == 360


def test_several_files_are_several_seeds(folder, guesses):
    add_predictions(folder, [guesses("a.csv", 30), guesses("b.csv", 40)], "Keras CNN")
    summary = RunContents(folder).summary.set_index("case").loc["Keras CNN"]
    assert (summary["trials"], summary["accuracy_basis"]) == ("2 seeds", "images and seeds")
    assert summary["accuracy"] == pytest.approx(325 / 360)


def test_probabilities_give_scores_of_classes(folder, guesses, tmp_path):
    labels = np.array(guesses("keras.csv", 30).read_text().split(), int)
    shares = np.full((len(labels), 10), 0.01)
    shares[np.arange(len(labels)), labels] = 0.91
    file = tmp_path / "shares.csv"
    file.write_text("\n".join(",".join(map(str, row)) for row in shares))
    (key,) = add_predictions(folder, file, "Keras CNN")
    row = load_results(folder).set_index("key").loc[key]
    assert row["log_loss"] == pytest.approx(-np.log(0.91) * 330 / 360 - np.log(0.01) * 30 / 360, abs=1e-3)
    assert load_predictions(folder, key).probabilities.shape == (360, 10)


def test_no_run_makes_repeats_or_removes_them(folder, guesses):
    add_predictions(folder, guesses("keras.csv", 30), "Keras CNN")
    for rerun in ("missing", "failed", "all"):
        plan = plan_suite(_suite(), RunOptions(out=folder, threads=1, rerun=rerun))
        assert [trial.case for trial in plan.trials] == ["k-NN", "Least squares"]
        assert len(plan.to_run) == (2 if rerun == "all" else 0)
    plan.execute()
    assert load_results(folder)["case"].tolist() == ["k-NN", "Least squares", "Keras CNN"]
    assert "Keras CNN" not in (folder / "run.json").read_text()


@pytest.mark.usefixtures("undrawn")
def test_the_report_names_their_file_and_is_made_again_with_them(folder, guesses):
    add_predictions(folder, guesses("keras.csv", 30), "Keras CNN")
    write_report(folder)
    text, page = (folder / "report.md").read_text(), (folder / "report.html").read_bytes()
    assert "Keras CNN: predictions from keras.csv, not fitted or timed by hdr-bench." in text
    assert "no trial of this library" in text
    assert "seed 0." not in text
    other = shutil.copytree(folder, folder.with_name("other"))
    for name in ("scores", "images"):
        shutil.rmtree(other / name, ignore_errors=True)
    write_report(other)
    assert (other / "report.html").read_bytes() == page
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["n_trials"] == 2


@pytest.mark.usefixtures("undrawn")
def test_beside_trials_at_a_reduced_size_theirs_is_not_known(guesses, tmp_path):
    folder = run_suite(_suite(), out=tmp_path / "small", threads=1, samples=200, only="Least squares")
    add_predictions(folder, guesses("keras.csv", 30), "Keras CNN")
    write_report(folder)
    for page in ("report.md", "report.html"):
        text = (folder / page).read_text().replace("\xa0", " ")
        assert "Run at a reduced size: Least squares (200 training images)." in text
        assert "nan " not in text


@pytest.mark.usefixtures("undrawn")
def test_removing_leaves_what_was_before(folder, guesses):
    write_report(folder)
    before = (folder / "report.md").read_text()
    add_predictions(folder, [guesses("a.csv", 30), guesses("b.csv", 40)], "Keras CNN")
    add_predictions(folder, guesses("c.csv", 50), "Other")
    assert remove_predictions(folder, "Keras CNN") == 2
    assert load_results(folder)["case"].tolist() == ["k-NN", "Least squares", "Other"]
    with pytest.raises(UnknownNameError, match="unknown name of added predictions 'k-NN'. Choose from: Other"):
        remove_predictions(folder, "k-NN")
    remove_predictions(folder, "Other")
    write_report(folder)
    assert (folder / "report.md").read_text() == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("k-NN", "the run already has a method called 'k-NN'; choose another name"),
        (
            "Taken",
            "called 'Taken'; choose another name, or remove them first: hdr-bench add-predictions .* --remove Taken$",
        ),
        ("", "the name"),
        ("x" * 101, "the name must have 1 to 100 characters, got 101"),
        ("two\nlines", "the name"),
    ],
)
def test_names_that_are_refused(folder, guesses, name, message):
    file = guesses("keras.csv", 30)
    add_predictions(folder, file, "Taken")
    with pytest.raises(PredictionsError, match=message):
        add_predictions(folder, file, name)
    assert len(list((folder / "added").iterdir())) == 1


def test_a_file_that_does_not_fit_adds_nothing(folder, guesses, tmp_path):
    (tmp_path / "short.csv").write_text("1\n")
    with pytest.raises(PredictionsError, match="got 1 rows, but the test part has 360 images"):
        add_predictions(folder, [guesses("a.csv", 30), tmp_path / "short.csv"], "Keras CNN")
    assert not (folder / "added").exists()


def test_a_data_set_that_the_run_lacks(folder, guesses):
    with pytest.raises(UnknownNameError, match="unknown data set of this run 'mnist'. Choose from: digits-8x8"):
        add_predictions(folder, guesses("a.csv", 30), "Keras CNN", dataset="mnist")
    with pytest.raises(StoreError, match="there is no such folder"):
        add_predictions(folder / "none", guesses("a.csv", 30), "Keras CNN")


def test_a_damaged_file_is_a_row_that_says_so(folder, guesses):
    (key,) = add_predictions(folder, guesses("a.csv", 30), "Keras CNN")
    path = folder / "added" / f"{key}.zip"
    path.write_bytes(path.read_bytes()[:-100])
    results = load_results(folder)
    assert results["status"].tolist() == ["ok", "ok", "damaged"]
    assert f"added/{key}.zip: damaged" in results["error"].iloc[2]
    assert Store(folder).look_up_added()[0].result is None


@pytest.mark.usefixtures("undrawn")
def test_the_command(folder, guesses):
    said = call_command("add-predictions", folder, guesses("keras.csv", 30), "--name", "Keras CNN")
    assert said.returncode == 0
    assert said.stdout.startswith("added: Keras CNN (predictions of 1 file)\n")
    assert "Keras CNN" in (folder / "report.md").read_text()
    said = call_command("add-predictions", folder, "--remove", "Keras CNN")
    assert said.stdout.startswith("removed: Keras CNN (predictions of 1 file)\n")
    assert "Keras CNN" not in (folder / "report.md").read_text()
    wrong = {
        "neither FILE nor --remove": [],
        "--remove with --name": ["--remove", "x", "--name", "y"],
        "FILE without --name": [guesses("a.csv", 1)],
        "--name without FILE": ["--name", "y"],
    }
    for fault, words in wrong.items():
        refused = call_command("add-predictions", folder, *words)
        assert refused.returncode == 2
        assert f"{fault}. To add predictions, give FILE and " in refused.stderr
