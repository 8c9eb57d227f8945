"""The application as programs use it: a real server, its API, its files."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from urllib.parse import quote

import httpx2
import numpy as np
import pytest
from PIL import Image

from hdr_bench import load_dataset
from hdr_bench.exceptions import ServerError
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.pictures import read_picture
from hdr_bench.web.api.replies import reply_of_reading
from hdr_bench.web.database.engine import close_database, open_database
from hdr_bench.web.database.pictures import load_reading
from hdr_bench.web.server import run_server
from hdr_bench.web.settings import ServerSettings, default_database
from tests.helpers.drawn_digits import draw, some_digits
from tests.helpers.web_server import web_server


def upload(client, content, name="page.png", **fields):
    return client.post("/api/readings", files={"file": (name, content)}, data=fields)


def count_right(client):
    rows = client.get("/api/comparison").json()["models"]
    return (rows[0]["n"], rows[0]["n_right"]) if rows else (0, 0)


def test_a_drawing_is_answered_by_each_model_and_not_stored(client, digits):
    total = client.get("/api/readings").json()["total"]

    answer = client.post("/api/predict", content=draw(some_digits(digits, 4, 2)), headers={"Content-Type": "image/png"})

    assert answer.json()["lines"] == ["42"]
    first = answer.json()["digits"][0]
    assert (first["answers"][0]["model"], first["answers"][0]["version"]) == ("mnist-cnn", 1)
    assert sum(first["answers"][0]["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert first["probability"] == max(first["answers"][0]["probabilities"])
    assert client.get("/api/readings").json()["total"] == total


def test_images_in_the_form_of_mnist_are_answered_one_by_one(client, digits):
    answer = client.post("/api/predict", json={"images": digits.images[:20].tolist()})

    labels = [image["answers"][0]["digit"] for image in answer.json()["images"]]
    assert np.mean(labels == digits.y[:20]) > 0.9


def test_an_upload_is_read_as_the_command_reads_it(client, digits, tmp_path):
    content = draw(some_digits(digits, 7, 0, 5))
    (tmp_path / "page.png").write_bytes(content)

    answer = upload(client, content, writer="Anna")

    read = read_picture(tmp_path / "page.png")
    reading = answer.json()
    assert answer.status_code == 201
    assert reading["lines"] == list(read.lines)
    assert [digit["box"] for digit in reading["digits"]] == [list(digit.box) for digit in read.digits]
    assert [digit["probability"] for digit in reading["digits"]] == pytest.approx(
        [digit.probability for digit in read.digits], abs=1e-5
    )
    assert client.get(answer.headers["Location"]).json() == reading
    assert client.get(reading["picture"]).content == content


def test_stages_are_shown_on_request(client, digits):
    reading = upload(client, draw(some_digits(digits, 3))).json()

    steps = client.get(f"/api/readings/{reading['id']}/steps").json()["steps"]

    assert steps[-1]["name"] == "reading"
    assert Image.open(io.BytesIO(client.get(steps[1]["url"]).content)).format == "PNG"
    assert client.get(f"/api/readings/{reading['id']}/steps/none").status_code == 404


def test_a_correction_keeps_the_answers_and_is_counted(client, digits):
    reading = upload(client, draw(some_digits(digits, 8, 1)), writer="Ben").json()
    first, second = reading["digits"]
    before = count_right(client)

    added = client.post("/api/corrections", json={"digit_id": first["id"], "label": 8})
    replaced = client.post("/api/corrections", json={"digit_id": first["id"], "label": 3})
    nothing = client.post("/api/corrections", json={"digit_id": second["id"], "label": None})

    stored = client.get(f"/api/readings/{reading['id']}").json()["digits"]
    assert (added.status_code, replaced.status_code, nothing.status_code) == (201, 200, 201)
    assert stored[0]["answers"] == first["answers"]
    assert stored[0]["correction"] == {"id": added.json()["id"], "label": 3, "review": "waiting"}
    assert stored[1]["correction"]["label"] is None
    listed = client.get("/api/corrections", params={"writer": "Ben", "review": "waiting"}).json()
    assert [row["label"] for row in listed["corrections"]] == [3]
    assert client.post(f"/api/corrections/{added.json()['id']}/confirm").json()["review"] == "confirmed"
    after = count_right(client)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 0)
    assert client.delete(f"/api/corrections/{added.json()['id']}").status_code == 204
    assert client.delete(f"/api/corrections/{added.json()['id']}").status_code == 404


@pytest.mark.parametrize("form", ["folder", "csv"])
def test_an_export_is_a_data_set_that_the_library_reads(client, digits, tmp_path, form):
    writer = f"writer of {form}"
    reading = upload(client, draw(some_digits(digits, *[2, 6] * 5)), writer=writer).json()
    for digit in reading["digits"]:
        client.post("/api/corrections", json={"digit_id": digit["id"], "label": digit["digit"]})

    content = client.get("/api/export", params={"format": form, "writer": writer}).content

    if form == "folder":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(tmp_path / "own")
        images = load_dataset(f"folder:{tmp_path / 'own'}")
        labels = sorted(images.class_names[code] for code in [*images.train.y, *images.test.y])
    else:
        (tmp_path / "own.csv").write_bytes(content)
        labels = sorted(row["label"] for row in csv.DictReader(io.StringIO(content.decode())))
        images = load_dataset(f"csv:{tmp_path / 'own.csv'}")
    assert labels == ["2"] * 5 + ["6"] * 5
    assert images.train.images.shape[1:] == (28, 28)


def test_what_is_deleted_is_gone_with_all_that_hangs_on_it(client, digits):
    reading = upload(client, draw(some_digits(digits, 9)), writer="Cleo").json()
    client.post("/api/corrections", json={"digit_id": reading["digits"][0]["id"], "label": 9})

    assert client.delete("/api/writers/Cleo").json() == {"deleted": 1}

    assert client.get(f"/api/readings/{reading['id']}").status_code == 404
    assert client.get("/api/corrections", params={"writer": "Cleo"}).json()["total"] == 0
    assert client.delete(f"/api/readings/{reading['id']}").status_code == 404


@pytest.mark.parametrize("name", ["a/b", "//", "Zoë ✓", "%2e%2e", "api/readings"])
def test_a_writer_of_any_name_can_be_deleted(client, digits, name):
    upload(client, draw(some_digits(digits, 6)), writer=name)

    assert client.delete(f"/api/writers/{quote(name, safe='')}").json() == {"deleted": 1}


def test_a_method_that_an_address_does_not_take_is_answered_with_those_that_it_does(client):
    assert client.put("/api/readings").headers["Allow"] == "GET, HEAD, POST"
    assert client.put("/api/readings/1").headers["Allow"] == "DELETE, GET, HEAD"
    assert client.put("/upload").headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("says_its_size", [True, False])
def test_whoever_sends_too_much_reads_why(client, says_its_size):
    frame = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = frame + bytes(30_000_000)
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    content = body if says_its_size else pieces

    answer = client.post("/api/readings", content=content, headers={"Content-Type": "multipart/form-data; boundary=x"})

    assert answer.status_code == 413
    assert "too large" in answer.json()["error"]


def test_a_picture_is_never_served_as_anything_else(client, digits):
    # A PNG to who reads its beginning, a page to who looks for one.
    polyglot = draw(some_digits(digits, 4)) + b"<!doctype html><script>alert(1)</script>"

    reading = upload(client, polyglot, name="page.html").json()

    shown = client.get(reading["picture"])
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_every_entry_is_described_and_every_description_is_an_entry(client):
    document = client.get("/api/openapi.json").json()

    operations = [each for path in document["paths"].values() for each in path.values()]
    assert document["openapi"].startswith("3.1")
    assert len({each["operationId"] for each in operations}) == len(operations)
    names = set(document["components"]["schemas"])
    assert {name.rpartition("/")[2] for name in _references(document)} <= names
    for path, methods in document["paths"].items():
        address = path.replace("{id}", "999999").replace("{name}", "nobody")
        for method in methods:
            answer = client.request(method, address)
            assert answer.status_code != 405, (method, path)
            assert answer.status_code < 500, (method, path, answer.text)


def _references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _references(each)


def test_pages_hold_no_script_of_their_own(client):
    for path in ("/", "/upload", "/collection", "/learn", "/compare"):
        page = client.get(path)
        assert "<script>" not in page.text
        assert " style=" not in page.text
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert "<canvas" in client.get("/").text


def test_a_server_that_ends_says_so_to_nobody_and_keeps_what_it_acknowledged(tmp_path, digits):
    with web_server(tmp_path, "--model", EMBEDDED_MODEL, "--workers", 1) as first:
        with first.client() as client:
            reading = upload(client, draw(some_digits(digits, 5))).json()
        assert first.end() == 0
        assert first.log() == ""
    # That a server serves what another one stored, the tests of killed servers show.
    database = open_database(default_database(tmp_path))
    with database.read() as session:
        assert json.loads(reply_of_reading(load_reading(session, reading["id"])).model_dump_json()) == reading
    close_database(database)


def test_a_folder_of_other_files_is_refused_and_left_as_it_was(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"a picture")
    with pytest.raises(ServerError, match=r"contains other files, e\.g\. holiday\.jpg; pass a new or empty folder"):
        run_server(ServerSettings(tmp_path, default_database(tmp_path)), print)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_an_address_that_is_none_is_said(tmp_path):
    with pytest.raises(ServerError, match=r"cannot listen on nowhere\.invalid:0: .*pass an address"):
        run_server(ServerSettings(tmp_path, default_database(tmp_path), host="nowhere.invalid", port=0), print)


def test_a_port_in_use_is_said_in_a_sentence(server, tmp_path):
    port = str(httpx2.URL(server.address).port)
    ended = subprocess.run(
        [sys.executable, "-m", "hdr_bench", "serve", "--port", port, "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr == (
        f"hdr-bench: cannot listen on 127.0.0.1:{port}: Address already in use; "
        "choose another --port, or 0 for any free one\n"
    )
