"""Parquet files as Hugging Face's library writes them, and other programs."""

import io
import json
import sys
from warnings import catch_warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.image_arrays import GREY_NOTE
from hdr_bench.datasets.parquet import read_parquet
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, MissingDependencyError

NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("digits-8x8").train
    order = np.random.default_rng(0).permutation(len(part))[:400]
    return np.asarray(part.images[order]) * 15, np.asarray(part.labels[order])


def picture(image, kind="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return buffer.getvalue()


def write(path, images, labels, names=None, encode=picture):
    """Write pictures as structures of bytes and path, and what the features are into the schema."""
    rows = [{"bytes": encode(image), "path": f"{index}.png"} for index, image in enumerate(images)]
    struct = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    table = pa.table({"image": pa.array(rows, struct), "label": pa.array(labels.tolist(), pa.int64())})
    if names:
        features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=100)
    return path


def test_shards_of_two_parts(tmp_path, data_home, digits):
    images, labels = digits
    folder = tmp_path / "mnist"
    first = write(folder / "train-00000-of-00002.parquet", images[:150], labels[:150], NAMES)
    write(folder / "train-00001-of-00002.parquet", images[150:300], labels[150:300], NAMES)
    write(folder / "test-00000-of-00001.parquet", images[300:], labels[300:], NAMES)
    dataset = load_dataset(f"parquet:{first}")
    np.testing.assert_array_equal(dataset.train.images, images[:300])
    np.testing.assert_array_equal(dataset.test.images, images[300:])
    assert [dataset.class_names[label] for label in dataset.test.labels] == [NAMES[label] for label in labels[300:]]
    assert dataset.notes == ("the test part is test-00000-of-00001.parquet beside it",)
    for place in (folder, tmp_path):
        assert load_dataset(f"parquet:{place}").fingerprint == dataset.fingerprint
        assert add_dataset(f"own-{place.name}", place).fingerprint == dataset.fingerprint
    first.unlink()
    with pytest.raises(DatasetError, match=r"found 1 of the 2 shards of train-00001-of-00002\.parquet, numbered 1"):
        load_dataset(f"parquet:{folder}")


def test_one_file_without_names_of_classes_and_in_colour(tmp_path, data_home, digits):
    images, labels = digits
    plain = load_dataset(f"parquet:{write(tmp_path / 'plain.parquet', images, labels)}")
    assert plain.class_names == tuple("0123456789")
    assert len(plain.train) == 320
    colour = write(tmp_path / "colour.parquet", np.stack([images] * 3, axis=-1), labels)
    dataset = load_dataset(f"parquet:{colour}")
    assert dataset.fingerprint == plain.fingerprint
    assert GREY_NOTE in dataset.notes
    assert GREY_NOTE not in plain.notes
    table = pa.table({"image": np.stack([images] * 3, axis=-1).tolist(), "label": labels.tolist()})
    pq.write_table(table, tmp_path / "lists.parquet")
    lists = load_dataset(f"parquet:{tmp_path / 'lists.parquet'}")
    assert lists.fingerprint == plain.fingerprint
    assert GREY_NOTE in lists.notes


def test_what_pandas_writes(tmp_path, data_home, digits):
    images, labels = digits
    expected = load_dataset(f"parquet:{write(tmp_path / 'plain.parquet', images, labels)}").fingerprint
    for name, column in (
        ("bytes", pa.array([picture(image) for image in images])),
        ("rows", pa.array(images.reshape(len(images), -1).tolist())),
        ("images", pa.array(images.tolist())),
    ):
        pq.write_table(pa.table({"pixels": column, "digit": labels}), tmp_path / f"{name}.parquet")
        assert load_dataset(f"parquet:{tmp_path / f'{name}.parquet'}").fingerprint == expected


def test_a_column_for_each_pixel(tmp_path, data_home, digits):
    images, labels = digits
    expected = load_dataset(f"parquet:{write(tmp_path / 'plain.parquet', images, labels)}").fingerprint
    pixels = {f"pixel{index}": column for index, column in enumerate(images.reshape(len(images), -1).T)}
    pq.write_table(pa.table({"id": np.arange(len(images)), "label": labels, **pixels}), tmp_path / "rows.parquet")
    assert load_dataset(f"parquet:{tmp_path / 'rows.parquet'}").fingerprint == expected


