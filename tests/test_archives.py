"""Archives of a run's folder: none takes more memory than its file is worth, also one with a right checksum."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from hdr_bench.archives import _add_seal, read_sealed, read_texts, seal_archive, write_archive
from hdr_bench.arrays import npy, read_arrays
from hdr_bench.exceptions import StoreError
from hdr_bench.records.compact import scores_digest
from hdr_bench.records.kept_arrays import KeptArrays
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.store import Store

# What they would decompress to; every reader stays far below.
BYTES = 100 << 20


@pytest.fixture(scope="module")
def without_end():
    """A text of spaces, which a thousandth of its bytes decompress to."""
    return b" " * BYTES


@pytest.fixture(scope="module")
def sealed(without_end):
    return _add_seal(_bomb("result.json", without_end))


@pytest.fixture(scope="module")
def array_without_end():
    return _bomb("labels.npy", npy(np.zeros(BYTES, np.uint8)))


def _bomb(name, content, n_members=1):
    """Return an archive as others may write it: without the padding that ours has if it compresses so well."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(n_members):
            archive.writestr(f"{number}-{name}" if number else name, content)
    return buffer.getvalue()


def _lying(content, n_bytes):
    """Change what an archive of one member declares as its size, in both places."""
    declared = BYTES.to_bytes(4, "little")
    assert content.count(declared) == 2
    return content.replace(declared, n_bytes.to_bytes(4, "little"))


def _refused(read, *arguments):
    """Return what a reader says, which must not take a tenth of what it was offered."""
    tracemalloc.start()
    try:
        with pytest.raises((ValueError, StoreError)) as refused:
            read(*arguments)
        assert tracemalloc.get_traced_memory()[1] < BYTES / 10
    finally:
        tracemalloc.stop()
    return str(refused.value)


def test_nothing_is_decompressed_before_the_checksum_is_right(tmp_path, sealed):
    path = tmp_path / "a.zip"
    path.write_bytes(sealed[:-1] + b"?")
    assert "does not match its checksum" in _refused(read_sealed, path)


def test_a_right_checksum_makes_no_bomb_a_result(tmp_path, sealed):
    store = Store(tmp_path)
    store.trials_folder.mkdir()
    (store.trials_folder / "a.zip").write_bytes(sealed)
    assert f"decompress to {BYTES}, far more than a file of this kind holds" in _refused(store.read, "a")


def test_nor_does_one_of_an_older_format(tmp_path, without_end):
    store = Store(tmp_path)
    store.trials_folder.mkdir()
    (store.trials_folder / "a.npz").write_bytes(_bomb("result.json", without_end))
    assert "far more than a file of this kind holds" in _refused(store.read, "a")


def test_a_member_that_holds_more_than_it_declares_is_read_no_further(sealed, without_end):
    assert _refused(read_texts, _lying(sealed, 1000))
    assert _refused(read_texts, _lying(_bomb("a", without_end), 1 << 20))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_decompress_without_a_bound_are_refused(tmp_path, method):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("labels.npy", npy(np.zeros(10)))
    with pytest.raises(ValueError, match="by a method other than DEFLATE"):
        read_texts(buffer.getvalue())
    (tmp_path / "a.npz").write_bytes(buffer.getvalue())
    with pytest.raises(ValueError, match="by a method other than DEFLATE"):
        read_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize("kind", ["labels", "images", "scores", "gallery"])
def test_arrays_beside_the_trials_are_bound_too(tmp_path, array_without_end, kind):
    (tmp_path / kind).mkdir()
    path = tmp_path / kind / "0123456789abcdef.npz"
    path.write_bytes(array_without_end)
    arrays = KeptArrays(tmp_path)
    read = {"labels": arrays.read_labels, "images": arrays.read_images, "gallery": arrays.read_gallery}.get(kind)
    said = _refused(read, path.stem) if read else _refused(read_arrays, path)
    assert "far more than a file of this kind holds" in said


