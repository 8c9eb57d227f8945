"""Health check of the server."""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import Health
from hdr_bench.web.state import state_of


async def health(request: Request) -> Response:
    """Report that the server responds and reaches its database.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    await state_of(request).read(lambda session: session.scalar(select(1)))
    return write_reply(Health(status="ok"))


ENDPOINTS = (Endpoint("GET", "/health", health, "Report that the server responds and reaches its database.", Health),)
