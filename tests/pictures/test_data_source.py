"""Folders of pictures as data sets: pages that are drawn, named by their digits, and read."""

import dataclasses
import warnings

import numpy as np
import pytest
from PIL import Image

from benchmarks.pictures.config import LEVELS
from benchmarks.pictures.pages import DigitImages, make_page
from hdr_bench import load_dataset
from hdr_bench.cli.data_listing import describe_datasets
from hdr_bench.datasets.registry import recognize_scheme
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning
from hdr_bench.pictures.data_source import cut_digits
from hdr_bench.pictures.reading import Choice, ReadDigit
from hdr_bench.pictures.recognize import load_recognizer

CONFIG = dataclasses.replace(LEVELS["easy"], n_lines=(2, 2), n_per_line=(3, 3), height=(40, 44))


@pytest.fixture(scope="module")
def pages():
    part = load_dataset("mnist-5k").train
    digits = DigitImages(np.asarray(part.images), np.asarray(part.labels))
    return [make_page(CONFIG, number, digits) for number in range(3)]


def load(folder, **options):
    """The data set, and what is warned of: of so few digits some classes are in one part only."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = load_dataset(f"pictures:{folder}", **options)
    assert all(issubclass(each.category, DatasetWarning) for each in caught)
    return dataset, [str(each.message) for each in caught]


def lines_of(page):
    return ["".join(str(mark.digit) for mark in page.digits if mark.line == line) for line in (0, 1)]


@pytest.fixture
def folder(pages, tmp_path):
    """The pages as pictures that are named by what they show."""
    root = tmp_path / "own"
    root.mkdir()
    for number, page in enumerate(pages):
        Image.fromarray(page.picture).save(root / f"{'-'.join(lines_of(page))}_page {number}.png")
    return root


def test_a_folder_of_named_pictures_is_a_data_set_of_their_digits(folder, pages, data_home):
    dataset, _ = load(folder, test_size=0.5)
    true = sorted(mark.digit for page in pages for mark in page.digits)
    labels = [*dataset.train.labels, *dataset.test.labels]
    assert len(labels) >= len(true) - 2
    assert dataset.class_names == tuple("0123456789")
    assert dataset.image_shape == (28, 28)
    # Whole pictures are in one part.
    assert len(dataset.train) >= 9 > len(dataset.test)
    assert any("digits cut out of 3 pictures" in note for note in dataset.notes)
    # What MNIST's images are: light ink, up to the edge of a 20x20 box, its centre of mass in the middle.
    assert all(image.max() > 200 and image[:2].max() == 0 for image in dataset.train.images)
    # The labels are the truth, and the images are of them.
    answers = load_recognizer().recognize(np.asarray(dataset.train.images))
    assert np.mean(answers.probabilities.argmax(axis=1) == dataset.train.labels) >= 0.8


def test_a_csv_file_beside_the_pictures_tells_what_they_show(pages, tmp_path, data_home):
    rows = ["file,digits,kind"]
    for number, page in enumerate(pages):
        Image.fromarray(page.picture).save(tmp_path / f"IMG_{number}.png")
        rows += [f"IMG_{number}.png,{'|'.join(lines_of(page))},photo"] if number else []
    (tmp_path / "truth.csv").write_text("\n".join(rows))
    assert recognize_scheme(tmp_path) == "pictures"
    dataset, messages = load(tmp_path)
    assert any("1 pictures are not in truth.csv and are left out: IMG_0.png" in each for each in messages)
    assert len(dataset.train) + len(dataset.test) >= 10


def test_it_is_read_again_when_a_picture_changes(folder, pages, data_home):
    before = load(folder)[0].fingerprint
    assert load(folder)[0].fingerprint == before
    path = next(folder.glob("*page 0.png"))
    picture = Image.fromarray(pages[0].picture)
    picture.resize((picture.width // 2, picture.height // 2)).save(path)
    assert load(folder)[0].fingerprint != before


def test_digits_that_are_not_there_are_counted_as_lost(folder, data_home):
    path = next(folder.glob("*page 0.png"))
    path.rename(folder / f"55{path.name}")
    _, messages = load(folder)
    assert any("of 20 digits were not found or could not be identified: 55" in each for each in messages)


def test_a_name_that_the_reader_reads_differently_is_noted(folder, pages, data_home):
    assert not any("differently" in note for note in load(folder)[0].notes)
    path = next(folder.glob("*page 0.png"))
    others = "-".join("".join(str((int(digit) + 1) % 10) for digit in line) for line in lines_of(pages[0]))
    path.rename(folder / f"{others}_other.png")
    dataset, _ = load(folder)
    assert len(dataset.train) + len(dataset.test) >= 16
    (note,) = [note for note in dataset.notes if "differently" in note]
    assert note.startswith("in 1 of 3 pictures the reader reads most digits differently from the names or truth.csv: ")
    assert f"{others}_other.png" in note


def test_names_that_are_dates_are_no_truth(folder, data_home):
    for number, path in enumerate(sorted(folder.iterdir())):
        path.rename(folder / f"20190325190049012345678_{number}.png")
    with pytest.raises(DatasetError, match=r"of 69 digits in names or truth.csv, only \d+ were found in order"):
        load_dataset(f"pictures:{folder}")


def test_folders_that_cannot_be_used(folder, tmp_path, data_home):
    with pytest.raises(DatasetNotFoundError):
        load_dataset(f"pictures:{tmp_path / 'none'}")
    with pytest.raises(DatasetError, match="resize is only for pictures in files"):
        load_dataset(f"pictures:{folder}", resize=(8, 8))
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()
    with pytest.raises(DatasetError, match="digits were found in 1 picture"):
        load_dataset(f"pictures:{folder}")
    next(folder.iterdir()).write_bytes(b"no picture")
    with pytest.raises(DatasetError, match="page"):
        load_dataset(f"pictures:{folder}")


def test_the_source_is_listed():
    assert "pictures:DIR" in str(list(describe_datasets()))


def mark(digit, line, x, value, rejected=False):
    image = np.full((28, 28), value, np.uint8)
    return ReadDigit(None if rejected else digit, line, (x, 0, 9, 9), 1.0, Choice(0, 0.0), rejected, image, digit)


@dataclasses.dataclass(frozen=True)
class Marks:
    digits: tuple[ReadDigit, ...]


def test_a_rejected_mark_is_looked_for_at_its_place_in_its_line():
    marks = (
        mark(1, 0, 0, 10),
        mark(3, 0, 40, 30),
        mark(4, 1, 0, 40),
        mark(7, 0, 20, 20, True),
        mark(9, None, 5, 99, True),
    )
    cut = cut_digits(lambda _: Marks(marks), None, ("123", "4"))
    assert [int(image.max()) for image in cut.images] == [10, 20, 30, 40]
    assert list(cut.labels) == [1, 2, 3, 4]
    assert (cut.n_true, cut.n_unused, cut.n_rejected, cut.n_disputed) == (4, 0, 1, 0)


def test_a_single_mark_that_was_rejected_is_the_single_digit():
    cut = cut_digits(lambda _: Marks((mark(1, None, 0, 10, True),)), None, ("4",))
    assert list(cut.labels) == [4]


def test_digits_that_are_read_differently_are_counted():
    cut = cut_digits(lambda _: Marks((mark(1, 0, 0, 10), mark(2, 0, 20, 20))), None, ("43",))
    assert (list(cut.labels), cut.n_disputed) == ([4, 3], 2)


def test_a_picture_without_digits_gives_none():
    cut = cut_digits(lambda _: Marks((mark(1, 0, 0, 10),)), None, ())
    assert cut.images.shape == (0, 28, 28)
    assert cut.n_unused == 1
