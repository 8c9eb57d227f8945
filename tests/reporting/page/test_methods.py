"""The page in headless Chromium, as a reader has it before them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.helpers.browser import CHROMIUM, launch, new_context

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install Debian's package chromium"
)
SCREENS = {
    "desktop": {"viewport": {"width": 1200, "height": 900}},
    "dark": {"viewport": {"width": 1200, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "device_scale_factor": 2},
}
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """A function that opens a report's page without network, and fails on whatever the console says."""
    said, contexts = [], []

    def open_page(folder, anchor="", **options):
        contexts.append(new_context(chromium, offline=True, **{**SCREENS["desktop"], **options}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or said.append(request.url))
        page.goto(f"file://{folder / 'report.html'}{anchor}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.mark.parametrize(
    ("folder", "screen"), [("reported_various", "desktop"), ("reported", "dark"), ("reported", "phone")]
)
def test_it_passes_axes_rules_and_fits_the_screen(visit, folder, screen, request):
    page = visit(request.getfixturevalue(folder), **SCREENS[screen])
    page.evaluate(OPEN_ALL)
    found = Axe().run(page).response
    assert found["passes"]
    assert [(each["id"], each["nodes"][0]["html"][:100]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_figures_and_images_are_there(visit, reported_various):
    page = visit(reported_various)
    page.evaluate(OPEN_ALL)
    images = page.locator("img")
    page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    widths = images.evaluate_all("(images) => images.map((image) => image.naturalWidth)")
    assert len(widths) > 10
    assert min(widths) > 100
    texts = images.evaluate_all("(images) => images.map((image) => image.alt)")
    assert all(len(text) > 20 for text in texts)
    box = page.locator(".sprite span").first.bounding_box()
    assert box["width"] > 40


def _column(page, section, number):
    cells = page.locator(f"#{section} tbody tr td:nth-of-type({number})")
    return [text.strip() for text in cells.all_inner_texts()]


def test_a_click_on_a_head_sorts_the_best_first_and_what_is_missing_stays_last(visit, reported):
    page = visit(reported)
    page.locator("#accuracy summary").click()
    head = page.locator("#accuracy th", has_text="Accuracy (%)")
    for direction, is_largest_first in (("descending", True), ("ascending", False)):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == direction
        *numbers, last = _column(page, "accuracy", 1)
        values = [float(text) for text in numbers]
        assert values == sorted(values, reverse=is_largest_first)
        assert last == "–"
    page.locator("#accuracy th", has_text="Method").get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None


def test_the_main_table_is_sorted_by_error_and_its_rules_hold_for_that_order_alone(visit, reported):
    page = visit(reported)
    table, error = page.locator("#main table"), page.locator("#main th", has_text="Error (%)")
    assert error.get_attribute("aria-sort") == "ascending"
    error.get_by_role("button").click()
    assert error.get_attribute("aria-sort") == "descending"
    assert "resorted" in table.get_attribute("class")
    error.get_by_role("button").click()
    assert "resorted" not in table.get_attribute("class")


@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_is_wider_than_its_screen(visit, reported_various, width):
    page = visit(reported_various)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_methods_are_filtered_by_their_names(visit, reported):
    page = visit(reported)
    page.get_by_label("Show only methods named").fill("TREE")
    assert page.locator("#main tbody tr:visible").count() == 1
    assert page.locator("details.method:visible h3").all_inner_texts() == ["Tree_50%"]
    assert page.locator(".filter output").inner_text() == "1 of 4 methods"
    page.get_by_label("Show only methods named").fill("")
    # With the baseline, which is no method of the suite.
    assert page.locator("#main tbody tr:visible").count() == 5


def test_a_method_leads_to_its_details_and_they_open(visit, reported_various):
    page = visit(reported_various)
    details = page.locator("details.method", has=page.get_by_role("heading", name="MLP, wider"))
    assert not details.evaluate("(part) => part.open")
    page.locator("#main").get_by_role("link", name="MLP, wider", exact=True).click()
    assert details.evaluate("(part) => part.open")
    assert details.get_by_text("64N-BN", exact=True).is_visible()
    for heading in ("Parameters", "Network", "Each class"):
        assert details.get_by_role("heading", name=heading, exact=True).is_visible()
    assert details.locator("tbody tr", has_text="Total").first.inner_text().split()[1:3] == ["4,938", "128"]


def test_the_address_of_a_row_leads_to_it(visit, reported):
    page = visit(reported)
    address = page.locator("#main tbody tr").nth(1).get_attribute("id")
    linked = visit(reported, f"#{address}")
    assert linked.locator(":target").get_attribute("id") == address
    assert linked.locator(":target").is_visible()


def test_sections_fold(visit, reported):
    page = visit(reported)
    figures = page.locator("#figures details")
    assert not figures.evaluate("(part) => part.open")
    page.locator("#figures summary").click()
    assert figures.evaluate("(part) => part.open")
    assert figures.locator("img").first.is_visible()
    assert not page.locator("#accuracy table").is_visible()
    page.locator("#accuracy summary").click()
    assert page.locator("#accuracy table").is_visible()


def test_it_works_without_javascript(visit, reported_various):
    page = visit(reported_various, java_script_enabled=False)
    assert page.locator("#main table").is_visible()
    assert page.locator(".filter").count() == 0
    assert page.locator("thead button").count() == 0
    page.locator("#figures summary").click()
    assert page.locator("#figures img").first.is_visible()
    method = page.locator("details.method").first
    method.locator("summary").first.click()
    assert method.get_by_role("heading", name="Network").is_visible()


def test_figures_follow_a_dark_page(visit, reported):
    def darkest(**options):
        page = visit(reported, **options)
        figure = page.locator("#cost img")
        figure.scroll_into_view_if_needed()
        return figure.screenshot()

    light, dark = darkest(), darkest(color_scheme="dark")
    assert _mean_grey(light) > 200
    assert _mean_grey(dark) < 60


def _mean_grey(png):
    import io

    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("L")).mean()


def test_it_prints_with_all_its_sections_on_a_light_ground(visit, reported):
    page = visit(reported, color_scheme="dark")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="light")
    assert page.locator("#figures img").first.is_visible()
    assert page.locator("#pairs table.triangle").is_visible()
    assert not page.locator(".filter").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator("#pairs table.triangle").is_visible()
