"""Column types: how each database stores bytes, times, numbers and JSON."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Double, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# A picture of 10 MB does not fit into MySQL's smaller binary types; its times have no fractions of a second by default.
_Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
_Moment = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")

NEVER_AGAIN: dict[str, Any] = {"sqlite_autoincrement": True}
"""Options of tables whose ids are visible outside: otherwise SQLite reuses the ids of deleted rows."""


def now() -> datetime:
    """Return the current time, in UTC.

    Returns
    -------
    moment : datetime
    """
    return datetime.now(UTC)


class UtcTime(TypeDecorator[datetime]):
    """Time in UTC: stored without a time zone, returned to Python with one."""

    impl = _Moment
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy gives it
        """Convert a time for storage.

        Parameters
        ----------
        value : datetime or None
            Time with a time zone.
        dialect : Dialect

        Returns
        -------
        stored : datetime or None
        """
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy gives it
        """Convert a stored time, adding its time zone.

        Parameters
        ----------
        value : datetime or None
        dialect : Dialect

        Returns
        -------
        moment : datetime or None
        """
        return None if value is None else value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcTime,
        float: Double(),
        bytes: _Bytes,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }
