"""The one place where errors become responses: a status and a sentence, as JSON or as a page."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from hdr_bench.exceptions import (
    DatabaseError,
    DatasetError,
    DatasetNotFoundError,
    HdrBenchError,
    ModelFileError,
    PictureError,
    ServerError,
)
from hdr_bench.web.pages.rendering import render_sentence

_log = logging.getLogger(__name__)
_WAIT_SECONDS = "5"
_UNAVAILABLE = 503
_STATUSES: tuple[tuple[type[HdrBenchError], int], ...] = (
    (PictureError, 422),
    # Raised for a label audit, whose files people also edit by hand.
    (DatasetError, 409),
    (DatasetNotFoundError, 409),
    (ModelFileError, 409),
    (DatabaseError, _UNAVAILABLE),
    (ServerError, _UNAVAILABLE),
)
_PLAIN = {
    404: "This page does not exist.",
    405: "This address does not accept this kind of request.",
}
# The browser disconnected while it waited, so nobody reads this status.
_CLIENT_GONE = 499
Handler = Callable[[Request, Exception], Awaitable[Response]]


async def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return await answer_unknown(request, error)
    sentence = error.detail
    if sentence == HTTPStatus(error.status_code).phrase:
        sentence = _PLAIN.get(error.status_code, f"{sentence}.")
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    return _answer(request, error.status_code, sentence, headers)


def _allowed(request: Request) -> list[str]:
    """Return the methods of all routes of an address; Starlette lists only those of the first one."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in matching for method in route.methods or ()})


async def _answer_known(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    headers = {"Retry-After": _WAIT_SECONDS} if status == _UNAVAILABLE else {}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s %s: %s", request.method, request.url.path, error)
    return _answer(request, status, _to_sentence(str(error)), headers)


async def _answer_gone(request: Request, error: Exception) -> Response:  # noqa: ARG001  # Starlette gives both
    return Response(status_code=_CLIENT_GONE)


async def answer_unknown(request: Request, error: Exception) -> Response:
    """Return the response for an unexpected error; its traceback is in the log.

    Parameters
    ----------
    request : Request
    error : Exception

    Returns
    -------
    response : Response
    """
    number = secrets.token_hex(4)
    _log.error("Error %s at %s %s", number, request.method, request.url.path, exc_info=error)
    return _answer(
        request, 500, f"Something went wrong on the server. Details are in its log under error {number}.", {}
    )


def _answer(request: Request, status: int, sentence: str, headers: dict[str, str]) -> Response:
    path = request.url.path
    if path.startswith("/api/") or path == "/health":
        return JSONResponse({"error": sentence}, status, headers)
    page = render_sentence(request, HTTPStatus(status).phrase, sentence, status)
    page.headers.update(headers)
    return page


def _to_sentence(message: str) -> str:
    sentence = message[:1].upper() + message[1:]
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


ERROR_HANDLERS: dict[type[Exception], Handler] = {
    HTTPException: _answer_http,
    HdrBenchError: _answer_known,
    ClientDisconnect: _answer_gone,
}
