"""Headers: every answer says what a browser may do with it, refusals and errors too."""

import pytest

from tests.helpers.guarded_app import GuardedApp


@pytest.fixture(scope="module")
def app():
    return GuardedApp()


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"path": "/"}, 200),
        ({"path": "/api/models"}, 200),
        ({"path": "/api/broken"}, 500),
        ({"path": "/static/style.css"}, 200),
        ({"path": "/", "host": "evil.example"}, 403),
        ({"path": "/api/a", "host": ""}, 400),
        ({"path": "/api/a", "headers": [("Origin", "null")]}, 403),
        ({"path": "/api/a", "headers": [("Content-Length", "x")]}, 400),
    ],
)
def test_every_answer_has_them(app, options, status):
    answer = app.ask(**options)

    assert answer.status == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["permissions-policy"].startswith("camera=(self)")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_errors_that_nobody_expected_say_nothing_of_themselves(app):
    assert "secret" not in app.ask("/api/broken").text


def test_only_pages_may_do_anything(app):
    page = app.ask("/").headers["content-security-policy"]

    assert "script-src 'self'" in page
    assert "sandbox" not in page
    for path in ("/api/models", "/api/picture", "/api/broken"):
        assert app.ask(path).headers["content-security-policy"].startswith("sandbox")


def test_nothing_that_people_wrote_is_kept_by_caches(app):
    paths = ("/", "/api/models", "/static/style.css", "/api/picture")

    assert [app.ask(path).headers["cache-control"] for path in paths] == ["no-store", "no-store", "no-cache", "private"]
