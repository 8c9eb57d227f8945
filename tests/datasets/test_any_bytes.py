"""Whatever bytes come, the result is data or an error of this library, and the memory is bounded."""

import gzip
import io
import os
import shutil
import tracemalloc
import zipfile
from warnings import catch_warnings

import numpy as np
import pytest
import sklearn.model_selection  # noqa: F401  # loaded before memory is traced
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from hdr_bench import archives
from hdr_bench.datasets import load_dataset, open_dataset, write_dataset
from hdr_bench.datasets.idx import encode_idx, read_idx
from hdr_bench.datasets.npz import read_npz
from hdr_bench.datasets.pictures import load_picture
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

MEGABYTE = 1 << 20
BUFFERS = 8 * MEGABYTE
IMAGES, LABELS = np.arange(20 * 9, dtype=np.uint8).reshape(20, 3, 3), np.arange(20) % 2


def _npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _zip(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)


_EXPECTED = (DatasetError, DatasetNotFoundError)
_many = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@st.composite
def _altered(draw, whole):
    """Bytes of a file with pieces overwritten, left out or doubled."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        start, length = draw(st.integers(0, len(content))), draw(st.integers(0, 40))
        content[start : start + length] = draw(st.binary(max_size=40))
    return bytes(content)


def _whole_npz():
    file = io.BytesIO()
    np.savez_compressed(file, x=IMAGES, y=LABELS)
    return file.getvalue()


@_many
@given(
    st.one_of(
        st.binary(max_size=200),
        _altered(_whole_npz()),
        _altered(_npy(IMAGES)).map(lambda x: ("x", x)),
        _altered(_npy(LABELS)).map(lambda y: ("y", y)),
    )
)
def test_any_bytes_are_an_npz_or_an_error_of_ours(tmp_path, content):
    path = tmp_path / "a.npz"
    if isinstance(content, tuple):
        _zip(path, **{"x": _npy(IMAGES), "y": _npy(LABELS), content[0]: content[1]})
    else:
        path.write_bytes(content)
    tracemalloc.start()
    try:
        dataset = read_npz("any", path, ReadOptions())
    except _EXPECTED as error:
        assert "a.npz" in str(error) or "any" in str(error)
    else:
        assert len(dataset.train) + len(dataset.test) == 20
    finally:
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert taken < BUFFERS


@_many
@given(
    st.one_of(
        st.binary(max_size=64), _altered(encode_idx(IMAGES)), _altered(gzip.compress(encode_idx(IMAGES), mtime=0))
    ),
    st.booleans(),
)
def test_any_bytes_are_idx_or_an_error_of_ours(tmp_path, content, is_compressed):
    path = tmp_path / "a-idx3-ubyte"
    path.write_bytes(gzip.compress(content) if is_compressed else content)
    tracemalloc.start()
    try:
        array = read_idx(path)
    except DatasetError as error:
        assert str(path) in str(error)
    else:
        assert array.nbytes <= len(content) * archives.MOST_EXPANSION
    finally:
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert taken < BUFFERS


def _saved(kind, mode):
    file = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).convert(mode).save(file, kind)
    return file.getvalue()


_WHOLE = [
    _saved(kind, mode)
    for kind, mode in (
        ("PNG", "P"),
        ("JPEG", "CMYK"),
        ("TIFF", "L"),
        ("GIF", "P"),
        ("BMP", "RGB"),
        ("WEBP", "RGB"),
        ("PPM", "L"),
        ("TGA", "RGBA"),
    )
]


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150
)
@given(st.sampled_from(_WHOLE), st.integers(0, 300), st.integers(0, 8), st.binary(max_size=8))
def test_any_bytes_are_a_picture_or_an_error_of_ours(tmp_path, whole, start, length, piece):
    path = tmp_path / "a.png"
    path.write_bytes(whole[:start] + piece + whole[start + length :])
    try:
        values = load_picture(path, (8, 8)).values
    except DatasetError as error:
        assert str(path) in str(error)
        return
    assert values.shape == (8, 8)
    assert values.dtype in {np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32)}


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25
)
@given(
    names=st.lists(
        st.binary(min_size=1, max_size=12).filter(lambda name: not {0, 47} & set(name) and name not in {b".", b".."}),
        min_size=1,
        max_size=6,
        unique=True,
    ),
    depth=st.integers(0, 2),
)
def test_any_names_are_a_data_set_or_an_error_of_ours(tmp_path_factory, data_home, names, depth):
    root = tmp_path_factory.mktemp("names")
    for name in map(os.fsdecode, names):
        place = root.joinpath(*[name] * depth)
        place.mkdir(parents=True, exist_ok=True)
        for number in range(4):
            (place / f"{name}_{number}.png").write_bytes(_WHOLE[0])
    try:
        with catch_warnings(action="ignore"):
            dataset = load_dataset(f"folder:{root}")
    except DatasetError as error:
        str(error).encode()
    else:
        "".join((*dataset.class_names, *dataset.notes, *dataset.warnings)).encode()


_FILES = ["train_images.npy", "train_labels.npy", "test_images.npy", "test_labels.npy", "manifest.json"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored")
    digits = load_dataset("digits-8x8")
    write_dataset(folder, digits)
    return folder, digits.fingerprint


@_many
@given(st.sampled_from(_FILES), st.data())
def test_any_bytes_in_a_stored_data_set_are_the_same_data_or_an_error_of_ours(stored, name, data):
    folder, fingerprint = stored
    whole = (folder / name).read_bytes()
    start, length = data.draw(st.integers(0, 400)), data.draw(st.integers(0, 40))
    (folder / name).write_bytes(whole[:start] + data.draw(st.binary(max_size=40)) + whole[start + length :])
    try:
        assert open_dataset(folder).fingerprint == fingerprint
    except DatasetError as error:
        assert str(folder) in str(error)
    finally:
        (folder / name).write_bytes(whole)


@pytest.mark.parametrize("name", _FILES)
def test_a_pipe_or_a_folder_in_a_stored_data_set(stored, tmp_path, name):
    folder = shutil.copytree(stored[0], tmp_path / "copy")
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(DatasetError, match=f"{name}: a named pipe, not a file"):
        open_dataset(folder)
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(DatasetError, match=f"{name}: a folder, not a file"):
        open_dataset(folder)
