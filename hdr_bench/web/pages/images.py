"""Small pictures for the lists: they need no script, so that a page shows them under its own cookie."""

from io import BytesIO
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hdr_bench.exceptions import HdrBenchError
from hdr_bench.web.pages.source import source_of

if TYPE_CHECKING:
    from PIL.Image import Image

# Twice what the page shows, for screens with small pixels.
_THUMBNAIL = (192, 144)
_PLAIN_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"})
# What belongs to an id never changes; whoever deletes a picture expects that it is gone before long.
_HEADERS = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}


def draw_thumbnail(content: bytes) -> bytes:
    """Return a picture made small, as a PNG.

    Parameters
    ----------
    content : bytes
        Picture that was read before, so that it is known not to be too large.

    Returns
    -------
    png : bytes
        Blank if no decoder is there for it.
    """
    from PIL import Image

    try:
        small = _open_small(content)
    except (HdrBenchError, OSError, SyntaxError, ValueError):
        return _to_png(Image.new("RGB", _THUMBNAIL, "white"))
    small.thumbnail(_THUMBNAIL)
    paper = Image.new("RGBA", small.size, "white")
    return _to_png(Image.alpha_composite(paper, small.convert("RGBA")).convert("RGB"))


def _open_small(content: bytes) -> "Image":
    from PIL import Image, ImageOps, UnidentifiedImageError

    from hdr_bench.pictures.load import LARGEST_LIMIT, load_content

    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.mode in _PLAIN_MODES:
                # A JPEG is decoded at a fraction of its size, which is all that is needed.
                picture.thumbnail((2 * max(_THUMBNAIL), 2 * max(_THUMBNAIL)))
                return ImageOps.exif_transpose(picture)
    except UnidentifiedImageError:
        pass
    # Deep grey values and rarer formats, as they are read.
    return Image.fromarray(load_content(content, "the picture", LARGEST_LIMIT).color)


def draw_mark(pixels: bytes) -> bytes:
    """Return the image that the models got, as a PNG.

    Parameters
    ----------
    pixels : bytes
        28x28 of them.

    Returns
    -------
    png : bytes
    """
    from PIL import Image

    return _to_png(Image.frombytes("L", (28, 28), pixels))


def _to_png(picture: "Image") -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


async def _thumbnail(request: Request) -> Response:
    content = await source_of(request).picture(request.path_params["id"])
    return Response(await run_in_threadpool(draw_thumbnail, content), media_type="image/png", headers=_HEADERS)


async def _mark(request: Request) -> Response:
    pixels = await source_of(request).mark(request.path_params["id"])
    return Response(draw_mark(pixels), media_type="image/png", headers=_HEADERS)


routes = [
    Route("/readings/{id:int}/thumbnail", _thumbnail),
    Route("/digits/{id:int}/image", _mark),
]
