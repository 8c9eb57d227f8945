"""Access token: programs send it with each request; people open the printed address once and get a cookie."""

import hashlib
import hmac
from html import escape
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.forwarded import is_https
from hdr_bench.web.security.refusals import is_api, refuse
from hdr_bench.web.settings import ServerSettings

_FIELD = "token"
_PURPOSE = b"hdr-bench: cookie of the pages"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hdr-bench"'}
_FOR_PROGRAMS = "This server requires an access token. Send it in the header Authorization: Bearer TOKEN."
_FOR_PEOPLE = "This server requires an access token. Open the address that it printed, or enter the token here."
_WRONG = "This is not the access token of this server. The server printed the correct one when it started."
_FORM = f"""<form action="/" method="get">
<label for="{_FIELD}">Access token</label>
<input id="{_FIELD}" name="{_FIELD}" type="password" autocomplete="off" required>
<button>Open</button>
</form>
"""
# After a redirect, browsers would still see a followed link as a cross-site request, and not send the cookie.
_OPENED = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={address}">
<title>hdr-bench</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
</head>
<body>
<p><a href="{address}">Open the page</a></p>
</body>
</html>
"""


class AccessToken:
    """Middleware that rejects requests without the token; static files and the health check are open.

    Parameters
    ----------
    app : ASGIApp
    settings : ServerSettings
        Settings with a token.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._settings = settings
        # Browsers send cookies to all ports of a host, so each server on a host has its own cookie name.
        self._cookie = f"hdr_bench_{settings.port}"
        # Derived from the token, so that no sessions are stored. The cookie opens the pages, which contain the token,
        # so it must be kept just as secret.
        self._proof = hmac.new(settings.token.encode("utf-8", "surrogateescape"), _PURPOSE, hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        answer = None if scope["type"] != "http" or _is_open(scope["path"]) else self._judge(scope)
        await (answer or self._app)(scope, receive, send)

    def _judge(self, scope: Scope) -> Response | None:
        """Return the response that replaces the application's, if any."""
        path = scope["path"]
        if is_api(path):
            is_right = self._knows(_bearer(Headers(scope=scope)))
            return None if is_right else refuse(path, 401, _FOR_PROGRAMS, _CHALLENGE)
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in query if name == _FIELD]
        if tokens and scope["method"] in {"GET", "HEAD"}:
            return self._let_in(scope, query) if self._knows(tokens[0]) else self._ask(path, _WRONG)
        has_cookie = hmac.compare_digest(Request(scope).cookies.get(self._cookie, "").encode(), self._proof.encode())
        return None if has_cookie else self._ask(path, _FOR_PEOPLE)

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(
            token.encode("utf-8", "surrogateescape"), self._settings.token.encode("utf-8", "surrogateescape")
        )

    def _ask(self, path: str, sentence: str) -> Response:
        return refuse(path, 401, sentence, _CHALLENGE, more=_FORM)

    def _let_in(self, scope: Scope, query: list[tuple[str, str]]) -> Response:
        rest = urlencode([(name, value) for name, value in query if name != _FIELD])
        # An address that begins with two slashes would lead to another site.
        path = "/" + quote(scope["path"].lstrip("/\\"))
        page = _OPENED.format(address=escape(f"{path}?{rest}" if rest else path))
        # The address of this page contains the token.
        answer = HTMLResponse(page, headers={"Referrer-Policy": "no-referrer"})
        secure = is_https(scope, self._settings)
        answer.set_cookie(self._cookie, self._proof, path="/", secure=secure, httponly=True, samesite="strict")
        return answer


def _is_open(path: str) -> bool:
    return path == "/health" or path.startswith("/static/")


def _bearer(headers: Headers) -> str:
    sent = headers.getlist("authorization")
    scheme, _, token = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    # Headers are decoded as Latin-1, whatever their encoding.
    return token.strip().encode("latin-1").decode("utf-8", "surrogateescape") if scheme.lower() == "bearer" else ""
