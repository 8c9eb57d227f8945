"""Servers that are killed, share a file, or find a damaged one: nothing acknowledged is lost."""

import json
import os
import sqlite3
import subprocess
import sys
import threading

import httpx2
import pytest

from hdr_bench import load_dataset
from hdr_bench.models.embedded import EMBEDDED_MODEL
from tests.helpers.processes import wait_for
from tests.helpers.web_server import web_server
from tests.web.test_server import draw, some_digits, upload

ARGUMENTS = ("--model", EMBEDDED_MODEL, "--workers", 1)


@pytest.fixture(scope="module")
def picture():
    return draw(some_digits(load_dataset("mnist-5k").test, 4, 2))


def send_until_killed(server, send, n_before):
    """Send requests one after the other, kill the server amid them, and return those that it acknowledged."""
    acknowledged, enough = [], threading.Event()

    def work():
        with server.client() as client:
            while True:
                try:
                    answer = send(client, len(acknowledged))
                except httpx2.HTTPError:
                    return
                if answer.is_success:
                    acknowledged.append(answer.json())
                if len(acknowledged) >= n_before:
                    enough.set()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert enough.wait(300)
    server.kill()
    for thread in threads:
        thread.join()
    return acknowledged


def test_a_server_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path, picture):
    with web_server(tmp_path, *ARGUMENTS) as server:
        readings = send_until_killed(server, lambda client, _: upload(client, picture), 4)

    with web_server(tmp_path, *ARGUMENTS) as server, server.client() as client:
        for reading in readings:
            assert client.get(f"/api/readings/{reading['id']}").json() == reading
        marks = [digit["id"] for reading in readings for digit in reading["digits"]]

        def correct(client, number):
            return client.post("/api/corrections", json={"digit_id": marks[number % len(marks)], "label": number % 10})

        corrections = send_until_killed(server, correct, 5)

    with web_server(tmp_path, *ARGUMENTS) as server, server.client() as client:
        stored = {row["id"]: row for row in client.get("/api/corrections").json()["corrections"]}
        assert {row["id"] for row in corrections} <= set(stored)
        # Each reading is there whole, or not at all.
        for row in client.get("/api/readings").json()["readings"]:
            assert len(client.get(f"/api/readings/{row['id']}").json()["digits"]) == 2
        assert upload(client, picture).status_code == 201
        assert client.get("/health").status_code == 200


def test_two_servers_share_a_file_and_the_versions_that_answer(tmp_path, picture):
    with (
        web_server(tmp_path, *ARGUMENTS) as one,
        web_server(tmp_path, *ARGUMENTS) as other,
        one.client() as client,
        other.client() as second,
    ):
        assert len(client.get("/api/models").json()["models"][0]["versions"]) == 1
        threads = [threading.Thread(target=upload, args=(each, picture)) for each in (client, second) for _ in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert client.get("/api/readings").json()["total"] == 6
        assert second.get("/api/readings").json() == client.get("/api/readings").json()


def test_a_damaged_model_file_is_not_served(tmp_path, picture):
    with web_server(tmp_path, *ARGUMENTS) as server, server.client() as client:
        upload(client, picture)
    (file,) = (tmp_path / "models").glob("*.hdrm")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    with web_server(tmp_path, *ARGUMENTS) as server, server.client() as client:
        answer = client.post("/api/predict", content=picture, headers={"Content-Type": "image/png"})

        # The file that was given is whole, and is copied again.
        assert answer.status_code == 200
        assert answer.json()["lines"] == ["42"]


def test_a_database_that_is_locked_or_full_is_said_and_does_not_stay(tmp_path, picture):
    with web_server(tmp_path, *ARGUMENTS) as server, server.client() as client:
        assert upload(client, picture).status_code == 201
        other = sqlite3.connect(tmp_path / "digits.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = upload(client, picture)
        other.execute("ROLLBACK")
        other.close()
        again = upload(client, picture)

    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    assert "locked" in refused.json()["error"] or "busy" in refused.json()["error"].lower()
    assert again.status_code == 201


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path, picture):
    # Files of the server and of what it starts may have so many blocks of 512 bytes, as on a disk that is full.
    serve = (
        f'"{sys.executable}" -m hdr_bench serve --port 0 --folder "{tmp_path}" --workers 1 --model "{EMBEDDED_MODEL}"'
    )
    command = ["sh", "-c", f"ulimit -f 4000; exec {serve}"]
    noise = os.urandom(300_000)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().split()[-1]
        try:
            with httpx2.Client(base_url=address, timeout=300) as client:
                answers = [upload(client, picture + noise) for _ in range(12)]
                shown = client.get("/api/readings").json()
        finally:
            process.kill()

    statuses = [answer.status_code for answer in answers]
    assert 201 in statuses
    assert statuses[-1] == 503
    assert json.loads(answers[-1].text)["error"]
    assert shown["total"] == statuses.count(201)


def test_a_killed_server_leaves_no_process_behind(tmp_path):
    import psutil

    with web_server(tmp_path, *ARGUMENTS) as server:
        started = psutil.Process(server.process.pid).children(recursive=True)
        assert started
        server.kill()
        wait_for(lambda: not any(each.is_running() and each.status() != "zombie" for each in started))
