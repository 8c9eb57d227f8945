"""Collection and versions: forms that work with scripts and without."""

import numpy as np
import pytest

from tests.helpers.stand_in_api import make_version
from tests.web.pages.test_reading import live, page_of, ready


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def open_page(visit, request):
    """A function that opens a page, and says yes to what it asks."""

    def opened(path):
        page = visit(path, java_script_enabled=request.param)
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    return opened


def test_pictures_are_filtered_and_deleted(open_page, api, mnist):
    for writer in ("Ada", "Bob", "Ada"):
        api.store(page_of(mnist, 1, columns=1)[0], writer=writer, name="<b>x</b>.png")
    page = open_page("/collection")
    assert page.locator("tbody tr").count() == 3
    assert "<b>x</b>.png" in page.locator("tbody").inner_text()
    page.locator("form[method=get] [name=writer]").fill("Ada")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/collection?writer=Ada*")
    assert page.locator("tbody tr").count() == 2
    page.get_by_role("button", name="Delete reading 3").click()
    page.wait_for_url("**/collection")
    assert sorted(api.stored) == [1, 2]
    page.locator("form[action='/writers/delete'] [name=writer]").fill("Ada")
    page.get_by_role("button", name="Delete all pictures").click()
    page.wait_for_url("**/collection")
    assert sorted(api.stored) == [2]


def test_doubtful_corrections_get_a_second_look(open_page, api, mnist):
    digit = api.store(page_of(mnist, 1, columns=1)[0])["digits"][0]
    digit["correction"] = {"id": digit["id"], "label": 1, "review": "waiting"}
    page = open_page("/collection")
    assert page.get_by_text("Corrected to 1").is_visible()
    assert page.locator("#second-look + p + ul img").evaluate("(image) => image.naturalWidth") == 28
    page.get_by_role("button", name="Confirm the correction").click()
    page.wait_for_url("**/collection")
    assert digit["correction"]["review"] == "confirmed"
    assert page.locator("#second-look").count() == 0


def test_a_version_is_rolled_back_and_taken_again(open_page, api):
    api.versions.append({**api.versions[0], "number": 2, "origin": "retrained", "parent": 1})
    api.served = 2
    page = open_page("/learn")
    assert "in use" in page.locator(".version").first.inner_text()
    page.get_by_role("button", name="Roll back to this version").click()
    page.wait_for_url("**/learn")
    assert api.served == 1
    page.get_by_role("button", name="Use this version").click()
    page.wait_for_url("**/learn")
    assert api.served == 2


def test_a_retraining_is_followed_to_its_end(visit, api):
    page = visit("/learn")
    page.get_by_role("button", name="Retrain cnn now").click()
    page.wait_for_function("() => document.querySelector('.epoch')?.textContent === 'epoch 1 of 3'")
    assert page.get_by_role("button", name="Retrain cnn now").is_disabled()
    page.get_by_text("Version 2 was taken.").first.wait_for()
    live(page, "Version 2 was taken.")
    assert page.locator(".version.served").inner_text().startswith("Version 2")
    assert page.get_by_role("button", name="Retrain cnn now").is_enabled()


def test_a_form_without_the_pages_token_is_refused(visit, api, mnist):
    api.store(page_of(mnist, 1, columns=1)[0])
    page = visit("/collection")
    for token in ("", "ä" * 20):
        answer = page.request.post("/readings/1/delete", form={"csrf": token})
        assert answer.status == 403
        assert "Reload the page" in answer.text()
    assert sorted(api.stored) == [1]


def test_a_page_older_than_the_server_says_what_to_do(visit, api, mnist):
    api.store(page_of(mnist, 1, columns=1)[0])
    page = ready(visit("/readings/1"))
    page.evaluate("document.querySelector('[name=csrf]').value = 'of another server'")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete this picture").click()
    page.get_by_text("The server was restarted after this page was loaded.").wait_for()
    page.said.clear()


def test_thumbnails_are_small_and_come_from_any_picture(visit, api):
    api.store(np.full((2000, 3000, 3), 255, np.uint8))
    page = visit("/collection")
    page.wait_for_function("() => document.querySelector('.thumbnail').complete")
    assert page.locator(".thumbnail").evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [192, 128]


def test_a_new_version_shows_what_decided(visit, api):
    api.versions.append(make_version(2, "retrained", parent=1))
    page = visit("/learn")
    table = page.get_by_role("region", name="Test results that decided on version 2")
    rows = [row.split("\t") for row in table.inner_text().splitlines()[1:]]
    assert rows == [
        ["Images reserved for testing", "5,000", "20", "18", "+0.04", "−0.06 to +0.15"],
        ["Held-back corrections", "0", "0", "0", "–", "–"],
    ]


def test_nothing_is_deleted_before_a_person_says_yes(visit, api, mnist):
    api.store(page_of(mnist, 1, columns=1)[0])
    page = visit("/collection")
    asked = []

    def say_no(dialog):
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", say_no)
    page.get_by_role("button", name="Delete reading 1").click()
    assert asked == ["Delete this picture with its answers and corrections?"]
    assert sorted(api.stored) == [1]


def test_an_export_is_downloaded_with_the_access_token(visit, api, mnist):
    api.settings.token = "secret"
    api.store(page_of(mnist, 1, columns=1)[0])
    page = visit("/collection")
    page.route(
        "**/api/export?format=csv",
        lambda route: route.fulfill(body=route.request.headers["authorization"], content_type="text/csv"),
    )
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Pixels (CSV)").click()
    assert downloaded.value.suggested_filename == "digits.csv"
    assert downloaded.value.path().read_text() == "Bearer secret"
