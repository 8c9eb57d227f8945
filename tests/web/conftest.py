"""Databases for tests of the web application."""

import os
from contextlib import ExitStack
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, delete, text, update

from hdr_bench import load_dataset, save_model
from hdr_bench.experiments.fitting import FitRequest, fit_model
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.web.database.address import read_address
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.database.tables import ModelVersion, Table
from tests.helpers.database_servers import KINDS, find_program, shared_server
from tests.helpers.web_server import web_server


@pytest.fixture(scope="session")
def database_ports(tmp_path_factory):
    """A function that gives the port of a database server, and starts it if nobody has."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "database-servers"
    ports = {}
    with ExitStack() as stack:

        def find(kind):
            missing = [program for program in KINDS[kind].programs if find_program(program) is None]
            if missing:
                pytest.skip(f"{' and '.join(missing)} of {kind} cannot be found")
            if kind not in ports:
                ports[kind] = stack.enter_context(shared_server(kind, place))
            return ports[kind]

        yield find


@pytest.fixture(scope="session")
def make_server_database(database_ports):
    """A function that makes an empty database on a server, and gives its URL."""

    def make(kind):
        port, name = database_ports(kind), f"test_{uuid4().hex}"
        admin = create_engine(read_address(KINDS[kind].url(port, KINDS[kind].admin)), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return KINDS[kind].url(port, name)

    return make


@pytest.fixture(params=["sqlite", *KINDS])
def empty_database_url(request, tmp_path):
    """A database of each kind without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'digits.sqlite'}"
    return request.getfixturevalue("make_server_database")(request.param)


@pytest.fixture(scope="module", params=["sqlite", *KINDS])
def database_url(request, tmp_path_factory):
    """A database of each kind with tables, which the tests of a file share."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'digits.sqlite'}"
    return request.getfixturevalue("make_server_database")(request.param)


@pytest.fixture(scope="module")
def _prepared_database(database_url):
    opened = open_database(database_url)
    prepare_schema(opened)
    yield opened
    close_database(opened)


@pytest.fixture
def database(_prepared_database):
    """A database of each kind, whose tables have no rows."""
    yield _prepared_database
    with _prepared_database.begin() as session:
        session.execute(update(ModelVersion).values(parent_id=None))
        for table in reversed(Table.metadata.sorted_tables):
            session.execute(delete(table))


@pytest.fixture(scope="session")
def digits():
    """The test part of mnist-5k."""
    return load_dataset("mnist-5k").test


@pytest.fixture(scope="session")
def neighbors(once):
    """The file of k-nearest neighbors of mnist-5k, which learns again within seconds."""

    def make(folder):
        folder.mkdir()
        fitted = fit_model(FitRequest("knn", "mnist-5k"))
        save_model(fitted.model, folder / "neighbors.hdrm", card=fitted.card)

    return once("neighbors", make) / "neighbors.hdrm"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A real server with the embedded network, which all tests share that do not end it."""
    with web_server(tmp_path_factory.mktemp("web"), "--model", EMBEDDED_MODEL, "--workers", 1) as started:
        yield started


@pytest.fixture(scope="session")
def client(server):
    """What sends requests to that server."""
    with server.client() as client:
        yield client
