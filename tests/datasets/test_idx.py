import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdr_bench.datasets.idx import DTYPES, decode_idx, encode_idx, read_idx, write_idx
from hdr_bench.exceptions import DatasetError

native_dtypes = st.sampled_from([dtype.newbyteorder("=") for dtype in DTYPES.values()])
arrays = native_dtypes.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)))


@given(arrays)
def test_any_type_and_rank_survives_a_round_trip(array):
    decoded = decode_idx(encode_idx(array), "x")
    assert decoded.dtype == array.dtype
    assert decoded.shape == array.shape
    assert decoded.tobytes() == array.tobytes()


@given(arrays, st.data())
def test_any_other_length_is_refused(array, data):
    content = encode_idx(array)
    shorter = content[: data.draw(st.integers(0, len(content) - 1))]
    longer = content + data.draw(st.binary(min_size=1, max_size=9))
    with pytest.raises(DatasetError, match="truncated"):
        decode_idx(shorter, "x")
    with pytest.raises(DatasetError, match="trailing"):
        decode_idx(longer, "x")


@given(st.binary(max_size=64))
def test_arbitrary_bytes_are_an_array_or_an_error_of_ours(content):
    try:
        array = decode_idx(content, "x")
    except DatasetError:
        return
    assert encode_idx(array) == content


def test_shapes_that_numpy_cannot_hold_are_refused():
    too_deep = bytes([0, 0, 8, 70]) + b"\0\0\0\1" * 70 + b"x"
    too_large = bytes([0, 0, 8, 4]) + b"\xff\xff\xff\xff" * 3 + b"\0\0\0\0"
    for content in (too_deep, too_large):
        with pytest.raises(DatasetError, match="cannot be read: "):
            decode_idx(content, "x")


def test_arrays_of_either_byte_order_are_written():
    array = np.arange(5, dtype=">i4")
    assert encode_idx(array) == encode_idx(array.astype("<i4"))


def test_values_are_big_endian_as_the_format_says():
    assert decode_idx(bytes([0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 0, 0xFF, 0xFF]), "x").tolist() == [256, -1]


@pytest.mark.parametrize("name", ["a.idx", "a.idx.gz"])
def test_files_gzipped_or_not(tmp_path, name):
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    write_idx(tmp_path / name, array)
    assert (tmp_path / name).read_bytes().startswith(b"\x1f\x8b") == name.endswith(".gz")
    np.testing.assert_array_equal(read_idx(tmp_path / name), array)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "broken"
    path.write_bytes(b"\x89PNG....")
    with pytest.raises(DatasetError, match=r"broken: not an IDX file: the magic number is 0x89504e47"):
        read_idx(path)
    path.write_bytes(gzip.compress(encode_idx(np.zeros(999, np.uint8)))[:-9])
    with pytest.raises(DatasetError, match="broken: truncated or damaged gzip"):
        read_idx(path)


def test_a_type_that_idx_lacks_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="IDX does not support the type uint64"):
        write_idx(tmp_path / "a", np.zeros(3, np.uint64))
    assert list(tmp_path.iterdir()) == []
