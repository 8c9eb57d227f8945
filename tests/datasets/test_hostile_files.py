"""Files that declare more than they hold, hold more than they declare, or are not what their name says."""

import gzip
import io
import os
import pickle
import struct
import tracemalloc
import zipfile
import zlib

import h5py
import numpy as np
import pytest
import sklearn.model_selection  # noqa: F401  # loaded before memory is traced
from scipy.io import savemat

from hdr_bench.datasets import hdf5, load_dataset, memory_room
from hdr_bench.datasets.idx import encode_idx, read_idx, write_idx
from hdr_bench.datasets.zip_files import unpack
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError

MEGABYTE = 1 << 20
# Of what reading takes beside the content itself: buffers of zlib, zipfile and the chunks.
BUFFERS = 8 * MEGABYTE
IMAGES, LABELS = np.arange(20 * 9, dtype=np.uint8).reshape(20, 3, 3), np.arange(20) % 2


@pytest.fixture
def peak():
    """A function that runs another, and returns the most memory that was taken meanwhile and the error that came."""

    def measure(run):
        tracemalloc.start()
        try:
            run()
        except (DatasetError, DatasetNotFoundError) as error:
            return tracemalloc.get_traced_memory()[1], str(error)
        finally:
            tracemalloc.stop()
        raise AssertionError("no error came")

    return measure


def _header(*shape, kind=8):
    return bytes([0, 0, kind, len(shape)]) + b"".join(struct.pack(">I", size) for size in shape)


def _zeros(n_bytes, before=b""):
    """Return so many zeros, and what comes before, as gzip: a thousandth of the size."""
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [compressor.compress(before)]
    parts += [compressor.compress(bytes(MEGABYTE)) for _ in range(n_bytes // MEGABYTE)]
    return b"".join([*parts, compressor.flush()])


@pytest.mark.parametrize("name", ["a-idx3-ubyte", "a-idx3-ubyte.gz"])
def test_idx_that_declares_terabytes_is_refused_before_anything_is_taken(tmp_path, peak, name):
    path, content = tmp_path / name, _header(60_000, 10_000, 10_000) + bytes(1000)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    taken, error = peak(lambda: read_idx(path))
    assert f"{path}: truncated IDX file" in error
    assert "asks for 6000000000016" in error
    assert taken < MEGABYTE


def test_idx_that_decompresses_without_end_is_read_as_far_as_it_declares(tmp_path, peak):
    path = tmp_path / "a-idx3-ubyte.gz"
    path.write_bytes(_zeros(64 * MEGABYTE, before=_header(10, 28, 28)))
    taken, error = peak(lambda: read_idx(path))
    assert (
        f"{path}: trailing bytes in IDX file: more than the 7856 bytes that its header (10, 28, 28) asks for" in error
    )
    assert taken < BUFFERS


def test_a_copy_that_decompresses_without_end_is_read_as_far_as_it_declares(tmp_path, data_home, peak):
    write_idx(tmp_path / "train-images-idx3-ubyte", IMAGES)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(_zeros(64 * MEGABYTE, before=encode_idx(IMAGES)))
    write_idx(tmp_path / "train-labels-idx1-ubyte", LABELS.astype(np.uint8))
    taken, error = peak(lambda: load_dataset(f"idx:{tmp_path}"))
    assert "train-images-idx3-ubyte.gz: trailing bytes" in error
    assert taken < BUFFERS


def test_a_true_idx_file_takes_its_size_once(tmp_path):
    path = tmp_path / "a.gz"
    write_idx(path, np.zeros((50 * MEGABYTE,), np.uint8))
    tracemalloc.start()
    array = read_idx(path)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 1.3 * array.nbytes


def test_labels_of_another_number_than_images_are_noticed_before_either_is_read(tmp_path, data_home, peak):
    (tmp_path / "a-images-idx3-ubyte.gz").write_bytes(_zeros(100 * MEGABYTE, before=_header(100, 1024, 1024)))
    (tmp_path / "a-labels-idx1-ubyte.gz").write_bytes(_zeros(100 * MEGABYTE, before=_header(100 * MEGABYTE)))
    taken, error = peak(lambda: load_dataset(f"idx:{tmp_path}"))
    assert "holds 100 images, but" in error
    assert "104857600 labels" in error
    assert taken < BUFFERS


def test_what_does_not_fit_into_the_memory_is_refused(tmp_path, data_home, peak, monkeypatch):
    monkeypatch.setattr(memory_room, "free_memory", lambda: 150 * MEGABYTE)
    (tmp_path / "a.gz").write_bytes(_zeros(100 * MEGABYTE, before=_header(100 * MEGABYTE)))
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((100, 1024, 1024), np.uint8), y=np.arange(100) % 2)
    for read in (lambda: read_idx(tmp_path / "a.gz"), lambda: load_dataset(f"npz:{tmp_path / 'a.npz'}")):
        taken, error = peak(read)
        assert "it declares 0.1 GB, and reading it needs 2 times as much, but only 0.2 GB of memory are free" in error
        assert taken < BUFFERS


@pytest.mark.parametrize("limit", ["max", "9223372036854771712", None])
def test_free_memory_without_a_limit_of_a_container_is_the_machines(tmp_path, monkeypatch, limit):
    file = tmp_path / "memory.max"
    if limit is not None:
        file.write_text(f"{limit}\n", encoding="ascii")
    monkeypatch.setattr(memory_room, "_CGROUP_LIMITS", (file,))
    assert 0 < memory_room.free_memory() < 1 << 50


def test_free_memory_is_within_the_limit_of_a_container(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("1000\n", encoding="ascii")
    monkeypatch.setattr(memory_room, "_CGROUP_LIMITS", (tmp_path / "memory.max", tmp_path / "absent"))
    assert memory_room.free_memory() == 1000


def _npy(array_or_header, body=b""):
    if isinstance(array_or_header, np.ndarray):
        file = io.BytesIO()
        np.save(file, array_or_header)
        return file.getvalue()
    header = array_or_header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


def _zip(path, method=zipfile.ZIP_DEFLATED, **members):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def _describe(shape, dtype="|u1"):
    return f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape!r}, }}"


