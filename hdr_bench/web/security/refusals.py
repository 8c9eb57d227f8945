"""Rejected requests: a status and a sentence, as JSON for programs or as a small page for people."""

from collections.abc import Mapping
from html import escape
from http import HTTPStatus

from starlette.responses import HTMLResponse, JSONResponse, Response

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – hdr-bench</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/style.css">
</head>
<body>
<main id="main">
<h1>{title}</h1>
<p>{sentence}</p>
{more}</main>
</body>
</html>
"""


def is_api(path: str) -> bool:
    """Return whether a path is part of the API, which replies in JSON.

    Parameters
    ----------
    path : str

    Returns
    -------
    is_api : bool
    """
    return path in {"/api", "/health"} or path.startswith("/api/")


def refuse(path: str, status: int, sentence: str, headers: Mapping[str, str] | None = None, more: str = "") -> Response:
    """Return the response to a rejected request.

    Parameters
    ----------
    path : str
        Of the request.
    status : int
    sentence : str
        What is wrong, and what to do.
    headers : mapping of str, optional
    more : str
        HTML after the sentence, if the response is a page.

    Returns
    -------
    response : Response
    """
    if is_api(path):
        return JSONResponse({"error": sentence}, status, headers)
    page = _PAGE.format(title=escape(HTTPStatus(status).phrase), sentence=escape(sentence), more=more)
    return HTMLResponse(page, status, headers)
