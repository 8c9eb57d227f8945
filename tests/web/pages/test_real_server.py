"""The whole way in a real browser, with a real server behind it: draw, upload, correct, learn, roll back."""

from contextlib import contextmanager

import pytest
from PIL import Image

from hdr_bench.models.embedded import EMBEDDED_MODEL
from tests.helpers.browser import new_context
from tests.helpers.web_server import web_server
from tests.web.pages.conftest import SCREENS
from tests.web.pages.test_draw import draw, wait_for_lines
from tests.web.pages.test_reading import live, page_of, ready


@pytest.fixture(scope="module")
def server(neighbors, tmp_path_factory):
    # Without MNIST, which would be learned for minutes; also the network of the package would take half a minute.
    environment = {"HDR_BENCH_DATA": str(tmp_path_factory.mktemp("no-data"))}
    folder = tmp_path_factory.mktemp("server")
    with web_server(folder, "--model", neighbors, "--workers", 1, environment=environment) as started:
        yield started


@contextmanager
def _visit(chromium, address, **options):
    said = []
    context = new_context(chromium, base_url=address, **{**SCREENS["desktop"], **options})
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: request.url.startswith(address.partition("?")[0]) or said.append(request.url))
    try:
        yield page
    finally:
        context.close()
    assert said == []


def test_from_a_drawing_to_a_new_version_and_back(chromium, server, mnist, tmp_path):
    images, labels = mnist
    with _visit(chromium, server.address) as page:
        page.goto("/")
        draw(page, images[1503])
        wait_for_lines(page, str(labels[1503]))
        assert page.locator("#answers").get_by_text("neighbors").count()
        page.get_by_role("button", name="Save to collection").click()
        page.wait_for_url("**/readings/*")
        ready(page)

        picture, written = page_of(mnist, 5, columns=5)
        Image.fromarray(picture).save(tmp_path / "five.png")
        page.goto("/upload")
        page.locator("#file").set_input_files(tmp_path / "five.png")
        page.wait_for_url("**/readings/*")
        ready(page)
        assert page.locator("#lines li").all_inner_texts() == ["".join(map(str, written))]
        page.locator(".box").first.click()
        page.locator("#labels").get_by_role("button", name=str(written[0]), exact=True).click()
        live(page, str(written[0]))

        page.goto("/learn")
        page.get_by_role("button", name="Retrain neighbors now").click()
        # It says why it is not taken by itself.
        page.get_by_role("button", name="neighbors, version 2").wait_for(timeout=600_000)
        assert (
            "offered" in page.locator("li.version").nth(0).inner_text() + page.locator("li.version").nth(1).inner_text()
        )
        page.get_by_role("button", name="neighbors, version 2").click()
        page.get_by_role("button", name="neighbors, version 1").wait_for()
        assert _version_that_answers(server, picture) == 2
        page.get_by_role("button", name="neighbors, version 1").click()
        page.get_by_role("button", name="neighbors, version 2").wait_for()
        assert _version_that_answers(server, picture) == 1

        page.goto("/compare")
        assert "neighbors" in page.locator("main").inner_text()
        page.goto("/collection")
        assert page.locator("main").inner_text().count("five.png") == 1


def _version_that_answers(server, picture):
    from io import BytesIO

    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    with server.client() as client:
        answer = client.post("/api/predict", content=file.getvalue(), headers={"Content-Type": "image/png"})
    return answer.json()["digits"][0]["answers"][0]["version"]


def _without_token(address):
    return "token" not in address


def test_with_a_token_the_page_works_after_it_was_opened_once(chromium, mnist, tmp_path):
    images, labels = mnist
    arguments = ("--model", EMBEDDED_MODEL, "--workers", 1, "--token", "one long token")
    with web_server(tmp_path, *arguments) as server, _visit(chromium, server.address) as page:
        page.goto(server.address)
        page.wait_for_url(_without_token)
        draw(page, images[1003])
        wait_for_lines(page, str(labels[1003]))
        page.goto("/collection")
        assert page.locator("h1").inner_text()
        _follow_link_of_another_site(chromium, server.address)


def _follow_link_of_another_site(chromium, address):
    context = new_context(chromium)
    page = context.new_page()
    link = f"<a href='{address}'>The digits of our class</a>"
    page.route("http://school.example/", lambda route: route.fulfill(body=link, content_type="text/html"))
    page.goto("http://school.example/")
    page.get_by_role("link").click()
    page.wait_for_url(lambda url: url.startswith("http://127.0.0.1") and _without_token(url))
    assert page.locator("canvas").count()
    page.reload()
    assert page.locator("canvas").count()
    page.go_back()
    assert page.url == "http://school.example/"
    context.close()
