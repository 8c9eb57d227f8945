"""Who is answered: hosts, origins, tokens, limits, headers."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from hdr_bench.web.security import make_middleware
from hdr_bench.web.settings import ServerSettings

SETTINGS = ServerSettings(Path("unused"), "sqlite://", most_bytes=1_000)
TOKEN = "a long token"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


async def echo(request: Request):
    body = await request.body()
    return PlainTextResponse(f"{len(body)} {request.query_params}")


def make_client(clock=None, **changes):
    app = Starlette(
        routes=[Route("/{path:path}", echo, methods=["GET", "POST", "PUT"])],
        middleware=make_middleware(replace(SETTINGS, **changes), clock=clock or Clock()),
    )
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)


@pytest.fixture(scope="module")
def client():
    return make_client()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "LOCALHOST:1", "[::1]:8000"])
def test_the_machines_own_names_are_answered(client, host):
    assert client.get("/api/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "192.168.1.2", "localhost.evil.org:8000"])
def test_other_hosts_are_not(client, host):
    answer = client.get("/", headers={"Host": host})

    assert answer.status_code == 403
    assert "--trusted-host" in answer.text
    assert client.get("/api/models", headers={"Host": host}).json()["error"].endswith(".")


@given(host=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40))
def test_no_host_is_answered_but_those_that_are_known(client, host):
    answer = client.get("/", headers={"Host": host.encode("latin-1")})

    known = {"localhost", "127.0.0.1", "[::1]"}
    assert (answer.status_code == 200) == (host.lower().partition("]")[0].rpartition(":")[0] in known or host in known)


def test_a_proxys_host_and_every_address_are_answered_if_asked_for():
    trusted = make_client(trusted_hosts=("digits.example.org",))
    everywhere = make_client(host="0.0.0.0", token=TOKEN)

    assert trusted.get("/", headers={"Host": "digits.example.org"}).status_code == 200
    assert trusted.get("/", headers={"Host": "other.example.org"}).status_code == 403
    assert everywhere.get("/health", headers={"Host": "192.168.1.2:8000"}).status_code == 200
    assert everywhere.get("/health", headers={"Host": "example.org"}).status_code == 403


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "http://user@127.0.0.1:8000"},
    {"Origin": "file://127.0.0.1:8000"},
    {"Origin": "http://[::1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_pages_of_other_sites_are_refused(client, headers):
    assert client.get("/api/models", headers=headers).status_code == 403
    assert client.post("/api/predict", headers=headers).status_code == 403
    assert client.post("/learn/retrain", headers=headers).status_code == 403
    # A link may lead here.
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://127.0.0.1:8000"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_own_pages_and_programs_are_answered(client, headers):
    assert client.post("/api/predict", headers=headers).status_code == 200


def test_with_a_token_programs_must_send_it():
    client = make_client(token=TOKEN)

    refused = [client.get("/api/models", headers=each) for each in ({}, {"Authorization": f"Bearer {TOKEN}x"})]
    answered = client.get("/api/models", headers={"Authorization": f"Bearer {TOKEN}"})

    assert [each.status_code for each in refused] == [401, 401]
    assert refused[0].headers["WWW-Authenticate"] == "Bearer"
    assert answered.status_code == 200
    assert client.get("/health").status_code == 200


def test_a_browser_shows_the_token_once_and_keeps_a_cookie():
    client = make_client(token=TOKEN)

    asked = client.get("/collection")
    opened = client.get("/collection", params={"token": TOKEN, "page": "2"})
    cookie = opened.headers["Set-Cookie"]

    assert asked.status_code == 401
    assert "<form" in asked.text
    assert (opened.status_code, opened.headers["Location"]) == (303, "/collection?page=2")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert client.get("/collection").status_code == 200
    # No cookie opens the API.
    assert client.get("/api/models").status_code == 401
    headers = {"Cookie": cookie.partition(";")[0]}
    assert make_client(token=TOKEN).get("/", headers=headers).status_code == 200
    assert make_client(token="another").get("/", headers=headers).status_code == 401


def test_a_redirect_leads_to_no_other_host():
    answer = make_client(token=TOKEN).get(f"http://127.0.0.1:8000//evil.example/?token={TOKEN}")

    assert answer.headers["Location"].startswith("/evil.example")


def test_bodies_are_counted_whatever_the_headers_say(client):
    def chunks():
        yield b"x" * 60_000
        yield b"x" * 60_000

    assert client.post("/api/readings", content=b"x" * 66_000).status_code == 200
    assert client.post("/api/readings", content=b"x" * 67_000).status_code == 413
    assert client.post("/api/readings", content=chunks()).status_code == 413
    assert client.post("/learn/retrain", content=b"x" * 66_000).status_code == 413
    assert client.post("/api/readings", content=b"", headers={"Content-Length": "ten"}).status_code == 400


def test_a_client_waits_its_turn_and_others_do_not_wait_for_it():
    clock = Clock()
    client = make_client(clock, requests_per_minute=3, host="0.0.0.0", token=TOKEN, trusted_hosts=("a.example",))

    def ask(address):
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": address}
        return client.get("/api/models", headers=headers)

    # The peer is not this machine's proxy, so that what it says of its clients counts nothing.
    first = [ask("1.2.3.4").status_code for _ in range(4)]
    refused = ask("5.6.7.8")
    clock.now += float(refused.headers["Retry-After"])

    assert first == [200, 200, 200, 429]
    assert refused.status_code == 429
    assert ask("1.2.3.4").status_code == 200
    assert client.get("/health").status_code == 200


def test_behind_a_proxy_the_address_that_it_saw_counts():
    from hdr_bench.web.security.rate_limit import name_client

    def scope(peer, *forwarded):
        return {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", b) for b in forwarded]}

    proxied = scope("127.0.0.1", b"6.6.6.6, 1.2.3.4")

    assert name_client(proxied, behind_proxy=True) == "1.2.3.4"
    assert name_client(proxied, behind_proxy=False) == "127.0.0.1"
    assert name_client(scope("9.9.9.9", b"1.2.3.4"), behind_proxy=True) == "9.9.9.9"
    assert name_client(scope("2001:db8::1"), behind_proxy=True) == name_client(scope("2001:db8::2"), behind_proxy=True)


def test_every_answer_has_its_headers(client):
    answers = [client.get("/"), client.get("/", headers={"Host": "evil.example"}), client.get("/api/x")]

    for answer in answers:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
