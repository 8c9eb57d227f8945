"""Who may ask for what: hosts, origins, tokens, limits of size and number, and headers of every answer."""

import time
from collections.abc import Callable

from starlette.middleware import Middleware

from hdr_bench.web.security.body_limit import BodyLimit
from hdr_bench.web.security.headers import SecureHeaders
from hdr_bench.web.security.hosts import KnownHosts
from hdr_bench.web.security.origins import OwnOrigins
from hdr_bench.web.security.rate_limit import RateLimit
from hdr_bench.web.security.tokens import AccessToken
from hdr_bench.web.settings import ServerSettings


def make_middleware(settings: ServerSettings, *, clock: Callable[[], float] = time.monotonic) -> list[Middleware]:
    """Return what every request passes, the outermost first.

    Parameters
    ----------
    settings : ServerSettings
    clock : callable, optional
        Gives seconds.

    Returns
    -------
    middleware : list of Middleware
    """
    limits = [Middleware(RateLimit, settings=settings, clock=clock)] if settings.requests_per_minute else []
    token = [Middleware(AccessToken, token=settings.token)] if settings.token else []
    return [
        # Headers come first: what the others refuse gets them too.
        Middleware(SecureHeaders),
        Middleware(KnownHosts, settings=settings),
        Middleware(OwnOrigins),
        # Whoever guesses tokens is slowed down too.
        *limits,
        *token,
        Middleware(BodyLimit, most_bytes=settings.most_bytes),
    ]
