"""Reading a picture file as an array of grey values."""

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
# Formats that Pillow may read, whatever the extension; no others, since Pillow runs Ghostscript on PostScript.
FORMATS = ("PNG", "JPEG", "MPO", "BMP", "DIB", "TIFF", "GIF", "WEBP", "PPM", "TGA", "AVIF", "JPEG2000")
# Above this number of pixels, Pillow warns that a small file may fill the memory; no picture of a digit is so large.
MOST_PIXELS = 89_478_485
_AGAIN = "copy it again, save it as PNG, or remove it"
_LARGEST_EXACT_IN_FLOAT32 = 2**24
# Grey values from this one on are light.
_LIGHT = 128
# Up to this share of a transparent picture's opaque pixels, dark pixels count as soft edges of light ink.
_EDGES = 0.01
# How much darker the edge of such ink is than its inside. Of 1,000 images of mnist-5k, saved with a background of a
# single transparent colour, 997 are read correctly; as dark ink on white, or on a card with transparent corners, all
# are.
_EDGE_CONTRAST = 40


@dataclass(frozen=True, eq=False)
class Picture:
    """Content of a picture file.

    Attributes
    ----------
    values : ndarray of shape (height, width)
        Grey values: uint8, or uint16 and float32 if the file is deeper.
    n_pictures : int
        Pictures in the file, of which the first is used; more than one only in JPEG files from phones.
    """

    values: NDArray[np.generic]
    n_pictures: int = 1


def load_picture(path: Path, resize: tuple[int, int] | None) -> Picture:
    """Read a picture file as grey values.

    The picture is rotated according to its EXIF orientation. Colour becomes luma (ITU-R 601), palettes are resolved,
    and transparency becomes paper that contrasts with the ink (`lay_on_paper`). With `resize`, the picture is resized
    by bilinear interpolation over the area that each new pixel covers.

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
    # Through an open file: given a path, Pillow 12 and 13 wrongly map an uncompressed TIFF that has to be rotated.
    with name_picture_errors(path), Image.open(file, formats=_known_formats()) as picture:
        _check_size(path, picture)
        n_pictures = _count_pictures(path, picture)
        _check_depth(path, picture)
        picture.load()
        turned = ImageOps.exif_transpose(picture)
        return Picture(_resize(_to_grey(path, turned), resize), n_pictures)


@contextmanager
def name_picture_errors(path: Path) -> Iterator[None]:
    """Report errors of Pillow as errors of the data, with the name of the file.

    Parameters
    ----------
    path : Path
        What errors call the picture that is read meanwhile.

    Yields
    ------
    None

    Raises
    ------
    DatasetError
        If the picture is damaged or too large.
    """
    try:
        with _refuse_bombs():
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DatasetError(
            f"{path}: the picture is too large: {error}; at most {MOST_PIXELS:,} pixels are allowed: reduce or remove "
            "it"
        ) from error
    except (DatasetError, MemoryError, PermissionError):
        raise
    except Exception as error:  # damaged files make Pillow's decoders raise errors of many kinds
        raise DatasetError(f"{path}: not a readable picture: {_without_address(error)}; {_AGAIN}") from error


@contextmanager
def _refuse_bombs() -> Iterator[None]:
    with catch_warnings():
        # Warnings about damaged metadata, e.g. from a camera; only the pixels matter.
        simplefilter("ignore", UserWarning)
        simplefilter("error", Image.DecompressionBombWarning)
        yield


@cache
def _known_formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _without_address(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its content is not in a supported picture format"
    return describe_file_error(error)


def _check_size(path: Path, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise DatasetError(
            f"{path}: the picture is too large: {height}x{width} pixels; at most {MOST_PIXELS:,} pixels are allowed: "
            "reduce or remove it"
        )


def _count_pictures(path: Path, picture: Image.Image) -> int:
    frames = getattr(picture, "n_frames", 1)
    # Phones append a preview or a depth map to the photograph.
    if frames > 1 and picture.format != "MPO":
        raise DatasetError(
            f"{path}: the file holds {frames} frames, but one picture per file is needed: save each as its own file"
        )
    return frames


def _check_depth(path: Path, picture: Image.Image) -> None:
    """Reject what Pillow would reduce to 8 bits on loading: colour, or grey with alpha, of 16 bits per channel."""
    raw_modes = " ".join(str(tile[3]) for tile in getattr(picture, "tile", []))
    if ";16" in raw_modes and not picture.mode.startswith("I"):
        raise DatasetError(
            f"{path}: 16 bits per channel with colour or alpha; save it as 16-bit grey, or with 8 bits per channel"
        )


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
    # Pillow resizes 32-bit floats exactly, but not 16-bit integers; `_resize` rounds back to those.
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
    """Composite a picture with transparency on white or black paper, and return it as grey values.

    Ink that is entirely light, such as a white digit on a transparent background, is put on black so that it is
    visible. Everything else is put on white, as viewers show it: dark ink, and pictures with both light and dark. A
    picture without any opaque pixel becomes white.

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
    """Return whether a picture's ink is entirely light, so that it is visible only on black paper.

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
    # In formats with a single transparent colour, the soft edges of light ink on black remain, and are dark.
    inner = np.asarray(picture.getchannel("A").filter(ImageFilter.MinFilter(3))) > 0
    edge = (opacity > 0) & ~inner
    if not (inner.any() and edge.any()):
        return False
    light = float(luma[inner].mean())
    return light >= _LIGHT and light - float(luma[edge].mean()) >= _EDGE_CONTRAST
