"""Settings of SQLite connections that allow several threads and processes to share one file."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

# Option of connections whose transaction will write.
WRITES = "hdr_bench_writes"
_PAUSE_SECONDS = 0.02
# Readers and a writer do not block each other.
_WRITE_AHEAD = "PRAGMA journal_mode=WAL"
_AT_CONNECTION = (
    "PRAGMA foreign_keys=ON",
    # Overwrite deleted data, so that a deleted picture cannot be recovered from the file.
    "PRAGMA secure_delete=ON",
)


def prepare_sqlite(engine: Engine) -> None:
    """Make an engine configure its connections and begin its transactions explicitly.

    Parameters
    ----------
    engine : Engine
    """
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def _set_up(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001  # SQLAlchemy gives it
    # Python's module begins transactions too late, at the first change, without a lock for earlier reads.
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in _AT_CONNECTION:
        connection.execute(pragma).close()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, with retries: SQLite fails without its busy timeout while others write."""
    (milliseconds,) = connection.execute("PRAGMA busy_timeout").fetchone()
    end = time.monotonic() + milliseconds / 1000
    while True:
        try:
            connection.execute(_WRITE_AHEAD).close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
        time.sleep(_PAUSE_SECONDS)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
