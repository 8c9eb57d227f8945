import csv
import io
import json

import numpy as np
import pytest
from scipy.stats import binomtest

from hdr_bench import load_dataset
from hdr_bench.models import load_model
from tests.helpers.command import call_command
from tests.helpers.saved_models import save_fitted


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return [save_fitted(folder, name) for name in ("knn", "tree")]


def test_a_table_with_drops_and_paired_tests(models):
    said = call_command("evaluate", *models, "--dataset", "digits-8x8", env={"COLUMNS": "120"})
    assert said.returncode == 0
    lines = [line.split() for line in said.stdout.splitlines()]
    assert ["knn", "digits-8x8", "98.6", "96.8–99.4", "360", "98.6", "–", "–"] in lines
    assert "digits-8x8: knn is better than tree, by " in said.stdout
    part = 'its test part only, 360 of 1,797 images (part = "all", or --part all, uses all)'
    assert said.stdout.count(f"note: digits-8x8: {part}; split by the library") == 1


def test_json_and_csv(models, tmp_path):
    said = call_command("evaluate", *models, "--dataset", "digits-8x8", "--format", "json")
    content = json.loads(said.stdout)
    assert (said.returncode, content["format"]) == (0, 1)
    knn, tree = content["evaluations"]
    assert (knn["model"], knn["n_images"], knn["problem"], knn["notes"]) == ("knn", 360, "", "")
    assert knn["data_notes"] == tree["data_notes"] != ""
    assert knn["low"] < knn["accuracy"] < knn["high"]
    (pair,) = content["pairs"]
    assert pair["difference"] == pytest.approx(knn["accuracy"] - tree["accuracy"])
    digits = load_dataset("digits-8x8").test
    right = [load_model(path).predict(digits.X) == digits.y for path in models]
    won, lost = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    assert won > lost
    assert pair["p_value"] <= binomtest(lost, won + lost).pvalue
    file = tmp_path / "evaluations.csv"
    said = call_command("evaluate", *models, "--dataset", "digits-8x8", "--format", "csv", "--out", file)
    assert said.stdout == f"evaluations: {file}\n"
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert [row["model"] for row in rows] == ["knn", "tree"]
    assert rows[1]["drop"] == ""  # between images and themselves nothing is lost


def test_what_cannot_be_evaluated_is_a_row_with_the_reason(models):
    said = call_command("evaluate", models[0], "--dataset", "mnist-5k", "--dataset", "digits-8x8", "--format", "json")
    assert said.returncode == 3
    problem, good = json.loads(said.stdout)["evaluations"]
    assert problem["problem"].startswith("its images have 28x28 pixels")
    assert (problem["accuracy"], problem["n_images"]) == (None, 0)
    assert good["accuracy"] > 0.9


def test_data_that_are_not_there_are_a_row_with_the_reason(models):
    words = ["evaluate", models[0], "--dataset", "h5:none.h5", "--format", "json"]
    said = call_command(*words, "--dataset", "digits-8x8")
    assert said.returncode == 3
    missing, good = json.loads(said.stdout)["evaluations"]
    assert (missing["dataset"], missing["accuracy"]) == ("h5:none.h5", None)
    assert "there is no such file" in missing["problem"]
    assert good["accuracy"] > 0.9
    alone = call_command(*words)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "there is no such file" in alone.stderr


def test_classes_and_part(models):
    words = ["evaluate", models[0], "--dataset", "digits-8x8", "--part", "all", "--format", "json"]
    refused = call_command(*words)
    assert refused.returncode == 2
    assert "1,437 of its 1,797 images are among those that the method learns from" in refused.stderr
    beside = call_command(*words, "--dataset", "mnist-5k")
    # A row each: neither can be evaluated, and there is nothing else.
    assert (beside.returncode, beside.stderr) == (3, "")
    allowed = call_command(*words, "--allow-overlap", "--classes", "3,1")
    (row,) = json.loads(allowed.stdout)["evaluations"]
    assert row["n_images"] == 365
    assert "images are among" in row["notes"]


def test_warnings_of_the_data_are_among_their_notes_once(models, tmp_path):
    digits = load_dataset("digits-8x8")
    few = digits.test.take(np.arange(100))
    file = tmp_path / "few.npz"
    np.savez(file, x_train=few.images, y_train=few.labels % 3, x_test=few.images, y_test=few.labels)
    words = ["evaluate", models[0], "--dataset", f"npz:{file}"]
    said = call_command(*words)
    assert said.stderr == ""
    assert said.stdout.count("100 of 100 test images are also among") == 1
    written = call_command(*words, "--format", "json")
    assert "100 of 100 test images are also among" in written.stderr
    # A list that goes on keeps its dots.
    assert ", ..., so that" in json.loads(written.stdout)["evaluations"][0]["data_notes"]


OWN = """
import numpy as np

def shares(images):
    found = np.full((len(images), 10), 0.05)
    found[:, 3] = 0.55
    return found

def always_three():
    return shares
"""


def test_a_function_of_ones_own(models, tmp_path, monkeypatch):
    (tmp_path / "own_threes.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    words = ["evaluate", "own_threes:always_three", "--dataset", "digits-8x8", "--format", "json"]
    said = call_command(*words, "--trust")
    assert said.stderr == ""
    (row,) = json.loads(said.stdout)["evaluations"]
    threes = (load_dataset("digits-8x8").test.y == 3).mean()
    assert row["accuracy"] == pytest.approx(threes)
    assert row["own_accuracy"] is None
    assert "does not name its training data" in row["notes"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--format", "xml"], "'xml' is not one of 'text', 'json', 'csv'"),
        (["--part", "train"], "'train' is not one of 'test', 'all'"),
        (["--trust", "no_module:function"], "no_module"),
        (["no_module:function"], "runs the code of the module no_module; if you trust it, use --trust"),
        (["--out", "x.json"], "--out needs json or csv"),
        (["--classes", "0,x"], "unknown class"),
        (["--fit", "mnis"], "mnist"),
    ],
)
def test_what_is_refused(models, words, message):
    said = call_command("evaluate", models[0], "--dataset", "digits-8x8", *words)
    assert said.returncode == 2
    assert message in " ".join(said.stderr.replace("│", " ").split())
