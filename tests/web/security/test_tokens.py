"""The access token: who does not know it sees nothing."""

import json
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.guarded_app import GuardedApp

TOKEN = "correct-horse"
BEARER = [("Authorization", f"Bearer {TOKEN}")]


@pytest.fixture
def app():
    return GuardedApp(host="0.0.0.0", token=TOKEN)


def address_of(answer):
    return unescape(re.search(r'content="0; url=([^"]*)"', answer.text)[1])


def cookie_of(app, **options):
    answer = app.ask(f"/?token={TOKEN}", **options)
    return answer.headers["set-cookie"]


def test_programs_send_it_with_each_request(app):
    assert app.ask("/api/models", headers=BEARER).status == 200
    assert app.ask("/api/models", headers=[("Authorization", f"bearer {TOKEN}")]).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", f"Bearer {TOKEN}x")],
        [("Authorization", f"Basic {TOKEN}")],
        [("Authorization", TOKEN)],
        [("Authorization", "Bearer \xff\xfe")],
        [*BEARER, *BEARER],
        [("Cookie", f"hdr_bench_8000={TOKEN}")],
    ],
)
def test_without_it_the_api_answers_nothing(app, headers):
    answer = app.ask("/api/models", headers=headers)

    assert (answer.status, app.reached) == (401, [])
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert TOKEN not in answer.text


def test_an_address_with_the_token_does_not_open_the_api(app):
    assert app.ask(f"/api/models?token={TOKEN}").status == 401


def test_people_open_the_printed_address_once(app):
    opened = app.ask(f"/collection?page=2&token={TOKEN}&kind=upload")

    assert (opened.status, address_of(opened)) == (200, "/collection?page=2&kind=upload")
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert (TOKEN in opened.text, app.reached) == (False, [])
    cookie = opened.headers["set-cookie"]
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert TOKEN not in cookie
    assert app.ask("/collection", headers=[("Cookie", cookie.partition(";")[0])]).status == 200


def test_the_cookie_opens_pages_alone(app):
    assert app.ask("/api/models", headers=[("Cookie", cookie_of(app).partition(";")[0])]).status == 401


def test_the_cookie_of_another_token_opens_nothing(app):
    other = cookie_of(app).partition(";")[0]

    assert GuardedApp(host="0.0.0.0", token="another").ask("/", headers=[("Cookie", other)]).status == 401


def test_servers_side_by_side_have_their_own_cookies():
    names = {cookie_of(GuardedApp(token=TOKEN, port=port)).partition("=")[0] for port in (8000, 8001)}

    assert len(names) == 2


def test_the_cookie_is_secure_behind_a_proxy_that_speaks_https():
    https = [("X-Forwarded-Proto", "https")]
    app = GuardedApp(token=TOKEN, trusted_hosts=("digits.example",))

    assert "secure" in cookie_of(app, headers=https, host="digits.example").lower()
    # Whoever is not the proxy cannot say so.
    assert "secure" not in cookie_of(app, headers=https, client="10.1.1.1").lower()
    assert "secure" not in cookie_of(app).lower()


def test_without_it_a_page_asks_for_it(app):
    answer = app.ask("/collection")

    assert answer.status == 401
    assert re.search(r'<form action="/" method="get">.*name="token" type="password"', answer.text, re.DOTALL)
    assert app.ask("/?token=wrong").status == 401
    assert "not the access token" in app.ask("/?token=wrong").text


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "///evil.example", "/\r\nSet-Cookie: a=b"])
def test_whoever_is_let_in_stays_on_the_server(app, path):
    address = address_of(app.ask(f"{path}?token={TOKEN}"))

    assert re.match(r"/(?![/\\])", address)
    assert "\n" not in address


def test_an_address_is_shown_as_text():
    page = GuardedApp(token=TOKEN).ask(f'/a"\'><script>?token={TOKEN}&"><script>=<script>').text

    assert "<script" not in page


def test_health_and_files_of_pages_are_open(app):
    assert [app.ask(path).status for path in ("/health", "/static/style.css", "/staticx", "/healthy")] == [
        200,
        200,
        401,
        401,
    ]


def test_a_form_needs_the_cookie(app):
    assert app.ask(f"/learn?token={TOKEN}", "POST").status == 401


def test_refusals_are_json_under_api(app):
    assert "Authorization: Bearer" in json.loads(app.ask("/api").text)["error"]


@given(st.text(st.characters(max_codepoint=255)), st.text(st.characters(max_codepoint=255)))
def test_whatever_else_comes_opens_nothing(authorization, cookie):
    app = GuardedApp(token=TOKEN)
    headers = [("Authorization", authorization), ("Cookie", f"hdr_bench_8000={cookie}")]

    assert app.ask("/api/models", headers=headers).status == 401
    assert app.ask("/", headers=headers).status == 401
    assert app.reached == []


def test_a_token_of_other_letters_is_right_too():
    app = GuardedApp(token="Grüße ✓")

    assert app.ask("/?token=Gr%C3%BC%C3%9Fe+%E2%9C%93").status == 200
    bearer = "Bearer Grüße ✓".encode().decode("latin-1")
    assert app.ask("/api/models", headers=[("Authorization", bearer)]).status == 200
