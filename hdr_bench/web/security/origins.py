"""Requests that pages of other sites send in a browser are refused; programs send no origin."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.refusals import header_of, is_for_programs, refuse

_FOREIGN = frozenset({"cross-site", "same-site"})
_READING = frozenset({"GET", "HEAD"})
_SENTENCE = "This comes from a page of another site, which may not use the server. Use the server's own page."


class OwnOrigins:
    """Middleware that refuses requests of other sites' pages: all for the API, and those that change something.

    A link from another site may lead to a page here.

    Parameters
    ----------
    app : ASGIApp
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it.

        Parameters
        ----------
        scope : Scope
        receive : Receive
        send : Send
        """
        if scope["type"] != "http" or not _is_guarded(scope) or is_own(scope):
            await self._app(scope, receive, send)
            return
        await refuse(scope, 403, _SENTENCE)(scope, receive, send)


def _is_guarded(scope: Scope) -> bool:
    return is_for_programs(scope) or scope["method"] not in _READING


def is_own(scope: Scope) -> bool:
    """Return whether a request comes from a page of this server, or from no page.

    Parameters
    ----------
    scope : Scope

    Returns
    -------
    is_own : bool
    """
    if header_of(scope, "sec-fetch-site") in _FOREIGN:
        return False
    origin = header_of(scope, "origin")
    return not origin or _is_host(origin, header_of(scope, "host"))


def _is_host(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # Before a proxy, people use https.
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower() and not parts.path.strip("/")
