"""The API and the pages over a real database, without the processes that read pictures, asked without a network."""

import asyncio
from types import SimpleNamespace

import httpx2
from starlette.applications import Starlette

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web import api, pages
from hdr_bench.web.errors import ERROR_HANDLERS
from hdr_bench.web.services.provide import Services
from hdr_bench.web.state import AppState


class _Serving:
    """What serves the chosen versions, and only notes that it is asked to."""

    def __init__(self):
        self.refreshed = []

    async def refresh(self):
        self.refreshed.append(True)


class _Queue:
    """Queue of retrainings that notes what it is asked, and may have lost its database."""

    def __init__(self):
        self.queued, self.n_considered, self.is_away = [], 0, False

    async def request(self, model):
        self.queued.append(model)
        return 1

    async def consider(self):
        self.n_considered += 1
        if self.is_away:
            raise DatabaseError("the database cannot be reached")


def make_client(database, folder):
    """Return what sends requests to the API and the pages, as one who has the forms' token."""
    retraining, serving = _Queue(), _Serving()
    settings = SimpleNamespace(token="", audit=None, retrain_after=50, models_folder=folder)
    app = Starlette(routes=[*api.routes, *pages.routes], exception_handlers=dict(ERROR_HANDLERS))
    app.state.csrf_token = "token"
    app.state.hdr_bench = AppState(settings, database, SimpleNamespace(), retraining, serving)
    app.state.services = Services.of_state(app.state.hdr_bench)
    transport = httpx2.ASGITransport(app)

    def ask(method, path, json=None, **data):
        async def send():
            async with httpx2.AsyncClient(transport=transport, base_url="http://pages") as session:
                is_form = method == "POST" and json is None
                body = {"data": {"csrf": "token", **data}} if is_form else {"json": json} if json else {}
                return await session.request(method, path, **body)

        return asyncio.run(send())

    return SimpleNamespace(ask=ask, refreshed=serving.refreshed, retraining=retraining)
