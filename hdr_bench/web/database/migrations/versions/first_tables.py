"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BYTES = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# Any character can be stored, names are case- and accent-sensitive, and foreign keys are enforced, whatever the
# server's defaults.
_MYSQL = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}
_OPTIONS: dict[str, Any] = {
    f"{name}_{option}": value for name in ("mysql", "mariadb") for option, value in _MYSQL.items()
}
# The id of a deleted row is never reused.
_OPTIONS["sqlite_autoincrement"] = True
_INDEXES = {
    "pictures": ("writer", "sha256", "created_at"),
    "readings": ("picture_id", "version_id", "created_at"),
    "digits": ("reading_id",),
    "answers": ("digit_id", "version_id"),
    "corrections": ("used_in_id", "created_at"),
    "learned_marks": ("version_id",),
    "retrainings": ("state",),
}


def upgrade() -> None:
    """Create the tables."""
    _make_models()
    _make_pictures()
    _make_marks()
    _make_retrainings()
    for table, columns in _INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Drop the tables with all their data."""
    for table in ("retrainings", "learned_marks", "corrections", "answers", "digits", "readings", "pictures"):
        op.drop_table(table)
    for table in ("served_models", "model_versions"):
        op.drop_table(table)


def _make_models() -> None:
    op.create_table(
        "model_versions",
        _id(),
        _text("model", 64),
        _number("number"),
        _text("method", 255),
        _text("origin", 16),
        _text("state", 16),
        _text("file", 255),
        _text("sha256", 64),
        _reference("parent_id", "model_versions", nullable=True),
        _number("n_images"),
        _number("n_corrections"),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("decision", sa.JSON(), nullable=False),
        _moment("created_at"),
        sa.UniqueConstraint("model", "number"),
        **_OPTIONS,
    )
    op.create_table(
        "served_models",
        sa.Column("name", sa.String(64), primary_key=True),
        _number("position", nullable=True),
        _reference("version_id", "model_versions"),
        _moment("changed_at"),
        **_OPTIONS,
    )


def _make_pictures() -> None:
    op.create_table(
        "pictures",
        _id(),
        _text("kind", 16),
        _text("name", 255),
        _text("media_type", 40),
        _text("writer", 64),
        sa.Column("content", _BYTES, nullable=False),
        sa.Column("thumbnail", _BYTES, nullable=False),
        _text("sha256", 64),
        _number("size"),
        _number("width"),
        _number("height"),
        _moment("created_at"),
        **_OPTIONS,
    )
    op.create_table(
        "readings",
        _id(),
        _reference("picture_id", "pictures", ondelete="CASCADE"),
        _reference("version_id", "model_versions"),
        sa.Column("lines", sa.JSON(), nullable=False),
        _number("turned"),
        sa.Column("notes", sa.JSON(), nullable=False),
        _seconds(),
        _moment("created_at"),
        **_OPTIONS,
    )


def _make_marks() -> None:
    op.create_table(
        "digits",
        _id(),
        _reference("reading_id", "readings", ondelete="CASCADE"),
        _number("position"),
        _number("line", nullable=True),
        *(_number(name) for name in ("x", "y", "width", "height")),
        _number("digit", nullable=True),
        sa.Column("image", _BYTES, nullable=False),
        **_OPTIONS,
    )
    op.create_table(
        "answers",
        _id(),
        _reference("digit_id", "digits", ondelete="CASCADE"),
        _reference("version_id", "model_versions"),
        _number("digit"),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("probabilities", sa.JSON(), nullable=False),
        _seconds(),
        sa.UniqueConstraint("digit_id", "version_id"),
        **_OPTIONS,
    )
    op.create_table(
        "corrections",
        _id(),
        _reference("digit_id", "digits", ondelete="CASCADE"),
        _number("label", nullable=True),
        sa.Column("held_back", sa.Boolean(), nullable=False),
        _text("review", 16),
        _reference("used_in_id", "model_versions", nullable=True),
        _moment("created_at"),
        sa.UniqueConstraint("digit_id"),
        **_OPTIONS,
    )


def _make_retrainings() -> None:
    op.create_table(
        "learned_marks",
        _reference("digit_id", "digits", ondelete="CASCADE", primary_key=True),
        _reference("version_id", "model_versions", primary_key=True),
        **_OPTIONS,
    )
    op.create_table(
        "retrainings",
        _id(),
        _text("model", 64),
        _text("state", 16),
        _text("stage", 255),
        _number("epoch"),
        _number("n_epochs"),
        sa.Column("reason", sa.Text(), nullable=False),
        _reference("parent_id", "model_versions"),
        _reference("version_id", "model_versions", nullable=True),
        _text("owner", 64),
        _moment("seen_at", nullable=True),
        _moment("created_at"),
        _moment("started_at", nullable=True),
        _moment("finished_at", nullable=True),
        **_OPTIONS,
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _seconds() -> sa.Column[float]:
    return sa.Column("seconds", sa.Double(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _MOMENT, nullable=nullable)


def _reference(
    name: str, table: str, *, ondelete: str | None = None, nullable: bool = False, primary_key: bool = False
) -> sa.Column[int]:
    foreign = sa.ForeignKey(f"{table}.id", ondelete=ondelete)
    return sa.Column(name, sa.Integer(), foreign, nullable=nullable, primary_key=primary_key)
