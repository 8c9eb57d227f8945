"""Limits: of requests per client, and of what a request sends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.web.security.buckets import Buckets
from hdr_bench.web.security.slow_bodies import SlowBodies
from tests.helpers.guarded_app import GuardedApp

JSON = [("Content-Type", "application/json")]
KB = 1024


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_a_client_that_asks_too_often_waits():
    clock = Clock()
    app = GuardedApp(requests_per_minute=6, clock=clock)

    answers = [app.ask("/api/models") for _ in range(7)]

    assert [answer.status for answer in answers] == [200] * 6 + [429]
    assert answers[-1].headers["retry-after"] == "10"
    assert "10 seconds" in json.loads(answers[-1].text)["error"]
    clock.now += 9.9
    assert app.ask("/api/models").status == 429
    clock.now += 0.2
    assert app.ask("/api/models").status == 200
    assert app.ask("/api/models").status == 429


def test_other_clients_do_not_wait_and_files_are_free():
    app = GuardedApp(requests_per_minute=1, host="0.0.0.0", token="t")

    assert [app.ask("/api/a", client=client).status for client in ("10.0.0.1", "10.0.0.1", "10.0.0.2")] == [
        401,
        429,
        401,
    ]
    assert [app.ask(path, client="10.0.0.1").status for path in ("/static/a.js", "/health")] == [200, 200]


def test_a_network_of_ipv6_is_one_client():
    app = GuardedApp(requests_per_minute=1)

    clients = ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1", "::ffff:10.0.0.1", "10.0.0.1"]
    assert [app.ask(client=client).status for client in clients] == [200, 429, 200, 200, 429]


def test_behind_a_trusted_proxy_its_own_entry_is_the_client():
    app = GuardedApp(requests_per_minute=1, trusted_hosts=("digits.example",))

    def ask(*entries, client="127.0.0.1"):
        return app.ask(headers=[("X-Forwarded-For", entry) for entry in entries], client=client).status

    assert ask("10.0.0.1") == 200
    # What a client writes before the proxy's entry does not make it another.
    assert ask("1.2.3.4, 10.0.0.1") == 429
    assert ask("1.2.3.4", "10.0.0.1") == 429
    assert ask("10.0.0.2") == 200
    assert ask("nonsense") == 200
    assert ask("more nonsense") == 429
    # Nor is anyone else the proxy.
    assert [ask(entry, client="10.9.9.9") for entry in ("10.0.0.3", "10.0.0.4")] == [200, 429]


def test_without_a_proxy_nobody_says_who_they_are():
    app = GuardedApp(requests_per_minute=1)

    assert [app.ask(headers=[("X-Forwarded-For", entry)]).status for entry in ("10.0.0.1", "10.0.0.2")] == [200, 429]


def test_no_more_clients_are_remembered_than_fit():
    buckets = Buckets(1, Clock(), most_clients=3)

    waits = [buckets.take(client) for client in ("a", "b", "c", "a", "d", "b")]

    assert (len(buckets), waits[3] > 0) == (3, True)
    # b was asked for the longest ago, and was forgotten.
    assert waits[5] == 0


@given(st.integers(1, 5000), st.lists(st.floats(0, 100), max_size=60))
def test_in_any_time_no_more_come_through_than_the_limit_allows(per_minute, pauses):
    clock = Clock()
    buckets = Buckets(per_minute, clock)
    start, n_through = clock.now, 0

    for pause in pauses:
        clock.now += pause
        wait = buckets.take("client")
        n_through += wait == 0
        if wait:
            later = Buckets(per_minute, clock)
            later._buckets.update(buckets._buckets)
            clock.now += wait
            assert later.take("client") == 0
            clock.now -= wait

    assert n_through <= per_minute + (clock.now - start) * per_minute / 60 + 1e-6


@pytest.mark.parametrize(
    ("path", "headers", "limit"),
    [
        ("/api/readings", [], 10_000_000 + 64 * KB),
        ("/api/predict", [("Content-Type", "image/png")], 4_000_000),
        ("/api/predict", JSON, 1_000_000),
        ("/api/predict", [("Content-Type", "Application/JSON; charset=utf-8")], 1_000_000),
        ("/api/corrections", JSON, 64 * KB),
        ("/learn", [], 64 * KB),
    ],
)
def test_bodies_have_a_limit_whether_they_say_their_size_or_not(path, headers, limit):
    app = GuardedApp()
    pieces = [bytes(limit // 4)] * 4 + [bytes(limit % 4)]

    assert app.ask(path, "POST", headers, pieces).status == 200
    assert app.ask(path, "POST", [*headers, ("Content-Length", str(limit))], pieces).status == 200
    chunked = app.ask(path, "POST", headers, [*pieces, b"x"])
    lying = app.ask(path, "POST", [*headers, ("Content-Length", "5")], [*pieces, b"x"])
    honest = app.ask(path, "POST", [*headers, ("Content-Length", str(limit + 1))], None)
    assert [answer.status for answer in (chunked, lying, honest)] == [413, 413, 413]
    assert "too large" in honest.text


def test_a_body_that_nobody_reads_is_not_waited_for():
    app = GuardedApp()

    assert app.ask("/api/unread", "POST", body=None).status == 200
    assert app.ask("/api/unread", "POST", [("Content-Length", "99999999")], None).status == 413


@pytest.mark.parametrize("length", ["", "-1", "+1", "1.0", "0x10", "1 2", "\xb2", "9" * 5000])
def test_sizes_that_are_no_numbers_are_refused(length):
    app = GuardedApp()

    assert app.ask("/api/predict", "POST", [("Content-Length", length)]).status == 400
    assert app.reached == []


def test_a_body_of_which_nothing_comes_any_more_is_given_up():
    app = GuardedApp()
    app.app = SlowBodies(app.app, seconds=0.0)

    # The application's own exception handlers stand inside: what they are given becomes the answer.
    answer = app.ask("/api/predict", "POST", body=None)

    assert answer.status == 408
    assert answer.headers["connection"] == "close"


def test_a_body_that_comes_too_slowly_is_given_up():
    app = GuardedApp()
    # Something always comes, but the time for all of it is over.
    app.app = SlowBodies(app.app, seconds_in_all=0.0)

    assert app.ask("/api/predict", "POST", body=[b"x"] * 3).status == 408
