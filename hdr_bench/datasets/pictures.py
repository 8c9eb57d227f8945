"""One picture file as an array of grey values."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hdr_bench.exceptions import DatasetError

EXTENSIONS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif"})
_LARGEST_EXACT_IN_FLOAT32 = 2**24


def read_picture(path: Path, resize: tuple[int, int] | None) -> NDArray[np.generic]:
    """Read a picture as grey values: shape (height, width); uint8, or uint16 and float32 where it is deeper.

    Colour becomes luma (ITU-R 601), transparency is laid on white, a palette is looked up. With `resize`, height
    and width are brought to it by bilinear interpolation over the area that each new pixel covers.

    Raises
    ------
    DatasetError
        If the file is no picture, is damaged, holds several frames, or would lose depth.
    """
    try:
        with Image.open(path) as picture:
            _check_frames(path, picture)
            _check_depth(path, picture)
            picture.load()
            return _resized(_grey(path, picture), resize)
    except PermissionError as error:
        raise DatasetError(f"{path}: no permission to read this file") from error
    except DatasetError:
        raise
    except Exception as error:  # on damaged files Pillow's decoders raise whatever comes
        raise DatasetError(f"{path}: not a readable picture: {error}") from error


def _check_frames(path: Path, picture: Image.Image) -> None:
    frames = getattr(picture, "n_frames", 1)
    if frames > 1:
        raise DatasetError(f"{path}: the file holds {frames} frames; one picture a file is needed")


def _check_depth(path: Path, picture: Image.Image) -> None:
    """Refuse what Pillow would cut to 8 bits on loading: colour, or grey with alpha, of 16 bits a channel."""
    raw_modes = " ".join(str(tile[3]) for tile in getattr(picture, "tile", []))
    if ";16" in raw_modes and not picture.mode.startswith("I"):
        raise DatasetError(f"{path}: 16 bits a channel with colour or alpha; save it as 16-bit grey, or with 8 bits")


def _grey(path: Path, picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _deep(path, picture)
    if picture.has_transparency_data:
        drawn = picture.convert("RGBA")
        paper = Image.new("RGBA", drawn.size, "white")
        return Image.alpha_composite(paper, drawn).convert("L")
    return picture.convert("RGB").convert("L") if picture.mode == "P" else picture.convert("L")


def _deep(path: Path, picture: Image.Image) -> Image.Image:
    values = np.asarray(picture)
    if np.abs(values.astype(np.float64)).max(initial=0) >= _LARGEST_EXACT_IN_FLOAT32 and picture.mode != "F":
        raise DatasetError(f"{path}: pixels beyond 24 bits would be rounded; save it as 16-bit grey or as float32")
    is_16_bit = picture.mode != "F" and values.min(initial=0) >= 0 and values.max(initial=0) < 2**16
    # Pillow resizes 32-bit floats exactly, and 16-bit integers not at all; `_resized` rounds the latter back.
    floats = Image.fromarray(values.astype(np.float32))
    floats.info["is_16_bit"] = is_16_bit
    return floats


def _resized(picture: Image.Image, resize: tuple[int, int] | None) -> NDArray[np.generic]:
    is_16_bit = picture.info.get("is_16_bit", False)
    if resize is not None:
        height, width = resize
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    values = np.array(picture)
    return np.rint(values).astype(np.uint16) if is_16_bit else values
