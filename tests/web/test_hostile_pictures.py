"""Pictures that are meant to harm, or are only unusual: each gets its answer, and the server stays up."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hdr_bench import load_dataset
from tests.helpers.drawn_digits import draw, some_digits
from tests.web.test_server import upload


@cache
def make_page():
    """Return dark digits on white, 4 and 2."""
    return Image.open(io.BytesIO(draw(some_digits(load_dataset("mnist-5k").test, 4, 2))))


def write(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def write_head(width, height):
    """Return a PNG of 100 bytes that claims a size."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(9))))
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def make_noise(side):
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side), dtype=np.uint8))


def write_animation(kind):
    frames = [Image.new("L", (40, 40), shade) for shade in (0, 255)]
    return write(frames[0], kind, save_all=True, append_images=frames[1:])


REFUSED = {
    "bomb": (lambda: write_head(60_000, 60_000), "more than 178,956,970 pixels, but at most 50,000,000 are allowed"),
    "large": (lambda: write_head(8000, 7000), "56,000,000 pixels, but at most 50,000,000 are allowed"),
    "truncated": (lambda: write(make_page())[:1000], "not a readable picture"),
    "damaged": (lambda: write(make_page())[:-30] + bytes(30), "not a readable picture"),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not in a supported picture format"),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", "not in a supported picture format"),
    "animated GIF": (lambda: write_animation("GIF"), "contains 2 pictures"),
    "animated PNG": (lambda: write_animation("PNG"), "contains 2 pictures"),
    "noise": (lambda: write(make_noise(900)), "pieces of ink"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence(client, case):
    make, words = REFUSED[case]
    answer = upload(client, make())

    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert client.get("/health").status_code == 200


READ = {
    "polyglot": lambda: write(make_page()) + b"<script>alert(1)</script>",
    "transparent": lambda: write(make_ink(make_page())),
    "light on dark": lambda: write(Image.eval(make_page(), lambda value: 255 - value)),
    "palette": lambda: write(make_page().convert("P")),
    "16 bits": lambda: write(Image.fromarray(np.asarray(make_page()).astype(np.uint16) * 257)),
}


def make_ink(page):
    ink = Image.new("RGBA", page.size, "black")
    ink.putalpha(Image.eval(page, lambda value: 255 - value))
    return ink


@pytest.mark.parametrize("case", READ)
def test_unusual_pictures_are_read_and_shown_as_pictures(client, case):
    answer = upload(client, READ[case]())

    assert answer.status_code == 201
    assert answer.json()["lines"] == ["42"]
    shown = client.get(answer.json()["picture"])
    assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == ("image/png", "nosniff")


@pytest.mark.parametrize("size", [(2000, 1001), (60_000, 60_000)])
def test_a_drawing_larger_than_a_canvas_is_refused(client, size):
    content = write_head(*size)
    predicted = client.post("/api/predict", content=content, headers={"Content-Type": "image/png"})
    stored = upload(client, content, kind="drawing")

    for answer in (predicted, stored):
        assert answer.status_code == 422
        assert "but at most 2,000,000 are allowed; send it as a picture" in answer.json()["error"]


def test_more_images_than_others_can_wait_for_are_refused(client):
    answer = client.post("/api/predict", json={"images": np.zeros((101, 28, 28), int).tolist()})

    assert answer.status_code == 422
    assert "at most 100 items" in answer.json()["error"]


def peak_memory(server):
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def test_a_large_picture_of_a_few_bytes_is_shown_without_the_server_decoding_it(server, client):
    large = Image.new("L", (7000, 7000), 255)
    large.paste(make_page().resize((6000, 3000)), (500, 2000))
    reading = upload(client, write(large, "TIFF", compression="tiff_deflate")).json()
    before = peak_memory(server)

    shown = client.get(reading["picture"])
    thumbnail = client.get(f"/readings/{reading['id']}/thumbnail")

    assert Image.open(io.BytesIO(shown.content)).size == (1600, 1600)
    assert Image.open(io.BytesIO(thumbnail.content)).size == (144, 144)
    # Decoded, it has 49 million pixels of three bytes.
    assert peak_memory(server) < 1.25 * before


def test_what_was_deleted_is_shown_no_more(client):
    reading = upload(client, write(make_page())).json()
    place = f"/api/readings/{reading['id']}"
    steps = [step["url"] for step in client.get(f"{place}/steps").json()["steps"]]
    addresses = [f"{place}/picture", steps[0], f"/readings/{reading['id']}/thumbnail"]
    addresses.append(f"/digits/{reading['digits'][0]['id']}/image")
    shown = [client.get(address) for address in addresses]

    assert client.delete(place).status_code == 204

    assert [answer.status_code for answer in shown] == [200] * 4
    # Browsers would go on to show what they keep.
    assert {answer.headers["cache-control"] for answer in shown} == {"no-store"}
    assert [client.get(address).status_code for address in addresses] == [404] * 4
