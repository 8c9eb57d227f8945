"""Descriptions of database errors in plain sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hdr_bench.exceptions import DatabaseError
from hdr_bench.names import visible_prose

_GONE = "is not responding. Start it, or wait until it is available; nothing was stored"
_DENIED = "rejected the user or the password. Check both in its URL"
_UNKNOWN = "does not exist. Create it and start again"
_BUSY = "is busy with another change. Try again in a moment"
_FULL = "has no space left on its disk. Free some space and try again; nothing was stored"
_READ_ONLY = "is read-only. Make it writable, or choose another one"
_DAMAGED = "is damaged or not a database. Restore it from a backup, or choose another one"
_NO_FILE = "cannot be opened. Check that its folder exists and is readable and writable"
_TOO_LARGE = "does not accept data of this size. Increase max_allowed_packet on its server"
_CONFLICT = "conflicts with this change because of another one made at the same time. Try again"

# By the low byte of SQLite's result codes; the higher bytes only add detail.
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _NO_FILE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CONSTRAINT: _CONFLICT,
}
# By the error numbers of MySQL and MariaDB.
_BY_MYSQL_NUMBER = {
    1021: _FULL,
    1044: _DENIED,
    1045: _DENIED,
    1049: _UNKNOWN,
    1062: _CONFLICT,
    1114: _FULL,
    1153: _TOO_LARGE,
    1205: _BUSY,
    1213: _BUSY,
    1290: _READ_ONLY,
    1698: _DENIED,
    1927: _GONE,
    2002: _GONE,
    2003: _GONE,
    2006: _GONE,
    2013: _GONE,
}
# By the beginning of PostgreSQL's SQLSTATE.
_BY_SQLSTATE = {
    "08": _GONE,
    "23": _CONFLICT,
    "25006": _READ_ONLY,
    "28": _DENIED,
    "3D000": _UNKNOWN,
    "40": _BUSY,
    "53100": _FULL,
    "53300": "has too many connections. Try again in a moment",
    "55P03": _BUSY,
    "57P": _GONE,
}
# psycopg gives no SQLSTATE before it is connected or when a connection is lost, so match the first line of its message.
_BY_PSYCOPG_WORDS = {
    "password authentication failed": _DENIED,
    "no password supplied": _DENIED,
    "does not exist": _UNKNOWN,
    "connection failed": _GONE,
    "connection refused": _GONE,
    "connection timeout expired": _GONE,
    "the connection is lost": _GONE,
}
_LONGEST_LINE = 300


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Convert exceptions of a database's driver to a `DatabaseError` with a plain sentence.

    Parameters
    ----------
    name : str
        URL of the database, without its password.

    Yields
    ------
    None

    Raises
    ------
    DatabaseError
        If the database cannot be reached or used.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseError(f"the database {name} {_BUSY}.") from error
    except DBAPIError as error:
        raise DatabaseError(f"the database {name} {describe(error)}.") from error


def describe(error: DBAPIError) -> str:
    """Return what happened and what to do, as a predicate for a sentence about the database.

    Parameters
    ----------
    error : DBAPIError

    Returns
    -------
    words : str
    """
    known = _describe_code(error.orig) or _describe_words(str(error.orig))
    if known or error.connection_invalidated:
        return known or _GONE
    first_line = (str(error.orig).strip() or type(error.orig).__name__).splitlines()[0].rstrip(".")
    return f"reports an error: {visible_prose(first_line)[:_LONGEST_LINE]}"


def _describe_code(original: BaseException | None) -> str:
    if isinstance(original, sqlite3.Error):
        # Errors raised by Python's own module have no code.
        return _BY_SQLITE_CODE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF, "")
    number = original.args[0] if original is not None and original.args else None
    if isinstance(number, int) and number in _BY_MYSQL_NUMBER:
        return _BY_MYSQL_NUMBER[number]
    # MySQL's SQLSTATEs are coarser than its error numbers.
    state = getattr(original, "sqlstate", None) or ""
    return next((words for start, words in _BY_SQLSTATE.items() if state.startswith(start)), "")


def _describe_words(text: str) -> str:
    return next((words for part, words in _BY_PSYCOPG_WORDS.items() if part in text), "")
