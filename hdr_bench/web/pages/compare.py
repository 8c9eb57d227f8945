"""Page that compares the models on what people drew."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hdr_bench.web.pages.comparison_rows import make_pairs, make_rows, say_bias, say_findings
from hdr_bench.web.pages.rendering import render
from hdr_bench.web.services.provide import services_of


async def _compare(request: Request) -> Response:
    comparison = await services_of(request).models.compare()
    rows, pairs = make_rows(comparison["models"]), make_pairs(comparison["pairs"])
    findings, bias = say_findings(comparison), say_bias(comparison)
    return render(request, "compare.html", here="/compare", rows=rows, pairs=pairs, findings=findings, bias=bias)


routes = [Route("/compare", _compare)]
