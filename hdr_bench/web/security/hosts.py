"""Check of the header Host, against DNS rebinding: another site may have pointed its name at this server.

Starlette's `TrustedHostMiddleware` checks neither ports nor addresses, and its message does not say what to do.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.host_header import Place, read_name, read_place
from hdr_bench.web.security.refusals import refuse
from hdr_bench.web.settings import ServerSettings


class KnownHosts:
    """Middleware that rejects requests to hosts other than the server's own.

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
        refused = _judge(Headers(scope=scope), self._settings) if scope["type"] == "http" else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        status, sentence = refused
        await refuse(scope["path"], status, sentence)(scope, receive, send)


def _judge(headers: Headers, settings: ServerSettings) -> tuple[int, str] | None:
    hosts = headers.getlist("host")
    place = read_place(hosts[0]) if len(hosts) == 1 else None
    if place is None:
        return 400, "The request must have exactly one valid Host header, such as Host: localhost:8000."
    if is_known(place, settings):
        return None
    return 403, (
        f"This server does not accept the host name {place.name}. Open the address that it printed; if a reverse proxy "
        f"forwards requests for that name, start the server with --trusted-host {place.name}."
    )


def is_known(place: Place, settings: ServerSettings) -> bool:
    """Return whether a host is this server.

    Parameters
    ----------
    place : Place
        Host in the header.
    settings : ServerSettings

    Returns
    -------
    is_known : bool
    """
    address = place.address
    if place.name == "localhost" or (address is not None and address.is_loopback):
        return True
    bound = read_name(settings.host)
    if bound is not None and place.name == bound.name:
        return True
    # Other sites can point their names at this machine, but cannot take over its addresses.
    if address is not None and bound is not None and bound.address is not None and bound.address.is_unspecified:
        return True
    return is_trusted(place, settings)


def is_trusted(place: Place, settings: ServerSettings) -> bool:
    """Return whether a reverse proxy forwards requests for a host name.

    Parameters
    ----------
    place : Place
    settings : ServerSettings

    Returns
    -------
    is_trusted : bool
    """
    trusted = [each for each in map(read_name, settings.trusted_hosts) if each is not None]
    return any(place.name == each.name and each.port in {None, place.port} for each in trusted)
