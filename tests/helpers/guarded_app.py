"""A small application behind the middlewares, asked as a server asks it: any header, any pieces of a body."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hdr_bench.web.security import make_middleware
from hdr_bench.web.settings import ServerSettings

METHODS = ["GET", "POST", "PUT", "DELETE"]
FOLDER = Path("/nowhere")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    text: str


def settings(**changed):
    return ServerSettings(**{"folder": FOLDER, "database": "sqlite://"} | changed)


class GuardedApp:
    """Application that echoes how much it was sent.

    Attributes
    ----------
    reached : list of str
        Paths that came through.
    """

    def __init__(self, *, clock=lambda: 0.0, **changed):
        self.reached = []
        routes = [
            Route("/api/unread", self._unread, methods=METHODS),
            Route("/api/broken", self._broken),
            Route("/api/picture", self._picture),
            Route("/{path:path}", self._echo, methods=METHODS),
        ]
        middleware = make_middleware(settings(**changed), answer_error=_answer_error, clock=clock)
        self.app = Starlette(routes=routes, middleware=middleware, exception_handlers={HTTPException: _answer_http})

    def ask(self, path="/", method="GET", headers=(), body=(b"",), *, client="127.0.0.1", host="localhost:8000"):
        """Ask the application; a body of None never comes."""
        hosts = [] if host is None else [("host", host)]
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in [*hosts, *headers]]
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": raw,
            "client": (client, 50_000),
            "scheme": "http",
        }
        return asyncio.run(_exchange(self.app, scope, body))

    async def _echo(self, request: Request) -> Response:
        self.reached.append(request.url.path)
        n_bytes = len(await request.body())
        return JSONResponse(n_bytes) if request.url.path.startswith("/api/") else HTMLResponse(f"<p>{n_bytes}")

    async def _unread(self, request: Request) -> Response:
        self.reached.append(request.url.path)
        return PlainTextResponse("not read")

    async def _broken(self, request: Request) -> Response:
        raise RuntimeError("a secret")

    async def _picture(self, request: Request) -> Response:
        return Response(b"", media_type="image/png", headers={"Cache-Control": "private"})


async def _answer_http(request: Request, error: HTTPException) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _answer_error(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": "Something went wrong."}, 500)


async def _exchange(app, scope, body):
    pieces = iter(() if body is None else body)
    n_left = 0 if body is None else len(body)
    sent = []

    async def receive():
        nonlocal n_left
        if body is None or not n_left:
            await asyncio.Event().wait()
        n_left -= 1
        return {"type": "http.request", "body": next(pieces), "more_body": n_left > 0}

    async def send(message):
        sent.append(message)

    try:
        await app(scope, receive, send)
    # Starlette raises again what nobody expected, for the server's log.
    except RuntimeError:
        assert sent
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), content.decode())
