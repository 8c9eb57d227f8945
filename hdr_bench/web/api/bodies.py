"""Parsing and validation of requests; errors have a plain sentence."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_JSON = "application/json"
Wanted = TypeVar("Wanted", bound=BaseModel)


async def read_body(request: Request, wanted: type[Wanted]) -> Wanted:
    """Return the validated JSON body of a request.

    Parameters
    ----------
    request : Request
    wanted : type
        Model that the body must match.

    Returns
    -------
    body : BaseModel

    Raises
    ------
    HTTPException
        415 if its media type is not JSON, 400 if it cannot be parsed, 422 if it is invalid.
    """
    if media_type(request) != _JSON:
        raise HTTPException(415, f"The body must be JSON. Send it with the header Content-Type: {_JSON}.")
    # Parsed in a thread, so that a large body does not block other requests.
    return await run_in_threadpool(_parse, await request.body(), wanted)


def _parse(content: bytes, wanted: type[Wanted]) -> Wanted:
    try:
        values = json.loads(content)
    # Deep nesting raises a RecursionError; invalid UTF-8 raises a UnicodeDecodeError, which is a ValueError.
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not valid JSON. Check its brackets, quotes and encoding.") from error
    try:
        return wanted.model_validate(values)
    except ValidationError as error:
        raise HTTPException(422, _say(error)) from error


def media_type(request: Request) -> str:
    """Return the media type of a request, without parameters, in lower case.

    Parameters
    ----------
    request : Request

    Returns
    -------
    media_type : str
    """
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def write_reply(reply: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a reply as JSON.

    Parameters
    ----------
    reply : BaseModel
    status : int
    headers : dict of str, optional

    Returns
    -------
    response : Response
    """
    return Response(reply.model_dump_json(), status, headers, media_type=_JSON)


def page_number(request: Request) -> int:
    """Return the requested page of a list.

    Parameters
    ----------
    request : Request

    Returns
    -------
    number : int

    Raises
    ------
    HTTPException
        422 if it is not a positive whole number.
    """
    text = request.query_params.get("page", "1")
    # Longer numbers exceed any list, and the range of the database's integers.
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0:
        return int(text)
    raise HTTPException(422, f"page must be a whole number of at least 1, got {text[:40]!r}.")


def flag(request: Request, name: str) -> bool:
    """Return a boolean query parameter, False by default.

    Parameters
    ----------
    request : Request
    name : str

    Returns
    -------
    value : bool

    Raises
    ------
    HTTPException
        422 if it is neither true nor false.
    """
    text = request.query_params.get(name, "false")
    if text not in {"true", "false"}:
        raise HTTPException(422, f"{name} must be true or false, got {text[:40]!r}.")
    return text == "true"


def _say(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"][:6]) or "the body"
    message = first["msg"]
    return f"{place}: {message[:1].lower()}{message[1:]}."
