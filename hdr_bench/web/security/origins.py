"""Check of the headers Origin and Sec-Fetch-Site: scripts and forms of other sites can neither read nor change data."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.host_header import Place, read_place
from hdr_bench.web.security.hosts import is_trusted
from hdr_bench.web.security.refusals import is_api, refuse
from hdr_bench.web.settings import ServerSettings

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# "none" means that a person typed the address.
_OWN_SITES = frozenset({"same-origin", "none"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SENTENCE = (
    "Requests from other sites are rejected. Open the address that the server printed; a reverse proxy "
    "must forward the browser's Host header unchanged."
)


class OwnOrigins:
    """Middleware that rejects requests by scripts and forms of other sites.

    It protects everything under ``/api``, and all changes elsewhere. Programs send neither header, and are accepted.

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
        if scope["type"] == "http" and _is_protected(scope) and not is_own(Headers(scope=scope), self._settings):
            await refuse(scope["path"], 403, _SENTENCE)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_protected(scope: Scope) -> bool:
    return is_api(scope["path"]) or scope["method"] not in _READING


def is_own(headers: Headers, settings: ServerSettings) -> bool:
    """Return whether a request comes from one of the server's pages, or from a program.

    Parameters
    ----------
    headers : Headers
    settings : ServerSettings

    Returns
    -------
    is_own : bool
    """
    if any(site not in _OWN_SITES for site in headers.getlist("sec-fetch-site")):
        return False
    host = read_place(headers.get("host", ""))
    return all(host is not None and _is_same(origin, host, settings) for origin in headers.getlist("origin"))


def _is_same(origin: str, host: Place, settings: ServerSettings) -> bool:
    scheme, separator, rest = origin.partition("://")
    place = read_place(rest) if separator else None
    # A reverse proxy may use HTTPS with browsers and HTTP with the server.
    schemes = {"http", "https"} if is_trusted(host, settings) else {"http"}
    if place is None or scheme not in schemes:
        return False
    default = _DEFAULT_PORTS[scheme]
    return place.name == host.name and (place.port or default) == (host.port or default)
