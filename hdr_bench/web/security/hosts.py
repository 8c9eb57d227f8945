"""Hosts under which the server answers: a page of another site cannot have its own name lead here.

Starlette's `TrustedHostMiddleware` takes no ports apart, and answers without saying what to do.
"""

import re
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.refusals import refuse
from hdr_bench.web.settings import ServerSettings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104  # compared with, not bound to
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)


class KnownHosts:
    """Middleware that refuses requests for other hosts.

    Parameters
    ----------
    app : ASGIApp
    settings : ServerSettings
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._listens_everywhere = settings.host.strip("[]") in _EVERY_ADDRESS
        own = {settings.host.strip("[]").lower()} - _EVERY_ADDRESS
        self._names = _LOOPBACK | own
        self._trusted = frozenset(name.lower() for name in settings.trusted_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it.

        Parameters
        ----------
        scope : Scope
        receive : Receive
        send : Send
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("host")
        parsed = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        if parsed is None:
            sentence = "The request names no host, or one that cannot be. Send one header Host."
            await refuse(scope, 400, sentence)(scope, receive, send)
        elif self._is_known(parsed[0], parsed["name"].strip("[]")):
            await self._app(scope, receive, send)
        else:
            sentence = (
                "The server does not answer under this host. Use the address that it printed, or start it with "
                "--trusted-host and the host's name."
            )
            await refuse(scope, 403, sentence)(scope, receive, send)

    def _is_known(self, host: str, name: str) -> bool:
        if name in self._names or name in self._trusted or host in self._trusted:
            return True
        # Names can be made to lead anywhere; an address is what it says.
        return self._listens_everywhere and _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
