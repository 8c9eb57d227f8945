"""Drawing in a real browser."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.helpers.pen import trace
from tests.web.pages.conftest import SCREENS

# Images of mnist-5k, one of each digit.
CHOSEN = range(3, 5000, 500)


def draw(page, image, *, left=0.25, width=0.5, top=0.05, height=0.9):
    """Draw a digit in a part of the canvas."""
    box = page.locator("#pad").bounding_box()
    side = min(box["width"] * width, box["height"] * height)
    for stroke in trace(image):
        points = [
            (box["x"] + box["width"] * left + x * side, box["y"] + box["height"] * top + y * side) for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def swipe(session, x, y):
    """Move a finger up."""
    for kind, points in (
        ("touchStart", [(x, y)]),
        # A line that is quite straight would be taken for a ruled one.
        *(("touchMove", [(x + step**2 / 10, y - 10 * step)]) for step in range(20)),
        ("touchEnd", []),
    ):
        touches = [{"x": right, "y": down} for right, down in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def wait_for_lines(page, *lines):
    read = "[...document.querySelectorAll('#lines li')].map((line) => line.textContent)"
    page.wait_for_function(f"(lines) => {read}.join() === lines.join()", arg=list(lines))


def test_mnists_digits_drawn_with_a_pen_are_recognized(visit, mnist):
    images, labels = mnist
    page = visit("/")
    for index in CHOSEN[2::4]:
        draw(page, images[index])
        wait_for_lines(page, str(labels[index]))
        page.get_by_role("button", name="Clear").click()
        wait_for_lines(page)


def test_every_model_answers_with_bars_second_choice_and_time(visit, mnist):
    images, labels = mnist
    page = visit("/")
    draw(page, images[CHOSEN[4]])
    wait_for_lines(page, str(labels[CHOSEN[4]]))
    assert page.locator(".models li").count() == 2
    first = page.locator(".models li").first
    assert "cnn, version 1" in first.inner_text()
    assert "then" in first.inner_text()
    assert "ms" in first.inner_text()
    assert first.locator(".bar").count() == 10
    assert first.get_by_role("img").get_attribute("aria-label").startswith("Probabilities: 0: ")
    assert page.locator(".seen canvas").evaluate("(canvas) => [canvas.width, canvas.height]") == [28, 28]


def test_several_digits_are_several_and_can_be_chosen(visit, mnist):
    images, _ = mnist
    page = visit("/")
    for index, left in ((CHOSEN[3], 0.02), (CHOSEN[7], 0.35), (CHOSEN[2], 0.68)):
        draw(page, images[index], left=left, width=0.3, top=0.25)
    wait_for_lines(page, "372")
    assert page.locator("#digits button").count() == 3
    page.locator("#digits button").first.click()
    assert page.locator(".seen .large").inner_text().startswith("Read as 3")
    page.keyboard.press("ArrowRight")
    assert page.locator(".seen .large").inner_text().startswith("Read as 7")


def test_undo_and_clear(visit, mnist):
    page = visit("/")
    assert page.get_by_role("button", name="Undo").is_disabled()
    draw(page, mnist[0][CHOSEN[1]], left=0.0)
    draw(page, mnist[0][CHOSEN[1]], left=0.5)
    wait_for_lines(page, "11")
    page.keyboard.press("Control+z")
    wait_for_lines(page, "1")
    page.keyboard.press("Escape")
    wait_for_lines(page)
    assert page.get_by_role("button", name="Save to collection").is_disabled()
    assert page.locator("#hint").is_visible()


def test_with_the_keyboard_alone(visit):
    page = visit("/")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "pad":
            break
    page.keyboard.press("ArrowUp")
    assert page.locator("#cursor").is_visible()
    page.keyboard.press("Space")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    wait_for_lines(page, "1")
    page.wait_for_function("() => document.getElementById('live').textContent === 'Read: 1'")
    page.keyboard.press("Control+z")
    wait_for_lines(page)


def test_only_one_request_is_on_its_way_and_the_last_state_is_sent(visit, api, mnist):
    page = visit("/")
    running, most = [0], [0]

    def count(route):
        running[0] += 1
        most[0] = max(most[0], running[0])
        route.continue_()

    def finish(response):
        running[0] -= "/api/predict" in response.url

    page.route("**/api/predict*", count)
    page.on("response", finish)
    draw(page, mnist[0][CHOSEN[8]])
    wait_for_lines(page, "8")
    # What is shown may be an earlier state's answer.
    page.wait_for_function("() => !document.getElementById('side').hasAttribute('aria-busy')")
    assert most[0] == 1
    last = page.evaluate("document.getElementById('pad').toDataURL('image/png').split(',')[1]")
    whole = Image.open(BytesIO(b64decode(last))).convert("L")
    sent = Image.open(BytesIO(api.predictions[-1])).convert("L")
    assert np.abs(np.asarray(whole.resize(sent.size), float) - np.asarray(sent)).mean() < 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_ink_on_white_paper_is_sent_whatever_the_theme(visit, api, mnist, scheme):
    page = visit("/", color_scheme=scheme)
    draw(page, mnist[0][CHOSEN[0]])
    wait_for_lines(page, "0")
    picture = Image.open(BytesIO(api.predictions[-1])).convert("L")
    assert picture.getpixel((1, 1)) == 255
    assert picture.getextrema() == (0, 255)


def test_a_phones_page_does_not_scroll_while_a_finger_draws(visit, mnist):
    page = visit("/", **SCREENS["phone"])
    box = page.locator("#pad").bounding_box()
    x, top = box["x"] + box["width"] / 2, box["y"] + 20
    session = page.context.new_cdp_session(page)
    swipe(session, x, top + 200)
    wait_for_lines(page, "1")
    assert page.evaluate("scrollY") == 0
    # Beside the canvas the same movement scrolls.
    page.evaluate("document.body.style.minHeight = '3000px'")
    swipe(session, x, box["y"] + box["height"] + 260)
    page.wait_for_function("() => scrollY > 0")


def test_a_drawing_is_saved_with_its_writer_who_is_remembered(visit, api, mnist):
    page = visit("/")
    page.get_by_label("Writer").fill("Ada")
    draw(page, mnist[0][CHOSEN[5]])
    wait_for_lines(page, "5")
    page.get_by_role("button", name="Save to collection").click()
    page.wait_for_url("**/readings/1")
    assert (api.stored[1]["kind"], api.stored[1]["writer"]) == ("drawing", "Ada")
    page.goto("/")
    assert page.get_by_label("Writer").input_value() == "Ada"


def test_a_server_that_does_not_answer_is_said_in_a_sentence(visit, mnist):
    page = visit("/")
    page.route("**/api/predict*", lambda route: route.abort())
    draw(page, mnist[0][CHOSEN[5]])
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == "The server is not responding. Is it still running?"
    # The last request has failed too.
    page.locator("#side[aria-busy]").wait_for(state="detached")
    # What the browser itself reports of the failed requests.
    assert all("ERR_FAILED" in each for each in page.said)
    page.said.clear()


def test_scripts_send_the_access_token(visit, api, mnist):
    api.settings.token = "secret & token"
    page = visit("/")
    with page.expect_request("**/api/predict*") as sent:
        draw(page, mnist[0][CHOSEN[1]])
    assert sent.value.headers["authorization"] == "Bearer secret & token"
    assert "cookie" not in sent.value.headers
