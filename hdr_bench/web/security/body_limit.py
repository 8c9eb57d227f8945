"""Size limit of request bodies, counted while they arrive."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hdr_bench.web.security.refusals import refuse
from hdr_bench.web.settings import ServerSettings

# The multipart frame around a picture, and the forms of pages.
_SMALL = 65_536
# 100 images of 784 numbers are 400 kB as Python writes them; larger bodies get the message on the number of images.
_MOST_NUMBERS = 1_000_000
# Enough for a canvas without any plain area.
_MOST_OF_DRAWING = 4_000_000
_UPLOAD, _PREDICT = "/api/readings", "/api/predict"


class BodyLimit:
    """Middleware that rejects bodies that are too large.

    A body that declares too large a size is rejected immediately; others are rejected when they exceed the limit.

    Parameters
    ----------
    app : ASGIApp
    settings : ServerSettings
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = _limit(scope["path"], headers, self._settings)
        lengths = headers.getlist("content-length")
        if any(not _is_number(length) for length in lengths):
            sentence = "The header Content-Length must be a whole number. Let your HTTP library set it."
            await refuse(scope["path"], 400, sentence)(scope, receive, send)
            return
        if any(int(length) > limit for length in lengths):
            await refuse(scope["path"], 413, _say(limit))(scope, receive, send)
            return
        await self._app(scope, _count(receive, limit), send)


def _count(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that raises an error once the limit is exceeded."""
    total = 0

    async def receive_counted() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
        if total > limit:
            # Keep the connection: closing it while data arrives would reset it before the client reads the response.
            raise HTTPException(413, _say(limit))
        return message

    return receive_counted


def _limit(path: str, headers: Headers, settings: ServerSettings) -> int:
    if path == _UPLOAD:
        return settings.most_bytes + _SMALL
    if path != _PREDICT:
        return _SMALL
    is_json = headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    return _MOST_NUMBERS if is_json else min(settings.most_bytes, _MOST_OF_DRAWING)


def _is_number(length: str) -> bool:
    # Python does not parse numbers of more than 4,300 digits.
    return length.isascii() and length.isdigit() and len(length) < 20


def _say(limit: int) -> str:
    size = f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{limit // 1024} kB"
    return f"The request is too large; at most {size} are accepted. Reduce the picture, or send less at once."
