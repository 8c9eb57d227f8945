"""axe's rules, and that nothing is wider than the screen, on every page."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.helpers.stand_in_api import make_version
from tests.web.pages.conftest import SCREENS
from tests.web.pages.test_draw import CHOSEN, draw, wait_for_lines
from tests.web.pages.test_reading import page_of, ready


def check(page):
    found = Axe().run(page).response
    assert found["passes"]
    assert [(each["id"], each["nodes"][0]["html"][:100]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("screen", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_every_page_passes(visit, api, mnist, screen, scheme):
    page = visit("/collection", color_scheme=scheme, **SCREENS[screen])
    for path in ("/collection", "/learn", "/upload"):
        page.goto(path)
        check(page)
    digit = api.store(page_of(mnist, 14)[0], name="a-very-long-name-" * 12, writer="w" * 64)["digits"][0]
    digit["correction"] = {"id": digit["id"], "label": 1, "review": "waiting"}
    api.versions.append(make_version(2, "retrained", parent=1) | {"state": "offered"})
    for path in ("/collection", "/learn", "/compare"):
        page.goto(path)
        check(page)
    page.goto("/readings/1")
    check(ready(page))
    page.goto("/")
    draw(page, mnist[0][CHOSEN[3]], left=0.0)
    draw(page, mnist[0][CHOSEN[4]], left=0.5)
    wait_for_lines(page, "34")
    check(page)
