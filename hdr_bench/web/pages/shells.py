"""Pages whose scripts load their content from the API: drawing, uploading, one reading."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hdr_bench.web.pages.rendering import render
from hdr_bench.web.services.provide import services_of


async def _draw(request: Request) -> Response:
    return render(request, "draw.html", here="/")


async def _upload(request: Request) -> Response:
    settings = request.app.state.hdr_bench.settings
    return render(
        request,
        "upload.html",
        here="/upload",
        most_bytes=settings.most_bytes,
        most_megabytes=f"{settings.most_bytes / 1e6:g}",
        most_megapixels=f"{settings.most_pixels / 1e6:g}",
    )


async def _reading(request: Request) -> Response:
    number = request.path_params["id"]
    await services_of(request).readings.check(number)
    return render(request, "reading.html", reading=number)


routes = [
    Route("/", _draw),
    Route("/upload", _upload),
    Route("/readings/{id:int}", _reading),
]
