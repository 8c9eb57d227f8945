"""What SQLite is told at each connection, so that several threads and processes can use one file."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

# Option of a connection whose transaction will write.
WRITES = "hdr_bench_writes"
_PAUSE_SECONDS = 0.02
# Readers and a writer do not wait for each other.
_WRITE_AHEAD = "PRAGMA journal_mode=WAL"
_AT_CONNECTION = (
    "PRAGMA foreign_keys=ON",
    # What is deleted is overwritten: a picture that somebody had deleted cannot be found in the file.
    "PRAGMA secure_delete=ON",
)


def prepare_sqlite(engine: Engine) -> None:
    """Have an engine set up its connections, and begin its transactions itself.

    Parameters
    ----------
    engine : Engine
    """
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def _set_up(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001  # SQLAlchemy gives it
    # Python's own beginning of transactions comes too late: at the first change, without a lock for what was read.
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in _AT_CONNECTION:
        connection.execute(pragma).close()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, which SQLite refuses at once, without its busy timeout, while others write."""
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
