"""Security of the web application: which requests are accepted, and which headers every response has."""

import time
from collections.abc import Awaitable, Callable

from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response

from hdr_bench.web.security.body_limit import BodyLimit
from hdr_bench.web.security.headers import SafeHeaders
from hdr_bench.web.security.hosts import KnownHosts
from hdr_bench.web.security.origins import OwnOrigins
from hdr_bench.web.security.rate_limit import RateLimit
from hdr_bench.web.security.slow_bodies import SlowBodies
from hdr_bench.web.security.tokens import AccessToken
from hdr_bench.web.settings import ServerSettings

ErrorAnswer = Callable[[Request, Exception], Awaitable[Response]]


def make_middleware(
    settings: ServerSettings, *, answer_error: ErrorAnswer | None = None, clock: Callable[[], float] = time.monotonic
) -> list[Middleware]:
    """Return the security middleware, the outermost first.

    Parameters
    ----------
    settings : ServerSettings
    answer_error : callable, optional
        Handler of unexpected errors. Starlette's own handler is outside all middleware, so its responses would lack the
        headers.
    clock : callable
        Clock in seconds, for the rate limit.

    Returns
    -------
    middleware : list of Middleware
    """
    middleware = [Middleware(SafeHeaders)]
    if answer_error is not None:
        middleware.append(Middleware(ServerErrorMiddleware, handler=answer_error))
    middleware.append(Middleware(KnownHosts, settings=settings))
    # Before the token check, so that guessing tokens is slowed down too.
    if settings.requests_per_minute:
        middleware.append(Middleware(RateLimit, settings=settings, clock=clock))
    middleware.append(Middleware(OwnOrigins, settings=settings))
    if settings.token:
        middleware.append(Middleware(AccessToken, settings=settings))
    return [*middleware, Middleware(BodyLimit, settings=settings), Middleware(SlowBodies)]
