"""Tables of pixels in text, as they are found: with and without a header, the label first or last, compressed."""

import bz2
import gzip
import lzma
import re
from warnings import catch_warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench.archives import Limit
from hdr_bench.datasets import add_dataset, compressed_text, load_dataset
from hdr_bench.datasets.compressed_text import read_lines
from hdr_bench.datasets.csv_files import read_csv
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, SuiteError, UnknownNameError
from tests.helpers.suites import parse_suite

OPENERS = {"": open, ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
HEADER = ["label", *(f"pixel{index}" for index in range(64))]


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("digits-8x8").train
    chosen = np.concatenate([np.flatnonzero(part.labels == label)[:12] for label in range(10)])
    order = np.random.default_rng(0).permutation(chosen)
    return np.asarray(part.images[order]), np.asarray(part.labels[order])


def rows_of(images, labels, place="first"):
    pixels, labels = images.reshape(len(images), -1).tolist(), labels.tolist()
    if place == "none":
        return pixels
    return [[label, *row] if place == "first" else [*row, label] for label, row in zip(labels, pixels, strict=True)]


def write(path, rows, header=None, separator=",", form=str):
    lines = [separator.join(map(form, row)) for row in rows]
    if header:
        lines.insert(0, separator.join(header))
    ending = path.suffix if path.suffix in OPENERS else ""
    with OPENERS[ending](path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def check_whole(dataset, images, labels):
    """The parts of a data set that was cut hold the images as they were, each with its label."""
    held = np.concatenate([dataset.train.images, dataset.test.images])
    names = [dataset.class_names[label] for part in (dataset.train, dataset.test) for label in part.labels]
    found = {(image.astype(np.float64).tobytes(), name) for image, name in zip(held, names, strict=True)}
    given_ones = zip(images, labels.tolist(), strict=True)
    assert found == {(image.astype(np.float64).tobytes(), str(label)) for image, label in given_ones}


@pytest.mark.parametrize("ending", OPENERS)
@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("has_header", [True, False])
def test_label_first_or_last_with_header_or_without_compressed_or_not(
    tmp_path, data_home, digits, *, ending, place, has_header
):
    images, labels = digits
    header = HEADER if place == "first" else [*HEADER[1:], "label"]
    file = write(tmp_path / f"digits.csv{ending}", rows_of(images, labels, place), header if has_header else None)
    dataset = load_dataset(f"csv:{file}")
    assert dataset.train.images.dtype == np.uint8
    check_whole(dataset, images, labels)
    note = f"labels were taken from the {place} column, by its values"
    assert (note in dataset.notes) is not has_header
    assert dataset.notes[-1] == "split by the library: a stratified fraction of 0.2 for testing, seed 0"


@pytest.mark.parametrize("separator", [";", "\t", "|", " ", "  ", ", "])
def test_separators(tmp_path, data_home, digits, separator):
    file = write(tmp_path / "digits.csv", rows_of(*digits), separator=separator)
    check_whole(load_dataset(f"csv:{file}"), *digits)


def test_quotes_blank_lines_windows_ends_a_mark_of_byte_order_and_a_separator_at_the_end(tmp_path, data_home, digits):
    rows = rows_of(*digits)
    lines = [",".join(HEADER) + ",", "", *(",".join(f'"{value}"' for value in row) + "," for row in rows)]
    (tmp_path / "digits.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    check_whole(load_dataset(f"csv:{tmp_path / 'digits.csv'}"), *digits)


def test_floats_stay_as_they_are_and_whole_ones_become_bytes(tmp_path, data_home, digits):
    images, labels = digits
    file = write(tmp_path / "digits.csv", rows_of(images / 16, labels))
    dataset = load_dataset(f"csv:{file}")
    assert dataset.train.images.dtype == np.float32
    check_whole(dataset, images / 16, labels)
    file = write(
        tmp_path / "comma.csv", rows_of(images / 16, labels), None, ";", lambda value: str(value).replace(".", ",")
    )
    assert load_dataset(f"csv:{file}").fingerprint == dataset.fingerprint
    file = write(tmp_path / "whole.csv", rows_of(images, labels), form="{:.4f}".format)
    assert load_dataset(f"csv:{file}").train.images.dtype == np.uint8
    file = write(tmp_path / "deep.csv", rows_of(images.astype(np.int64) * 4000, labels))
    assert load_dataset(f"csv:{file}").train.images.dtype == np.uint16


def test_the_form_of_the_zip_codes_of_the_elements_of_statistical_learning(tmp_path, data_home, digits):
    # zip.train.gz and zip.test.gz: spaces, one at the end, the label first as a float, pixels from -1 to 1.
    images, labels = digits
    for name, part in (("zip.train.gz", slice(0, 80)), ("zip.test.gz", slice(80, None))):
        lines = [
            f"{label:.4f} " + " ".join(f"{pixel:.4f}" for pixel in row) + " \n"
            for label, row in zip(labels[part], images[part].reshape(-1, 64) / 8 - 1, strict=True)
        ]
        with gzip.open(tmp_path / name, "wt") as file:
            file.writelines(lines)
    dataset = load_dataset(f"csv:{tmp_path / 'zip.train.gz'}")
    assert (len(dataset.train), len(dataset.test)) == (80, 40)
    np.testing.assert_allclose(dataset.test.images, images[80:] / 8 - 1, atol=1e-4)
    assert "the test part is zip.test.gz beside it" in dataset.notes


def test_one_hot_labels_and_names_of_rows(tmp_path, data_home, digits):
    images, labels = digits
    rows = [
        [*row, *np.eye(10, dtype=int)[label]]
        for row, label in zip(rows_of(images, labels, "none"), labels, strict=True)
    ]
    file = write(tmp_path / "semeion.data", rows, separator=" ")
    dataset = load_dataset(f"csv:{file}")
    assert any("one-hot" in note for note in dataset.notes)
    check_whole(dataset, images, labels)
    rows = [[index, *row] for index, row in enumerate(rows_of(images, labels))]
    dataset = load_dataset(f"csv:{write(tmp_path / 'rows.csv', rows, ['', *HEADER])}")
    assert "the column '' was taken as row names" in dataset.notes
    check_whole(dataset, images, labels)


def test_what_r_writes(tmp_path, data_home, digits):
    images, labels = digits
    lines = [" ".join(f'"{name}"' for name in HEADER)]
    lines += [f'"{number}" ' + " ".join(map(str, row)) for number, row in enumerate(rows_of(images, labels), start=1)]
    (tmp_path / "digits.txt").write_text("\n".join(lines))
    check_whole(load_dataset(f"csv:{tmp_path / 'digits.txt'}"), images, labels)


def test_a_header_of_numbers_and_labels_of_text(tmp_path, data_home, digits):
    images, labels = digits
    file = write(tmp_path / "numbered.csv", rows_of(images, labels), [*map(str, range(65))])
    check_whole(load_dataset(f"csv:{file}"), images, labels)
    letters = [["ABCDEFGHIJ"[label], *row] for row, label in zip(rows_of(images, labels, "none"), labels, strict=True)]
    dataset = load_dataset(f"csv:{write(tmp_path / 'letters.csv', letters)}")
    assert dataset.class_names == tuple("ABCDEFGHIJ")
    check_whole(dataset, images, np.array(list("ABCDEFGHIJ"))[labels])


def test_the_test_part_is_beside_the_file_or_in_the_folder(tmp_path, data_home, digits):
    images, labels = digits
    train = write(tmp_path / "mnist_train.csv", rows_of(images[:80], labels[:80]))
    write(tmp_path / "mnist_test.csv", rows_of(images[80:], labels[80:]))
    write(tmp_path / "sample_submission.csv", [[index, 0] for index in range(1, 41)], ["ImageId", "Label"])
    beside, folder = load_dataset(f"csv:{train}"), load_dataset(f"csv:{tmp_path}")
    assert beside.fingerprint == folder.fingerprint
    np.testing.assert_array_equal(beside.test.images, images[80:])
    assert "the test part is mnist_test.csv beside it" in beside.notes
    assert add_dataset("own", tmp_path).fingerprint == folder.fingerprint
    with pytest.raises(DatasetError, match="has its own test part"):
        load_dataset(f"csv:{train}", test_size=0.5)


def test_a_test_file_without_labels_is_none(tmp_path, data_home, digits):
    images, labels = digits
    train = write(tmp_path / "train.csv", rows_of(images, labels), HEADER)
    write(tmp_path / "test.csv", rows_of(images[:5], labels[:5], "none"), HEADER[1:])
    dataset = load_dataset(f"csv:{train}")
    assert len(dataset.train) + len(dataset.test) == 120
    assert dataset.notes[0].startswith("test.csv beside it (5 images) has no labels and is not used as the test part")
    (tmp_path / "test.csv").write_text("id,name\n1,a\n")
    assert load_dataset(f"csv:{train}").notes[0] == "test.csv was left out: not a table of pixels"
    write(tmp_path / "test.csv", rows_of(images[:5], labels[:5], "none"), HEADER[1:])
    with pytest.raises(
        DatasetError, match=r"test\.csv: it has the pixels of 8x8 images, but no label.*hdr-bench predict"
    ):
        load_dataset(f"csv:{tmp_path / 'test.csv'}")


def test_emnist_is_put_upright(tmp_path, data_home):
    part = load_dataset("mnist-5k").train
    images, labels = part.images[::20], part.labels[::20]
    file = write(tmp_path / "emnist-digits-train.csv", rows_of(images.swapaxes(1, 2), labels))
    dataset = load_dataset(f"csv:{file}")
    check_whole(dataset, images, labels)
    assert any("were transposed" in note and "as its digits show" in note for note in dataset.notes)
    # Letters show nothing; the format says it.
    file = write(tmp_path / "emnist-letters-train.csv", rows_of(images.swapaxes(1, 2), labels + 11))
    dataset = load_dataset(f"csv:{file}")
    check_whole(dataset, images, labels + 11)
    assert any("were transposed" in note and "as EMNIST does" in note for note in dataset.notes)
    (tmp_path / "emnist-letters-mapping.txt").write_text("".join(f"{n} {n + 54} {n + 86}\n" for n in range(11, 21)))
    assert load_dataset(f"csv:{file}").class_names == tuple("ABCDEFGHIJ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "its first lines are not a table of numbers; expected text with one image per line"),
        ("one line of words\n", "not a table of numbers"),
        ("label,file\n1,a.png\n2,b.png\n", "not a table of numbers"),
        ("1,0,0,0,0\n2,0,0,0\n1,0,0,0,0\n", "line 2 has 4 fields, those before it 5"),
        ("1,0,0,0,0\n2,0,x,0,0\n", "line 2, column 3 is 'x', which is not a number"),
        ("1,0,0,0,0\n2,0,,0,0\n", "line 2, column 3 is empty; the table has 1 empty field in 1 of 2 lines: fill them"),
        (
            "label,a,b,c,d\n1,0,0,0,0\n2,0,,,0\n3,,0,0,\n",
            r"line 3, column 3 \('b'\) is empty; .* 4 empty fields in 2 of 3",
        ),
        ("label,a,b,c,d\n1,0,0,x,0\n2,0,0,1,0\n", r"line 2, column 4 \('c'\) is 'x', which is not a number"),
        ("1,0,0,0,0,7\n2,0,1,0,0,9\n", "2 lines of 6 columns, without a header; .*a square number of pixels"),
        ("label,a,b,c,d,y\n1,2,3,4,5,6\n1,2,3,4,5,6\n", "2 columns may be the label: 'label', 'y'"),
        ("label,a,b,c,d,e\n1,2,3,4,5,6\n1,2,3,4,5,6\n", "6 columns .'label', 'a', .* of which 5 would be pixels"),
        ("1,0,0,0,0\n1,0,0,0,0\n1,0,0,0,0\n", "neither the first nor the last of 5 columns can be the label"),
        ("1,0,0,0,1\n2,0,0,0,2\n1,0,0,0,1\n2,0,3,0,2\n", "unclear whether the first or the last of 5 columns"),
        ("1,0,0,0,0\n2,0,nan,0,0\n1,0,0,0,0\n2,0,0,0,0\n", "line 2, column 3 is 'nan', which is not a number"),
        ('1,0,0,0,0\n2,0,"0,0,0\n', "line 2 has an unclosed quote"),
        ("1:1 2:3\n", "a LIBSVM file; use the name libsvm:|not a table of numbers"),
        ("1,0,0,0,0\n2,0,0\0,0,0\n", "line 2 contains null characters|not a table of numbers"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, data_home, text, fault):
    file = tmp_path / "digits.csv"
    file.write_text(text)
    with pytest.raises(DatasetError, match=fault) as caught:
        load_dataset(f"csv:{file}")
    assert str(caught.value).startswith(str(file))


def test_a_path_alone_is_offered_with_its_scheme(tmp_path, data_home, digits, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    write(tmp_path / "d" / "train.csv", rows_of(*digits))
    write(tmp_path / "own.csv", rows_of(*digits))
    for name in ("d/train.csv", str(tmp_path / "d" / "train.csv"), "own.csv"):
        meant = re.escape(f"unknown dataset '{name}'. Did you mean 'csv:{name}'?")
        with pytest.raises(UnknownNameError, match=meant):
            load_dataset(name)
        with pytest.raises(SuiteError, match=meant):
            parse_suite({"title": "Own", "dataset": name, "case": [{"name": "A", "estimator": "knn"}]}, "a", "a.toml")
    with pytest.raises(UnknownNameError, match=r"unknown dataset 'd/none.csv'\. Choose from: digits-8x8"):
        load_dataset("d/none.csv")


def test_what_is_not_there_or_not_a_table(tmp_path, data_home, digits):
    with pytest.raises(DatasetNotFoundError, match="there is no such file"):
        load_dataset(f"csv:{tmp_path / 'train.csv'}")
    with pytest.raises(DatasetError, match="no table of pixels in this folder"):
        load_dataset(f"csv:{tmp_path}")
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    with pytest.raises(DatasetError, match=r"\.npz.*; use the name npz:"):
        load_dataset(f"csv:{tmp_path / 'a.npz'}")
    for name in ("train.csv", "mnist_train.csv"):
        write(tmp_path / name, rows_of(*digits))
    with pytest.raises(DatasetError, match=r"unclear which of its tables .*: mnist_train\.csv, train\.csv"):
        load_dataset(f"csv:{tmp_path}")


def test_damaged_and_boundless_files(tmp_path, data_home, digits, monkeypatch):
    whole = write(tmp_path / "a.csv.gz", rows_of(*digits)).read_bytes()
    (tmp_path / "a.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"a\.csv\.gz: damaged"):
        read_csv("any", tmp_path / "a.csv.gz", ReadOptions())
    (tmp_path / "b.csv.bz2").write_bytes(bz2.compress(b"0," * 8_000_000))
    with pytest.raises(DatasetError, match=r"line 1 is longer than 8,388,608 bytes"):
        list(read_lines(tmp_path / "b.csv.bz2"))
    monkeypatch.setattr(compressed_text, "_LIMIT", Limit(1 << 20, 10))
    (tmp_path / "c.csv.bz2").write_bytes(bz2.compress((b"0" * 99 + b"\n") * 11_000))
    with pytest.raises(DatasetError, match="far more than expected"):
        for _ in read_lines(tmp_path / "c.csv.bz2"):
            pass


WHOLE = "\n".join(["label,a,b,c,d", *(f"{number % 2},0,{number},0,0" for number in range(12))]).encode()


@settings(max_examples=150)
@given(st.integers(0, len(WHOLE)), st.integers(0, 12), st.binary(max_size=12), st.sampled_from(["", ".gz", ".bz2"]))
def test_any_bytes_are_a_table_or_an_error_of_ours(tmp_path_factory, start, length, piece, ending):
    path = tmp_path_factory.getbasetemp() / f"any.csv{ending}"
    content = WHOLE[:start] + piece + WHOLE[start + length :]
    path.write_bytes({"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress}[ending](content))
    with catch_warnings(action="ignore"):
        try:
            dataset = read_csv("any", path, ReadOptions())
        except DatasetError as error:
            assert "any" in str(error)
        else:
            assert dataset.image_shape == (2, 2)
