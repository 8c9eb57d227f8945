"""A zip archive is read as the folder in it; what would leave it, or fill the disk, is refused."""

import io
import stat
import zipfile
from pathlib import Path
from warnings import catch_warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.idx import write_idx
from hdr_bench.datasets.source import ReadOptions
from hdr_bench.datasets.zip_files import read_zip
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


@pytest.fixture(scope="module")
def digits():
    part = load_dataset("digits-8x8").train
    order = np.concatenate([np.flatnonzero(part.labels == label)[:20] for label in range(10)])
    return part.images[order] * 15, part.labels[order]


@pytest.fixture
def folder(tmp_path, digits):
    """A folder of pictures, one folder per class."""
    root = tmp_path / "pictures"
    for index, (image, label) in enumerate(zip(*digits, strict=True)):
        (root / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(root / str(label) / f"{index}.png")
    return root


def pack(path, root, *, below="", method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for file in sorted(root.rglob("*")):
            archive.write(file, Path(below) / file.relative_to(root))
    return path


@pytest.mark.parametrize("below", ["", "digits", "a/b/digits"])
@pytest.mark.parametrize("scheme", ["zip", "folder"])
def test_pictures_at_any_depth(tmp_path, data_home, folder, below, scheme):
    file = pack(tmp_path / "digits.zip", folder, below=below)
    packed, plain = load_dataset(f"{scheme}:{file}"), load_dataset(f"folder:{folder}")
    assert packed.fingerprint == plain.fingerprint
    assert packed.notes[0] == "read from a zip archive" + (f": {below} inside it" if below else "")
    assert add_dataset("own", file, resize=(4, 4)).image_shape == (4, 4)


def test_parts_and_what_systems_leave_in_archives(tmp_path, data_home, folder):
    (tmp_path / "parts" / "__MACOSX").mkdir(parents=True)
    (tmp_path / "parts" / "__MACOSX" / "._0.png").write_bytes(b"?")
    (tmp_path / "parts" / "README.txt").write_text("Digits.")
    for part in ("train", "test"):
        (tmp_path / "parts" / part).symlink_to(folder)
    file = tmp_path / "digits.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in (tmp_path / "parts").rglob("*"):
            archive.write(path, path.relative_to(tmp_path / "parts"))
        for part in ("train", "test"):
            for path in folder.rglob("*.png"):
                archive.write(path, Path(part) / path.relative_to(folder))
    with catch_warnings(action="ignore"):
        dataset = load_dataset(f"zip:{file}")
    assert len(dataset.train) == len(dataset.test) == 200


def test_files_of_other_kinds(tmp_path, data_home, digits):
    images, labels = digits
    (tmp_path / "idx").mkdir()
    write_idx(tmp_path / "idx" / "train-images-idx3-ubyte", images)
    write_idx(tmp_path / "idx" / "train-labels-idx1-ubyte", labels.astype(np.uint8))
    expected = load_dataset(f"idx:{tmp_path / 'idx'}").fingerprint
    assert load_dataset(f"zip:{pack(tmp_path / 'idx.zip', tmp_path / 'idx', below='raw')}").fingerprint == expected
    (tmp_path / "tables").mkdir()
    rows = np.column_stack([labels, images.reshape(len(images), -1)])
    for name, part in (("mnist_train.csv", rows[::2]), ("mnist_test.csv", rows[1::2])):
        np.savetxt(tmp_path / "tables" / name, part, "%d", ",")
    file = pack(tmp_path / "archive.zip", tmp_path / "tables")
    assert load_dataset(f"zip:{file}").fingerprint == load_dataset(f"csv:{tmp_path / 'tables'}").fingerprint
    assert load_dataset(f"csv:{file}").fingerprint == load_dataset(f"zip:{file}").fingerprint
    (tmp_path / "tables" / "mnist_test.csv").unlink()
    file = pack(tmp_path / "train.csv.zip", tmp_path / "tables")
    assert len(load_dataset(f"csv:{file}").train) == 80
    with pytest.raises(DatasetError, match="resize is only for pictures in files, but .* holds a CSV file"):
        load_dataset(f"zip:{file}", resize=(4, 4))


def test_errors_name_the_place_in_the_archive(tmp_path, data_home, folder):
    (folder / "3" / "bad.png").write_bytes(b"no picture")
    file = pack(tmp_path / "digits.zip", folder)
    with pytest.raises(DatasetError, match="not a readable picture") as caught:
        load_dataset(f"zip:{file}")
    assert str(caught.value).startswith(f"{file}/3/bad.png: ")


def _one(name, content=b"x", mode=0, flags=0):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    entry.flag_bits |= flags
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _encrypted():
    content = bytearray(_one("0/1.png"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (_one("../outside.png"), "names a file outside itself, ../outside.png"),
        (_one("/outside.png"), "names a file outside itself"),
        (_one("a/../../outside.png"), "names a file outside itself"),
        (_one("C:\\outside.png"), "names a file outside itself"),
        (_one("..\\outside.png"), "names a file outside itself"),
        (_one("0/link.png", b"/etc/passwd", stat.S_IFLNK | 0o777), "is a link; pack the file itself"),
        (_encrypted(), "it is encrypted"),
        (_one(".hidden"), "it has no files; expected an archive of pictures in folders"),
        (_one("notes.md"), "it has no pictures"),
        (b"PK\x03\x04", "not a readable zip archive"),
        (b"", "not a readable zip archive"),
    ],
)
def test_archives_that_are_refused(tmp_path, data_home, content, fault):
    file = tmp_path / "a.zip"
    file.write_bytes(content)
    with pytest.raises(DatasetError, match=fault) as caught:
        load_dataset(f"zip:{file}")
    assert str(caught.value).startswith(str(file))
    assert not list(tmp_path.rglob("outside*"))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, data_home):
    file = tmp_path / "bomb.zip"
    block = bytes(1 << 20)
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("0/a.bmp", "w") as member,
    ):
        for _ in range(300):
            member.write(block)
    with pytest.raises(DatasetError, match="bytes unpack to 314,572,800, far more than expected of an archive"):
        load_dataset(f"zip:{file}")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("0/a.bmp", b"x")
    with pytest.raises(DatasetError, match="compressed by a method other than DEFLATE"):
        load_dataset(f"zip:{file}")


