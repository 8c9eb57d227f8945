"""What SQLite is told at each connection, so that several threads and processes can use one file."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event

# Option of a connection whose transaction will write.
WRITES = "hdr_bench_writes"
_AT_CONNECTION = (
    # Readers and a writer do not wait for each other.
    "PRAGMA journal_mode=WAL",
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
    for pragma in _AT_CONNECTION:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
