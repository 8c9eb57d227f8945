"""The report on reading pictures, made with a reader that knows the truth and errs where it is told to."""

import json
import re
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks.pictures.config import LEVELS
from benchmarks.pictures.gallery import draw_errors, draw_examples
from benchmarks.pictures.levels import read_level
from benchmarks.pictures.pages import DigitImages, TrueMark, make_page
from benchmarks.pictures.real_pictures import find_folder, load_pictures, read_pictures
from benchmarks.pictures.report import write_page, write_table
from benchmarks.pictures.scoring import Fate, Score
from benchmarks.pictures.sizes import PHOTO_SIZE, read_sizes, time_photo
from benchmarks.pictures.stages import Loss, find_loss
from hdr_bench import load_dataset


@dataclass(frozen=True)
class Mark:
    digit: int | None
    box: tuple[float, float, float, float]
    rejected: bool = False
    image: object = None


@dataclass(frozen=True)
class Reading:
    digits: tuple[Mark, ...]
    lines: tuple[str, ...] = ()
    page: object = None


def staged(ink, ruling, scale=1.0):
    return SimpleNamespace(scale=scale, ink=SimpleNamespace(mask=ink), ruling=SimpleNamespace(mask=ruling))


NO_INK = staged(np.zeros((9, 9), bool), np.zeros((9, 9), bool))


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("mnist-5k").train
    return DigitImages(np.asarray(part.images), np.asarray(part.labels))


def true_marks(page):
    blank = np.zeros((28, 28), np.uint8)
    return [Mark(mark.digit, mark.box, image=blank) for mark in page.digits]


def knowing_reader(pages, spoil=lambda marks: marks):
    """A reader of these pages, one after the other, that gives their truth after something was done to it."""
    answers = iter([Reading(tuple(spoil(true_marks(page))), page=NO_INK) for page in pages])
    return lambda _: next(answers)


def spoil(marks):
    """Read the first digit wrong, take the second for none, do not find the third, and see one that is not there."""
    first, second, _, *others = marks
    invented = Mark(1, (-50, -50, 9, 9), image=first.image)
    wrong = replace(first, digit=(first.digit + 1) % 10)
    return [wrong, replace(second, digit=None, rejected=True), *others, invented]


@pytest.fixture(scope="module")
def results(digits):
    pages = [make_page(LEVELS["moderate"], number, digits) for number in range(3)]
    return list(read_level("moderate", 3, digits, knowing_reader(pages, spoil)))


def test_each_error_is_counted_as_what_it_is(results):
    for result in results:
        row = result.row()
        assert (row["misread"], row["rejected"], row["missed"], row["invented"]) == (1, 1, 1, 1)
        assert row["right"] == row["digits"] - 3
        assert row["ruling"] == ("plain", "lines", "plain", "squares")[row["page"]]


def test_a_missed_digit_is_traced_to_the_stage_that_lost_it(results):
    assert all(result.losses == (Loss.BINARIZATION,) for result in results)
    ink = np.zeros((100, 100), bool)
    ink[20:60, 20:40] = True
    digit = TrueMark(1, 0, (10, 10, 10, 20))
    assert find_loss(digit, staged(ink, ink, scale=2.0)) == Loss.MARKS
    assert find_loss(digit, staged(ink, ink & False, scale=2.0)) == Loss.RULING
    assert find_loss(digit, staged(ink & False, ink & False, scale=2.0)) == Loss.BINARIZATION


def test_the_cut_outs_have_the_true_digit_whatever_it_was_read_as(results):
    for result in results:
        labels = [label for _, label in result.cut_outs()]
        expected = [mark.digit for mark in result.page.digits]
        assert labels == [*expected[:2], *expected[3:]]


def test_the_gallery_shows_each_error_and_there_is_none_without_errors(results, digits, tmp_path):
    (tmp_path / "errors.png").write_bytes(draw_errors(results))
    with Image.open(tmp_path / "errors.png") as sheet:
        # Three errors on each of three pages, of 152 pixels each.
        assert sheet.size[0] == 9 * 152
    pages = [make_page(LEVELS["moderate"], 0, digits)]
    assert draw_errors(list(read_level("moderate", 1, digits, knowing_reader(pages)))) is None


