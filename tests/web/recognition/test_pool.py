import asyncio
import hashlib
import os
import signal
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hdr_bench.exceptions import ModelFileError, PictureError, ServerError
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.web.recognition.pool import ReadingPool
from hdr_bench.web.recognition.records import ServedVersion
from hdr_bench.web.recognition.requests import Drawing
from hdr_bench.web.settings import ServerSettings

pytest.importorskip("skimage")


def draw_one_and_seven():
    image = Image.new("RGB", (400, 280), "white")
    pen = ImageDraw.Draw(image)
    pen.line([(100, 60), (100, 220)], "black", 16)
    pen.line([(220, 70), (310, 70), (255, 220)], "black", 16, joint="curve")
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def embedded_version(number=1, path=EMBEDDED_MODEL):
    digest = hashlib.sha256(EMBEDDED_MODEL.read_bytes()).hexdigest()
    return ServedVersion(number, "cnn", number, path, digest)


def test_pool_answers_and_outlives_faults(tmp_path):
    asyncio.run(_use_pool(tmp_path))


async def _use_pool(tmp_path):
    pool = ReadingPool(ServerSettings(tmp_path, "sqlite://", workers=2))
    await pool.start()
    try:
        await pool.serve([embedded_version()])
        await _read_everything(pool)
        await _refuse_bad_pictures(pool)
        await _swap_versions(pool, tmp_path)
        await _lose_processes(pool)
    finally:
        await pool.stop()
    with pytest.raises(ServerError, match="stopping"):
        await pool.read_drawing(Drawing(draw_one_and_seven()))


async def _read_everything(pool):
    content = draw_one_and_seven()
    drawings = await asyncio.gather(*(pool.read_drawing(Drawing(content)) for _ in range(12)))
    assert {each.lines for each in drawings} == {("17",)}
    first = drawings[0]
    assert (first.media_type, first.size, first.reader.number) == ("image/png", (400, 280), 1)
    assert [mark.answers[0].digit for mark in first.marks] == [1, 7]
    upload = await pool.read_picture(content)
    assert upload.lines == ("17",)
    answers = await pool.recognize(np.stack([mark.image for mark in upload.marks]))
    assert [of_image[0].digit for of_image in answers] == [1, 7]
    assert await pool.recognize(np.zeros((0, 28, 28), np.uint8)) == []
    steps = await pool.draw_steps(content, "drawing")
    assert steps[0].png.startswith(b"\x89PNG")


async def _refuse_bad_pictures(pool):
    good, bad = draw_one_and_seven(), b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    outcomes = await asyncio.gather(
        *(pool.read_drawing(Drawing(each)) for each in (good, bad, good[:200], good)), return_exceptions=True
    )
    assert [isinstance(each, PictureError) for each in outcomes] == [False, True, True, False]
    with pytest.raises(PictureError):
        await pool.read_picture(b"")


async def _swap_versions(pool, tmp_path):
    damaged = tmp_path / "damaged.hdrm"
    damaged.write_bytes(EMBEDDED_MODEL.read_bytes()[:-1])
    with pytest.raises(ModelFileError, match="damaged"):
        await pool.serve([embedded_version(2, damaged)])
    assert (await pool.read_drawing(Drawing(draw_one_and_seven()))).reader.number == 1
    await pool.serve([embedded_version(3)])
    assert (await pool.read_drawing(Drawing(draw_one_and_seven()))).reader.number == 3


async def _lose_processes(pool):
    for process in pool._processes:
        os.kill(process.pid, signal.SIGKILL)
    outcomes = await asyncio.gather(
        *(pool.read_drawing(Drawing(draw_one_and_seven())) for _ in range(6)), return_exceptions=True
    )
    assert all(not isinstance(each, Exception) or isinstance(each, ServerError) for each in outcomes)
    assert (await pool.read_drawing(Drawing(draw_one_and_seven()))).lines == ("17",)
