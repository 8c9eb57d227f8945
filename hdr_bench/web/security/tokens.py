"""The access token: programs send it in a header, browsers show it once and keep a cookie."""

import hashlib
import hmac
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.refusals import header_of, is_for_programs, refuse

_COOKIE = "hdr_bench_page"
_OPEN = "/health"
_STATIC = "/static/"
_SECONDS = 30 * 24 * 3600
_ASK = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Access token</title>
<link rel="stylesheet" href="/static/style.css">
</head>
<body><main><h1>Access token</h1>
<p>This page needs the access token that the server printed when it started.</p>
<form method="get" action="/"><label>Token <input name="token" type="password" autocomplete="off" required></label>
<button>Open</button></form></main></body>
</html>
"""


class AccessToken:
    """Middleware that lets in who knows the token.

    Parameters
    ----------
    app : ASGIApp
    token : str
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token
        # The cookie does not hold the token: who reads it can open pages, and nothing more.
        self._proof = hmac.new(token.encode(), b"page", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or ask for the token.

        Parameters
        ----------
        scope : Scope
        receive : Receive
        send : Send
        """
        if scope["type"] != "http" or scope["path"] == _OPEN or scope["path"].startswith(_STATIC):
            await self._app(scope, receive, send)
            return
        answer = self._check_program(scope) if is_for_programs(scope) else self._check_page(scope)
        await (answer or self._app)(scope, receive, send)

    def _check_program(self, scope: Scope) -> Response | None:
        scheme, _, token = header_of(scope, "authorization").partition(" ")
        if scheme.lower() == "bearer" and _is_equal(token.strip(), self._token):
            return None
        sentence = "The access token is missing or wrong. Send the header Authorization: Bearer TOKEN."
        return refuse(scope, 401, sentence, {"WWW-Authenticate": "Bearer"})

    def _check_page(self, scope: Scope) -> Response | None:
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if _is_equal(query.get("token", [""])[0], self._token):
            return self._let_in(scope, query)
        if _is_equal(_read_cookie(scope), self._proof):
            return None
        return HTMLResponse(_ASK, 401, {"WWW-Authenticate": "Bearer"})

    def _let_in(self, scope: Scope, query: dict[str, list[str]]) -> Response:
        """Return the way to the same page, without the token in its address."""
        rest = urlencode({name: values for name, values in query.items() if name != "token"}, doseq=True)
        # Two slashes at the beginning would lead to another host.
        path = "/" + quote(scope["path"].lstrip("/\\"))
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        secure = scope["scheme"] == "https" or header_of(scope, "x-forwarded-proto") == "https"
        answer.set_cookie(_COOKIE, self._proof, _SECONDS, httponly=True, samesite="strict", secure=secure)
        return answer


def _is_equal(came: str, wanted: str) -> bool:
    return secrets.compare_digest(came.encode(errors="surrogateescape"), wanted.encode())


def _read_cookie(scope: Scope) -> str:
    try:
        cookies = SimpleCookie(header_of(scope, "cookie"))
    except CookieError:
        return ""
    return cookies[_COOKIE].value if _COOKIE in cookies else ""
