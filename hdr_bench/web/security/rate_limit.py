"""How many requests a client may send: a bucket per client, which fills up again with time."""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.refusals import header_of, refuse
from hdr_bench.web.settings import ServerSettings, is_loopback

# Clients that are remembered; whoever has not asked for longest is forgotten first.
_MOST_CLIENTS = 10_000
_SECONDS = 60.0
# The network of one household or machine.
_IPV6_PREFIX = 64
_FREE = ("/static/", "/health")


@dataclass
class _Bucket:
    left: float
    seen_at: float


class RateLimit:
    """Middleware that refuses more requests of a client than are allowed per minute.

    Parameters
    ----------
    app : ASGIApp
    settings : ServerSettings
        Of these: `requests_per_minute`, and `trusted_hosts`, which says that a proxy on this machine names its clients.
    clock : callable
        Gives seconds.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings, clock: Callable[[], float]) -> None:
        self._app, self._clock = app, clock
        self._most = settings.requests_per_minute
        self._behind_proxy = bool(settings.trusted_hosts)
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it.

        Parameters
        ----------
        scope : Scope
        receive : Receive
        send : Send
        """
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        wait = self._take(name_client(scope, behind_proxy=self._behind_proxy))
        if not wait:
            await self._app(scope, receive, send)
            return
        sentence = (
            f"More than {self._most:,} requests per minute. Try again in {wait} {'second' if wait == 1 else 'seconds'}."
        )
        await refuse(scope, 429, sentence, {"Retry-After": str(wait)})(scope, receive, send)

    def _take(self, client: str) -> int:
        """Count a request; return for how many seconds the client must wait, or 0."""
        now = self._clock()
        bucket = self._buckets.pop(client, None) or _Bucket(self._most, now)
        bucket.left = min(self._most, bucket.left + (now - bucket.seen_at) * self._most / _SECONDS)
        bucket.seen_at = now
        self._buckets[client] = bucket
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return math.ceil((1 - bucket.left) * _SECONDS / self._most)


def name_client(scope: Scope, *, behind_proxy: bool) -> str:
    """Return which client sent a request: its address, of IPv6 its network.

    Parameters
    ----------
    scope : Scope
    behind_proxy : bool
        Whether a proxy on this machine says whose request it passes on: the last address that it names is the one
        that it saw itself.

    Returns
    -------
    client : str
    """
    address = scope["client"][0] if scope.get("client") else ""
    if behind_proxy and is_loopback(address):
        address = header_of(scope, "x-forwarded-for").rpartition(",")[2].strip() or address
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(int(parsed) >> (128 - _IPV6_PREFIX))
    return str(parsed)
