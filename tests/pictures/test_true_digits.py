"""The digits of pictures by their names, and by a CSV file."""

import pytest

from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.pictures.true_digits import digits_of_name, find_true_digits, has_truth_file


@pytest.fixture
def folder(tmp_path):
    def make(*names, truth=None):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.touch()
        if truth is not None:
            (tmp_path / "truth.csv").write_bytes(truth.encode() if isinstance(truth, str) else truth)
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("stem", "lines"),
    [
        ("123", ("123",)),
        ("007", ("007",)),
        ("7_anna_02", ("7",)),
        ("123-45", ("123", "45")),
        ("123-45_desk 2", ("123", "45")),
        ("123 (2)", ("123",)),
        ("4.crop", ("4",)),
        ("IMG_1234", None),
        ("7a", None),
        ("7-anna", None),
        ("-7", None),
        ("12-", None),
        ("", None),
        ("٣", None),
    ],
)
def test_digits_of_a_name(stem, lines):
    assert digits_of_name(stem) == lines


def test_names_tell_the_digits_also_of_pictures_further_down(folder):
    root = folder("123.png", "anna/45.jpg", "notes.txt")
    lines = find_true_digits(root).lines
    assert lines == {root / "123.png": ("123",), root / "anna" / "45.jpg": ("45",)}


def test_a_csv_file_tells_the_digits_whatever_the_names_say(folder):
    root = folder("002.png", "b.jpg", "c.png", truth="file,kind,digits\n002.png,canvas,07|12\nb.jpg,photo,\n")
    found = find_true_digits(root)
    assert found.lines == {root / "002.png": ("07", "12"), root / "b.jpg": ()}
    assert found.unlisted == (root / "c.png",)
    assert root / "truth.csv" in found.files


@pytest.mark.parametrize("name", ["truth.csv", "Truth.CSV"])
def test_a_folder_with_a_csv_file_of_digits_is_known_by_it(tmp_path, name):
    (tmp_path / "a.png").touch()
    assert not has_truth_file(tmp_path)
    (tmp_path / name).write_text("file,digits\na.png,12\n")
    assert has_truth_file(tmp_path)
    assert find_true_digits(tmp_path).lines == {tmp_path / "a.png": ("12",)}


def test_a_csv_file_as_excel_writes_it(folder):
    root = folder("a.png", truth="\ufefffile;digits\r\na.png;12 | 3\r\n")
    assert find_true_digits(root).lines == {root / "a.png": ("12", "3")}


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ("name,digits\na.png,1\n", "no column file in its first line, 'name,digits'"),
        ("a.png,1\n", "no column file and no column digits"),
        ("", "no column file and no column digits"),
        ("file,digits\na.png,1\na.png,2\n", "line 3: a.png is listed twice"),
        ("file,digits\na.png,1O\n", "line 2: '1O' are not digits"),
        ("file,digits\na.png,1\nb.png,2\n", "1 of 2 files do not exist or are not pictures: b.png"),
        (b"file,digits\n\xff.png,1\n", "not valid UTF-8"),
        ("file,digits\n/a.png,1\n", "line 2: '/a.png' is not in"),
        ("file,digits\n../a.png,1\n", "1 of 1 files do not exist"),
    ],
)
def test_a_csv_file_that_cannot_be_used(folder, truth, message):
    with pytest.raises(DatasetError) as raised:
        find_true_digits(folder("a.png", truth=truth))
    assert message in str(raised.value)


def test_folders_that_cannot_be_used(folder, tmp_path):
    with pytest.raises(DatasetNotFoundError, match="no such folder"):
        find_true_digits(tmp_path / "none")
    with pytest.raises(DatasetError, match="there are no pictures in this folder; name each picture by the digits"):
        find_true_digits(folder("notes.txt"))
    with pytest.raises(DatasetError, match=r"the names of 1 of 2 pictures do not begin .*: IMG_1.png; name each"):
        find_true_digits(folder("1.png", "IMG_1.png"))
