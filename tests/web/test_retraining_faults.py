"""Retraining when servers are killed: nothing is lost, and no half version is served."""

import hashlib
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from hdr_bench.web.database.retrainings import queue
from hdr_bench.web.database.versions import served_versions
from tests.helpers.processes import still_running, wait_for
from tests.helpers.retraining import (
    add_corrections,
    fit_small,
    make_server,
    read_jobs,
    read_versions,
    turned_sevens,
)

_SERVER = Path(__file__).parents[1] / "helpers" / "retraining_server.py"


@pytest.fixture
def place(tmp_path, once):
    """A folder of a server and its database, with a retraining in its queue."""
    folder = tmp_path / "server"
    settings, database = make_server(folder, once("small-models", fit_small) / "linear.hdrm")
    add_corrections(database, turned_sevens(20), 7)
    with database.begin() as session:
        queue(session, "linear")
    yield settings.folder, database
    database.engine.dispose()


@contextmanager
def _running(folder, *moment):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(_SERVER), str(folder), *moment]
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _check_versions(folder, database):
    """Each version has its whole file, and the served one is one of them."""
    for version in read_versions(database):
        content = (folder / "models" / version.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == version.sha256
    with database.read() as session:
        ((_, served),) = served_versions(session)
    return served


@pytest.mark.parametrize(("moment", "n_versions"), [("before", 1), ("within", 1), ("after", 2)])
def test_killed_around_the_swap(place, moment, n_versions):
    folder, database = place
    with _running(folder, moment) as server:
        assert server.wait() == -signal.SIGKILL
    served = _check_versions(folder, database)
    assert len(read_versions(database)) == served.number == n_versions
    (job,) = read_jobs(database)
    assert job.state == ("done" if moment == "after" else "running")
    with _running(folder, "none"):
        wait_for(lambda: read_jobs(database)[0].state == "done")
    assert _check_versions(folder, database).number == len(read_versions(database)) == 2


def test_killed_while_it_trains(place):
    folder, database = place
    with _running(folder) as server:
        children = wait_for(lambda: psutil.Process(server.pid).children())
        # It cannot come to its end before the server is killed.
        children[0].suspend()
        assert read_jobs(database)[0].state == "running"
        server.kill()
        server.wait()
    children[0].resume()
    assert not still_running(children)
    assert _check_versions(folder, database).number == 1
    with _running(folder):
        wait_for(lambda: read_jobs(database)[0].finished_at)
        wait_for(lambda: not [*(folder / "retrainings").iterdir()])
    (job,) = read_jobs(database)
    assert job.state == "done", job.reason
    assert [version.state for version in read_versions(database)] == ["usable", "offered"]
    assert _check_versions(folder, database).number == 1


def test_killed_twice_fails_with_the_reason(place):
    folder, database = place
    for _ in range(2):
        with _running(folder, "before") as server:
            server.wait()
    with _running(folder, "none"):
        wait_for(lambda: read_jobs(database)[0].state == "failed")
    assert "twice" in read_jobs(database)[0].reason
    assert len(read_versions(database)) == 1
