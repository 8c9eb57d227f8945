"""NIST-15 from the pictures that its source published: the same images, or an error that says what differs."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from hdr_bench.cli import app
from hdr_bench.datasets import add_dataset, load_dataset, nist15, nist15_pictures
from hdr_bench.datasets.home import prepared_home
from hdr_bench.datasets.idx import encode_idx, read_idx
from hdr_bench.datasets.nist15_pictures import COUNTS, find_pictures, in_order
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

LABELS = "0123456789ABCDE"
PLACES = st.tuples(st.sampled_from(LABELS), st.integers(0, 10**9 - 1))


def _save(path, image):
    Image.fromarray(np.repeat(image[:, :, None], 3, axis=2)).save(path, compress_level=1)


def _write(folder, images, labels):
    folder.mkdir(parents=True)
    for code, label in enumerate(LABELS):
        for number, place in enumerate(np.flatnonzero(labels == code)):
            _save(folder / f"KBND_{label}_{number}.png", images[place])


@pytest.fixture
def few(tmp_path, monkeypatch, data_home):
    """A folder of a few pictures that stand for all of NIST-15."""
    # With two-digit numbers, whose order as text is another one.
    labels = np.repeat(np.arange(15, dtype=np.uint8), 40)
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 64, 64), np.uint8)
    monkeypatch.setattr(nist15_pictures, "COUNTS", dict.fromkeys(LABELS, 40))
    monkeypatch.setattr(nist15, "IMAGES_SHA256", hashlib.sha256(encode_idx(images)).hexdigest())
    monkeypatch.setattr(nist15, "LABELS_SHA256", hashlib.sha256(encode_idx(labels)).hexdigest())
    folder = tmp_path / "DigitRecognition" / "Dataset"
    _write(folder, images, labels)
    return folder


def test_pictures_are_added_in_the_order_of_labels_and_numbers(few):
    (few / ".DS_Store").touch()
    (few / "README.md").touch()
    added = CliRunner().invoke(app, ["data", "add", "nist15", str(few)])
    assert added.exit_code == 0, added.output
    assert "nist15: 510 training and 90 test images of 64x64 pixels (uint8), 15 classes: 0, 1, 2" in added.output
    assert load_dataset("nist15").fingerprint in added.output


def test_the_repository_itself_may_be_given_or_be_in_the_data_home(few, data_home):
    (few.parent / "logo.png").touch()
    assert find_pictures(few.parent) == few
    added = add_dataset("nist15", few.parent)
    few.parent.rename(data_home / "nist15")
    assert load_dataset("nist15").fingerprint == added.fingerprint
    assert load_dataset("nist15", random_state=1).fingerprint != added.fingerprint


def _lose_one(folder):
    (folder / "KBND_C_7.png").unlink()


def _lose_a_class(folder):
    for path in folder.glob("*_E_*.png"):
        path.unlink()


def _add_one(folder):
    (folder / "KBND_0_40.png").write_bytes((folder / "KBND_0_0.png").read_bytes())


def _rename(folder):
    (folder / "KBND_0_0.png").rename(folder / "KBND_F_0.png")


def _resize(folder):
    _save(folder / "KBND_3_0.png", np.zeros((28, 32), np.uint8))


def _color(folder):
    image = np.zeros((64, 64, 3), np.uint8)
    image[5, 5, 1] = 1
    Image.fromarray(image).save(folder / "KBND_3_1.png")


def _damage(folder):
    path = folder / "KBND_3_2.png"
    path.write_bytes(path.read_bytes()[:60])


def _change(folder):
    _save(folder / "KBND_3_3.png", np.zeros((64, 64), np.uint8))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_lose_one, "NIST-15 has 600 pictures, but this folder holds 599: 39 of C instead of 40; give"),
        (_lose_a_class, "holds 560: 0 of E instead of 40; give the folder Dataset of https://github.com/.*, complete"),
        (_add_one, "this folder holds 601: 41 of 0 instead of 40; give"),
        (_rename, "1 of 600 pictures are not named PREFIX_LABEL_NUMBER.png, .* or A to E: KBND_F_0.png; give"),
        (_resize, "KBND_3_0.png: 28x32 pixels, but NIST-15 has 64x64; give"),
        (_color, "KBND_3_1.png: its three channels differ, but those of NIST-15 are equal; give"),
        (_damage, "KBND_3_2.png: not a readable picture: .*; copy it again"),
        (_change, "Dataset: the pixels of the pictures: the checksum differs from the original: SHA-256 .*; give the"),
    ],
)
def test_what_differs_is_named_and_nothing_is_stored(few, spoil, told):
    spoil(few)
    with pytest.raises(DatasetError, match=told):
        add_dataset("nist15", few)
    assert not prepared_home().exists()


def test_a_folder_without_it_says_how_to_get_it(data_home, tmp_path):
    (tmp_path / "empty").mkdir()
    told = r"empty: neither pictures .*git clone .*/DigitRecognition, then run: hdr-bench data add nist15 Digit"
    with pytest.raises(DatasetNotFoundError, match=told):
        add_dataset("nist15", tmp_path / "empty")


@given(st.lists(PLACES, unique=True, max_size=30), st.text("KB_-0A.", min_size=1, max_size=5))
def test_names_give_the_order_whatever_the_prefix(places, prefix):
    folder = Path("Dataset")
    pictures = [folder / f"{prefix}_{label}_{number}.png" for label, number in places]
    assert [(each.label, each.number) for each in in_order(folder, pictures)] == sorted(places)


@given(st.text(max_size=12).filter(lambda text: "/" not in text and "\0" not in text))
def test_any_other_name_is_refused(text):
    name = f"{text}.png"
    fields = text.split("_")
    is_number = 0 < len(fields[-1]) < 10 and fields[-1].isascii() and fields[-1].isdigit()
    is_of_its_form = len(fields) > 2 and len("_".join(fields[:-2])) > 0 and fields[-2] in set(LABELS) and is_number
    if is_of_its_form:
        assert len(in_order(Path(), [Path(name)])) == 1
        return
    with pytest.raises(DatasetError, match="1 of 1 pictures are not named PREFIX_LABEL_NUMBER"):
        in_order(Path(), [Path(name)])


@pytest.mark.nist15
def test_pictures_of_its_images_are_its_images(real_data_home, data_home, tmp_path, monkeypatch):
    images = read_idx(real_data_home / "nist15" / "nist15-images-idx3-ubyte.gz")
    labels = read_idx(real_data_home / "nist15" / "nist15-labels-idx1-ubyte.gz")
    assert dict(zip(LABELS, np.bincount(labels).tolist(), strict=True)) == COUNTS
    # All of them take 40 s.
    images, labels = images[::40], labels[::40]
    monkeypatch.setattr(nist15_pictures, "COUNTS", dict(zip(LABELS, np.bincount(labels).tolist(), strict=True)))
    monkeypatch.setattr(nist15, "IMAGES_SHA256", hashlib.sha256(encode_idx(images)).hexdigest())
    monkeypatch.setattr(nist15, "LABELS_SHA256", hashlib.sha256(encode_idx(labels)).hexdigest())
    _write(tmp_path / "Dataset", images, labels)
    built = add_dataset("nist15", tmp_path / "Dataset")
    stored = load_dataset("nist15")
    assert built.fingerprint == stored.fingerprint
    both = [*stored.train.images, *stored.test.images]
    assert sorted(image.tobytes() for image in both) == sorted(image.tobytes() for image in images)
