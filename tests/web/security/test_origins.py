"""Origins: scripts and forms of other sites are refused, programs are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.guarded_app import GuardedApp

FOREIGN = [
    "http://evil.example",
    "https://localhost:8000",
    "http://localhost:8001",
    "http://localhost",
    "http://localhost:8000.evil.example",
    "http://localhost:8000/",
    "http://evil@localhost:8000",
    "http://127.0.0.1:8000",
    "HTTP://localhost:8000",
    "null",
    "",
    "localhost:8000",
    "file://",
    "chrome-extension://abcdef",
]


@pytest.fixture(scope="module")
def app():
    return GuardedApp()


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize(("method", "path"), [("GET", "/api/readings"), ("POST", "/api/predict"), ("POST", "/learn")])
def test_foreign_origins_are_refused(app, origin, method, path):
    assert app.ask(path, method, [("Origin", origin)]).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "Same-Origin", "anything"])
def test_what_a_browser_sends_for_another_site_is_refused(app, site):
    assert app.ask("/api/readings", headers=[("Sec-Fetch-Site", site)]).status == 403
    assert (
        app.ask("/api/readings", "DELETE", [("Origin", "http://localhost:8000"), ("Sec-Fetch-Site", site)]).status
        == 403
    )


def test_pages_and_programs_are_answered(app):
    own = [("Origin", "http://localhost:8000"), ("Sec-Fetch-Site", "same-origin")]

    assert app.ask("/api/predict", "POST", own).status == 200
    assert app.ask("/api/predict", "POST").status == 200
    assert app.ask("/api/readings", headers=[("Sec-Fetch-Site", "none")]).status == 200


def test_a_link_of_another_site_leads_to_a_page(app):
    assert app.ask("/", headers=[("Sec-Fetch-Site", "cross-site")]).status == 200


def test_one_foreign_origin_among_several_is_enough(app):
    headers = [("Origin", "http://localhost:8000"), ("Origin", "http://evil.example")]

    assert app.ask("/api/predict", "POST", headers).status == 403


def test_default_ports_need_not_be_named():
    app = GuardedApp()

    assert app.ask("/api/a", "POST", [("Origin", "http://localhost")], host="localhost:80").status == 200
    assert app.ask("/api/a", "POST", [("Origin", "http://localhost:80")], host="localhost").status == 200


def test_a_trusted_proxy_may_speak_https_with_browsers():
    app = GuardedApp(trusted_hosts=("digits.example",))
    origin = [("Origin", "https://digits.example")]

    assert app.ask("/api/a", "POST", origin, host="digits.example").status == 200
    assert app.ask("/api/a", "POST", [("Origin", "https://localhost")], host="localhost").status == 403
    assert app.ask("/api/a", "POST", origin, host="localhost").status == 403


@given(st.text(st.characters(max_codepoint=255)))
def test_whatever_else_comes_is_refused(origin):
    app = GuardedApp()

    answer = app.ask("/api/predict", "POST", [("Origin", origin)])

    assert (answer.status, app.reached) == (403, [])
