"""Uploading and correcting in a real browser."""

import numpy as np
import pytest
from PIL import Image

from tests.web.pages.conftest import SCREENS


def page_of(mnist, n_digits, columns=12):
    """Return a white page with digits in lines, and what stands in it."""
    images, labels = mnist
    rows = -(-n_digits // columns)
    paper = np.full((rows * 80 + 20, columns * 60 + 20), 255, np.uint8)
    chosen = [(83 * number + 5) % len(images) for number in range(n_digits)]
    for number, index in enumerate(chosen):
        row, column = divmod(number, columns)
        top, left = 10 + 80 * row, 10 + 60 * column
        paper[top : top + 56, left : left + 56] = 255 - np.kron(images[index], np.ones((2, 2), np.uint8))
    return np.stack([paper] * 3, axis=-1), [int(labels[index]) for index in chosen]


@pytest.fixture
def picture_file(mnist, tmp_path):
    picture, _ = page_of(mnist, 5, columns=5)
    Image.fromarray(picture).save(tmp_path / "five digits.png")
    return tmp_path / "five digits.png"


def ready(page):
    page.locator("main[data-ready]").wait_for()
    return page


def live(page, words):
    page.wait_for_function("(words) => document.getElementById('live').textContent.includes(words)", arg=words)


def test_an_upload_leads_to_its_reading(visit, api, picture_file):
    page = visit("/upload")
    page.locator("#file").set_input_files(picture_file)
    page.wait_for_url("**/readings/1")
    ready(page)
    assert page.locator("h1").inner_text() == "five digits.png"
    assert page.locator("#lines li").all_inner_texts() == api.stored[1]["lines"]
    assert page.locator(".box").count() == len(api.stored[1]["digits"]) == 5
    page.wait_for_function("() => document.getElementById('canvas').width === 320")
    box, digit = page.locator(".box").nth(2).bounding_box(), api.stored[1]["digits"][2]
    canvas = page.locator("#canvas").bounding_box()
    assert (box["x"] - canvas["x"]) / canvas["width"] * 320 == pytest.approx(digit["box"][0], abs=1)
    assert box["height"] / canvas["height"] * 100 == pytest.approx(digit["box"][3], abs=1)


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(visit, picture_file, way):
    page = visit("/upload")
    page.evaluate(
        """([numbers, way]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(numbers)], "photo.png", { type: "image/png" }));
          const event = way === "drop" ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true })
            : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
          document.getElementById("drop").dispatchEvent(event);
        }""",
        [list(picture_file.read_bytes()), way],
    )
    page.wait_for_url("**/readings/1")
    assert ready(page).locator("h1").inner_text() == "photo.png"


def test_what_cannot_be_read_is_said_in_a_sentence(visit, tmp_path):
    page = visit("/upload")
    (tmp_path / "notes.png").write_text("no picture")
    page.locator("#file").set_input_files(tmp_path / "notes.png")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().startswith("The file is not a picture.")
    assert page.locator("#progress").is_hidden()
    assert all("415" in each for each in page.said)
    page.said.clear()
    (tmp_path / "large.png").write_bytes(bytes(10_000_001))
    page.locator("#file").set_input_files(tmp_path / "large.png")
    page.wait_for_function("() => document.getElementById('problem').textContent.includes('at most 10.0 MB')")


def test_the_camera_is_offered_on_a_phone(visit):
    assert visit("/upload", **SCREENS["phone"]).get_by_text("Take a photo").is_visible()
    page = visit("/upload")
    assert page.get_by_text("Take a photo").is_hidden()
    assert page.locator("#camera").get_attribute("capture") == "environment"


def test_a_digit_is_corrected_at_a_click_and_the_correction_taken_back(visit, api, mnist):
    picture, _ = page_of(mnist, 5, columns=5)
    digit = api.store(picture)["digits"][1]
    read = digit["digit"]
    page = ready(visit("/readings/1"))
    page.locator(".box").nth(1).click()
    assert page.locator("#which").inner_text() == f"Mark 2 of 5: {read}"
    page.locator("#labels").get_by_role("button", name=str((read + 1) % 10), exact=True).click()
    live(page, f"Mark 2 is stored as {(read + 1) % 10}. No model agrees")
    assert (digit["digit"], digit["correction"]["label"]) == (read, (read + 1) % 10)
    assert "corrected" in page.locator(".box").nth(1).get_attribute("class")
    page.get_by_role("button", name="Undo correction").click()
    live(page, "was removed")
    assert digit["correction"] is None


def test_digits_are_corrected_with_the_keyboard_alone(visit, api, mnist):
    picture, _ = page_of(mnist, 5, columns=5)
    digits = api.store(picture)["digits"]
    page = ready(visit("/readings/1"))
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('box')"):
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("7")
    live(page, "Mark 2 is stored as 7")
    page.keyboard.press("End")
    page.keyboard.press("Delete")
    live(page, "Mark 5 is stored as not a digit")
    assert [digit["correction"] and digit["correction"]["label"] for digit in digits] == [None, 7, None, None, None]
    page.keyboard.press("Control+z")
    live(page, "of mark 5 was removed")
    assert page.evaluate("document.activeElement.classList.contains('box')")


def test_sixty_digits_fit_a_phone_with_the_labels_in_reach(visit, api, mnist):
    picture, labels = page_of(mnist, 60)
    reading = api.store(picture, name="a-very-long-name-" * 10)
    assert len(reading["digits"]) == 60
    page = ready(visit("/readings/1", **SCREENS["phone"]))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".choice").nth(40).tap()
    assert page.locator("#which").inner_text().startswith("Mark 41 of 60")
    button = page.locator("#labels button").nth(3)
    box = button.bounding_box()
    assert box["y"] + box["height"] <= 844
    assert min(box["width"], box["height"]) >= 40
    button.tap()
    live(page, "Mark 41 is stored as 3")
    assert len(labels) == 60


