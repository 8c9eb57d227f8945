"""The application as programs use it: a real server, its API, its files."""

import csv
import io
import json
import socket
import subprocess
import sys
import zipfile
from contextlib import suppress
from urllib.parse import quote

import httpx2
import numpy as np
import pytest
from PIL import Image

from hdr_bench import load_dataset
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.pictures import read_picture
from tests.helpers.web_server import web_server

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k").test


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with web_server(tmp_path_factory.mktemp("web"), "--model", EMBEDDED_MODEL, "--workers", 1) as started:
        yield started


@pytest.fixture(scope="module")
def client(server):
    with server.client() as client:
        yield client


def draw(images, side=140):
    page = np.full((2 * side, 2 * side * len(images)), 255, np.uint8)
    for position, image in enumerate(images):
        left = 2 * side * position + side // 2
        large = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
        page[side // 2 : side // 2 + side, left : left + side] = 255 - np.asarray(large)
    file = io.BytesIO()
    Image.fromarray(page).save(file, "PNG")
    return file.getvalue()


def upload(client, content, name="page.png", **fields):
    return client.post("/api/readings", files={"file": (name, content)}, data=fields)


def count_right(client):
    rows = client.get("/api/comparison").json()["models"]
    return (rows[0]["n"], rows[0]["n_right"]) if rows else (0, 0)


def some_digits(digits, *labels):
    return [digits.images[np.flatnonzero(digits.y == label)[3 + place // 2]] for place, label in enumerate(labels)]


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


BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"digit_id": 1e400, "label": 1}',
    b'{"digit_id": 99999999999999999999999999, "label": 1}',
    b'{"digit_id": "1", "label": 1}',
    b'{"digit_id": 1, "label": 10}',
    b'{"digit_id": 1, "label": -1}',
    b'{"digit_id": 1, "label": true}',
    b'{"digit_id": 1, "label": 1, "more": 1}',
    b'{"digit_id": -1, "label": 1}',
    b'{"model": 1}',
    b'{"model": "' + b"a" * 5000 + b'"}',
    b'{"model": "\\u0000"}',
    b'{"version": 1.5}',
    b'{"images": []}',
    b'{"images": [[[1]]]}',
    b'{"images": [[["a"]]]}',
]
JSON_PLACES = [
    ("POST", "/api/corrections"),
    ("POST", "/api/retrainings"),
    ("PUT", "/api/models/mnist-cnn"),
    ("PUT", "/api/models/%00"),
    ("POST", "/api/predict"),
]
BAD_QUERIES = [
    "/api/readings?page=0",
    "/api/readings?page=-1",
    "/api/readings?page=" + "9" * 400,
    "/api/readings?page=%00",
    "/api/readings?kind=other",
    "/api/readings?corrected=maybe",
    "/api/corrections?label=10",
    "/api/corrections?label=x",
    "/api/corrections?model_digit=%F0%9F%98%80",
    "/api/corrections?review=done",
    "/api/export?format=exe",
    "/api/export?label=-1",
    "/api/export?review=all",
    "/api/export?model_digit=12",
    "/api/corrections?page=x",
    "/api/corrections?page=1.0",
    "/api/corrections?page=%EF%BC%91",
    "/api/readings/0x1",
    "/api/readings/1/steps/",
    "/api/readings/999999/steps/grey",
    "/api/readings/999999/picture",
    "/readings/999999",
    "/readings/999999/thumbnail",
    "/digits/999999/image",
    "/digits/abc/image",
    "/retrainings",
    "/nothing",
    "/api/readings/99999999999999999999999999",
    "/api/readings/1e3",
    "/api/readings/-1",
    "/api/readings/../../etc/passwd",
    "/api/readings/%2e%2e%2f",
    "/api/retrainings/abc",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static//etc/passwd",
    "/%00",
    "/api/" + "a" * 5000,
]
BAD_PICTURES = [
    b"",
    b"x",
    SVG,
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a" + bytes(20),
    b"<html></html>",
    b"PK\x03\x04" + bytes(40),
]


def test_two_hundred_malformed_requests_get_a_sentence_each(server, digits):
    whole = draw(some_digits(digits, 1))
    pictures = [*BAD_PICTURES, whole[: len(whole) // 2], *(whole[:length] for length in range(20, 400, 20))]
    requests = [
        *((method, path, body, "application/json") for method, path in JSON_PLACES for body in BAD_BODIES),
        *((method, path, b"{}", kind) for method, path in JSON_PLACES for kind in ("", "text/plain", "a/b;" * 50)),
        *(("GET", path, None, "") for path in BAD_QUERIES),
        *(("POST", "/api/predict", picture, "image/png") for picture in pictures),
        *(("DELETE", path, None, "") for path in ("/", "/api/readings", "/health", "/static/style.css", "/api/export")),
        *(("POST", "/api/readings", body, kind) for body in (b"", b"--x\r\n", whole) for kind in MULTIPARTS),
    ]
    assert len(requests) >= 200

    with server.client() as client:
        for method, path, body, kind in requests:
            answer = client.request(method, path, content=body, headers={"Content-Type": kind} if kind else {})
            assert 400 <= answer.status_code < 500, (method, path, body, answer.status_code, answer.text)
            assert "Traceback" not in answer.text
            _check_sentence(answer)
        assert client.get("/health").json() == {"status": "ok"}
    assert "Traceback" not in server.log()


MULTIPARTS = ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "b" * 300]


def _check_sentence(answer):
    if answer.headers["Content-Type"].startswith("text/html"):
        assert "<!doctype html>" in answer.text
        return
    error = json.loads(answer.text)["error"]
    assert error.endswith((".", "?"))


def test_requests_that_are_no_http_do_not_end_the_server(server):
    url = httpx2.URL(server.address)
    for content in (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"G" * 100_000,
    ):
        with socket.create_connection((url.host, url.port), timeout=300) as connection, suppress(OSError):
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65_536)
            assert not answer or answer.startswith(b"HTTP/1.1 4"), (content[:60], answer[:200])

    with server.client() as client:
        assert client.get("/health").status_code == 200


def test_a_server_that_ends_says_so_to_nobody_and_keeps_what_it_acknowledged(tmp_path, digits):
    with web_server(tmp_path, "--model", EMBEDDED_MODEL, "--workers", 1) as first:
        with first.client() as client:
            reading = upload(client, draw(some_digits(digits, 5))).json()
        assert first.end() == 0
        assert first.log() == ""
    with web_server(tmp_path, "--model", EMBEDDED_MODEL, "--workers", 1) as second, second.client() as client:
        assert client.get(f"/api/readings/{reading['id']}").json() == reading
        assert len(client.get("/api/models").json()["models"][0]["versions"]) == 1


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
        f"hdr-bench: 127.0.0.1:{port} cannot be listened on: Address already in use; choose another --port, or 0\n"
    )
