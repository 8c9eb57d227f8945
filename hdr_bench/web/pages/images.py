"""Small pictures for the lists, served under the page's cookie so that they need no script."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hdr_bench.web.services.provide import services_of


def draw_mark(pixels: bytes) -> bytes:
    """Return the image that the models were given, as a PNG.

    Parameters
    ----------
    pixels : bytes
        28x28 bytes.

    Returns
    -------
    png : bytes
    """
    from PIL import Image

    file = BytesIO()
    Image.frombytes("L", (28, 28), pixels).save(file, "PNG")
    return file.getvalue()


def draw_image(image: NDArray[np.uint8]) -> bytes:
    """Return an image of a data set as a PNG.

    Parameters
    ----------
    image : ndarray of shape (height, width), uint8

    Returns
    -------
    png : bytes
    """
    from PIL import Image

    file = BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


async def _thumbnail(request: Request) -> Response:
    return Response(await services_of(request).readings.thumbnail(request.path_params["id"]), media_type="image/jpeg")


async def _mark(request: Request) -> Response:
    return Response(
        draw_mark(await services_of(request).readings.mark(request.path_params["id"])), media_type="image/png"
    )


routes = [
    Route("/readings/{id:int}/thumbnail", _thumbnail),
    Route("/digits/{id:int}/image", _mark),
]
