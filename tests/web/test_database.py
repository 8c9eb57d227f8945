"""The connection with the database: its address, its faults, and that it works again afterwards."""

import sqlite3
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text

from hdr_bench.exceptions import DatabaseError, MissingDependencyError, PictureError
from hdr_bench.web.database import sqlite
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.database.tables import Picture
from tests.helpers.database_rows import add_picture, add_served
from tests.helpers.database_servers import KINDS, PASSWORD
from tests.helpers.tcp_proxy import Proxy

LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def sqlite_file(tmp_path):
    """A SQLite file with its tables, and a version that is served."""
    path = tmp_path / "digits.sqlite"
    database = open_database(f"sqlite:///{path}")
    prepare_schema(database)
    with database.begin() as session:
        add_served(session)
    close_database(database)
    return path


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "is not valid. Write it as sqlite:///FILE"),
        ("digits.sqlite", "is not valid"),
        ("mysql://ann:secret@host:port/name", "is not valid"),
        ("sqlite://", "does not name a file"),
        ("sqlite:///:memory:", "does not name a file"),
        ("mysql://ann:secret@host", r"mysql\+pymysql://ann:\*\*\*@host does not name a database"),
        ("mongodb://ann:secret@host/name", "unknown kind of database 'mongodb'"),
        ("postgresql://ann@host?password=secret", "postgresql.psycopg://ann@host does not name a database"),
        ("sqlite:////proc/none/digits.sqlite", "cannot create the folder /proc/none of the database"),
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(url, message):
    with pytest.raises(DatabaseError, match=message) as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [("mariadb://host/name", "pymysql", "mysql"), ("postgres://host/name", "psycopg", "postgresql")],
)
def test_a_missing_driver_is_named_with_its_extra(url, module, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        MissingDependencyError,
        match=rf"needs {module}, which is not installed; run: pip install 'hdr-bench\[{extra}\]'",
    ):
        open_database(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_password_is_said_and_not_shown(kind, make_server_database):
    url = make_server_database(kind).replace("ink%3A", "pencil")
    with pytest.raises(DatabaseError, match="rejected the user or the password") as caught:
        prepare_schema(open_database(url))
    assert "pencil" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_that_is_not_there_is_said(kind, make_server_database):
    with pytest.raises(DatabaseError, match="nowhere does not exist. Create it"):
        prepare_schema(open_database(make_server_database(kind).rpartition("/")[0] + "/nowhere"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_was_restarted_is_found_again(kind, database_ports, make_server_database):
    port = database_ports(kind)
    with Proxy(port) as proxy:
        url = make_server_database(kind).replace(f":{port}/", f":{proxy.port}/")
        database = open_database(url)
        prepare_schema(database)
        _store(database)
        proxy.close()
        proxy.open()
        _store(database)
        proxy.close()
        with pytest.raises(DatabaseError, match="is not responding. Start it, or wait") as caught:
            _store(database)
        assert PASSWORD not in str(caught.value)
        proxy.open()
        _store(database)
        with pytest.raises(DatabaseError, match="is not responding"):
            _store(database, interrupt=proxy.close)
        proxy.open()
        assert _count(database) == 3
        close_database(database)


def test_what_a_transaction_did_is_undone_at_an_error(database):
    with pytest.raises(PictureError):
        _store(database, interrupt=_fail)
    assert _count(database) == 0
    _store(database)
    with pytest.raises(DatabaseError, match="conflicts with this change"), database.begin() as session:
        session.execute(text("UPDATE readings SET picture_id = 2147483647"))
    assert _count(database) == 1


def test_a_file_that_another_process_locks_is_waited_for_and_then_said(sqlite_file):
    locking = subprocess.Popen([sys.executable, "-c", LOCK, sqlite_file], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with locking:
        locking.stdout.readline()
        hurried = open_database(f"sqlite:///{sqlite_file}?timeout=0.05")
        with pytest.raises(DatabaseError, match="is busy with another change. Try again"):
            _store(hurried)
        assert _count(hurried) == 0, "who reads does not wait"
        patient = open_database(f"sqlite:///{sqlite_file}?timeout=600")
        thread = threading.Thread(target=_store, args=(patient,))
        thread.start()
        locking.stdin.close()
    thread.join()
    _store(hurried)
    assert _count(hurried) == 2
    close_database(hurried)
    close_database(patient)


def test_a_full_disk_loses_nothing_that_was_stored(sqlite_file):
    database = open_database(f"sqlite:///{sqlite_file}")
    _store(database)
    with database.begin() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages + 5}"))
    with pytest.raises(DatabaseError, match="no space left on its disk. Free some"):
        _store(database, content=bytes(1_000_000))
    assert _count(database) == 1
    with database.begin() as session:
        session.execute(text("PRAGMA max_page_count = 100000"))
    _store(database, content=bytes(1_000_000))
    assert _count(database) == 2
    close_database(database)


def test_a_file_that_is_no_database_or_may_not_be_used_is_said(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("What is written here is not a database, and long enough for one." * 50)
    for path, message in ((file, "is damaged or not a database"), (tmp_path, "cannot be opened")):
        with pytest.raises(DatabaseError, match=message):
            prepare_schema(open_database(f"sqlite:///{path}"))
    assert file.read_text().startswith("What is written")


def test_a_file_is_set_up_for_several_processes_and_forgets_what_is_deleted(sqlite_file):
    database = open_database(f"sqlite:///{sqlite_file}")
    with database.read() as session:
        pragmas = ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        assert [session.scalar(text(f"PRAGMA {name}")) for name in pragmas] == ["wal", 1, 1, 10_000]
    _store(database, content=b"a picture of somebody's handwriting" * 500)
    with database.begin() as session:
        session.query(Picture).delete()
    close_database(database)
    assert b"handwriting" not in sqlite_file.read_bytes()
    with sqlite3.connect(sqlite_file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_new_file_that_another_server_writes_is_waited_for(tmp_path, monkeypatch):
    path = tmp_path / "new.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hurried = open_database(f"sqlite:///{path}?timeout=0")
    with pytest.raises(DatabaseError, match="is busy with another change"):
        prepare_schema(hurried)
    close_database(hurried)
    # The other one is done as soon as this one waits for it.
    waiting = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: other.execute("ROLLBACK"))
    monkeypatch.setattr(sqlite, "time", waiting)
    database = open_database(f"sqlite:///{path}")
    prepare_schema(database)
    close_database(database)
    other.close()


def test_many_threads_store_and_read_at_once(database):
    errors = []

    def work():
        try:
            for _ in range(3):
                _store(database)
                _count(database)
        except DatabaseError as error:
            errors.append(error)

    _store(database)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert _count(database) == 25


def _fail():
    raise PictureError("the picture is damaged.")


def _store(database, interrupt=None, **columns):
    with database.begin() as session:
        add_picture(session, [add_served(session)], **columns)
        if interrupt is not None:
            interrupt()
            session.execute(select(Picture.id))


def _count(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Picture))
