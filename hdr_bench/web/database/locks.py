"""Waiting for other servers of the same database: what two of them may not do at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Column, Connection, MetaData, String, Table, func, select
from sqlalchemy.orm import Session

from hdr_bench.exceptions import DatabaseError

VERSION_TABLE = "hdr_bench_version"
# Of PostgreSQL's advisory locks, which are numbers: the letters "hdrb".
_LOCK_NUMBER = 0x68647262
_LOCK_SECONDS = 60
# As Alembic makes it; it has one row.
_VERSION = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))


def lock_changes(session: Session) -> None:
    """Wait until no other transaction changes versions, models or jobs; others wait until this one ends.

    Parameters
    ----------
    session : Session
        In a transaction that may write. SQLite has one of these at a time anyway.
    """
    session.execute(select(_VERSION.c.version_num).with_for_update()).all()


@contextmanager
def lock_schema(connection: Connection) -> Iterator[None]:
    """Wait until no other server changes the tables; others wait until this one is done.

    MySQL and MariaDB end a transaction, and its locks, at each change of a table: there the lock belongs to the
    connection, and is released also when the connection breaks.

    Parameters
    ----------
    connection : Connection
        In a transaction that may write.

    Yields
    ------
    None

    Raises
    ------
    DatabaseError
        Another server does not finish.
    """
    backend = connection.dialect.name
    if backend == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_NUMBER)))
    if backend not in {"mysql", "mariadb"}:
        yield
        return
    # Locks are of the whole server, which may hold several databases.
    name = func.concat(VERSION_TABLE, "-", func.crc32(func.database()))
    if connection.scalar(select(func.get_lock(name, _LOCK_SECONDS))) != 1:
        raise DatabaseError(f"another server has changed the database's tables for {_LOCK_SECONDS} s. Try again later.")
    try:
        yield
        # Those who wait must see the version of the tables, which is a row, not only the tables.
        connection.exec_driver_sql("COMMIT")
    finally:
        connection.execute(select(func.release_lock(name))).all()
