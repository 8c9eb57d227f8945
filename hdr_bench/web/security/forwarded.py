"""Client of a request, also behind a reverse proxy."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from hdr_bench.web.settings import ServerSettings

# A household or a phone has a whole network of this size.
_PREFIX = 64


def client_of(scope: Scope, settings: ServerSettings) -> str:
    """Return the identity of a client: its address, of IPv6 the first 64 bits.

    Parameters
    ----------
    scope : Scope
    settings : ServerSettings

    Returns
    -------
    client : str
    """
    peer = _peer(scope)
    if not _is_proxy(peer, settings):
        return _network(peer)
    # Only the last entry was added by the proxy; clients can forge all others.
    entries = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    return _network(_read_address(entries[-1].strip()) or peer)


def is_https(scope: Scope, settings: ServerSettings) -> bool:
    """Return whether the browser sent the request over HTTPS.

    Parameters
    ----------
    scope : Scope
    settings : ServerSettings

    Returns
    -------
    is_https : bool
    """
    if scope.get("scheme") == "https":
        return True
    said = Headers(scope=scope).get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    return said == "https" and _is_proxy(_peer(scope), settings)


def _peer(scope: Scope) -> IPv4Address | IPv6Address | None:
    client = scope.get("client")
    return _read_address(client[0]) if client else None


def _is_proxy(peer: IPv4Address | IPv6Address | None, settings: ServerSettings) -> bool:
    return bool(settings.trusted_hosts) and peer is not None and peer.is_loopback


def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network(address: IPv4Address | IPv6Address | None) -> str:
    if isinstance(address, IPv6Address) and not address.is_loopback:
        return str(ip_network((address, _PREFIX), strict=False))
    return str(address)
