"""One picture file as an array of grey values."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from hdr_bench.datasets.paths import regular_size
from hdr_bench.exceptions import DatasetError
from hdr_bench.files import describe_file_error

EXTENSIONS = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".bmp", ".dib", ".tif", ".tiff", ".gif", ".webp"}
    | {".pgm", ".pbm", ".ppm", ".pnm", ".tga"}
)
# What Pillow reads of these, whatever the ending; others are not tried, since Pillow runs Ghostscript on PostScript.
FORMATS = ("PNG", "JPEG", "MPO", "BMP", "DIB", "TIFF", "GIF", "WEBP", "PPM", "TGA", "AVIF", "JPEG2000")
# Pillow warns from this number of pixels on that a small file may fill the memory; no picture of a digit is so large.
MOST_PIXELS = 89_478_485
_AGAIN = "copy it again, save it as PNG, or remove it"
_LARGEST_EXACT_IN_FLOAT32 = 2**24
# Of grey values, from dark to light.
_LIGHT = 128
# Share of the opaque pixels of a transparent picture up to which dark ones are the soft edges of light ink.
_EDGES = 0.01
# By how much the edge of such ink is darker than what is inside it. Of 1,000 images of mnist-5k, saved with a ground of
# one colour that is transparent, 997 are seen as they were; as dark ink on white, or on a card with corners that are
# transparent, all are.
_EDGE_CONTRAST = 40


@dataclass(frozen=True, eq=False)
class Picture:
    """What a picture file holds.

    Attributes
    ----------
    values : ndarray of shape (height, width)
        Grey values: uint8, or uint16 and float32 if the file is deeper.
    n_pictures : int
        Pictures in the file, of which the first was taken; more than one only in the JPEG files of phones.
    """

    values: NDArray[np.generic]
    n_pictures: int = 1


def load_picture(path: Path, resize: tuple[int, int] | None) -> Picture:
    """Read a picture file as grey values.

    The picture is turned as its EXIF orientation says. Colour becomes luma (ITU-R 601), a palette is looked up, and
    what is transparent becomes paper that contrasts with the ink (`lay_on_paper`). With `resize`, height and width are
    brought to it by bilinear interpolation over the area that each new pixel covers.

    Parameters
    ----------
    path : Path
    resize : tuple of int or None
        Height and width.

    Returns
    -------
    picture : Picture

    Raises
    ------
    DatasetError
        If the file is not a picture, is damaged, is too large, holds several frames, or would lose depth.
    """
    try:
        regular_size(path)
        with path.open("rb") as file:
            return decode_picture(path, file, resize)
    except PermissionError as error:
        raise DatasetError(f"{path}: no permission to read this file; change its mode, or remove it") from error
    except OSError as error:
        raise DatasetError(f"{path}: not a readable picture: {describe_file_error(error)}; {_AGAIN}") from error


def decode_picture(path: Path, file: IO[bytes], resize: tuple[int, int] | None) -> Picture:
    """Read the content of a picture file as grey values; see `load_picture`.

    Parameters
    ----------
    path : Path
        What errors call it.
    file : file object
        Open for reading.
    resize : tuple of int or None
        Height and width.

    Returns
    -------
    picture : Picture

    Raises
    ------
    DatasetError
        If it is not a picture, is damaged, is too large, holds several frames, or would lose depth.
    """
    try:
        # Through an open file: given a path, Pillow 12 and 13 map an uncompressed TIFF that is to be turned wrongly.
        with _refuse_bombs(), Image.open(file, formats=_known_formats()) as picture:
            _check_size(path, picture)
            n_pictures = _count_pictures(path, picture)
            _check_depth(path, picture)
            picture.load()
            turned = ImageOps.exif_transpose(picture)
            return Picture(_resize(_to_grey(path, turned), resize), n_pictures)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DatasetError(
            f"{path}: the picture is too large: {error}; pictures of up to {MOST_PIXELS:,} pixels are read, "
            "reduce it or remove it"
        ) from error
    except (DatasetError, MemoryError, PermissionError):
        raise
    except Exception as error:  # on damaged files Pillow's decoders raise whatever comes
        raise DatasetError(f"{path}: not a readable picture: {_without_address(error)}; {_AGAIN}") from error


@contextmanager
def _refuse_bombs() -> Iterator[None]:
    with catch_warnings():
        # Of metadata that are damaged, e.g. a camera's; the pixels are what counts.
        simplefilter("ignore", UserWarning)
        simplefilter("error", Image.DecompressionBombWarning)
        yield


@cache
def _known_formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _without_address(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its content is in no picture format that is read"
    return describe_file_error(error)


def _check_size(path: Path, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise DatasetError(
            f"{path}: the picture is too large: {height}x{width} pixels; pictures of up to {MOST_PIXELS:,} pixels are "
            "read, reduce it or remove it"
        )


def _count_pictures(path: Path, picture: Image.Image) -> int:
    frames = getattr(picture, "n_frames", 1)
    # A phone puts a preview or a depth map behind the photograph.
    if frames > 1 and picture.format != "MPO":
        raise DatasetError(
            f"{path}: the file holds {frames} frames; one picture per file is needed: save each as its own file"
        )
    return frames


def _check_depth(path: Path, picture: Image.Image) -> None:
    """Refuse what Pillow would cut to 8 bits on loading: colour, or grey with alpha, of 16 bits a channel."""
    raw_modes = " ".join(str(tile[3]) for tile in getattr(picture, "tile", []))
    if ";16" in raw_modes and not picture.mode.startswith("I"):
        raise DatasetError(f"{path}: 16 bits a channel with colour or alpha; save it as 16-bit grey, or with 8 bits")


def _to_grey(path: Path, picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _to_deep_grey(path, picture)
    if picture.has_transparency_data:
        return lay_on_paper(picture.convert("RGBA"))
    if picture.mode == "LAB":
        return _lab_as_rgb(picture).convert("L")
    return picture.convert("RGB").convert("L") if picture.mode == "P" else picture.convert("L")


def _lab_as_rgb(picture: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(lab, rgb, "LAB", "RGB")
    converted = ImageCms.applyTransform(picture, transform)
    if converted is None:
        raise ValueError("its LAB colours cannot be converted")
    return converted


def _to_deep_grey(path: Path, picture: Image.Image) -> Image.Image:
    values = np.asarray(picture)
    if picture.mode == "F" and not np.isfinite(values).all():
        raise DatasetError(f"{path}: some of its pixels are NaN or infinity; repair it, or remove it")
    largest = max(int(values.max(initial=0)), -int(values.min(initial=0))) if picture.mode != "F" else 0
    if largest >= _LARGEST_EXACT_IN_FLOAT32:
        raise DatasetError(f"{path}: pixels beyond 24 bits would be rounded; save it as 16-bit grey or as float32")
    is_16_bit = picture.mode != "F" and values.min(initial=0) >= 0 and values.max(initial=0) < 2**16
    # Pillow resizes 32-bit floats exactly, and 16-bit integers not at all; `_resize` rounds the latter back.
    floats = Image.fromarray(values.astype(np.float32))
    floats.info["is_16_bit"] = is_16_bit
    return floats


def _resize(picture: Image.Image, resize: tuple[int, int] | None) -> NDArray[np.generic]:
    is_16_bit = picture.info.get("is_16_bit", False)
    if resize is not None:
        height, width = resize
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    values = np.array(picture)
    return np.rint(values).astype(np.uint16) if is_16_bit else values


def lay_on_paper(picture: Image.Image) -> Image.Image:
    """Lay a picture with transparency on white or black paper, and return it as grey values.

    Ink that is all light lies on black, so that it is seen: a white digit on a transparent ground. All else lies on
    white, as viewers show it: dark ink, and pictures that have light and dark of their own. A picture without any
    opaque pixel becomes white.

    Parameters
    ----------
    picture : Image
        In mode RGBA.

    Returns
    -------
    grey : Image
        In mode L.
    """
    paper = Image.new("RGBA", picture.size, "black" if needs_black_paper(picture) else "white")
    return Image.alpha_composite(paper, picture).convert("L")


def needs_black_paper(picture: Image.Image) -> bool:
    """Return whether a picture's ink is all light, so that it is seen on black paper alone.

    Parameters
    ----------
    picture : Image
        In mode RGBA.

    Returns
    -------
    needs_black : bool
    """
    luma = np.asarray(picture.convert("RGB").convert("L"))
    opacity = np.asarray(picture.getchannel("A"))
    if not opacity.any() or opacity.min() == opacity.max():
        return False
    if int(opacity[luma < _LIGHT].sum(dtype=np.int64)) <= _EDGES * int(opacity.sum(dtype=np.int64)):
        return True
    # Where one colour of a format is the transparent one, soft edges of light ink on black stay, and are dark.
    inner = np.asarray(picture.getchannel("A").filter(ImageFilter.MinFilter(3))) > 0
    edge = (opacity > 0) & ~inner
    if not (inner.any() and edge.any()):
        return False
    light = float(luma[inner].mean())
    return light >= _LIGHT and light - float(luma[edge].mean()) >= _EDGE_CONTRAST
