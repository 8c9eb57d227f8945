"""Locks between servers of the same database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Column, Connection, MetaData, String, Table, func, select
from sqlalchemy.orm import Session

from hdr_bench.exceptions import DatabaseError

VERSION_TABLE = "hdr_bench_version"
# PostgreSQL's advisory locks are numbers; this one is the letters "hdrb".
_LOCK_NUMBER = 0x68647262
_LOCK_SECONDS = 60
# Created by Alembic; it has one row.
_VERSION = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))


def lock_changes(session: Session) -> None:
    """Lock versions, models and jobs against changes by other transactions, until this one ends.

    Parameters
    ----------
    session : Session
        Session in a transaction that may write; SQLite allows only one of these at a time anyway.
    """
    session.execute(select(_VERSION.c.version_num).with_for_update()).all()


@contextmanager
def lock_schema(connection: Connection) -> Iterator[None]:
    """Lock the tables' structure against changes by other servers.

    MySQL and MariaDB end a transaction and its locks at each change of a table's structure. There the lock belongs to
    the connection, and is also released when the connection is lost.

    Parameters
    ----------
    connection : Connection
        Connection in a transaction that may write.

    Yields
    ------
    None

    Raises
    ------
    DatabaseError
        If another server does not finish in time.
    """
    backend = connection.dialect.name
    if backend == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_NUMBER)))
    if backend not in {"mysql", "mariadb"}:
        yield
        return
    # Locks apply to the whole database server, which may have several databases.
    name = func.concat(VERSION_TABLE, "-", func.crc32(func.database()))
    if connection.scalar(select(func.get_lock(name, _LOCK_SECONDS))) != 1:
        raise DatabaseError(
            f"another server has been changing the database's tables for {_LOCK_SECONDS} s. Try again later."
        )
    try:
        yield
        # Waiting servers must see the version of the tables, which is a row, and not only the tables.
        connection.exec_driver_sql("COMMIT")
    finally:
        connection.execute(select(func.release_lock(name))).all()
