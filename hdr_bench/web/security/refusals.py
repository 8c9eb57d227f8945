"""Answers to requests that no route sees: a sentence, as JSON or as a small page."""

from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{heading}</title>
<link rel="stylesheet" href="/static/style.css">
</head>
<body><main><h1>{heading}</h1><p>{sentence}</p></main></body>
</html>
"""


def is_for_programs(scope: Scope) -> bool:
    """Return whether a program asks, which gets JSON.

    Parameters
    ----------
    scope : Scope

    Returns
    -------
    is_for_programs : bool
    """
    path: str = scope["path"]
    return path.startswith("/api/") or path in {"/api", "/health"}


def refuse(scope: Scope, status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    """Return the answer to a request that is refused.

    Parameters
    ----------
    scope : Scope
    status : int
    sentence : str
        Why, and what to do.
    headers : dict of str, optional

    Returns
    -------
    response : Response
    """
    if is_for_programs(scope):
        return JSONResponse({"error": sentence}, status, headers)
    page = _PAGE.format(heading="Not answered", sentence=escape(sentence))
    return HTMLResponse(page, status, headers)


def header_of(scope: Scope, name: str) -> str:
    """Return a header of a request.

    Parameters
    ----------
    scope : Scope
    name : str
        In small letters.

    Returns
    -------
    value : str
        Empty if it is not there.
    """
    return Headers(scope=scope).get(name, "")
