"""Small right data in every form that is read, and what spoils them."""

import gzip
import io
import random
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.storm import damage

_BOMB_BYTES = 300_000_000
_IMAGES, _SIDE = 60, 8
Spoil = Callable[[Path, random.Random], None]


def _pixels() -> tuple["np.ndarray", "np.ndarray"]:
    images = (np.arange(_IMAGES * _SIDE * _SIDE) * 37 % 251).astype(np.uint8).reshape(_IMAGES, _SIDE, _SIDE)
    return images, (np.arange(_IMAGES) % 10).astype(np.uint8)


def _write_idx(folder: Path) -> Path:
    images, labels = _pixels()
    for part, count in (("train", _IMAGES), ("t10k", 20)):
        header = struct.pack(">IIII", 0x0803, count, _SIDE, _SIDE)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(header + images[:count].tobytes())
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x0801, count) + labels[:count].tobytes())
    return folder


def _write_compressed_idx(folder: Path) -> Path:
    _write_idx(folder)
    for path in sorted(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    return folder


def _write_npz(folder: Path) -> Path:
    images, labels = _pixels()
    np.savez(folder / "data.npz", x_train=images, y_train=labels, x_test=images[:20], y_test=labels[:20])
    return folder / "data.npz"


def _write_pictures(folder: Path) -> Path:
    images, labels = _pixels()
    for number, (image, label) in enumerate(zip(images[:30], labels[:30], strict=True)):
        place = folder / str(label)
        place.mkdir(exist_ok=True)
        Image.fromarray(image).save(place / f"{number}.png")
    return folder


def _declare(*sizes: int) -> Spoil:
    """Return what makes an IDX file declare other sizes than it has."""

    def spoil(path: Path, _rng: random.Random) -> None:
        content = path.read_bytes()
        is_compressed = path.suffix == ".gz"
        plain = gzip.decompress(content) if is_compressed else content
        header = plain[:4] + struct.pack(f">{len(sizes)}I", *sizes)
        spoilt = header + plain[len(header) :]
        path.write_bytes(gzip.compress(spoilt) if is_compressed else spoilt)

    return spoil


def _bomb(path: Path, _rng: random.Random) -> None:
    """Put in place what decompresses to far more than it should."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(struct.pack(">IIII", 0x0803, _IMAGES, _SIDE, _SIDE))
        for _ in range(_BOMB_BYTES // 1_000_000):
            file.write(bytes(1_000_000))


def _without_end(path: Path, rng: random.Random) -> None:
    path.write_bytes(gzip.compress(rng.randbytes(5000))[:-20])


def _save(**arrays: object) -> Spoil:
    def spoil(path: Path, _rng: random.Random) -> None:
        images, labels = _pixels()
        whole = {"x_train": images, "y_train": labels, "x_test": images[:20], "y_test": labels[:20]}
        np.savez(path, **{**whole, **arrays})  # type: ignore[arg-type]  # arrays, and what is none

    return spoil


def _header(text: str) -> Spoil:
    """Return what gives an array in an archive another header."""

    def spoil(path: Path, _rng: random.Random) -> None:
        padded = text.encode().ljust(117) + b"\n"
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded + bytes(100)
        with zipfile.ZipFile(path, "w") as archive:
            for name in ("x_train", "y_train", "x_test", "y_test"):
                archive.writestr(f"{name}.npy", content)

    return spoil


def _picture(make: Callable[[], bytes]) -> Spoil:
    def spoil(path: Path, _rng: random.Random) -> None:
        path.write_bytes(make())

    return spoil


def _large_picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (30_000, 6000)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _odd_name(path: Path, rng: random.Random) -> None:
    shutil.copy(path, path.with_name(rng.choice(("\udcff.png", "-.png", "new\nline.png", "x" * 240 + ".png", ".png"))))


def _another_folder(path: Path, rng: random.Random) -> None:
    place = path.parent.parent / rng.choice(("\udcff", "zero", "11", " 5", "5 ", "\u202e", "=1+1"))
    place.mkdir(exist_ok=True)
    shutil.copy(path, place / path.name)


def _write_kind(path: Path, rng: random.Random) -> None:
    """Let an IDX file say that its values are of another kind."""
    content = bytearray(path.read_bytes())
    content[2] = rng.choice((0x00, 0x09, 0x0B, 0x0C, 0x0D, 0x0E, 0xFF))
    path.write_bytes(bytes(content))


_OBJECTS = np.array([{"a": 1}] * _IMAGES, dtype=object)
_OF_IDX: dict[str, Spoil] = {
    **damage.OF_FILES,
    "terabytes": _declare(2**32 - 1, 2**32 - 1, 2**32 - 1),
    "no images": _declare(0, _SIDE, _SIDE),
    "no pixels": _declare(_IMAGES, 0, 0),
    "fewer": _declare(7),
    "more": _declare(61),
    "another kind": _write_kind,
}
SPOILS: dict[str, dict[str, Spoil]] = {
    "IDX": _OF_IDX,
    "compressed IDX": {**_OF_IDX, "bomb": _bomb, "without end": _without_end},
    "npz": {
        **damage.OF_FILES,
        "objects": _save(x_train=_OBJECTS),
        "labels of text": _save(y_train=np.array(list("abcdef" * 10))),
        "labels of nothing": _save(y_train=np.array([])),
        "labels that are no numbers": _save(y_train=np.full(_IMAGES, np.nan)),
        "images of nothing": _save(x_train=np.zeros((0, 8, 8))),
        "infinite images": _save(x_train=np.full((_IMAGES, 8, 8), np.inf)),
        "complex images": _save(x_train=np.zeros((_IMAGES, 8, 8), complex)),
        "one number": _save(x_train=np.array(5)),
        "many dimensions": _save(x_train=np.zeros((_IMAGES, 1, 1, 1, 1, 8, 8))),
        "dates": _save(y_train=np.zeros(_IMAGES, "M8[s]")),
        "huge labels": _save(y_train=np.full(_IMAGES, 2**62)),
        "negative labels": _save(y_train=np.full(_IMAGES, -5)),
        "terabytes": _header("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 1000, 1000)}"),
        "code in the header": _header(
            "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (1,)}"
        ),
        "deep header": _header("(" * 100),
        "negative shape": _header("{'descr': '|u1', 'fortran_order': False, 'shape': (-5,)}"),
    },
    "pictures": {
        **damage.OF_FILES,
        "large picture": _picture(_large_picture),
        "text": _picture(lambda: b"<svg></svg>"),
        "odd name": _odd_name,
        "another folder": _another_folder,
    },
}
SOURCES: dict[str, Callable[[Path], Path]] = {
    "IDX": _write_idx,
    "compressed IDX": _write_compressed_idx,
    "npz": _write_npz,
    "pictures": _write_pictures,
}
