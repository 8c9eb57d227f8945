"""The HTTP API: one module per kind of resource, and its OpenAPI description."""

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hdr_bench.web.api import corrections, export, health, models, pictures, predict, readings, retrainings
from hdr_bench.web.api.openapi import describe_api

ENDPOINTS = (
    *health.ENDPOINTS,
    *predict.ENDPOINTS,
    *readings.ENDPOINTS,
    *pictures.ENDPOINTS,
    *corrections.ENDPOINTS,
    *export.ENDPOINTS,
    *models.ENDPOINTS,
    *retrainings.ENDPOINTS,
)


@cache
def _description() -> dict[str, Any]:
    from hdr_bench import __version__

    return describe_api(ENDPOINTS, __version__)


async def _show_description(request: Request) -> Response:  # noqa: ARG001  # Starlette gives it
    return JSONResponse(_description())


routes = [*(endpoint.route() for endpoint in ENDPOINTS), Route("/api/openapi.json", _show_description)]
