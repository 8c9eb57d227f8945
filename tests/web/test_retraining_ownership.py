"""Which server runs a retraining, and what becomes of those of servers that ended."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from hdr_bench.web.database.retrainings import claim, load_retraining, queue
from hdr_bench.web.database.tables import now
from hdr_bench.web.retraining import ownership
from hdr_bench.web.retraining.ownership import claim_job, has_ended, name_owner
from tests.helpers.database_rows import add_served


def test_one_server_at_a_time(database):
    with database.begin() as session:
        add_served(session, "linear")
        queue(session, "linear")
        assert claim_job(session, name_owner()) is not None
        queue(session, "linear")
    with database.begin() as session:
        assert claim_job(session, "elsewhere:1:2") is None


def test_jobs_of_silent_servers_are_put_back_once(database):
    with database.begin() as session:
        add_served(session, "linear")
    for attempt in ("queued", "failed"):
        with database.begin() as session:
            queue(session, "linear")
            job = claim(session, "elsewhere:1:2")
            job.seen_at = now().replace(year=2020)
        with database.begin() as session:
            claimed = claim_job(session, name_owner())
        if attempt == "queued":
            assert claimed is not None
            with database.begin() as session:
                load_retraining(session, claimed.id).state = "queued"
    with database.read() as session:
        assert (load_retraining(session, job.id).state, claimed) == ("failed", None)


def test_owners():
    host, pid, began = name_owner().rsplit(":", 2)
    assert not has_ended(name_owner())
    assert has_ended(f"{host}:{pid}:1{began}")
    assert not has_ended(f"{host}-elsewhere:{pid}:1")
    assert not has_ended("")


def test_a_clock_that_is_set_does_not_end_a_server(monkeypatch):
    owner = name_owner()
    began = psutil.Process().create_time()
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: began + 3_600)
    assert not has_ended(owner)
    monkeypatch.setattr(ownership, "_BOOT", Path("/none"))
    assert not has_ended(name_owner())


def test_a_process_that_nobody_waited_for_has_ended():
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    process.stdout.read()
    # It is not collected.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    host, _, began = name_owner().rsplit(":", 2)
    assert has_ended(f"{host}:{process.pid}:{began}")
    assert ownership._began(process.pid) == ""
    with process:
        pass
    assert ownership._began(process.pid) == ""