def test_the_stages_come_when_asked_for(visit, api, mnist):
    api.store(page_of(mnist, 2)[0])
    page = ready(visit("/readings/1"))
    assert page.locator("#stages figure").count() == 0
    page.get_by_text("All stages of the reading").click()
    page.wait_for_function("() => document.querySelectorAll('#stages figure').length === 2")
    assert page.locator("#stages figcaption").all_inner_texts() == ["1. Stage grey", "2. Stage ink"]


def test_a_picture_that_was_turned_is_shown_as_it_was_read(visit, api, mnist):
    picture, _ = page_of(mnist, 3, columns=3)
    reading = api.store(picture)
    lying = np.rot90(picture, -1)
    Image.fromarray(lying).save(path := api.temporary / "lying.png")
    api.contents[1] = path.read_bytes()
    reading |= {"size": [lying.shape[1], lying.shape[0]], "turned": 90}
    page = ready(visit("/readings/1"))
    page.wait_for_function("() => document.getElementById('canvas').width === 200")
    x, y, width, height = reading["digits"][0]["box"]
    ink = page.evaluate(
        """([x, y, width, height]) => {
          const data = document.getElementById("canvas").getContext("2d").getImageData(x, y, width, height).data;
          return data.filter((value, index) => index % 4 === 0 && value < 128).length;
        }""",
        [x, y, width, height],
    )
    assert ink > 0.1 * width * height


def test_a_page_without_digits_and_a_missing_reading_say_so(visit, api):
    api.store(np.full((200, 300, 3), 255, np.uint8))
    page = ready(visit("/readings/1"))
    assert page.get_by_text("No digits were found in this picture.").is_visible()
    assert page.locator("#panel").is_hidden()
    page.goto("/readings/99")
    assert page.get_by_text("There is no reading 99: it may have been deleted.").is_visible()
    page.said.clear()
    # Deleted while its page was loading.
    del api.stored[1]
    page.goto("/readings/1")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == "There is no reading 1."
    page.said.clear()
