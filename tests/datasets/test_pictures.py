import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from hdr_bench.datasets import load_dataset
from hdr_bench.datasets.pictures import EXTENSIONS, load_picture
from hdr_bench.exceptions import DatasetError


@pytest.fixture(scope="module")
def digit():
    """A seven of MNIST, light on dark, and not like itself turned or mirrored."""
    digits = load_dataset("mnist-5k")
    return np.array(digits.test.images[np.flatnonzero(digits.test.labels == 7)[0]])


def _ink(digit, shade, mode="RGBA"):
    """Return a digit of one shade on a transparent ground."""
    ink = Image.new("RGB" if mode == "RGBA" else "L", digit.shape[::-1], (shade,) * 3 if mode == "RGBA" else shade)
    ink.putalpha(Image.fromarray(digit))
    return ink


def test_colour_palette_alpha_and_depth(tmp_path):
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4

    def read(picture, name="a.png", **options):
        picture.save(tmp_path / name, **options)
        return load_picture(tmp_path / name, None).values

    np.testing.assert_array_equal(read(Image.fromarray(np.stack([grey] * 3, axis=2))), grey)
    np.testing.assert_array_equal(read(Image.fromarray(grey).convert("P")), grey)
    np.testing.assert_array_equal(read(Image.fromarray(grey > 100)), np.where(grey > 100, 255, 0))
    ink = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    ink.putpixel((3, 2), (0, 0, 0, 255))
    on_paper = read(ink)
    assert (on_paper[2, 3], on_paper[0, 0]) == (0, 255)
    deep = grey.astype(np.uint16) * 257
    stored = read(Image.fromarray(deep))
    assert stored.dtype == np.uint16
    np.testing.assert_array_equal(stored, deep)
    floats = grey.astype(np.float32) / 3
    np.testing.assert_array_equal(read(Image.fromarray(floats), "a.tif"), floats)
    jpeg = read(Image.fromarray(np.full((8, 8), 77, np.uint8)), "a.jpg", quality=95)
    np.testing.assert_allclose(jpeg, 77, atol=1)


def test_16_bit_colour_is_refused_rather_than_cut_to_8(tmp_path):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + struct.pack(">12H", *range(12)) for _ in range(4))
    header = struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "deep.png").write_bytes(png)
    with pytest.raises(DatasetError, match="16 bits per channel"):
        load_picture(tmp_path / "deep.png", None)


@pytest.mark.parametrize("ending", sorted(EXTENSIONS))
def test_every_kind_of_picture_is_read(tmp_path, digit, ending):
    path = tmp_path / f"a{ending}"
    picture = Image.fromarray(digit)
    if ending == ".mpo":
        picture = picture.convert("RGB")
    if ending == ".pbm":
        picture = picture.point(lambda value: 255 * (value > 127), "1")
    lossless = {"lossless": True} if ending == ".webp" else {}
    picture.save(path, {".jpe": "JPEG", ".jfif": "JPEG", ".pnm": "PPM", ".pgm": "PPM"}.get(ending), **lossless)
    grey = load_picture(path, None).values.astype(int)
    assert np.abs(grey - digit).mean() < 8
    if ending not in {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".pbm"}:
        np.testing.assert_array_equal(grey, digit)


def test_cmyk_lab_16_bit_one_bit_and_white_is_zero(tmp_path, digit):
    picture = Image.fromarray(digit)
    rgb = picture.convert("RGB")
    lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    cmyk = ImageOps.invert(rgb)
    white_is_zero = io.BytesIO()
    picture.save(white_is_zero, "TIFF", tiffinfo={262: 0})
    files = {
        "cmyk.tif": Image.merge("CMYK", (*cmyk.split(), Image.new("L", cmyk.size))),
        "lab.tif": ImageCms.applyTransform(rgb, lab),
        "palette.png": picture.convert("P"),
    }
    for name, saved in files.items():
        saved.save(tmp_path / name)
    (tmp_path / "white-is-zero.tif").write_bytes(white_is_zero.getvalue())
    for name in (*files, "white-is-zero.tif"):
        assert np.abs(load_picture(tmp_path / name, None).values.astype(int) - digit).max() <= 1, name
    Image.fromarray(digit.astype(np.uint16) * 257).save(tmp_path / "deep.pgm")
    np.testing.assert_array_equal(load_picture(tmp_path / "deep.pgm", None).values, digit.astype(np.uint16) * 257)
    Image.fromarray(digit > 127).save(tmp_path / "bits.bmp")
    np.testing.assert_array_equal(load_picture(tmp_path / "bits.bmp", None).values, np.where(digit > 127, 255, 0))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_light_ink_on_transparent_lies_on_black_and_dark_ink_on_white(tmp_path, digit, mode):
    _ink(digit, 255, mode).save(tmp_path / "light.png")
    np.testing.assert_array_equal(load_picture(tmp_path / "light.png", None).values, digit)
    _ink(digit, 0, mode).save(tmp_path / "dark.png")
    np.testing.assert_array_equal(load_picture(tmp_path / "dark.png", None).values, 255 - digit)