def test_the_examples_are_one_small_picture(digits, tmp_path):
    content = draw_examples({level: make_page(LEVELS[level], 3, digits) for level in ("easy", "moderate")})
    assert len(content) < 100_000
    (tmp_path / "levels.jpg").write_bytes(content)
    with Image.open(tmp_path / "levels.jpg") as sheet:
        assert sheet.size[0] > 2 * 300


def test_sizes_are_read_each_with_the_same_digits(digits):
    boxes = []

    def read(picture):
        boxes.append(picture.shape)
        return Reading(())

    rows = list(read_sizes(digits, read, (64, 256), 2))
    assert boxes == [(64, 64, 3), (256, 256, 3)] * 2
    assert [(row["size"], row["n_digits"], row["missed"]) for row in rows] == [(64, 3, 3), (256, 3, 3)] * 2


def test_the_photo_is_read_from_its_file_and_has_20_digits(digits):
    seen = []

    def read(path):
        with Image.open(path) as picture:
            seen.append(picture.size)
        return Reading(())

    figures = time_photo(digits, read, (800, 600), 2)
    assert seen == [(800, 600)] * 3
    assert np.prod(PHOTO_SIZE) == 12_000_000
    assert (figures["digits"], figures["right"]) == (20, 0)
    assert 0 < figures["lowest"] <= figures["median"] <= figures["highest"]


@pytest.fixture
def real_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HDR_BENCH_DATA", str(tmp_path))
    folder = tmp_path / "pictures"
    folder.mkdir()
    rows = [
        "file,digits,kind,polarity,ruled",
        "001.png,12|3,photo,dark-on-light,plain",
        "002.png,8,drawing,dark-on-light,plain",
        "003.png,,drawing,dark-on-light,plain",
        "034.jpg,123,photo,dark-on-light,plain",
    ]
    (folder / "truth.csv").write_text("\n".join(rows))
    return folder


def test_real_pictures_are_compared_in_order_but_for_scattered_ones(real_folder):
    answers = {"001.png": ("12", "4"), "002.png": ("8",), "003.png": ("1",), "034.jpg": ("321",)}
    pictures = load_pictures(find_folder())
    rows = list(read_pictures(pictures, lambda path: Reading((), answers[path.name])))
    counts = [(row["right"], row["misread"], row["missed"], row["invented"]) for row in rows]
    assert counts == [(2, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1), (3, 0, 0, 0)]
    assert [row["single"] for row in rows] == [False, True, False, False]
    assert set(rows[0]) == {"file", "kind", "polarity", "ruled", "single", *Score.__dataclass_fields__}


def test_without_the_folder_of_real_pictures_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("HDR_BENCH_DATA", str(tmp_path))
    assert find_folder() is None
    monkeypatch.delenv("HDR_BENCH_DATA")
    assert find_folder() is None


def test_the_page_says_what_the_tables_hold_and_what_is_left_out(results, digits, real_folder, tmp_path):
    write_table(tmp_path / "levels.csv", [result.row() for result in results])
    sizes = [{"size": size, "picture": 0, **vars(Score(200, right))} for size, right in ((64, 199), (4000, 200))]
    write_table(tmp_path / "sizes.csv", sizes)
    machine = {"cpu": "a processor", "cores": 2}
    figures = {"median": 1.234, "lowest": 1, "highest": 2, "digits": 20, "right": 19, "rounds": 7, "threads": 2}
    (tmp_path / "speed.json").write_text(json.dumps({**figures, "environment": machine}))
    write_page(tmp_path)
    page = (tmp_path / "report.md").read_text()
    n_digits = sum(len(result.match.fates) for result in results)
    assert f"Of {n_digits:,} digits on 3 pages" in page
    assert f"**{100 * (n_digits - 9) / n_digits:.1f} [" in page
    assert "99.5 to 100.0 % are right, a difference of 0.5 points" in page
    assert "takes **1.23 s**" in page
    assert "Left out: `real.csv` is missing" in page
    assert re.search(r"\| height in pixels +\| 24 to 80 ", page)

    pictures = load_pictures(real_folder)
    write_table(tmp_path / "real.csv", list(read_pictures(pictures, lambda _: Reading((), ("12",)))))
    write_page(tmp_path)
    page = (tmp_path / "report.md").read_text()
    assert "4 pictures with 7 digits" in page
    assert "| 034.jpg |" in page
    assert list(pd.read_csv(tmp_path / "levels.csv")["misread"]) == [1, 1, 1]
    assert Fate.RIGHT in pd.read_csv(tmp_path / "levels.csv")
