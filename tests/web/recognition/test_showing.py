"""Thumbnails, and pictures of kinds that browsers do not show."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from hdr_bench.exceptions import PictureError
from hdr_bench.pictures.load import load_content
from hdr_bench.web.recognition.showing import convert_picture, draw_thumbnail
from hdr_bench.web.recognition.sizes import MOST_DRAWN_PIXELS, check_drawing, check_picture

LYING = Image.Exif()
LYING[0x0112] = 6


def write(picture, kind, **options):
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "I;16"), ("PNG", "RGBA"), ("TIFF", "L"), ("WEBP", "RGB")]
)
def test_a_thumbnail_comes_of_every_kind_of_picture(kind, mode):
    content = write(Image.new(mode, (300, 200)), kind, exif=LYING if kind == "JPEG" else b"")

    with Image.open(BytesIO(draw_thumbnail(load_content(content, "the picture").color))) as thumbnail:
        # What is transparent is paper, and the camera may have been held upright.
        assert thumbnail.size == ((96, 144) if kind == "JPEG" else (192, 128))
        assert thumbnail.convert("L").getpixel((50, 50)) == (255 if mode == "RGBA" else 0)


def test_a_large_picture_is_converted_to_what_a_page_shows():
    pixels = np.zeros((100, 4000), np.uint8)
    pixels[:, 2000:] = 255

    with Image.open(BytesIO(convert_picture(write(Image.fromarray(pixels), "TIFF"), 10**6))) as shown:
        assert (shown.format, shown.size) == ("PNG", (1600, 40))
        assert (shown.getpixel((700, 20)), shown.getpixel((900, 20))) == ((0, 0, 0), (255, 255, 255))


def test_what_is_too_large_is_refused_by_its_head():
    large = write(Image.new("1", (2000, 1001)), "PNG")

    with pytest.raises(
        PictureError, match=r"2,002,000 pixels, but at most 2,000,000 are allowed; send it as a picture"
    ):
        check_drawing(large)
    check_drawing(write(Image.new("1", (2000, MOST_DRAWN_PIXELS // 2000)), "PNG"))
    check_picture(large, 2_002_000)
    with pytest.raises(PictureError, match="2,002,000 pixels, but at most 2,001,999 are allowed"):
        check_picture(large, 2_001_999)