def test_a_transparent_colour_of_a_palette(tmp_path):
    picture = Image.new("P", (8, 8), 0)
    picture.putpalette([0, 0, 0, 255, 255, 255])
    picture.putpixel((3, 2), 1)
    for name in ("a.png", "a.gif"):
        picture.save(tmp_path / name, transparency=0)
        grey = load_picture(tmp_path / name, None).values
        assert (grey[2, 3], grey.sum()) == (255, 255)


@pytest.mark.parametrize(("mode", "black", "white"), [("L", 0, 255), ("RGB", (0, 0, 0), (255, 255, 255))])
def test_a_ground_that_is_transparent_by_its_colour(tmp_path, digit, mode, black, white):
    """The edges of the strokes, which are grey, stay opaque."""
    Image.fromarray(digit).convert(mode).save(tmp_path / "light.png", transparency=black)
    np.testing.assert_array_equal(load_picture(tmp_path / "light.png", None).values, digit)
    Image.fromarray(255 - digit).convert(mode).save(tmp_path / "dark.png", transparency=white)
    np.testing.assert_array_equal(load_picture(tmp_path / "dark.png", None).values, 255 - digit)


def test_pixels_that_are_no_numbers_are_refused_by_the_file(tmp_path):
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(DatasetError, match=r"a\.tif: some of its pixels are NaN or infinity; repair it"):
        load_picture(tmp_path / "a.tif", None)


def test_a_card_with_transparent_corners_keeps_its_white_ground(tmp_path, digit):
    card = Image.fromarray(255 - digit).convert("RGBA")
    card.putpixel((0, 0), (0, 0, 0, 0))
    card.save(tmp_path / "card.png")
    np.testing.assert_array_equal(load_picture(tmp_path / "card.png", None).values, 255 - digit)


def test_nothing_but_transparency_is_blank(tmp_path):
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "a.png")
    assert load_picture(tmp_path / "a.png", None).values.min() == 255


_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif"])
@pytest.mark.parametrize("orientation", sorted(_STORED))
def test_exif_orientation_is_applied(tmp_path, digit, orientation, ending):
    upright = Image.fromarray(digit[:, 4:24])
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"a.{ending}"
    upright.transpose(_STORED[orientation]).save(path, exif=exif, **({"quality": 100} if ending != "tif" else {}))
    assert np.abs(load_picture(path, None).values.astype(int) - np.asarray(upright)).mean() < 4
    assert load_picture(path, (14, 10)).values.shape == (14, 10)


def test_of_a_phones_pictures_the_first_is_taken(tmp_path, digit):
    front = Image.fromarray(digit).convert("RGB")
    front.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[Image.new("RGB", (4, 4))], quality=100)
    picture = load_picture(tmp_path / "a.jpg", None)
    assert picture.n_pictures == 2
    assert np.abs(picture.values.astype(int) - digit).mean() < 2


@pytest.mark.parametrize("ending", ["gif", "tif", "webp", "png"])
def test_animations_and_several_pages_are_refused(tmp_path, ending):
    frames = [Image.linear_gradient("L").resize((8, 8)), Image.radial_gradient("L").resize((8, 8))]
    frames[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=frames[1:])
    with pytest.raises(DatasetError, match="holds 2 frames, but one picture per file"):
        load_picture(tmp_path / f"a.{ending}", None)


@pytest.mark.parametrize("size", [(12000, 9000), (20000, 10000)])
def test_a_picture_too_large_is_refused_before_it_fills_the_memory(tmp_path, size):
    Image.new("1", size).save(tmp_path / "bomb.png")
    with pytest.raises(
        DatasetError, match=r"bomb\.png: the picture is too large.*at most 89,478,485 pixels are allowed"
    ):
        load_picture(tmp_path / "bomb.png", None)


def test_what_is_no_picture_is_named(tmp_path, digit):
    (tmp_path / "page.jpg").write_text("<!DOCTYPE html><html>not found</html>")
    (tmp_path / "empty.png").touch()
    with (tmp_path / "cut.jpg").open("wb") as file:
        Image.fromarray(digit).resize((280, 280)).save(file, "JPEG")
        file.truncate(file.tell() - 900)
    for name in ("page.jpg", "empty.png"):
        with pytest.raises(
            DatasetError, match=f"{name}: not a readable picture: its content is not in a supported picture format"
        ):
            load_picture(tmp_path / name, None)
    with pytest.raises(DatasetError, match=r"cut\.jpg: not a readable picture: .*truncated"):
        load_picture(tmp_path / "cut.jpg", None)
    Image.fromarray(digit).save(tmp_path / "really.png", "BMP")
    np.testing.assert_array_equal(load_picture(tmp_path / "really.png", None).values, digit)