def test_what_is_not_there_or_no_archive(tmp_path, data_home):
    with pytest.raises(DatasetNotFoundError, match="there is no such file"):
        load_dataset(f"zip:{tmp_path / 'a.zip'}")
    (tmp_path / "a.png").write_bytes(b"?")
    with pytest.raises(DatasetError, match=r"a\.png: not a zip archive"):
        load_dataset(f"zip:{tmp_path / 'a.png'}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory, digits):
    path = tmp_path_factory.mktemp("whole") / "whole.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, (image, label) in enumerate(zip(*digits, strict=True)):
            buffer = io.BytesIO()
            Image.fromarray(image).save(buffer, "BMP")
            archive.writestr(f"{label}/{index}.bmp", buffer.getvalue())
    return path.read_bytes()


@settings(max_examples=60)
@given(st.floats(0, 1), st.integers(0, 60), st.binary(max_size=40))
def test_any_bytes_are_an_archive_or_an_error_of_ours(tmp_path_factory, whole, place, length, piece):
    path = tmp_path_factory.getbasetemp() / "any.zip"
    start = int(place * len(whole))
    path.write_bytes(whole[:start] + piece + whole[start + length :])
    with catch_warnings(action="ignore"):
        try:
            dataset = read_zip("any", path, ReadOptions())
        except DatasetError as error:
            assert "any" in str(error)
        else:
            assert dataset.image_shape == (8, 8)