def test_many_members_count_together(tmp_path):
    part = npy(np.zeros(4 << 20, np.uint8))
    (tmp_path / "a.npz").write_bytes(_bomb("part.npy", part, 10))
    assert "far more than a file of this kind holds" in _refused(read_arrays, tmp_path / "a.npz")


@pytest.mark.parametrize("shape", ["(8,)", "(9,)", "(99999999999,)"])
def test_an_array_whose_header_does_not_fit_what_is_held_is_damaged(tmp_path, shape):
    content = npy(np.arange(10, dtype=np.uint8)).replace(b"(10,)", shape.encode())
    (tmp_path / "a.npz").write_bytes(write_archive({"a.npy": content}))
    with pytest.raises(ValueError, match=r"declares \d+ bytes|header"):
        read_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "array",
    [np.array("digest"), np.zeros((0, 3)), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.array(7)],
    ids=str,
)
def test_arrays_of_every_form_are_read_as_they_were(tmp_path, array):
    (tmp_path / "a.npz").write_bytes(write_archive({"a.npy": npy(array), "note.txt": b"passed over"}))
    read = read_arrays(tmp_path / "a.npz")["a"]
    np.testing.assert_array_equal(read, array)
    assert (read.dtype, read.shape) == (array.dtype, array.shape)


def test_large_arrays_that_compress_as_images_do_are_read(tmp_path):
    images = np.zeros((35, 1000, 1000), np.uint8)
    images[0] = np.random.default_rng(0).integers(0, 255, images[0].shape)
    assert images.nbytes > 32 << 20
    np.savez_compressed(tmp_path / "a.npz", images=images)
    np.testing.assert_array_equal(read_arrays(tmp_path / "a.npz")["images"], images)


@pytest.mark.parametrize("n_bytes", [1000, 8 << 20, (8 << 20) + 1, 30 << 20])
def test_texts_that_repeat_themselves_are_read_as_they_were_written(tmp_path, n_bytes):
    path = tmp_path / "a.zip"
    path.write_bytes(seal_archive({"result.json": b" " * n_bytes}))
    assert read_sealed(path)["result.json"] == b" " * n_bytes
    # Small ones are not padded, and no padding is more than what it lets through needs.
    assert path.stat().st_size < max(10_000, n_bytes / 15)


CONSTANT = np.full((140_000, 62), 1 / 62, np.float32)


def test_scores_that_are_all_the_same_are_read_as_they_were_written(tmp_path):
    labels = np.zeros(len(CONSTANT), np.int64)
    arrays = KeptArrays(tmp_path)
    arrays.write_scores(Predictions(labels, labels, probabilities=CONSTANT))
    digest = scores_digest(Predictions(labels, labels, probabilities=CONSTANT))
    read = arrays.with_scores(Predictions(labels, labels, scores_digest=digest))
    np.testing.assert_array_equal(read.probabilities, CONSTANT)
    (file,) = (tmp_path / "scores").iterdir()
    assert file.stat().st_size < CONSTANT.nbytes / 50
    # One that cannot be read, as a version without padding wrote it, is replaced.
    file.write_bytes(_bomb("probabilities.npy", npy(CONSTANT)))
    with pytest.raises(StoreError, match="far more than a file of this kind holds; remove it to read the predictions"):
        arrays.with_scores(Predictions(labels, labels, scores_digest=digest))
    arrays.write_scores(Predictions(labels, labels, probabilities=CONSTANT))
    assert arrays.with_scores(Predictions(labels, labels, scores_digest=digest)).probabilities.shape == CONSTANT.shape


def test_blank_images_are_read_as_they_were_written(tmp_path):
    images = np.full((34, 1024, 1024), 255, np.uint8)
    arrays = KeptArrays(tmp_path)
    arrays.write_images("0" * 64, images)
    np.testing.assert_array_equal(arrays.read_images("0" * 64), images)
    (tmp_path / "gallery").mkdir()
    (tmp_path / arrays.gallery_name("0" * 64)).write_bytes(arrays.encode_gallery(np.arange(34), images))
    assert list(arrays.read_gallery("0" * 64)) == list(range(34))
