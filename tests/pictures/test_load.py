import io

import numpy as np
import pytest
from PIL import Image

from hdr_bench.exceptions import PictureError
from hdr_bench.pictures.load import load_color, load_content


@pytest.fixture
def page(write_page):
    return write_page(["27"])


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp", "tif", "gif", "pgm"])
def test_formats_are_read(tmp_path, page, ending):
    path = tmp_path / f"page.{ending}"
    Image.fromarray(page).save(path)
    color = load_color(path)
    assert color.shape == (*page.shape, 3)
    assert color.dtype == np.uint8
    assert np.abs(color[..., 0].astype(int) - page).mean() < 3


def test_heic_is_read(tmp_path, page):
    heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "photo.heic"
    heif.from_pillow(Image.fromarray(page).convert("RGB")).save(path)
    assert np.abs(load_color(path)[..., 0].astype(int) - page).mean() < 5


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr"])
def test_color_modes_are_read(tmp_path, page, mode):
    path = tmp_path / ("page.jpg" if mode in {"CMYK", "YCbCr"} else "page.png")
    sharp = np.where(page < 128, 0, 255).astype(np.uint8)
    Image.fromarray(sharp).convert("RGB").convert(mode).save(path)
    color = load_color(path)
    assert color.shape == (*page.shape, 3)
    assert (color[..., 0] < 128).mean() == pytest.approx((page < 128).mean(), abs=0.05)


def test_16_bits_are_scaled(tmp_path, page):
    path = tmp_path / "deep.png"
    Image.fromarray(page.astype(np.uint16) * 16).save(path)
    color = load_color(path)
    assert (color.min(), color.max()) == (0, 255)


def test_exif_orientation_is_followed(tmp_path, page):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(page).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(load_color(tmp_path / "turned.png")[..., 0], np.rot90(page, -1))


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0)])
def test_what_is_transparent_becomes_paper_that_shows_the_ink(ink, paper):
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[10:30, 15:25] = (ink, ink, ink, 255)
    color = load_color(pixels)
    assert color[20, 20, 0] == ink
    assert color[2, 2, 0] == paper


@pytest.mark.parametrize("kind", ["bool", "uint8", "uint16", "float64", "int64"])
def test_arrays_are_read(page, kind):
    arrays = {"bool": page > 128, "float64": page / 255, "uint16": page.astype(np.uint16) * 257}
    color = load_color(arrays.get(kind, page.astype(kind)))
    assert color.shape == (*page.shape, 3)
    assert (color[..., 0] < 128).mean() == pytest.approx((page < 128).mean(), abs=0.01)


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros(5), "must have shape"),
        (np.zeros((4, 4, 2)), "must have shape"),
        (np.zeros((0, 4)), "must have shape"),
        (np.full((4, 4), 2.0), "from 0 to 1"),
        (np.full((4, 4), np.nan), "from 0 to 1"),
        (np.full((4, 4, 3), 300), "from 0 to 255"),
        (np.full((4, 4), "a"), "pixels must be"),
    ],
)
def test_other_arrays_are_refused(pixels, message):
    with pytest.raises(PictureError, match=message):
        load_color(pixels)


def test_a_pdf_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "my scan.pdf"
    path.write_bytes(b"%PDF-1.7 and so on")
    with pytest.raises(PictureError, match="PDF is not a picture.*pdftoppm -r 200 -png 'my scan.pdf' page$"):
        load_color(path)
    with pytest.raises(PictureError, match="^the picture: a PDF is not a picture; save its pages as PNG, or take"):
        load_content(path.read_bytes(), "the picture")


def test_the_limit_of_pixels_holds_before_anything_is_decoded(tmp_path):
    path = tmp_path / "large.png"
    Image.new("1", (9000, 9000)).save(path)
    with pytest.raises(PictureError, match=r"9000x9000 pixels, but at most 50,000,000"):
        load_color(path)
    assert load_color(path, 81_000_000).shape == (9000, 9000, 3)


def test_bombs_are_refused_whatever_the_limit(tmp_path):
    path = tmp_path / "bomb.png"
    start = io.BytesIO()
    Image.new("1", (1, 1)).save(start, "PNG")
    header = start.getvalue()
    import struct
    import zlib

    chunk = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    path.write_bytes(header[:12] + chunk + struct.pack(">I", zlib.crc32(chunk)) + header[33:])
    with pytest.raises(PictureError, match="too large"):
        load_color(path, 178_956_970)


@pytest.mark.parametrize("limit", [0, -5, 10**12])
def test_the_limit_must_be_sensible(page, limit):
    with pytest.raises(PictureError, match="the pixel limit must be from 1"):
        load_color(page, limit)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"no picture", "not a readable picture"),
        (b"\x89PNG\r\n\x1a\n broken", "not a readable picture"),
    ],
)
def test_damaged_files_are_refused(tmp_path, content, words):
    path = tmp_path / "damaged.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=words):
        load_color(path)


def test_a_cut_file_is_refused(tmp_path, page):
    Image.fromarray(page).save(tmp_path / "whole.png")
    cut = tmp_path / "cut.png"
    cut.write_bytes((tmp_path / "whole.png").read_bytes()[:-200])
    with pytest.raises(PictureError, match="not a readable picture"):
        load_color(cut)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(PictureError, match=r"none\.png: there is no such file$"):
        load_color(tmp_path / "none.png")
    with pytest.raises(PictureError, match="this is a folder; give the pictures in it$"):
        load_color(tmp_path)


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "empty.png").touch()
    with pytest.raises(PictureError, match=r"empty\.png: the file is empty; copy it again"):
        load_color(tmp_path / "empty.png")


def test_animations_are_refused(tmp_path, page):
    frames = [Image.fromarray(page), Image.fromarray(255 - page)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(PictureError, match="contains 2 pictures"):
        load_color(tmp_path / "moving.gif")
