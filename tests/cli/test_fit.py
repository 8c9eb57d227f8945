"""The commands `fit` and `model show`."""

import json
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from hdr_bench import load_dataset, load_model
from tests.helpers.command import call_command
from tests.helpers.onnx_runner import onnx_runner


@pytest.fixture(autouse=True)
def _threads(monkeypatch):
    """The threads of the process of the tests stay as they are."""
    monkeypatch.setattr("hdr_bench.experiments.fitting.limit_threads", lambda _: None)


def test_a_model_is_fitted_kept_and_shown(command, tmp_path):
    arguments = ["fit", "knn", "--dataset", "digits-8x8", "--steps", "deskew,blur", "--param", "n_neighbors=5"]
    ended = command(*arguments, "--out", tmp_path / "knn.hdrm", "--threads", 1)
    assert ended.returncode == 0, ended.stderr
    for words in ("knn (n_neighbors=5)", "deskew (with its default", "1,437 training images", "95 % interval"):
        assert words in ended.stdout
    model = load_model(tmp_path / "knn.hdrm")
    assert model.score(load_dataset("digits-8x8").test.X, load_dataset("digits-8x8").test.y) > 0.9
    again = command(*arguments, "--out", tmp_path / "again.hdrm", "--threads", 1)
    assert again.returncode == 0
    assert (tmp_path / "again.hdrm").read_bytes() == (tmp_path / "knn.hdrm").read_bytes()
    shown = command("model", "show", tmp_path / "knn.hdrm", tmp_path / "again.hdrm")
    assert shown.stdout.startswith(ended.stdout.rstrip("\n"))
    lines = command("model", "show", "--json", tmp_path / "knn.hdrm", tmp_path / "again.hdrm").stdout.splitlines()
    assert [json.loads(line)["method"]["name"] for line in lines] == ["knn", "knn"]


def test_nothing_is_fitted_for_a_file_that_cannot_be_replaced(command, tmp_path, monkeypatch):
    monkeypatch.setattr("hdr_bench.estimators.neighbors.KNNClassifier.fit", lambda *_: pytest.fail("it was fitted"))
    (tmp_path / "notes.txt").write_text("mine")
    ended = command("fit", "knn", "--dataset", "digits-8x8", "--out", tmp_path / "notes.txt")
    assert ended.returncode == 2
    assert "not replaced" in ended.stderr
    assert ended.stderr.count(str(tmp_path)) == 1
    assert (tmp_path / "notes.txt").read_text() == "mine"
    ended = command("fit", "knn", "--dataset", "digits-8x8", "--out", tmp_path)
    assert f"{tmp_path} is a folder; give a file in it, e.g. {tmp_path}/model.hdrm" in ended.stderr


def test_what_only_pickle_can_hold_needs_trust(command, tmp_path, helpers):
    arguments = ["fit", "tests.helpers.unlucky_tree.FailsForSeedOne", "--dataset", "digits-8x8", "--threads", 1]
    ended = command(*arguments, "--out", tmp_path / "tree.hdrm")
    assert ended.returncode == 2
    assert "only pickle can store" in ended.stderr
    assert list(tmp_path.iterdir()) == []
    assert command(*arguments, "--out", tmp_path / "tree.hdrm", "--trust").returncode == 0
    model = load_model(tmp_path / "tree.hdrm", trust=True)
    assert np.isin(model.predict(load_dataset("digits-8x8").test.X), range(10)).all()
    shown = command("model", "show", tmp_path / "tree.hdrm")
    assert "tests.helpers.unlucky_tree.FailsForSeedOne" in shown.stdout
    assert "contains a pickle" in " ".join(shown.stdout.split())


def test_a_class_in_the_working_folder_is_fitted_and_loaded(tmp_path, monkeypatch):
    # It is not on the import path of the installed command.
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    (tmp_path / "my_own_dummy.py").write_text(
        "from sklearn.dummy import DummyClassifier\nclass Own(DummyClassifier): ...\n"
    )
    arguments = ["fit", "my_own_dummy.Own", "--dataset", "digits-8x8", "--threads", 1, "--trust", "--out", "own.hdrm"]
    ended = call_command(*arguments, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    monkeypatch.delitem(sys.modules, "my_own_dummy")
    ended = call_command("predict", "own.hdrm", "digits-8x8", "--trust", "--out", "own.csv", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr


# It is looked for, and imported in its runner's process alone.
@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
def test_a_model_is_written_as_onnx(command, tmp_path):
    arguments = ["--dataset", "digits-8x8", "--threads", 1, "--format", "onnx", "--out", tmp_path / "model.onnx"]
    ended = command("fit", "linear", *arguments)
    assert ended.returncode == 0, ended.stderr
    test = load_dataset("digits-8x8").test
    with onnx_runner() as run:
        _, outputs = run(tmp_path / "model.onnx", test.X)
    assert f"{100 * np.mean(outputs['labels'] == test.y):.2f} %" in ended.stdout
    ended = command("fit", "knn", *arguments)
    assert ended.returncode == 2
    assert "KNNClassifier cannot be exported to ONNX" in ended.stderr


def test_what_is_no_model_file(command, tmp_path):
    (tmp_path / "model.hdrm").write_text("no model")
    for path, words in ((tmp_path / "model.hdrm", "not a model file"), (tmp_path / "none.hdrm", "no such file")):
        ended = command("model", "show", path)
        assert ended.returncode == 2
        assert words in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
