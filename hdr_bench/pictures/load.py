"""Loading of picture files and arrays as upright colour pictures."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from hdr_bench.datasets.pictures import FORMATS, needs_black_paper
from hdr_bench.exceptions import MissingDependencyError, PictureError, shown
from hdr_bench.files import check_regular, describe_file_error

MOST_PIXELS = 50_000_000
# Pillow refuses larger pictures, and warns at half of this.
LARGEST_LIMIT = 178_956_970
_HEIC = frozenset({".heic", ".heif"})
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_PDF = b"%PDF"
_AGAIN = "copy it again, or save it as PNG"


@dataclass(frozen=True, eq=False)
class LoadedPicture:
    """Upright colour picture.

    Attributes
    ----------
    color : ndarray of shape (height, width, 3), uint8
    media_type : str
        Media type detected from the content, e.g. ``"image/png"``.
    """

    color: NDArray[np.uint8]
    media_type: str


def load_color(picture: str | Path | NDArray[np.generic], most_pixels: int = MOST_PIXELS) -> NDArray[np.uint8]:
    """Load a picture as upright colours.

    A file is rotated according to its EXIF orientation. Transparent pixels become white paper, or black paper if the
    ink is light. Grey values of more than 8 bits are scaled so that the darkest becomes 0 and the lightest 255.

    Parameters
    ----------
    picture : path or ndarray
        File; or pixels of shape (height, width), (height, width, 3) or (height, width, 4): uint8, bool, other integers,
        or floats from 0 to 1.
    most_pixels : int, default=50_000_000
        Pictures with more pixels are refused.

    Returns
    -------
    color : ndarray of shape (height, width, 3), uint8

    Raises
    ------
    PictureError
        If it is not a picture, is damaged, or is too large.
    MissingDependencyError
        If it is a HEIC file and pillow-heif is not installed.
    """
    if not 1 <= most_pixels <= LARGEST_LIMIT:
        raise PictureError(f"the pixel limit must be from 1 to {LARGEST_LIMIT:,}, got {shown(most_pixels)}")
    if isinstance(picture, np.ndarray):
        return _from_array(picture, most_pixels)
    return _from_file(Path(picture), most_pixels)


def _from_file(path: Path, most_pixels: int) -> NDArray[np.uint8]:
    def read() -> LoadedPicture:
        check_regular(path)
        with path.open("rb") as file:
            return _decode(file, path, most_pixels)

    return _explain(read, path, most_pixels).color


def load_content(content: bytes, name: str, most_pixels: int = MOST_PIXELS) -> LoadedPicture:
    """Load the bytes of a picture file as upright colours, as `load_color` does.

    Parameters
    ----------
    content : bytes
    name : str
        Name used in messages; it is not a path.
    most_pixels : int, default=50_000_000
        Pictures with more pixels are refused.

    Returns
    -------
    picture : LoadedPicture

    Raises
    ------
    PictureError
        If it is not a picture, is damaged, or is too large.
    MissingDependencyError
        If it is HEIC and pillow-heif is not installed.
    """
    # Callers are programs such as the web application, whose users have no command line.
    if content.startswith(_PDF):
        raise PictureError(f"{name}: a PDF is not a picture; save its pages as PNG, or take screenshots of them")
    path = Path(name)
    return _explain(lambda: _decode(BytesIO(content), path, most_pixels), path, most_pixels)


def _decode(file: BinaryIO, path: Path, most_pixels: int) -> LoadedPicture:
    with _quiet():
        start = file.read(16)
        if not start:
            raise PictureError(f"{path}: the file is empty; {_AGAIN}")
        formats = _formats_for(path, start)
        file.seek(0)
        with Image.open(file, formats=formats) as opened:
            _check_size(str(path), opened.size, most_pixels)
            _check_frames(path, opened)
            media_type = Image.MIME.get(opened.format or "", "application/octet-stream")
            opened.load()
            return LoadedPicture(_to_color(ImageOps.exif_transpose(opened)), media_type)


def _explain(read: Callable[[], LoadedPicture], path: Path, most_pixels: int) -> LoadedPicture:
    try:
        return read()
    except (PictureError, MissingDependencyError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise PictureError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise PictureError(f"{path}: this is a folder; give the pictures in it") from error
    except Image.DecompressionBombError as error:
        raise _too_large(str(path), f"more than {LARGEST_LIMIT:,} pixels, the highest limit", most_pixels) from error
    except Exception as error:  # Pillow's decoders may raise anything on damaged files
        raise PictureError(f"{path}: not a readable picture: {_reason(error)}; {_AGAIN}") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Pillow: the size is checked here, and damaged metadata, e.g. from a camera, do not matter."""
    with catch_warnings():
        simplefilter("ignore", UserWarning)
        simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _formats_for(path: Path, start: bytes) -> tuple[str, ...]:
    if start.startswith(_PDF):
        raise PictureError(
            f"{path}: a PDF is not a picture; save its pages as PNG, e.g. with: pdftoppm -r 200 -png "
            f"{shlex.quote(path.name)} page"
        )
    Image.init()
    if path.suffix.lower() in _HEIC or (start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS):
        return (_register_heic(path),)
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _register_heic(path: Path) -> str:
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise MissingDependencyError(
            f"{path}: HEIC pictures need pillow-heif, which is not installed; run: pip install 'hdr-bench[heic]', or "
            "save the picture as JPEG"
        ) from error
    register_heif_opener()
    return "HEIF"