def test_a_test_part_whose_labels_are_not_published(tmp_path, data_home, digits):
    images, labels = digits
    train = write(tmp_path / "train-00000-of-00001.parquet", images[:300], labels[:300], NAMES)
    write(tmp_path / "test-00000-of-00001.parquet", images[300:], np.full(100, -1), NAMES)
    dataset = load_dataset(f"parquet:{train}")
    assert len(dataset.train) + len(dataset.test) == 300
    assert dataset.notes[0] == "test-00000-of-00001.parquet has no labels (all are -1) and is not used as the test part"


def test_pictures_of_different_sizes(tmp_path, data_home, digits):
    images, labels = digits
    sizes = iter([8, 9] * 200)
    file = write(
        tmp_path / "a.parquet", images, labels, encode=lambda image: picture(np.resize(image, (next(sizes), 8)))
    )
    with pytest.raises(DatasetError, match=r"pictures of 8x8, 9x8 pixels between rows 0 and .* resize=\(28, 28\)"):
        load_dataset(f"parquet:{file}")
    assert load_dataset(f"parquet:{file}", resize=(8, 8)).image_shape == (8, 8)


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"a": [1], "b": [2]}, r"it has the columns a \(int64\), b \(int64\); expected a column of pictures"),
        ({"image": [b"?"] * 20, "label": [0, 1] * 10}, "row 0: not a readable picture"),
        ({"image": [None] * 20, "label": [0, 1] * 10}, "row 0 has no picture"),
        (
            {"image": [{"bytes": None, "path": "1.png"}] * 20, "label": [0, 1] * 10},
            "row 0 refers to a picture but does not",
        ),
        ({"image": [[0] * 9] * 20, "label": [None] * 20}, "the column 'label' does not hold one label per row"),
        ({"image": [[0] * 9, [0]] * 10, "label": [0, 1] * 10}, "lists of pixels have different lengths"),
        ({"image": [[0] * 7] * 20, "label": [0, 1] * 10}, "7 pixels per image"),
        ({"image": pa.array([], pa.binary()), "label": pa.array([], pa.int64())}, "it has no rows"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, data_home, columns, fault):
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), file)
    with pytest.raises(DatasetError, match=fault) as caught:
        load_dataset(f"parquet:{file}")
    assert str(caught.value).startswith(str(file))


def test_what_is_not_there_not_clear_or_none(tmp_path, data_home, digits):
    with pytest.raises(DatasetNotFoundError, match="there is no such file or folder"):
        load_dataset(f"parquet:{tmp_path / 'a.parquet'}")
    with pytest.raises(DatasetNotFoundError, match="no Parquet file in this folder"):
        load_dataset(f"parquet:{tmp_path}")
    for content in (b"", b"PAR1" + bytes(16) + b"PAR1"):
        (tmp_path / "a.parquet").write_bytes(content)
        with pytest.raises(DatasetError, match=r"a\.parquet: not a readable Parquet file"):
            load_dataset(f"parquet:{tmp_path / 'a.parquet'}")
    write(tmp_path / "b.parquet", *digits)
    with pytest.raises(DatasetError, match=r"unclear which files are meant: a\.parquet, b\.parquet"):
        load_dataset(f"parquet:{tmp_path}")


def test_without_pyarrow(tmp_path, data_home, digits, monkeypatch):
    file = write(tmp_path / "a.parquet", *digits)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(
        MissingDependencyError, match=r"reading Parquet needs pyarrow.*pip install 'hdr-bench\[formats\]'"
    ):
        load_dataset(f"parquet:{file}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory, digits):
    return write(tmp_path_factory.mktemp("whole") / "a.parquet", digits[0][:30], digits[1][:30] % 2).read_bytes()


@settings(max_examples=100)
@given(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=40))
def test_any_bytes_are_pictures_or_an_error_of_ours(tmp_path_factory, whole, place, length, piece):
    path = tmp_path_factory.getbasetemp() / "any.parquet"
    start = int(place * len(whole))
    path.write_bytes(whole[:start] + piece + whole[start + length :])
    with catch_warnings(action="ignore"):
        try:
            dataset = read_parquet("any", path, ReadOptions())
        except DatasetError as error:
            assert "any" in str(error)
        else:
            assert dataset.image_shape == (8, 8)
