"""The command `data show`: what it prints is what the data set holds."""

import numpy as np
import pytest
from PIL import Image

from hdr_bench.cli.image_text import as_ink, draw_row
from hdr_bench.datasets import load_dataset
from hdr_bench.records.decisions import NEITHER, Decision, Decisions
from hdr_bench.records.decisions_file import write_decisions
from tests.helpers.command import call_command


@pytest.fixture
def digits(data_home):
    return load_dataset("digits-8x8")


def test_counts_range_polarity_and_an_example_of_each_class(digits):
    shown = call_command("data", "show", "digits-8x8", env={"COLUMNS": "80"})
    assert (shown.returncode, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert lines[0] == "digits-8x8: 1,437 training and 360 test images of 8x8 pixels (uint8), 10 classes"
    counts = np.bincount(digits.train.labels), np.bincount(digits.test.labels)
    assert lines[1] == "training images: pixels from 0 to 16; 1,437 light on dark, 0 dark on light, 0 unclear"
    for label in range(10):
        assert lines[4 + label].split() == [str(label), str(counts[0][label]), str(counts[1][label])]
    first = int(np.flatnonzero(digits.train.labels == 3)[0])
    heads = [line for line in lines if f"3  [{first}]" in line]
    assert len(heads) == 1
    # Each pixel is two characters wide: what is drawn below the caption is the image.
    ink = digits.train.images[first] / 16 > 0.4
    start = heads[0].index("3  [")
    drawn = [line[start : start + 16].ljust(16) for line in lines[lines.index(heads[0]) + 1 :][:8]]
    assert drawn == ["".join("██" if pixel else "  " for pixel in row) for row in ink]


def test_decisions_on_labels_are_applied(digits, tmp_path):
    rows = (Decision("train", 0, str(digits.train.labels[0]), NEITHER),)
    write_decisions(tmp_path / "decisions.csv", Decisions(digits.fingerprint, rows))
    shown = call_command("data", "show", "digits-8x8", "--labels", tmp_path / "decisions.csv")
    assert shown.stdout.startswith("digits-8x8: 1,436 training and 360 test images")
    assert "note: labels by the decisions in decisions.csv: 0 of 1,437 training labels changed" in shown.stdout


def test_a_stream_of_ascii_and_more_examples(digits):
    shown = call_command("data", "show", "digits-8x8", "--part", "test", "--per-class", "3", encoding="ascii")
    assert shown.returncode == 0
    assert "?" not in shown.stdout
    assert sum(line.count("[") for line in shown.stdout.splitlines()) == 30


@pytest.mark.parametrize("part", ["train", "test"])
def test_one_image_as_numbers(digits, part):
    shown = call_command("data", "show", "digits-8x8", "--part", part, "--image", "7")
    head, *rows = shown.stdout.splitlines()
    held = getattr(digits, part)
    assert head == f"{part} image 7 of digits-8x8, class '{held.labels[7]}':"
    assert [list(map(int, row.split())) for row in rows] == held.images[7].tolist()
    beyond = call_command("data", "show", "digits-8x8", "--part", part, "--image", "5000")
    assert beyond.returncode == 2
    assert f"no image 5000 in the {part} part; choose one from 0 to {len(held) - 1}" in beyond.stderr


def test_floats_are_rounded_to_three_digits(data_home, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.linspace(-1, 1, 40 * 9).reshape(40, 3, 3), y=np.arange(40) % 2)
    shown = call_command("data", "show", f"npz:{tmp_path / 'a.npz'}", "--image", "0")
    first = load_dataset(f"npz:{tmp_path / 'a.npz'}").train.images[0, 0]
    assert shown.stdout.splitlines()[1].split() == [f"{pixel:.3g}" for pixel in first]


def test_a_gallery_as_a_picture(digits, tmp_path):
    out = tmp_path / "gallery.png"
    for _ in range(2):
        shown = call_command("data", "show", "digits-8x8", "--out", out, "--per-class", "2")
        assert (shown.returncode, shown.stdout.splitlines()[-1]) == (0, f"written: {out}")
    sheet = np.asarray(Image.open(out))
    # Pixels are squares of 7: the first example of the last class is found as it is, dark on white.
    first = int(np.flatnonzero(digits.train.labels == 9)[0])
    tile = np.round(255 * (1 - digits.train.images[first] / 16)).astype(np.uint8).repeat(7, 0).repeat(7, 1)
    windows = np.lib.stride_tricks.sliding_window_view(sheet[-80:], tile.shape)
    assert (windows == tile).all(axis=(2, 3)).any()
    (tmp_path / "own.png").write_text("no picture")
    for name, fault in (
        ("own.png", "exists and is not a PNG picture"),
        ("a.jpg", "choose a name that ends in"),
    ):
        refused = call_command("data", "show", "digits-8x8", "--out", tmp_path / name)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert fault in refused.stderr
    assert (tmp_path / "own.png").read_text() == "no picture"


@pytest.mark.parametrize("options", [(), ("--out", "gallery.png")])
def test_classes_without_an_image_are_named(data_home, tmp_path, options):
    images = np.zeros((13, 8, 8), np.uint8)
    images[:, 2:6, 3:5] = np.arange(200, 213)[:, None, None]
    np.savez(tmp_path / "few.npz", x_train=images[:9], y_train=[0, 0, 2] * 3, x_test=images[9:], y_test=[0, 1, 2, 3])
    shown = call_command("data", "show", "npz:few.npz", *options, cwd=tmp_path)
    assert shown.returncode == 0
    assert "not shown, as they have no training image: 1, 3" in shown.stdout.splitlines()
    if options:
        # A row for each class that has images, as long as the longest.
        with Image.open(tmp_path / "gallery.png") as sheet:
            assert (sheet.width > 6 * 56, 2 * 56 < sheet.height < 3 * 56) == (True, True)
    whole = call_command("data", "show", "npz:few.npz", "--part", "test", *options, cwd=tmp_path)
    assert "not shown" not in whole.stdout


def test_dark_ink_on_light_paper_is_drawn_as_ink():
    image = np.full((1, 20, 20), 250, np.uint8)
    image[0, 4:12, 6:10] = 5
    ink = as_ink(image, True, 5, 250)
    lines = draw_row(list(ink), ["a"], "utf-8")
    # Larger than there is room for: cropped to its ink, and then as large as there is room.
    assert lines == ["a", *["█" * 9] * 9]
    assert draw_row([np.zeros((20, 20))], ["blank"], "utf-8")[0] == "blank"
    assert draw_row(list(ink), ["a"], "ascii")[1] == ":" * 9
