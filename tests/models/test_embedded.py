"""The model that comes with the library: its file, its card, and what it makes of digits and of other marks."""

import hashlib
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.embedded.__main__ import compare
from benchmarks.embedded.measures import describe_seeds, read_seeds
from benchmarks.embedded.pens import redraw_all
from benchmarks.embedded.recipe import NO_DIGIT, PARAMETERS, SEED, Material, train
from benchmarks.pictures import characters, not_digits, photographs
from hdr_bench import load_dataset, make_estimator
from hdr_bench.models import load_card, load_model, save_model
from hdr_bench.models.embedded import EMBEDDED_MODEL, HASH_FILE
from hdr_bench.pictures.normalize import to_mnist
from hdr_bench.pictures.recognize import compare_with_marks, load_recognizer

_MOST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def digits() -> Any:
    # All of them are among the images that the model learned from: what is asked here is that it works, not how well.
    return load_dataset("mnist-5k").test


def test_the_file_is_the_one_whose_hash_is_written_beside_it() -> None:
    digest, name = HASH_FILE.read_text().split()
    assert name == EMBEDDED_MODEL.name
    assert digest == hashlib.sha256(EMBEDDED_MODEL.read_bytes()).hexdigest()
    assert EMBEDDED_MODEL.stat().st_size <= _MOST_BYTES


def test_the_card_tells_how_it_was_made_and_how_good_it_is() -> None:
    card, model = load_card(EMBEDDED_MODEL), load_model(EMBEDDED_MODEL)
    assert card.data is not None
    assert (card.data.name, card.data.n_train, card.seed) == ("mnist", 60_000, SEED)
    assert card.command == "make embedded-model"
    assert card.classes == tuple("0123456789")
    assert card.machine is not None
    assert card.machine.cpu
    assert {"torch", "hdr-bench"} <= set(card.libraries)
    for name, value in PARAMETERS.items():
        assert name == "n_jobs" or model.get_params()[name] == value
    score = card.scores[0]
    assert (score.dataset, score.n_images) == ("mnist", 10_000)
    errors = read_seeds()
    assert errors[SEED] == score.n_errors
    assert len(errors) >= 5
    assert describe_seeds(errors, 10_000) in card.notes


@pytest.mark.full_mnist
def test_the_test_error_is_the_one_on_the_card() -> None:
    mnist, card = load_dataset("mnist"), load_card(EMBEDDED_MODEL)
    assert card.data is not None
    assert card.data.fingerprint == mnist.fingerprint
    n_errors = int((load_model(EMBEDDED_MODEL).predict(mnist.test.X) != mnist.test.y).sum())
    # Another processor rounds sums otherwise, which may turn an image that lies between two digits.
    assert abs(n_errors - card.scores[0].n_errors) <= 2
    assert n_errors / 10_000 < 0.006


@pytest.mark.full_mnist
def test_most_digits_are_kept_and_letters_refused() -> None:
    test = load_dataset("mnist").test.take(np.arange(2000))
    recognizer = load_recognizer()
    as_they_are = recognizer.recognize(test.images)
    redrawn = recognizer.recognize(redraw_all(test.images, test.labels, seed=1))
    assert as_they_are.accepted.mean() >= 0.98
    assert redrawn.accepted.mean() >= 0.95
    assert (redrawn.probabilities.argmax(axis=1) == test.y).mean() >= 0.97
    assert recognizer.recognize(characters.letters(500, "report", 1)).accepted.mean() <= 0.1


def test_it_reads_without_data_and_without_being_told_a_model(digits: Any) -> None:
    answers = load_recognizer().recognize(digits.images)
    assert (answers.probabilities.argmax(axis=1) == digits.y).mean() >= 0.99
    assert answers.accepted.mean() >= 0.98
    np.testing.assert_allclose(answers.probabilities.sum(axis=1), 1)


def test_the_answer_for_an_image_does_not_depend_on_the_others(digits: Any) -> None:
    together = load_recognizer().recognize(digits.images[:50])
    alone = load_recognizer().recognize(digits.images[7:8])
    np.testing.assert_allclose(alone.probabilities[0], together.probabilities[7], atol=1e-5)
    assert alone.scores[0] == pytest.approx(together.scores[7], abs=1e-3)


