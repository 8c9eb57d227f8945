"""What went wrong with a database, in a sentence."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hdr_bench.exceptions import DatabaseError
from hdr_bench.names import visible_prose

_GONE = "does not answer. Start it, or wait until it is back; nothing was stored"
_DENIED = "refuses the user or the password. Check both in its URL"
_UNKNOWN = "does not exist. Create it, and start again"
_BUSY = "is busy with another change. Try again in a moment"
_FULL = "has no space left on its disk. Free some, and try again; nothing was stored"
_READ_ONLY = "cannot be written to. Allow it, or choose another"
_DAMAGED = "is damaged, or not a database. Choose another, or restore it from a copy"
_NO_FILE = "cannot be opened. Check that its folder exists and may be read and written"
_TOO_LARGE = "does not take data of this size. Raise max_allowed_packet on its server"
_CONFLICT = "holds what contradicts this change, since another was made at the same time. Try again"

# By the low byte of SQLite's result codes: the rest says where it happened.
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
# Numbers of MySQL's and MariaDB's errors.
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
# psycopg has no state for what happens before it is connected, or when a connection breaks: the first that it says.
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
    """Turn what a database's driver raises into a `DatabaseError` with a plain sentence.

    Parameters
    ----------
    name : str
        The database's URL, without its password.

    Yields
    ------
    None

    Raises
    ------
    DatabaseError
        The database cannot be reached or used.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseError(f"the database {name} {_BUSY}.") from error
    except DBAPIError as error:
        raise DatabaseError(f"the database {name} {describe(error)}.") from error


def describe(error: DBAPIError) -> str:
    """Return what happened, and what to do, as the end of a sentence that began with the database.

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
        # Python's module has no code for what it finds itself.
        return _BY_SQLITE_CODE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF, "")
    number = original.args[0] if original is not None and original.args else None
    if isinstance(number, int) and number in _BY_MYSQL_NUMBER:
        return _BY_MYSQL_NUMBER[number]
    # MySQL's states are coarser than its numbers.
    state = getattr(original, "sqlstate", None) or ""
    return next((words for start, words in _BY_SQLSTATE.items() if state.startswith(start)), "")


def _describe_words(text: str) -> str:
    return next((words for part, words in _BY_PSYCOPG_WORDS.items() if part in text), "")
