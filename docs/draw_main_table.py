"""Draw the main table of the report of `mnist`, which the README shows, as a browser shows it.

Run it with ``python docs/draw_main_table.py`` after that report has been written again; it needs Chromium.
"""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, ViewportSize, sync_playwright

from hdr_bench.files import write_whole

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "reports" / "mnist" / "report.html"
PICTURE = Path(__file__).with_name("main-table.png")

_SCREEN: ViewportSize = {"width": 1200, "height": 800}
_MARGIN = 12
"""Around the table, in CSS pixels."""
_COLOURS = 64


def draw_main_table() -> bytes:
    """Return the picture of the table, as PNG with two pixels per CSS pixel."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport=_SCREEN, device_scale_factor=2, color_scheme="light")
        page.goto(REPORT.as_uri())
        box = page.locator("table.main").bounding_box()
        if box is None:
            raise ValueError(f"{REPORT} has no main table; write it again: hdr-bench report reports/mnist")
        clip: FloatRect = {
            "x": box["x"] - _MARGIN,
            "y": box["y"] - _MARGIN,
            "width": box["width"] + 2 * _MARGIN,
            "height": box["height"] + 2 * _MARGIN,
        }
        taken = page.screenshot(clip=clip)
        browser.close()
    picture = io.BytesIO()
    # A palette makes a third of the size, and the same picture to the eye.
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(_COLOURS).save(picture, "png", optimize=True)
    return picture.getvalue()


if __name__ == "__main__":
    write_whole(PICTURE, draw_main_table())
