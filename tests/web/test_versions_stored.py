"""Versions of models and retrainings: one is served, one runs, whoever asks at once."""

import threading
from datetime import timedelta

import pytest

from hdr_bench.exceptions import ModelFileError
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.retrainings import (
    abandoned,
    claim,
    finish,
    list_retrainings,
    load_retraining,
    queue,
    report_progress,
    requeue,
)
from hdr_bench.web.database.versions import (
    add_version,
    find_version,
    list_versions,
    next_number,
    serve_version,
    served_versions,
)
from tests.helpers.database_rows import add_served


def test_versions_are_numbered_per_model_and_served_in_their_order(database):
    with database.begin() as session:
        for model in ("svm", "cnn", "knn"):
            add_served(session, model, sha256=model)
        parent = list_versions(session, "cnn")[0]
        offered = _add(session, parent_id=parent.id, state="offered", scores={"mnist": {"accuracy": 0.99}})
        assert (offered.number, next_number(session, "cnn"), next_number(session, "new")) == (2, 3, 1)
        assert _served(session) == [("svm", 1), ("cnn", 1), ("knn", 1)]
        assert serve_version(session, "cnn", 2).state == "usable"
        assert serve_version(session, "cnn", 3) is None
        assert serve_version(session, "nobody", 1) is None
        assert find_version(session, "svm", sha256="svm").number == 1
        assert find_version(session, "svm", sha256="other") is None
    with database.begin() as session:
        assert _served(session) == [("svm", 1), ("cnn", 2), ("knn", 1)]
        versions = list_versions(session, "cnn")
        assert [(version.number, version.parent_id) for version in versions] == [(1, None), (2, parent.id)]
        assert versions[1].scores == {"mnist": {"accuracy": 0.99}}
        assert serve_version(session, "cnn", 1).number == 1
    with database.read() as session:
        assert _served(session) == [("svm", 1), ("cnn", 1), ("knn", 1)]


def test_a_damaged_or_rejected_version_is_not_served(database):
    with database.begin() as session:
        add_served(session)
        _add(session, state="refused")
        _add(session).state = "damaged"
    for number, message in ((2, "did worse than the version that it was retrained from"), (3, "file is damaged")):
        with pytest.raises(ModelFileError, match=message), database.begin() as session:
            serve_version(session, "cnn", number)
    with database.read() as session:
        assert _served(session) == [("cnn", 1)]


def test_a_job_goes_from_queued_to_done(database):
    with database.begin() as session:
        first = add_served(session)
        job = queue(session, "cnn")
        assert queue(session, "cnn").id == job.id
        assert queue(session, "nobody") is None
        second = _add(session)
        serve_version(session, "cnn", second.number)
    with database.begin() as session:
        running = claim(session, "a")
        assert (running.id, running.state, running.parent.number) == (job.id, "running", 2), first
        assert claim(session, "b") is None
        assert queue(session, "cnn").id != job.id
        assert claim(session, "a") is None
    with database.begin() as session:
        assert report_progress(session, job.id, "a", stage="training", epoch=2, n_epochs=9)
        assert not report_progress(session, job.id, "b", stage="stolen")
        assert not finish(session, job.id, "b", state="failed", reason="stolen")
        loaded = load_retraining(session, job.id)
        assert (loaded.stage, loaded.epoch, loaded.n_epochs) == ("training", 2, 9)
    with database.begin() as session:
        assert finish(session, job.id, "a", state="done", version_id=second.id)
        assert not finish(session, job.id, "a", state="failed")
    with database.begin() as session:
        done = load_retraining(session, job.id)
        assert (done.state, done.version.number, done.owner) == ("done", 2, "")
        assert done.finished_at >= done.started_at >= done.created_at
        page = list_retrainings(session)
        assert [(row.id, row.state) for row in page.rows] == [(page.rows[0].id, "queued"), (job.id, "done")]
        assert claim(session, "b").id == page.rows[0].id


def test_a_job_whose_server_is_gone_can_be_taken_up_again(database):
    with database.begin() as session:
        add_served(session)
        queue(session, "cnn")
        job = claim(session, "a")
        assert abandoned(session, timedelta(hours=1)) == []
        assert [row.id for row in abandoned(session, timedelta(seconds=-1))] == [job.id]
        assert requeue(session, job.id, "a")
        assert not report_progress(session, job.id, "a", stage="training")
        again = claim(session, "b")
        assert (again.id, again.owner, again.state) == (job.id, "b", "running")


def test_of_servers_that_claim_at_once_one_gets_the_job(database_url, database):
    with database.begin() as session:
        add_served(session)
        add_served(session, "svm")
        queue(session, "cnn")
        queue(session, "svm")
    servers = [open_database(database_url) for _ in range(6)]
    jobs = _at_once(servers, claim)
    assert sum(job is not None for job in jobs) == 1


def test_servers_that_add_a_version_at_once_get_different_numbers(database_url, database):
    servers = [open_database(database_url) for _ in range(6)]
    versions = _at_once(servers, _add_version)
    assert sorted(version.number for version in versions) == [1, 2, 3, 4, 5, 6]


def _at_once(servers, act):
    """Let servers do the same in one transaction each, at the same time; return what each got."""
    barrier, results = threading.Barrier(len(servers)), [None] * len(servers)

    def run(place):
        barrier.wait()
        with servers[place].begin() as session:
            results[place] = act(session, f"server {place}")

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(servers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for server in servers:
        close_database(server)
    return results


def _add_version(session, name):
    return _add(session, method=name)


def _add(session, **columns):
    columns = {"method": "cnn", "origin": "retrained", "sha256": "0" * 64, "n_images": 1, **columns}
    return add_version(session, model="cnn", file="cnn.hdrm", **columns)


def _served(session):
    return [(model.name, version.number) for model, version in served_versions(session)]
