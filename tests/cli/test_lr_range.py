"""The command `lr-range`."""

import pandas as pd
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def _threads(monkeypatch):
    """The threads of the process of the tests stay as they are."""
    monkeypatch.setattr("hdr_bench.experiments.rate_range.limit_threads", lambda _: None)


@pytest.fixture
def lr_range(command):
    """The command on a small network."""

    def call(*arguments, method="mlp"):
        return command("lr-range", method, "--dataset", "digits-8x8", "--param", "layers=32N", *arguments)

    return call


def test_losses_are_printed_and_written(lr_range, tmp_path):
    ended = lr_range("--seeds", 2, "--steps", 60, "--low", 1e-4, "--high", 1, "--out", tmp_path / "rates.csv")
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0].split() == ["rate", "loss", "(median)", "lowest", "highest", "sweeps"]
    assert lines[1].split()[0] == "0.0001"
    assert len(lines) == 15
    assert lines[-2].startswith("Suggested learning rates: 0.0")
    assert lines[-1] == f"losses: {tmp_path / 'rates.csv'}"
    frame = pd.read_csv(tmp_path / "rates.csv")
    assert list(frame) == ["seed", "step", "rate", "loss", "smoothed"]
    assert len(frame) == 120


def test_a_figure_is_written_and_parameters_hold(lr_range, tmp_path):
    # --set is another name of --param.
    arguments = ["--seeds", 2, "--samples", 500, "--set", "optimizer=SGD", "--high", 1e-3]
    ended = lr_range(*arguments, "--out", tmp_path / "rates.png")
    assert ended.returncode == 0, ended.stderr
    assert "No learning rate is suggested: the loss falls by less than 5 %" in ended.stdout
    with Image.open(tmp_path / "rates.png") as picture:
        assert picture.size == (960, 570)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--low", 1, "--high", 0.1], "low must be below high, got low=1.0 and high=0.1"),
        (["--low", 0], "low must be a finite number above 0"),
        (["--steps", 2], "n_steps must be an integer between 10 and 1,000,000, got 2"),
        (["--seeds", 0], "seeds must be an integer between 1"),
        (["--param", "layer=3"], "Did you mean 'layers'"),
        (["--param", "batch_size=5000"], "needs at least as many training images, got 1,437"),
        (["--out", "rates.txt"], "must end in .png (figure) or .csv"),
    ],
)
def test_what_is_not_possible_is_a_sentence(lr_range, arguments, words):
    ended = lr_range(*arguments)
    assert ended.returncode == 2
    assert words in " ".join(ended.stderr.replace("│", " ").split())
    assert "Traceback" not in ended.stderr


def test_other_methods_have_no_learning_rate(command):
    ended = command("lr-range", "knn", "--dataset", "digits-8x8")
    assert ended.returncode == 2
    assert "must be an MLPClassifier or a CNNClassifier of hdr_bench.estimators, got KNNClassifier" in ended.stderr
