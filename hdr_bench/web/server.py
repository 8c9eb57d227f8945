"""The server: opens its database and its port, reports its address, and runs until it is stopped."""

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import uvicorn

from hdr_bench.exceptions import ServerError
from hdr_bench.names import visible
from hdr_bench.web.recognition.pool import ReadingPool
from hdr_bench.web.services.audit import check_audit
from hdr_bench.web.settings import ServerSettings, is_loopback

_TOKEN_BYTES = 24
_BACKLOG = 512
_KEEP_ALIVE_SECONDS = 15
# Readings in progress when the server stops may still be answered.
_SECONDS_TO_END = 10
_ENDING = (signal.SIGINT, signal.SIGTERM)


class _Server(uvicorn.Server):
    """Server that reports when it is ready, and treats Ctrl-C as a normal stop."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _ENDING:
                loop.remove_signal_handler(number)


def run_server(settings: ServerSettings, on_ready: Callable[[str], object]) -> None:
    """Run the web application until a signal stops it.

    Parameters
    ----------
    settings : ServerSettings
        Without a token, one is generated if other machines can reach the address.
    on_ready : callable
        Called with the address of the page once the server is ready.

    Raises
    ------
    ServerError
        If the address cannot be used, or the application did not start.
    DatabaseError
        If the database cannot be used.
    ModelFileError, ModelNotFoundError
        If a model file cannot be used.
    DatasetError, DatasetNotFoundError
        If the folder of a label audit cannot be used.
    """
    settings = with_token(settings)
    _check_folder(settings.folder)
    if settings.audit is not None:
        check_audit(settings.audit)
    with _listen(settings) as listener:
        settings = replace(settings, port=listener.getsockname()[1])
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pool = ReadingPool(settings)
        pool.prepare()
        try:
            _run(settings, pool, listener, on_ready)
        finally:
            pool.end()


def _run(
    settings: ServerSettings, pool: ReadingPool, listener: socket.socket, on_ready: Callable[[str], object]
) -> None:
    # Imported here, while the first reading process imports its own modules.
    from hdr_bench.web.app import create_app
    from hdr_bench.web.database.engine import close_database, open_database
    from hdr_bench.web.database.schema import prepare_schema
    from hdr_bench.web.first_models import register_first_models
    from hdr_bench.web.prompt_connections import PromptConnection

    database = open_database(settings.database)
    try:
        prepare_schema(database)
        register_first_models(settings, database)
        config = uvicorn.Config(
            create_app(settings, database, pool),
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_SECONDS_TO_END,
            # Rate limits use the peer's address; headers of trusted proxies are handled elsewhere.
            proxy_headers=False,
            ws="none",
            http=PromptConnection,
        )
        server = _Server(config, lambda: on_ready(page_address(settings)))
        server.run(sockets=[listener])
        if not server.started:
            raise ServerError("the web application did not start; see its log for the reason")
    finally:
        close_database(database)


def _check_folder(folder: Path) -> None:
    """Reject a folder with other files, since people are told to delete the application's folder as a whole."""
    # The server's output is often redirected to a file there before it starts.
    entries = [path for path in folder.iterdir() if path.suffix != ".log"] if folder.is_dir() else []
    if entries and not any(path.name == "models" or path.suffix == ".sqlite" for path in entries):
        raise ServerError(
            f"{folder} contains other files, e.g. {visible(entries[0].name)}; pass a new or empty folder as --folder"
        )


def with_token(settings: ServerSettings) -> ServerSettings:
    """Return settings with a token if other machines can reach the server, directly or through a proxy.

    Parameters
    ----------
    settings : ServerSettings

    Returns
    -------
    settings : ServerSettings
    """
    if settings.token or (is_loopback(settings.host) and not settings.trusted_hosts):
        return settings
    return replace(settings, token=secrets.token_urlsafe(_TOKEN_BYTES))


def page_address(settings: ServerSettings) -> str:
    """Return the address of the page, with the token if there is one.

    Parameters
    ----------
    settings : ServerSettings

    Returns
    -------
    address : str
    """
    host = settings.host.strip("[]")
    # A server that listens on all addresses is reached by the machine's own address.
    if host in {"0.0.0.0", "::"}:  # noqa: S104  # compared with, not bound to
        host = _own_address()
    place = f"[{host}]" if ":" in host else host
    query = f"?token={quote(settings.token)}" if settings.token else ""
    return f"http://{place}:{settings.port}/{query}"


def _own_address() -> str:
    """Return the address at which other machines reach this one, if known; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _listen(settings: ServerSettings) -> socket.socket:
    host = settings.host.strip("[]")
    try:
        family = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, settings.port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        # Python's addition to the system's message repeats the address.
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        remedy = "choose another --port, or 0 for any free one"
        if isinstance(error, socket.gaierror):
            # Its error numbers are not the system's.
            reason, remedy = str(error.strerror), "pass an address of this machine as --host"
        raise ServerError(f"cannot listen on {settings.host}:{settings.port}: {reason}; {remedy}") from error


def log_plainly() -> None:
    """Log the application and the server to standard error."""
    logging.basicConfig(level=logging.WARNING, format="hdr-bench: %(message)s")
