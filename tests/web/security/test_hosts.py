"""Hosts: whose name another site pointed here is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.guarded_app import GuardedApp

LOOPBACK = ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "127.0.0.1", "[::1]", "[::1]:8000"]
FOREIGN = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "192.168.1.7", "[2001:db8::1]"]
MALFORMED = [
    "",
    " ",
    "localhost:",
    "localhost:99999",
    "localhost:8000:1",
    "localhost/",
    "local host",
    "localhost\n",
    "user@localhost",
    "[::1",
    "::1",
    "[:::1]",
    "[localhost]",
    "l\xf6calhost",
    "a" * 300,
    "localhost,evil.example",
]


@pytest.fixture(scope="module")
def local():
    return GuardedApp()


@pytest.mark.parametrize("host", LOOPBACK)
def test_names_of_this_machine_are_its_own(local, host):
    assert local.ask(host=host).status == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_other_names_are_refused_with_what_to_do(local, host):
    answer = local.ask("/api/models", host=host)

    assert answer.status == 403
    assert "--trusted-host" in json.loads(answer.text)["error"]


@pytest.mark.parametrize("host", MALFORMED)
def test_malformed_names_are_refused(local, host):
    assert local.ask("/health", host=host).status == 400


def test_a_request_names_exactly_one_host(local):
    assert local.ask(host=None).status == 400
    assert local.ask(headers=[("Host", "localhost:8000")]).status == 400


def test_trusted_names_are_compared_with_their_ports():
    app = GuardedApp(trusted_hosts=("digits.school.example", "other.example:8443"))

    hosts = ["digits.school.example", "DIGITS.school.example:1", "other.example:8443", "other.example", "x.example"]
    assert [app.ask(host=host).status for host in hosts] == [200, 200, 200, 403, 403]


def test_a_server_on_one_address_answers_as_that_address():
    app = GuardedApp(host="192.168.1.7", token="t")

    assert [app.ask("/health", host=host).status for host in ("192.168.1.7:8000", "192.168.1.8")] == [200, 403]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_on_every_address_answers_as_any_address_but_as_no_name(host):
    app = GuardedApp(host=host, token="t")

    assert [app.ask("/health", host=each).status for each in ("10.0.0.5:80", "[fe80::1]", "pc.example")] == [
        200,
        200,
        403,
    ]


@given(st.text(st.characters(max_codepoint=255)))
def test_whatever_else_comes_is_refused(host):
    app = GuardedApp()

    status = app.ask(host=host).status

    assert status in {400, 403} or (status == 200 and host.lower().startswith(("localhost", "127.", "[::1")))
    assert app.reached == ([] if status != 200 else ["/"])


def test_a_name_is_shown_on_a_page_as_text():
    answer = GuardedApp().ask(host="evil.example")

    assert answer.headers["content-type"].startswith("text/html")
    assert "does not accept the host name evil.example" in answer.text