def test_signs_blots_and_nothing_are_refused() -> None:
    marks = [draw_lines([(10, 50, 90, 50), (50, 10, 50, 90)]), draw_lines([(10, 35, 90, 35), (10, 65, 90, 65)])]
    marks += [np.ones((40, 40)), np.ones((10, 60)), np.zeros((20, 20))]
    answers = load_recognizer().recognize(np.stack([to_mnist(mark) for mark in marks]))
    assert not answers.accepted.any()


def test_a_seven_with_a_bar_and_a_one_with_an_upstroke_are_read() -> None:
    seven = draw_lines([(15, 15, 75, 15), (75, 15, 40, 90), (35, 52, 78, 52)])
    one = draw_lines([(20, 45, 55, 12), (55, 12, 55, 90)])
    answers = load_recognizer().recognize(np.stack([to_mnist(mark) for mark in (seven, one)]))
    assert answers.probabilities.argmax(axis=1).tolist() == [7, 1]
    assert answers.accepted.all()


def test_a_process_without_data_reads_a_digit(tmp_path: Path) -> None:
    image = draw_lines([(30, 10, 30, 55), (30, 55, 80, 55), (65, 25, 65, 95)])
    np.save(tmp_path / "four.npy", to_mnist(image))
    code = (
        "import sys, numpy; from hdr_bench.pictures.recognize import load_recognizer\n"
        "print(load_recognizer().recognize(numpy.load(sys.argv[1])[None]).probabilities.argmax())"
    )
    environment = {**os.environ, "HDR_BENCH_DATA": str(tmp_path / "no-data")}
    command = [sys.executable, "-c", code, str(tmp_path / "four.npy")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({}, 0, "equal, byte by byte"),
        ({"command": "by hand"}, 1, "the files should be equal"),
        ({"python": "3.0"}, 0, "Machine or versions are others"),
    ],
)
def test_a_model_made_again_is_compared(
    changes: dict[str, str], code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = load_card(EMBEDDED_MODEL).model_copy(update=changes)
    again = save_model(load_model(EMBEDDED_MODEL), tmp_path / "again.hdrm", card=card)
    assert compare(again, load_dataset("mnist-5k")) == code
    assert words in capsys.readouterr().out


def test_another_model_is_not_taken_for_the_same_made_elsewhere(tmp_path: Path) -> None:
    digits = load_dataset("mnist-5k").subsample(300)
    tree = make_estimator("tree", random_state=0).fit(digits.train.X, digits.train.y)
    card = load_card(EMBEDDED_MODEL).model_copy(update={"python": "3.0"})
    assert compare(save_model(tree, tmp_path / "tree.hdrm", card=card), digits) == 1


def test_digits_are_redrawn_and_marks_drawn_by_their_seed() -> None:
    part = load_dataset("mnist-5k").test.take(np.arange(30))
    first, again, other = (redraw_all(part.images, part.labels, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    ink = (first > 127).mean(axis=(1, 2))
    assert ink.max() > 3 * ink.min()
    of_marks = (
        partial(characters.pen_letters, 8, "training"),
        partial(not_digits.pairs, 8, part.images),
        partial(photographs.cut_outs, 8),
    )
    for draw in of_marks:
        marks = [draw(seed) for seed in (1, 1, 2)]
        assert (marks[0] == marks[1]).all()
        assert (marks[0] != marks[2]).any()
    assert not set(characters.FONTS["training"]) & set(characters.FONTS["report"])


def test_the_output_for_marks_is_taken_off_as_it_was_learned() -> None:
    part = load_dataset("mnist-5k").train.take(np.arange(0, 4000, 20))
    material = Material(part.images, redraw_all(part.images, part.labels, 0), part.labels, not_digits.scribbles(60, 0))
    reader = train(material, 0, max_epochs=1)
    assert reader.model.classes_.tolist() == list(range(NO_DIGIT))
    rows = part.X[:20]
    outputs, scores = compare_with_marks(reader.model, rows, reader.weights)
    # Of all eleven outputs, the share that the digits have: what the network was trained for.
    shares = 1 / (1 + np.exp(-scores))
    assert outputs.shape == (20, 10)
    assert ((shares > 0) & (shares < 1)).all()
    assert reader.model.predict_proba(rows).shape == (20, 10)


def draw_lines(lines: list[tuple[int, int, int, int]]) -> np.ndarray:
    page = Image.new("L", (100, 100))
    for line in lines:
        ImageDraw.Draw(page).line(line, fill=255, width=9)
    return np.asarray(page) / 255
