"""Connection to the database: SQLite, MariaDB, MySQL or PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web.database.address import read_address, show
from hdr_bench.web.database.failures import plain_errors
from hdr_bench.web.database.sqlite import WRITES, prepare_sqlite

# One connection for each of Starlette's threads, which run the queries.
_KEPT_CONNECTIONS, _MORE_CONNECTIONS = 10, 30
# Long enough for another process to store a large picture.
_SQLITE_BUSY_SECONDS = 10
_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Database:
    """Database of the web application.

    Attributes
    ----------
    engine : Engine
    sessions : sessionmaker
        Factory of sessions.
    name : str
        URL without password and options, for messages.
    """

    engine: Engine
    sessions: sessionmaker[Session]
    name: str

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a session in a transaction that may write: committed at the end, rolled back on an error.

        Yields
        ------
        session : Session
            Session whose loaded objects stay readable after its end.

        Raises
        ------
        DatabaseError
            If the database cannot be reached or used; nothing was stored.
        """
        with plain_errors(self.name), self.sessions.begin() as session:
            # Take the connection, and in SQLite the write lock, before anything is read: a transaction that begins by
            # reading cannot write once another one has written.
            session.connection(execution_options={WRITES: True})
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read-only session; in SQLite it does not wait for writers.

        Yields
        ------
        session : Session
            Session whose loaded objects stay readable after its end.

        Raises
        ------
        DatabaseError
            If the database cannot be reached or used.
        """
        with plain_errors(self.name), self.sessions() as session:
            yield session


def open_database(url: str) -> Database:
    """Open a database; the first transaction connects to it.

    Parameters
    ----------
    url : str
        URL in SQLAlchemy's form, e.g. ``"sqlite:///digits.sqlite"`` or ``"mysql://USER:PASSWORD@HOST/NAME"``.

    Returns
    -------
    database : Database

    Raises
    ------
    DatabaseError
        If it is not the URL of a database, or the folder of its file cannot be created.
    MissingDependencyError
        If its driver is not installed.

    Examples
    --------
    >>> from hdr_bench.web.database.schema import prepare_schema
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     database = open_database(f"sqlite:///{folder}/digits.sqlite")
    ...     prepare_schema(database)
    ...     close_database(database)
    """
    address = read_address(url)
    with plain_errors(show(address)):
        engine = create_engine(
            address,
            # Replaces idle connections that were lost, e.g. because the server was restarted.
            pool_pre_ping=True,
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=_MORE_CONNECTIONS,
            # Error messages must not contain pictures or names.
            hide_parameters=True,
            **_options(address),
        )
    if address.get_backend_name() == "sqlite":
        _make_folder(address)
        prepare_sqlite(engine)
    return Database(engine, sessionmaker(engine, expire_on_commit=False), show(address))


def close_database(database: Database) -> None:
    """Close the connections.

    Parameters
    ----------
    database : Database
    """
    database.engine.dispose()


def _options(address: URL) -> dict[str, Any]:
    if address.get_backend_name() == "sqlite":
        return {"connect_args": _unless_said(address, "timeout", _SQLITE_BUSY_SECONDS)}
    options: dict[str, Any] = {"connect_args": _unless_said(address, "connect_timeout", _CONNECT_SECONDS)}
    # A transaction must see the changes it waited for; MySQL's default level shows the state at its beginning.
    return {**options, "isolation_level": "READ COMMITTED"}


def _unless_said(address: URL, option: str, value: float) -> dict[str, float]:
    return {} if option in address.query else {option: value}


def _make_folder(address: URL) -> None:
    folder = Path(address.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(f"cannot create the folder {folder} of the database: {error.strerror}.") from error
