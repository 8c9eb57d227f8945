"""The command `serve`, which runs the web application."""

import os
from pathlib import Path
from typing import Annotated

import typer

from hdr_bench.cli.streams import say
from hdr_bench.exceptions import MissingDependencyError

_FOLDER, _TOKEN = "HDR_BENCH_WEB", "HDR_BENCH_TOKEN"
_HIGHEST_PORT = 65_535
_MOST_WORKERS, _MOST_BY_DEFAULT = 64, 4


def serve(
    models: Annotated[
        list[Path] | None,
        typer.Option(
            "--model",
            metavar="FILE",
            help="Model file to serve; may be given several times, and the first one finds the digits (default: the "
            "embedded model, and the classical methods fitted on mnist-5k).",
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=_HIGHEST_PORT, help="Port; 0 selects a free one.")] = 8000,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Address to listen on; any other than this machine's own requires a token."
        ),
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            envvar=_TOKEN,
            help="Access token for clients (default: generated and printed if other machines can connect).",
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File with the token; on the command line, other users of this machine could read it.",
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Database, as sqlite:///FILE, mysql://... or postgresql://... (default: SQLite in FOLDER).",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where models and data are stored (default: HDR_BENCH_WEB, or the user's data folder).",
        ),
    ] = None,
    retrain_after: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Retrain the first model after N new corrections; 0 means only on request."
        ),
    ] = 0,
    requests_per_minute: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Limit per client; 0 for none (default: 600 if other machines can connect, otherwise none).",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=_MOST_WORKERS,
            metavar="N",
            help="Number of processes that read pictures (default: one per core, at most 4).",
        ),
    ] = None,
    trusted_hosts: Annotated[
        list[str] | None,
        typer.Option("--trusted-host", metavar="NAME", help="Host name in requests forwarded by a reverse proxy."),
    ] = None,
    audit: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of a label audit, to review its candidates on the page Audit."),
    ] = None,
) -> None:
    """Serve the web application: draw digits, upload pictures, correct the readings, and let models learn from them.

    Prints the address of the page, and runs until interrupted (Ctrl-C). Everything is stored in FOLDER.
    """
    _check_installed()
    from hdr_bench.web.server import log_plainly, run_server
    from hdr_bench.web.settings import LIMIT_FOR_OTHERS, ServerSettings, default_database, is_loopback
    from hdr_bench.web.token_file import read_token

    log_plainly()
    place = (folder or Path(os.environ.get(_FOLDER, "") or _default_folder())).expanduser().absolute()
    if requests_per_minute is None:
        requests_per_minute = 0 if is_loopback(host) and not trusted_hosts else LIMIT_FOR_OTHERS
    settings = ServerSettings(
        folder=place,
        database=database or default_database(place),
        models=tuple(model.absolute() for model in models or []),
        host=host,
        port=port,
        token=read_token(token_file) if token_file else token or "",
        retrain_after=retrain_after,
        requests_per_minute=requests_per_minute,
        trusted_hosts=tuple(trusted_hosts or ()),
        audit=audit.expanduser().absolute() if audit is not None else None,
        workers=workers or min(_MOST_BY_DEFAULT, _n_cores()),
    )
    # Tokens from a file or the environment stay out of terminals and logs.
    is_known = token_file is not None or bool(token and token == os.environ.get(_TOKEN))
    run_server(settings, lambda address: say(_announce(address, is_known)))


def _announce(address: str, is_known: bool) -> str:
    if not is_known:
        return f"hdr-bench is running at {address}"
    return f"hdr-bench is running at {address.partition('?')[0]} (open it once with ?token= and your token)"


def _check_installed() -> None:
    try:
        import alembic  # noqa: F401
        import python_multipart  # noqa: F401
        import skimage  # noqa: F401
        import sqlalchemy  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"the web application needs libraries that cannot be imported ({error}); run: pip install 'hdr-bench[web]'"
        ) from error


def _n_cores() -> int:
    """Return the number of cores available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _default_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("hdr-bench", appauthor=False)) / "web"
