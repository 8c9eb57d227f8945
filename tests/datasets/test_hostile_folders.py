"""Folders with what no folder of pictures should hold, and pictures that no one drew."""

import os
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from hdr_bench.datasets import Part, load_dataset, make_dataset, memory_room
from hdr_bench.datasets.pictures import load_picture
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning

MEGABYTE = 1 << 20


@pytest.fixture
def folder(tmp_path, data_home):
    """A folder of two classes of ten pictures each."""
    random = np.random.default_rng(0)
    for number in range(20):
        path = tmp_path / "pictures" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        light_on_dark = np.pad(random.integers(99, 200, (4, 4), np.uint8), 1)
        Image.fromarray(light_on_dark).save(path)
    return tmp_path / "pictures"


def _load(folder):
    with np.errstate(all="raise"):
        return load_dataset(f"folder:{folder}")


def test_pipes_sockets_and_devices(folder):
    os.mkfifo(folder / "a" / "pipe.png")
    (folder / "b" / "zero.png").symlink_to("/dev/zero")
    with pytest.raises(
        DatasetError,
        match=r"it holds a named pipe or the like, neither file nor folder: a/pipe\.png, b/zero\.png",
    ):
        _load(folder)


def test_links_in_circles(folder):
    (folder / "a" / "loop.png").symlink_to("loop.png")
    (folder / "c").symlink_to("c")
    with pytest.raises(DatasetError, match=r"2 broken links: c, a/loop\.png"):
        _load(folder)
    with pytest.raises((DatasetError, DatasetNotFoundError), match="there is no such folder|symbolic links"):
        _load(folder / "c")
    (folder / "a" / "loop.png").unlink()
    (folder / "c").unlink()
    (folder / "a" / "in").symlink_to(folder)
    with pytest.raises(DatasetError, match="a/in: a link to a folder that contains it"):
        _load(folder)


def test_links_that_make_billions_of_paths(folder):
    """Two links to the next folder in each of thirty: a billion paths to the last one."""
    for level in range(30):
        (folder.parent / f"level{level}").mkdir()
        for name in "xy":
            (folder.parent / f"level{level}" / name).symlink_to(folder.parent / f"level{level + 1}")
    (folder.parent / "level30").mkdir()
    with pytest.raises(DatasetError, match="links lead to this folder in more than 100 ways"):
        _load(folder.parent / "level0")


def test_many_folders_within_each_other(folder):
    folder.joinpath("a", *["x"] * 60).mkdir(parents=True)
    with pytest.raises(DatasetError, match="more than 50 nested folders; give one closer"):
        _load(folder)


def test_names_that_are_not_utf_8(folder):
    (folder / "a" / "0.png").rename(folder / "a" / "\udcff\udcfe.png")
    assert len(_load(folder).train) == 16
    (folder / "b" / "notes\udcff.xyz").write_bytes(b"?")
    with pytest.warns(DatasetWarning, match=r"1 file left out, .*: b/notes\\xff\.xyz"):
        _load(folder)
    (folder / "b" / "bad\udcff.png").write_bytes(b"?")
    with pytest.raises(DatasetError, match=r"bad\\xff\.png: not a readable picture"):
        _load(folder)
    (folder / "b" / "bad\udcff.png").unlink()
    (folder / "a").rename(folder / "\udcff")
    with pytest.raises(DatasetError, match=r"the class name '\\xff' has the byte 0xff, which is not UTF-8: .*rename"):
        _load(folder)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "a\x00", "\u202eb"])
def test_class_names_that_cannot_be_shown(folder, name):
    images, labels = np.arange(36, dtype=np.uint8).reshape(4, 3, 3), np.array([0, 1, 0, 1])
    with pytest.raises(DatasetError, match="own: the class name .* has the character U"):
        make_dataset("own", Part(images, labels), Part(images + 1, labels), ["a", name])
    if "\x00" not in name:
        (folder / "a").rename(folder / name)
        with pytest.raises(DatasetError, match="the class name .* has the character U"):
            _load(folder)


@pytest.mark.parametrize(
    ("images", "labels", "names", "fault"),
    [
        ([[[1]]], np.array([0]), "ab", "images must be a NumPy array, got list"),
        (np.zeros((2, 3, 3)), [0, 1], "ab", "labels must be a NumPy array, got list"),
        (np.zeros((2, 3, 3)), np.array(["a", "b"]), "ab", "must be one integer per image"),
        (np.zeros((2, 3, 3)), np.array([[0], [1]]), "ab", "must be one integer per image"),
        (np.zeros((2, 3, 3)), np.array([0, 1]), ["a", 1], "the class name 1 must be a string, got int"),
        (np.zeros((2, 3, 3)), np.array([0, 1]), ["a", "b" * 300], "has 300 characters; at most 255 are allowed"),
    ],
)
def test_arrays_that_are_no_data_set(images, labels, names, fault):
    with pytest.raises(DatasetError, match=fault):
        make_dataset("own", Part(images, labels), Part(images, labels), names)


def test_hidden_files_long_names_and_many_classes(folder):
    (folder / "a" / ".hidden.png").write_bytes(b"no picture")
    (folder / "a" / "0.png").rename(folder / "a" / ("n" * 251 + ".png"))
    assert len(_load(folder).train) == 16
    for number in range(1500):
        (folder / f"{number}").mkdir()
        (folder / f"{number}" / "1.png").hardlink_to(folder / "b" / "1.png")
    with pytest.raises(
        DatasetError, match=r"1,500 of 1,502 classes have only one image \('0', '1', '10', '100', '1000', \.\.\.\)"
    ):
        _load(folder)


def _png(width, height, rows=b"", depth=8, colour=0, **chunks):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    others = b"".join(chunk(name.encode(), body) for name, body in chunks.items())
    data = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + others + data


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (_png(2**31 - 1, 2**31 - 1), "too large"),
        (_png(60_000, 60_000), "too large"),
        (_png(2**31 - 1, 1), "too large"),
        (_png(0, 6), "not a readable picture"),
        (_png(6, 6, bytes(20)), "not a readable picture"),
        (_png(6, 6, bytes(42), tRNS=b""), "not a readable picture|"),
        (b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + bytes(20), "too large|not a readable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 6 6\n%%EndComments\n", "not in a supported picture format"),
        (b"P5 1000000000 1000000000 255\n", "too large"),
        (b"", "not in a supported picture format"),
    ],
)
def test_pictures_that_declare_more_than_they_hold_are_refused_cheaply(tmp_path, content, fault):
    _check_cheap_refusal(tmp_path / "a.png", content, fault)


def test_a_picture_with_a_text_that_expands_is_refused_cheaply(tmp_path):
    bomb = _png(6, 6, zTXt=b"x\0\0" + zlib.compress(bytes(80 * MEGABYTE)))
    _check_cheap_refusal(tmp_path / "a.png", bomb, "not a readable picture")


def _check_cheap_refusal(path, content, fault):
    path.write_bytes(content)
    load_dataset("digits-8x8")
    tracemalloc.start()
    with pytest.raises(DatasetError, match=rf"{path}: .*({fault})"):
        load_picture(path, None)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 8 * MEGABYTE


def test_pictures_that_do_not_fit_into_the_memory_together(folder, monkeypatch):
    monkeypatch.setattr(memory_room, "free_memory", lambda: 600)
    with pytest.raises(DatasetError, match=f"{folder}: it declares .* use fewer or smaller images"):
        _load(folder)
