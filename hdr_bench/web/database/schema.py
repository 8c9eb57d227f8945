"""Version of the database's tables, upgraded by Alembic's migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.locks import VERSION_TABLE, lock_schema
from hdr_bench.web.database.tables import Table

_MIGRATIONS = Path(__file__).parent / "migrations"


def prepare_schema(database: Database) -> None:
    """Create the tables, or upgrade older ones; servers that start at the same time wait for each other.

    Parameters
    ----------
    database : Database

    Raises
    ------
    DatabaseError
        If the database cannot be reached, its tables are of a newer version, or another program created tables with
        these names.
    """
    with database.begin() as session:
        connection = session.connection()
        with lock_schema(connection):
            _migrate(database, connection)


def _migrate(database: Database, connection: Connection) -> None:
    config = make_config(connection)
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if current == scripts.get_current_head():
        return
    if current is None:
        _check_foreign(database, connection)
    elif current not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseError(
            f"the tables of the database {database.name} have a newer version ({current}) than this hdr-bench supports."
            " Install a newer hdr-bench, or choose another database."
        )
    command.upgrade(config, "head")


def make_config(connection: Connection) -> Config:
    """Return Alembic's settings for migrations over a connection.

    Parameters
    ----------
    connection : Connection

    Returns
    -------
    config : Config
    """
    config = Config()
    # A percent sign begins a reference to another setting.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _check_foreign(database: Database, connection: Connection) -> None:
    names = sorted(set(inspect(connection).get_table_names()) & set(Table.metadata.tables))
    if names:
        raise DatabaseError(
            f"the database {database.name} already has tables that hdr-bench did not create or did not finish:"
            f" {', '.join(names)}. Choose an empty database."
        )
