import numpy as np
import pytest

from hdr_bench.exceptions import PredictionsError
from hdr_bench.experiments.prediction_file import read_prediction_file

NAMES = ("0", "1", "2")


def _read(tmp_path, text, names=NAMES, n_images=4):
    file = tmp_path / "own.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_prediction_file(file, names, n_images)


@pytest.mark.parametrize(
    "text",
    [
        "2\n0\n1\n0\n",
        "label\n2\n0\n1\n0",
        "2.0\n0.0\n1.0\n0.0\n",
        "ImageId,Label\n1,2\n2,0\n3,1\n4,0\n",
        "0,2\n1,0\n2,1\n3,0\n",
        "id;label\r\n0;2\r\n1;0\r\n2;1\r\n3;0\r\n",
        "\ufeffid\tlabel\n1\t2\n2\t0\n3\t1\n4\t0\n",
        '"2"\n"0"\n\n"1"\n"0"\n',
    ],
)
def test_labels(tmp_path, text):
    read = _read(tmp_path, text)
    assert read.labels.tolist() == [2, 0, 1, 0]
    assert read.probabilities is None


def test_labels_are_names_of_classes(tmp_path):
    assert _read(tmp_path, "b\na\nb\nb\n", ("a", "b")).labels.tolist() == [1, 0, 1, 1]


SHARES = "0.1,0.2,0.7\n0.8,0.1,0.1\n0,1,0\n0.5,0.3,0.2\n"


@pytest.mark.parametrize("text", [SHARES, f"0,1,2\n{SHARES}"])
def test_probabilities(tmp_path, text):
    read = _read(tmp_path, text)
    assert read.labels.tolist() == [2, 0, 1, 0]
    assert np.allclose(read.probabilities[0], [0.1, 0.2, 0.7])


def test_probabilities_in_another_order_with_a_count(tmp_path):
    read = _read(tmp_path, "id,2,0,1\n0,0.7,0.1,0.2\n1,0.1,0.8,0.1\n2,0,0,1\n3,0.2,0.5,0.3\n")
    assert read.labels.tolist() == [2, 0, 1, 0]
    assert np.allclose(read.probabilities[0], [0.1, 0.2, 0.7])


def test_two_classes_with_probabilities_are_no_count(tmp_path):
    assert _read(tmp_path, "1,0\n0,1\n0.4,0.6\n1,0\n", ("a", "b")).labels.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2\n0\n1\n", "own.csv: got 3 rows, but the test part has 4 images; give one row for each"),
        ("a\nb\n2\n0\n1\n0\n", "own.csv: got 5 rows below its header 'a', but the test part has 4 images"),
        ("label\n2\n0\n1\n", "own.csv: got 3 rows below its header 'label', but the test part has 4 images"),
        ("id,2,0,1\n" + SHARES.partition("\n")[2], "got 3 rows below its header 'id, 2, 0, 1', but the test part"),
        ("7\n0\n1\n0\n", "own.csv, line 1: '7' is not one of the classes"),
        ("", "own.csv: got 0 rows"),
        ("label\n2\n0\n7\n0\n", "own.csv, line 4: '7' is not one of the classes. Choose from: 0, 1, 2"),
        ("2\n0\n1.5\n0\n", "own.csv, line 3: '1.5' is not one of the classes"),
        ("2\n0,1\n1\n0\n", "own.csv, line 2: got 2 columns, but the first row has 1"),
        ("1,2,3,4,5\n" * 4, "own.csv: got 5 columns for each image; give one with the class, or 3 with the prob"),
        ("p0,p1,p2\n" + SHARES, "the header names the columns 'p0, p1, p2'; name each column by its class"),
        (SHARES.replace("0.5", "0.9"), "own.csv, line 4: '0.9, 0.3, 0.2' are not probabilities"),
        (SHARES.replace("0.5", "nan"), "own.csv, line 4: 'nan, 0.3, 0.2' are not probabilities"),
        (SHARES.replace("0.5", "inf"), "are not probabilities"),
        (SHARES.replace("0,1,0", "-1,1,1"), "own.csv, line 3: '-1, 1, 1' are not probabilities"),
        (SHARES.replace("0.5", "x"), "are not probabilities"),
        (b"\xff\xfe0\n", "own.csv: not a CSV file in UTF-8"),
        (b'"0\n1\n1\n2', "own.csv: not a CSV file in UTF-8"),
        (b"x" * 2_000_000, "own.csv: got 2,000,000 bytes, but predictions for this test part have at most"),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(PredictionsError) as refused:
        _read(tmp_path, text)
    assert message in str(refused.value)


def test_what_is_not_there(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(PredictionsError, match=path.name):
            read_prediction_file(path, NAMES, 4)


@pytest.mark.parametrize("text", ["1\n2\n0\n1\n0\n", "0,1\n1,2\n2,0\n3,1\n4,0\n"])
def test_one_label_too_many_is_no_head(tmp_path, text):
    """Otherwise each image would have the label of the one after it."""
    with pytest.raises(
        PredictionsError, match="got 5 rows, but the test part has 4 images; the first row, '[01]', is a"
    ):
        _read(tmp_path, text)
