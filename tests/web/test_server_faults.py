"""Servers that are killed, share a file, or find a damaged one: nothing acknowledged is lost."""

import json
import os
import sqlite3
import subprocess
import sys
import threading

import httpx2
import psutil
import pytest

from hdr_bench import load_card, load_dataset, load_model, save_model
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.schema import prepare_schema
from hdr_bench.web.database.versions import add_version, serve_version
from hdr_bench.web.first_files import keep_file
from hdr_bench.web.first_models import register_first_models
from hdr_bench.web.settings import ServerSettings, default_database
from tests.helpers.database_servers import PASSWORD
from tests.helpers.drawn_digits import draw, some_digits
from tests.helpers.processes import still_running, wait_for
from tests.helpers.tcp_proxy import Proxy
from tests.helpers.web_server import web_server
from tests.web.test_server import upload

ARGUMENTS = ("--model", EMBEDDED_MODEL, "--workers", 1)
MODEL = EMBEDDED_MODEL.stem


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
    started = psutil.Process(server.process.pid).children(recursive=True)
    assert started
    server.kill()
    wait_for(lambda: not still_running(started))
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


@pytest.fixture(scope="module")
def second_file(tmp_path_factory):
    """The embedded network in a file with other bytes."""
    card = load_card(EMBEDDED_MODEL)
    card = card.model_copy(update={"notes": (*card.notes, "A second version.")})
    return save_model(load_model(EMBEDDED_MODEL), tmp_path_factory.mktemp("second") / "second.hdrm", card=card)


def make_two_versions(folder, second_file, url=""):
    """Make the folder and the database of a server of a model with two versions, the second of which answers."""
    settings = ServerSettings(folder, url or default_database(folder), models=(EMBEDDED_MODEL,))
    database = open_database(settings.database)
    prepare_schema(database)
    register_first_models(settings, database)
    kept = keep_file(second_file, settings.models_folder)
    with database.begin() as session:
        add_version(
            session, model=MODEL, method="cnn", origin="retrained", file=kept.name, sha256=kept.sha256, n_images=1
        )
        serve_version(session, MODEL, 2)
    close_database(database)
    return settings.models_folder / kept.name


def answering_version(client, picture):
    answer = client.post("/api/predict", content=picture, headers={"Content-Type": "image/png"})
    assert answer.json()["lines"] == ["42"]
    return answer.json()["digits"][0]["answers"][0]["version"]


def test_two_servers_share_a_file_and_the_versions_that_answer(tmp_path, picture, second_file):
    make_two_versions(tmp_path, second_file)
    with (
        web_server(tmp_path, *ARGUMENTS) as one,
        web_server(tmp_path, *ARGUMENTS) as other,
        one.client() as client,
        other.client() as second,
    ):
        threads = [threading.Thread(target=upload, args=(each, picture)) for each in (client, second) for _ in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert client.get("/api/readings").json()["total"] == 6
        assert second.get("/api/readings").json() == client.get("/api/readings").json()
        assert answering_version(second, picture) == 2

        assert client.put(f"/api/models/{MODEL}", json={"version": 1}).status_code == 200

        assert answering_version(client, picture) == 1
        wait_for(lambda: answering_version(second, picture) == 1)
        assert second.get("/api/models").json() == client.get("/api/models").json()


def test_an_earlier_version_answers_for_a_damaged_file(tmp_path, picture, second_file):
    file = make_two_versions(tmp_path, second_file)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    with web_server(tmp_path, *ARGUMENTS) as server, server.client() as client:
        assert answering_version(client, picture) == 1
        (model,) = client.get("/api/models").json()["models"]
        refused = client.put(f"/api/models/{MODEL}", json={"version": 2})
        page = client.get("/learn").text
        log = server.log()

    assert [(version["state"], version["served"]) for version in model["versions"]] == [
        ("usable", True),
        ("damaged", False),
    ]
    assert refused.status_code == 409
    assert "its file is damaged" in refused.json()["error"]
    assert "Its file is damaged, so it cannot be used." in page
    assert f"Version 1 of {MODEL} is used instead." in log


def test_a_database_that_goes_and_comes_back_is_used_again(
    tmp_path, picture, second_file, database_ports, make_server_database
):
    port, direct = database_ports("mariadb"), make_server_database("mariadb")
    make_two_versions(tmp_path, second_file, direct)
    with Proxy(port) as proxy:
        url = direct.replace(f":{port}/", f":{proxy.port}/")
        with web_server(tmp_path, *ARGUMENTS, "--database", url) as server, server.client() as client:
            assert upload(client, picture).status_code == 201
            proxy.close()
            refused = upload(client, picture)
            # Drawings need no database.
            assert answering_version(client, picture) == 2
            wait_for(lambda: "Could not look up" in server.log())
            proxy.open()
            assert upload(client, picture).status_code == 201
            assert client.get("/api/readings").json()["total"] == 2
            # What looks after the versions goes on, too.
            database = open_database(direct)
            with database.begin() as session:
                serve_version(session, MODEL, 1)
            close_database(database)
            wait_for(lambda: answering_version(client, picture) == 1)

    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    assert "is not responding. Start it, or wait until it is available" in refused.json()["error"]
    assert PASSWORD not in refused.text + server.log()


def test_a_database_that_is_locked_or_full_is_said_and_does_not_stay(tmp_path, picture):
    hurried = f"{default_database(tmp_path)}?timeout=0.2"
    with web_server(tmp_path, *ARGUMENTS, "--database", hurried) as server, server.client() as client:
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
