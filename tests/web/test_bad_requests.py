"""Requests that are malformed: each gets a sentence, and none ends the server."""

import json
import socket
from contextlib import suppress

import httpx2

from tests.helpers.drawn_digits import draw, some_digits

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
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