def test_npz_members_are_read_as_far_as_they_declare(tmp_path, data_home, peak):
    path = tmp_path / "a.npz"
    bomb = bytes(64 * MEGABYTE)
    members = {
        "declares terabytes": _npy(_describe((20, 500_000, 500_000)), bytes(1000)),
        "holds more than it declares": _npy(_describe((20, 3, 3)), bomb),
    }
    for images in members.values():
        _zip(path, x=images, y=_npy(LABELS))
        taken, error = peak(lambda: load_dataset(f"npz:{path}"))
        assert f"{path}: x: damaged: its header, of shape (20, " in error
        assert taken < BUFFERS
    # What is not asked for is not read.
    _zip(path, x=_npy(IMAGES), y=_npy(LABELS), z=_npy(_describe((len(bomb),)), bomb))
    tracemalloc.start()
    assert load_dataset(f"npz:{path}").notes[0] == f"arrays that were not read: z ({len(bomb)},)"
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < BUFFERS


def test_an_archive_that_lies_about_its_sizes(tmp_path, data_home, peak):
    path = tmp_path / "a.npz"
    _zip(path, x=_npy(_describe((64 * MEGABYTE // 9, 3, 3)), bytes(1000)), y=_npy(LABELS))
    content = bytearray(path.read_bytes())
    # The size of the first member, in the directory at the end.
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 128 + 64 * MEGABYTE // 9 * 9)
    path.write_bytes(content)
    taken, error = peak(lambda: load_dataset(f"npz:{path}"))
    assert str(path) in error
    assert taken < BUFFERS


def _malicious_pickle(flag):
    class Payload:
        def __reduce__(self):
            return (os.system, (f"touch {flag}",))

    return pickle.dumps(Payload())


def test_pickles_are_never_executed(tmp_path, data_home):
    flag, path = tmp_path / "executed", tmp_path / "a.npz"
    body = _malicious_pickle(flag)
    objects = _npy(_describe((20,), "|O"), body)
    for members in ({"x": objects, "y": _npy(LABELS)}, {"x": _npy(IMAGES), "y": objects}):
        _zip(path, **members)
        with pytest.raises(DatasetError, match="holds Python objects, stored as a pickle; those are never read"):
            load_dataset(f"npz:{path}")
    _zip(path, x=body, y=_npy(LABELS))
    with pytest.raises(DatasetError, match="not a readable"):
        load_dataset(f"npz:{path}")
    path.write_bytes(body)
    with pytest.raises(DatasetError, match="not a readable"):
        load_dataset(f"npz:{path}")
    assert not flag.exists()


@pytest.mark.parametrize(
    "header",
    [
        "(" * 5000,
        "-" * 5000 + "1",
        "[" * 100 + "]" * 100,
        "9" * 5000,
        _describe((-1, 3, 3)),
        _describe((10**30, 3, 3)),
        _describe((True, 3)),
        _describe((20, 3, 3), "nonsense"),
        _describe((20, 3, 3), "|S0"),
        _describe((20, 3, 3), "<M8[s]"),
        _describe((20, 3, 3), "<c16"),
        _describe((20, 3, 3), "<f16"),
        _describe((20, 3, 3), [("a", "<f8")]),
        _describe((20, 3, 3), ("<f8", (1000, 1000))),
        _describe((2**62, 0)),
        _describe(()),
        _describe((0, 28, 28)),
        _describe((20, 0)),
        _describe((20, 1, 1, 3, 3)),
        "{}",
    ],
)
def test_headers_that_no_array_of_images_has(tmp_path, data_home, header):
    path = tmp_path / "a.npz"
    body = b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header) + 1) + header.encode() + b"\n"
    _zip(path, x=body + bytes(180), y=_npy(LABELS))
    with pytest.raises(DatasetError, match=str(path)):
        load_dataset(f"npz:{path}")


def test_other_archives(tmp_path, data_home):
    path = tmp_path / "a.npz"
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        _zip(path, method, x=_npy(IMAGES), y=_npy(LABELS))
        with pytest.raises(DatasetError, match=r"x\.npy is compressed by a method"):
            load_dataset(f"npz:{path}")
    long = b"\x93NUMPY\x02\x00" + struct.pack("<I", 1 << 31) + bytes(MEGABYTE)
    _zip(path, x=long, y=_npy(LABELS))
    with pytest.raises(DatasetError, match="declares 2147483648 bytes, more than 10000"):
        load_dataset(f"npz:{path}")
    _zip(path, x=_npy(IMAGES), X=_npy(IMAGES), y=_npy(LABELS))
    with pytest.raises(DatasetError, match="names are the same, or differ only in case"):
        load_dataset(f"npz:{path}")


@pytest.mark.parametrize(
    ("images", "labels", "fault"),
    [
        (IMAGES.astype(complex), LABELS, "type complex128 is not a real number of up to 64 bits"),
        (IMAGES.astype("datetime64[s]"), LABELS, "type datetime64"),
        (IMAGES.astype("U3"), LABELS, "type <U3"),
        (IMAGES.astype(np.longdouble), LABELS, "type"),
        (IMAGES.astype([("a", "u1")]), LABELS, "type"),
        (IMAGES.astype(np.float64) * 1e300, LABELS, r"range from 0 to 1\.79e\+302; .* up to 3\.4"),
        (np.full((20, 3, 3), np.inf, np.float16), LABELS, "contain NaN or infinity"),
        (IMAGES, LABELS.astype("datetime64[s]"), "labels are not integers: datetime64"),
        (IMAGES, LABELS + 1j, "labels are not integers: complex128"),
        (IMAGES, np.array(["a" * 9000] * 20), r"class name 'aaaaaaaaaaaaaaaaaaaa'... has 9000 characters"),
        (IMAGES, np.full(20, 2**63, np.uint64), "labels are not integers: uint64"),
        (IMAGES, np.full(20, 1e300), "labels are not integers: float64"),
        (IMAGES, np.full(20, np.nan), "labels are not integers: float64, e.g. nan"),
        (IMAGES, np.array([True, False] * 10), "labels are not integers: bool"),
        (
            IMAGES,
            np.arange(20),
            r"20 of 20 classes have only one image \('0', '1', '2', '3', '4', \.\.\.\); add images",
        ),
        (IMAGES[:0], LABELS[:0], "no given images"),
        (IMAGES[:, :0], LABELS, "no given images"),
        (np.zeros((20, 0)), LABELS, "0 pixels per image; expected a square number"),
        (np.float64(3), LABELS, r"x has shape \(\)"),
        (IMAGES, np.int64(3), r"y must have one label per image, .* got shape \(\)"),
        (IMAGES[:, None, None], LABELS, "expected images along the first or the last axis"),
    ],
)
def test_types_and_shapes_that_cannot_be_used(tmp_path, data_home, images, labels, fault):
    np.savez(tmp_path / "a.npz", x=images, y=labels)
    with pytest.raises(DatasetError, match=fault):
        load_dataset(f"npz:{tmp_path / 'a.npz'}")


def test_thousands_of_classes_of_two_images(tmp_path, data_home):
    images = np.random.default_rng(0).integers(0, 60_000, (6000, 4, 4), np.uint16)
    np.savez(tmp_path / "a.npz", x=images, y=np.arange(6000) // 2)
    assert len(load_dataset(f"npz:{tmp_path / 'a.npz'}", test_size=0.5).class_names) == 3000


def test_pipes_devices_and_folders_in_place_of_files(tmp_path, data_home):
    os.mkfifo(tmp_path / "a.npz")
    os.mkfifo(tmp_path / "b-images-idx3-ubyte")
    (tmp_path / "zero.npz").symlink_to("/dev/zero")
    for name, kind in (
        ("npz:{}/a.npz", "a named pipe"),
        ("npz:{}/zero.npz", "a device"),
        ("folder:{}/a.npz", "a named"),
    ):
        with pytest.raises(DatasetError, match=kind):
            load_dataset(name.format(tmp_path))
    for name in ("b-images-idx3-ubyte", "zero.npz", "."):
        with pytest.raises(DatasetError, match="not a file; give a regular file"):
            read_idx(tmp_path / name)
    with pytest.raises(DatasetNotFoundError, match="no IDX files"):
        load_dataset(f"idx:{tmp_path}")


@pytest.mark.parametrize(
    "name",
    [
        "folder:{}/" + "n" * 300,
        "idx:{}/" + "n" * 300,
        "npz:{}/" + "n" * 300 + ".npz",
        "folder:{}/a\0b",
        "folder:~no-one-has-this-name/x",
        "idx:{}/\udcff",
        "npz:{}/a\nb.npz",
        "openml:\x1b[31m",
        "\udcff",
        "\0",
        "a" * 10_000,
        "npz:{}/file/x.npz",
        "folder:{}/loop",
        "",
    ],
)
def test_paths_and_names_that_cannot_be(tmp_path, data_home, name):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises((DatasetError, DatasetNotFoundError, ValueError)) as caught:
        load_dataset(name.format(tmp_path))
    assert type(caught.value).__module__ == "hdr_bench.exceptions"
    str(caught.value).encode()


# The length of a text in an HDF5 file and where it is; a length of 4 bytes, an address of 8, a number of 4.
_PLACE = 16


def _repeat_first_text(path, n_texts):
    """Write images with labels that are all the same long text, which the file holds once."""
    with h5py.File(path, "w") as file:
        file["X"] = np.zeros((n_texts, 2, 2), np.uint8)
        labels = file.create_dataset("y", data=["x" * MEGABYTE, *["y"] * (n_texts - 1)], dtype=h5py.string_dtype())
        start = labels.id.get_offset()
    content = bytearray(path.read_bytes())
    content[start : start + _PLACE * n_texts] = content[start : start + _PLACE] * n_texts
    path.write_bytes(content)


def test_texts_of_hdf5_are_read_as_far_as_labels_are_long(tmp_path, data_home, peak, monkeypatch):
    monkeypatch.setattr(memory_room, "_MOST_TEXT_BYTES", 16 * MEGABYTE)
    monkeypatch.setattr(hdf5, "free_memory", lambda: 40 * MEGABYTE)
    _repeat_first_text(tmp_path / "a.h5", 200)
    taken, error = peak(lambda: load_dataset(f"h5:{tmp_path / 'a.h5'}"))
    assert error == (
        f"{tmp_path / 'a.h5'}: y: its texts take more than 16 MB of memory, far too much for labels; save short "
        "labels, or numbers"
    )
    assert taken < 16 * MEGABYTE + 2 * BUFFERS


@pytest.mark.parametrize("kind", ["h5", "mat"])
def test_one_long_text_among_labels_is_refused_before_all_get_its_room(tmp_path, data_home, peak, kind):
    texts = np.array(["x" * MEGABYTE, *["y"] * 200], object)
    file = tmp_path / f"a.{kind}"
    if kind == "mat":
        savemat(file, {"X": np.zeros((len(texts), 4), np.uint8), "y": texts})
    else:
        with h5py.File(file, "w") as opened:
            opened["X"] = np.zeros((len(texts), 4), np.uint8)
            opened.create_dataset("y", data=texts, dtype=h5py.string_dtype())
    taken, error = peak(lambda: load_dataset(f"{kind}:{file}"))
    assert "its texts take more than 256 MB of memory, far too much for labels; save short labels, or numbers" in error
    assert taken < 3 * BUFFERS


def test_a_matrix_of_letters_takes_a_few_times_its_size(tmp_path, data_home, peak):
    savemat(tmp_path / "a.mat", {"X": np.zeros((2, 4), np.uint8), "y": np.array(["x" * MEGABYTE, "y" * MEGABYTE])})
    taken, error = peak(lambda: load_dataset(f"mat:{tmp_path / 'a.mat'}"))
    assert "have only one image" in error
    assert len(error) < 1000
    # NumPy has each letter in four bytes; its functions for texts make copies.
    assert taken < 10 * 4 * 2 * MEGABYTE


def test_a_member_of_a_zip_archive_is_unpacked_piece_by_piece(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("0/a.bmp", bytes(64 * MEGABYTE))
    tracemalloc.start()
    with unpack(tmp_path / "a.zip") as root:
        assert (root / "0" / "a.bmp").stat().st_size == 64 * MEGABYTE
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < BUFFERS