def _check_size(name: str, size: tuple[int, int], most_pixels: int) -> None:
    width, height = size
    if width * height > most_pixels:
        raise _too_large(name, f"{width}x{height} pixels", most_pixels)


def _too_large(name: str, size: str, most_pixels: int) -> PictureError:
    return PictureError(
        f"{name}: the picture is too large: {size}, but at most {most_pixels:,} pixels are allowed; reduce it, or "
        "raise the limit (--most-pixels)"
    )


def _check_frames(path: Path, picture: Image.Image) -> None:
    frames = getattr(picture, "n_frames", 1)
    # A phone may store a preview or a depth map after the photograph.
    if frames > 1 and picture.format not in {"MPO", "HEIF"}:
        raise PictureError(
            f"{path}: the file contains {frames} pictures, but only one can be read; save each picture as its own file"
        )


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "its content is not in a supported picture format"
    return describe_file_error(error)


def _to_color(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode.startswith("I") or picture.mode == "F":
        return _from_deep(np.asarray(picture))
    if picture.has_transparency_data and not _is_opaque(picture):
        return _lay_on_paper(picture.convert("RGBA"))
    return np.asarray(picture.convert("RGB"))


def _is_opaque(picture: Image.Image) -> bool:
    """Return whether no pixel is transparent, as in pictures that browsers create from a canvas."""
    return picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255


def _lay_on_paper(picture: Image.Image) -> NDArray[np.uint8]:
    paper = Image.new("RGBA", picture.size, "black" if needs_black_paper(picture) else "white")
    return np.asarray(Image.alpha_composite(paper, picture).convert("RGB"))


def _from_deep(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    floats = np.nan_to_num(values.astype(np.float32))
    dark, light = float(floats.min()), float(floats.max())
    grey = np.rint((floats - dark) * (255 / (light - dark) if light > dark else 0)).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def _from_array(pixels: NDArray[np.generic], most_pixels: int) -> NDArray[np.uint8]:
    is_picture = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in {3, 4})
    if not is_picture or 0 in pixels.shape:
        raise PictureError(
            f"a picture array must have shape (height, width), (height, width, 3) or (height, width, 4), got "
            f"{pixels.shape}"
        )
    _check_size("the array", (pixels.shape[1], pixels.shape[0]), most_pixels)
    if pixels.ndim == 2 and pixels.dtype.kind in "iu" and pixels.dtype != np.uint8:
        return _from_deep(pixels)
    bytes_ = _as_bytes(pixels)
    return _to_color(Image.fromarray(np.ascontiguousarray(bytes_)))


def _as_bytes(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    floats = np.asarray(pixels, np.float64) if pixels.dtype.kind in "fiu" else None
    largest = {"f": 1.0, "i": 255.0, "u": 255.0}.get(pixels.dtype.kind, 0.0)
    if floats is None or not np.isfinite(floats).all() or floats.min() < 0 or floats.max() > largest:
        raise PictureError(
            f"pixels must be uint8, bool, integers from 0 to 255 or floats from 0 to 1, got {pixels.dtype}"
            + (f" from {shown(float(floats.min()))} to {shown(float(floats.max()))}" if floats is not None else "")
        )
    return np.rint(floats * (255 / largest)).astype(np.uint8)
