"""Rate limit per client."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from hdr_bench.web.security.buckets import Buckets
from hdr_bench.web.security.forwarded import client_of
from hdr_bench.web.security.refusals import refuse
from hdr_bench.web.settings import ServerSettings


class RateLimit:
    """Middleware that rejects requests beyond a client's limit; static files and the health check are exempt.

    Parameters
    ----------
    app : ASGIApp
    settings : ServerSettings
    clock : callable
        Function that returns the time in seconds.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings, clock: Callable[[], float]) -> None:
        self._app = app
        self._settings = settings
        self._buckets = Buckets(settings.requests_per_minute, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http" or _is_free(scope["path"]):
            await self._app(scope, receive, send)
            return
        seconds = self._buckets.take(client_of(scope, self._settings))
        if not seconds:
            await self._app(scope, receive, send)
            return
        sentence = (
            f"This address sent more than {self._settings.requests_per_minute:,} requests per minute. "
            f"Try again in {seconds} {'second' if seconds == 1 else 'seconds'}."
        )
        await refuse(scope["path"], 429, sentence, {"Retry-After": str(seconds)})(scope, receive, send)


def _is_free(path: str) -> bool:
    return path == "/health" or path.startswith("/static/")
