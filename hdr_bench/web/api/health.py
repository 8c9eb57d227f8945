"""Whether the server works."""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.api.bodies import write_reply
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import Health
from hdr_bench.web.state import state_of


async def health(request: Request) -> Response:
    """Say that the server answers, and reaches its database.

    Parameters
    ----------
    request : Request

    Returns
    -------
    response : Response
    """
    await state_of(request).read(lambda session: session.scalar(select(1)))
    return write_reply(Health(status="ok"))


ENDPOINTS = (Endpoint("GET", "/health", health, "Say that the server answers.", Health),)
