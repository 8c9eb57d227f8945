"""Types of the columns: what each database makes of bytes, times, numbers and JSON."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Double, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# A picture of 10 MB does not fit in MySQL's smaller types of binary data; its times have no fractions by default.
_Bytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
_Moment = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")

NEVER_AGAIN: dict[str, Any] = {"sqlite_autoincrement": True}
"""Options of a table whose numbers people and programs know: SQLite otherwise gives that of a deleted row again."""


def now() -> datetime:
    """Return the current time, in UTC.

    Returns
    -------
    moment : datetime
    """
    return datetime.now(UTC)


class UtcTime(TypeDecorator[datetime]):
    """Time in UTC: databases keep it without a zone, Python gets it with one."""

    impl = _Moment
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy gives it
        """Return the time as it is stored.

        Parameters
        ----------
        value : datetime or None
            With a time zone.
        dialect : Dialect

        Returns
        -------
        stored : datetime or None
        """
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy gives it
        """Return a stored time with its zone.

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
