import bz2
import gzip
import lzma
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdr_bench.datasets.compressed import XzFile, open_decompressed
from hdr_bench.datasets.idx import encode_idx, read_idx
from hdr_bench.exceptions import DatasetError

CONTENT = np.random.default_rng(0).integers(0, 50, 200_000, dtype=np.uint8).tobytes()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=5000), st.sampled_from(["gzip", "xz"]), st.integers(1, 700))
def test_pieces_of_any_size_make_the_content(tmp_path, content, packed, size):
    path = tmp_path / "a"
    path.write_bytes({"gzip": gzip.compress, "xz": lzma.compress}[packed](content))
    with open_decompressed(path) as (file, compression):
        assert compression == packed
        pieces = list(iter(lambda: file.read(size), b""))
    assert b"".join(pieces) == content
    assert all(len(piece) <= size for piece in pieces)


def test_no_more_is_decompressed_than_is_asked_for(tmp_path):
    path = tmp_path / "zeros.xz"
    path.write_bytes(lzma.compress(bytes(50_000_000)))
    with path.open("rb") as raw:
        assert XzFile(raw).read(10) == bytes(10)
        assert raw.tell() <= 1 << 16


@pytest.mark.parametrize("between", [b"", bytes(4), bytes(200_000)], ids=["nothing", "zeros", "many zeros"])
def test_files_that_were_joined(tmp_path, between):
    path = tmp_path / "joined"
    for pack, separator in ((gzip.compress, b""), (lzma.compress, between)):
        path.write_bytes(pack(CONTENT[:100_000]) + separator + pack(CONTENT[100_000:]) + separator)
        with open_decompressed(path) as (file, _):
            assert b"".join(iter(lambda: file.read(70_000), b"")) == CONTENT


def test_what_follows_an_xz_file_and_is_none(tmp_path):
    path = tmp_path / "a.xz"
    path.write_bytes(lzma.compress(CONTENT) + b"more")
    with path.open("rb") as raw, pytest.raises((lzma.LZMAError, EOFError)):
        XzFile(raw).read(2 * len(CONTENT))


@pytest.mark.parametrize("cut", [1, 20, 1000])
def test_a_file_cut_short(tmp_path, cut):
    path = tmp_path / "own-images-idx3-ubyte.xz"
    path.write_bytes(lzma.compress(encode_idx(np.frombuffer(CONTENT, np.uint8).reshape(-1, 20, 20)))[:-cut])
    with pytest.raises(DatasetError, match="truncated or damaged xz file: .*; copy or download it again"):
        read_idx(path)


def test_a_bzip2_file_that_is_damaged(tmp_path):
    path = tmp_path / "own-images-idx3-ubyte.bz2"
    images = np.random.default_rng(0).integers(0, 256, (1500, 28, 28), np.uint8)
    content = bz2.compress(encode_idx(images))
    # In its second block; the first holds the header.
    path.write_bytes(content[:-100_000] + bytes(20) + content[-99_980:])
    with pytest.raises(DatasetError, match="bz2: truncated or damaged bzip2 file: .*; copy or download it again"):
        read_idx(path)


def test_a_file_that_asks_for_more_memory_than_any_needs(tmp_path):
    path = tmp_path / "own-images-idx3-ubyte.xz"
    content = bytearray(lzma.compress(encode_idx(np.zeros((2, 3, 3), np.uint8))))
    # The header of the block, behind that of the stream, asks for a dictionary of 1 GiB; its checksum is right.
    assert content[14:16] == b"\x21\x01"
    content[16] = 36
    content[20:24] = zlib.crc32(content[12:20]).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="xz file: .*[Mm]emory usage limit"):
        read_idx(path)
