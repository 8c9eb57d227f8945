"""Limits of what a client sends, counted while it comes: what headers say may be wrong."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hdr_bench.web.security.refusals import header_of, is_for_programs, refuse

# Of a form's frame around a file, of what a page's form holds, and of JSON: 1,000 images as numbers are 4 MB.
_FRAME, _FORM, _JSON = 65_536, 65_536, 5_000_000
# Of a length that can be.
_MOST_DIGITS = 15


class BodyLimit:
    """Middleware that refuses bodies that are too large.

    Parameters
    ----------
    app : ASGIApp
    most_bytes : int
        Of an upload.
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app, self._most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it.

        Parameters
        ----------
        scope : Scope
        receive : Receive
        send : Send
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        length = header_of(scope, "content-length")
        if length and not (length.isascii() and length.isdigit() and len(length) <= _MOST_DIGITS):
            sentence = "The header Content-Length must be a whole number."
            await refuse(scope, 400, sentence)(scope, receive, send)
        elif length and int(length) > limit:
            await refuse(scope, 413, _say(limit))(scope, receive, send)
        else:
            await self._app(scope, _count(receive, limit), send)

    def _limit(self, scope: Scope) -> int:
        if not is_for_programs(scope):
            return _FORM
        is_json = header_of(scope, "content-type").lower().startswith("application/json")
        return _JSON if is_json else self._most_bytes + _FRAME


def _count(receive: Receive, limit: int) -> Receive:
    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, _say(limit))
        return message

    return receive_counted


def _say(limit: int) -> str:
    return f"The request is larger than {limit / 1e6:.3g} MB. Send less, such as a picture with fewer pixels."
