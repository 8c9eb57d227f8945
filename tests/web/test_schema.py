"""Tables: made and changed on each kind of database, by one server at a time."""

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from hdr_bench.exceptions import DatabaseError
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.locks import VERSION_TABLE
from hdr_bench.web.database.schema import make_config, prepare_schema
from hdr_bench.web.database.tables import Table

PREPARE = """
import sys
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
database = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
prepare_schema(database)
close_database(database)
"""


@pytest.fixture
def own_database(empty_database_url):
    """A database of each kind, with tables that a test may change."""
    opened = open_database(empty_database_url)
    prepare_schema(opened)
    yield opened
    close_database(opened)


def test_migrations_make_what_the_tables_say_and_take_it_back(own_database):
    prepare_schema(own_database)
    with own_database.begin() as session:
        connection = session.connection()
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, Table.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Table.metadata.tables, VERSION_TABLE}
        command.downgrade(make_config(connection), "base")
        assert inspect(connection).get_table_names() == [VERSION_TABLE]
    prepare_schema(own_database)


def test_servers_that_start_at_once_make_the_tables_once(empty_database_url):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PREPARE, empty_database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.close()
    for process in processes:
        process.stdout.close()
        assert process.wait() == 0
    database = open_database(empty_database_url)
    with database.read() as session:
        assert session.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).all() == [("0001",)]
    close_database(database)


def test_tables_of_a_newer_version_are_refused(own_database):
    with own_database.begin() as session:
        session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="newer version .9999.* Install a newer hdr-bench"):
        prepare_schema(own_database)


def test_tables_of_others_are_left_alone(empty_database_url):
    database = open_database(empty_database_url)
    with database.begin() as session:
        session.execute(text("CREATE TABLE pictures (title VARCHAR(20))"))
    with pytest.raises(DatabaseError, match="did not create.*: pictures. Choose an empty database"):
        prepare_schema(database)
    with database.read() as session:
        names = inspect(session.connection()).get_table_names()
    assert names == ["pictures"]
    close_database(database)
