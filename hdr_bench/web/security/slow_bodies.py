"""Time limit for receiving request bodies."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A phone with a poor connection sends some data within the first time, and the largest picture within the second.
_SECONDS, _SECONDS_IN_ALL = 30.0, 300.0


class SlowBodies:
    """Middleware that gives up on bodies that stall or arrive too slowly.

    Parameters
    ----------
    app : ASGIApp
    seconds : float
        Longest time without data.
    seconds_in_all : float
        Time limit for the whole body.
    """

    def __init__(self, app: ASGIApp, seconds: float = _SECONDS, seconds_in_all: float = _SECONDS_IN_ALL) -> None:
        self._app = app
        self._seconds = seconds
        self._seconds_in_all = seconds_in_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        is_http = scope["type"] == "http"
        await self._app(scope, _limit(receive, self._seconds, self._seconds_in_all) if is_http else receive, send)


def _limit(receive: Receive, seconds: float, seconds_in_all: float) -> Receive:
    is_whole = False
    now = asyncio.get_running_loop().time
    end = now() + seconds_in_all

    async def receive_in_time() -> Message:
        nonlocal is_whole
        # After the body, `receive` only waits for the end of the connection, for as long as the response takes.
        if is_whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), min(seconds, end - now()))
        except TimeoutError as error:
            sentence = "The request was not complete in time. Send it again."
            raise HTTPException(408, sentence, {"Connection": "close"}) from error
        is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return receive_in_time
