"""What clients send: read, checked, and refused with a sentence."""

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
    """Return the JSON that a client sent.

    Parameters
    ----------
    request : Request
    wanted : type
        Model that it must fit.

    Returns
    -------
    body : BaseModel

    Raises
    ------
    HTTPException
        415 if it is not JSON by its type, 400 if it cannot be read, 422 if it does not fit.
    """
    if media_type(request) != _JSON:
        raise HTTPException(415, f"The body must be JSON. Send it with the header Content-Type: {_JSON}.")
    # While a large body is read, others are answered.
    return await run_in_threadpool(_parse, await request.body(), wanted)


def _parse(content: bytes, wanted: type[Wanted]) -> Wanted:
    try:
        values = json.loads(content)
    # Deep nesting ends in a RecursionError, other bytes than UTF-8 in a UnicodeDecodeError, which is a ValueError.
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not valid JSON. Check its brackets, quotes and encoding.") from error
    try:
        return wanted.model_validate(values)
    except ValidationError as error:
        raise HTTPException(422, _say(error)) from error


def media_type(request: Request) -> str:
    """Return the type of what a client sent, without parameters, in small letters.

    Parameters
    ----------
    request : Request

    Returns
    -------
    media_type : str
    """
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def write_reply(reply: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer as JSON.

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
    """Return which page of a list is asked for.

    Parameters
    ----------
    request : Request

    Returns
    -------
    number : int

    Raises
    ------
    HTTPException
        If it is not a whole number from 1.
    """
    text = request.query_params.get("page", "1")
    # Numbers of more digits are beyond every list, and beyond what a database compares.
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0:
        return int(text)
    raise HTTPException(422, f"page must be a whole number from 1, got {text[:40]!r}.")


def flag(request: Request, name: str) -> bool:
    """Return a parameter of the address that is true or false, by default false.

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
        If it is neither.
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
