"""The page that compares the models on what people drew."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hdr_bench.web.pages.comparison_rows import make_rows, say_finding
from hdr_bench.web.pages.rendering import render
from hdr_bench.web.pages.source import source_of


async def _compare(request: Request) -> Response:
    models = await source_of(request).comparison()
    return render(request, "compare.html", here="/compare", rows=make_rows(models), finding=say_finding(models))


routes = [Route("/compare", _compare)]
