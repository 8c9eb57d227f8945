"""The web application: its routes and background tasks."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from hdr_bench.exceptions import HdrBenchError
from hdr_bench.web import api, pages
from hdr_bench.web.api.pictures import DrawnSteps
from hdr_bench.web.database.engine import Database
from hdr_bench.web.errors import ERROR_HANDLERS, answer_unknown
from hdr_bench.web.first_models import fit_first_models
from hdr_bench.web.recognition.pool import ReadingPool
from hdr_bench.web.retraining.queue import RetrainingQueue
from hdr_bench.web.security import make_middleware
from hdr_bench.web.services.provide import Services
from hdr_bench.web.serving import Serving
from hdr_bench.web.settings import ServerSettings
from hdr_bench.web.state import AppState

_log = logging.getLogger(__name__)
# Another server on the same database may change which versions are in use.
_LOOK_EVERY_SECONDS = 2.0


def create_app(settings: ServerSettings, database: Database, pool: ReadingPool) -> Starlette:
    """Return the web application.

    Parameters
    ----------
    settings : ServerSettings
    database : Database
        With its tables created and the first models stored.
    pool : ReadingPool
        Not started yet.

    Returns
    -------
    app : Starlette
    """

    @asynccontextmanager
    async def run_parts(app: Starlette) -> AsyncIterator[None]:
        serving = Serving(pool, database, settings.models_folder)
        retraining = RetrainingQueue(settings, database, serving.refresh)
        state = AppState(settings, database, pool, retraining, serving)
        app.state.hdr_bench, app.state.drawn_steps = state, DrawnSteps()
        app.state.services = Services.of_state(state)
        await pool.start()
        tasks: list[asyncio.Task[None]] = []
        try:
            await serving.refresh()
            await retraining.start()
            tasks += [asyncio.create_task(_watch(state)), asyncio.create_task(_fit_first_models(state))]
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await retraining.stop()
            await pool.stop()

    static = Mount("/static", StaticFiles(directory=str(files("hdr_bench.web") / "static")))
    app = Starlette(
        routes=[*api.routes, *pages.routes, static],
        middleware=make_middleware(settings, answer_error=answer_unknown),
        exception_handlers=dict(ERROR_HANDLERS),
        lifespan=run_parts,
    )
    app.router.redirect_slashes = False
    return app


async def _watch(state: AppState) -> None:
    """Keep serving the versions that the database selects, including changes by another server or a repair."""
    last = ""
    while True:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        problem = ""
        try:
            await state.refresh()
        except HdrBenchError as error:
            problem = str(error)
            # An unreachable database would otherwise fill the log.
            if problem != last:
                _log.warning("Could not look up which models are in use: %s", problem)
        # The task must not end, or later changes would go unnoticed.
        except Exception:  # noqa: BLE001
            _log.exception("Could not look up which models are in use.")
        last = problem


async def _fit_first_models(state: AppState) -> None:
    try:
        await fit_first_models(state.settings, state.database, state.refresh)
    except Exception:  # noqa: BLE001  # the models that are there go on answering
        _log.exception("Could not fit the other methods.")
