"""The pool of reading processes: one pool, of one process, that the tests of this file use one after the other."""

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
from hdr_bench.web.recognition import pool as pool_module
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


CONTENT = draw_one_and_seven()


def embedded_version(number=1, path=EMBEDDED_MODEL):
    digest = hashlib.sha256(EMBEDDED_MODEL.read_bytes()).hexdigest()
    return ServedVersion(number, "cnn", number, path, digest)


@pytest.fixture(scope="module")
def run():
    """A function that runs what is asynchronous, always on one loop."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="module")
def pool(run, tmp_path_factory):
    pool = ReadingPool(ServerSettings(tmp_path_factory.mktemp("pool"), "sqlite://", workers=1))
    run(pool.start())
    try:
        run(pool.serve([embedded_version()]))
        yield pool
    finally:
        run(pool.stop())


def test_everything_is_answered(run, pool):
    async def ask():
        drawings = await asyncio.gather(*(pool.read_drawing(Drawing(CONTENT)) for _ in range(12)))
        upload = await pool.read_picture(CONTENT)
        answers = await pool.recognize(np.stack([mark.image for mark in upload.marks]))
        nothing = await pool.recognize(np.zeros((0, 28, 28), np.uint8))
        return drawings, upload, answers, nothing, await pool.draw_steps(CONTENT, "drawing")

    drawings, upload, answers, nothing, steps = run(ask())

    assert {each.lines for each in drawings} == {("17",)}
    first = drawings[0]
    assert (first.media_type, first.size, first.reader.number) == ("image/png", (400, 280), 1)
    assert [mark.answers[0].digit for mark in first.marks] == [1, 7]
    assert upload.lines == ("17",)
    assert [of_image[0].digit for of_image in answers] == [1, 7]
    assert nothing == []
    assert steps[0].png.startswith(b"\x89PNG")
    for answer in (first, upload):
        with Image.open(BytesIO(answer.thumbnail)) as thumbnail:
            assert thumbnail.size == (192, 134)


def test_what_cannot_be_read_fails_alone(run, pool):
    good, bad = CONTENT, b"<svg xmlns='http://www.w3.org/2000/svg'/>"

    async def ask():
        drawings = (pool.read_drawing(Drawing(each)) for each in (good, bad, good[:200], good))
        return await asyncio.gather(*drawings, pool.read_picture(b""), return_exceptions=True)

    outcomes = run(ask())
    assert [isinstance(each, PictureError) for each in outcomes] == [False, True, True, False, True]


def test_a_damaged_version_is_not_served_and_another_is(run, pool, tmp_path):
    damaged = tmp_path / "damaged.hdrm"
    damaged.write_bytes(EMBEDDED_MODEL.read_bytes()[:-1])

    with pytest.raises(ModelFileError, match="damaged"):
        run(pool.serve([embedded_version(2, damaged)]))
    assert run(pool.read_drawing(Drawing(CONTENT))).reader.number == 1
    run(pool.serve([embedded_version(3)]))
    assert run(pool.read_drawing(Drawing(CONTENT))).reader.number == 3


class Deadly:
    """What ends the process that is sent it."""

    def __reduce__(self):
        # `os._exit` cannot be pickled where coverage has replaced it.
        return signal.raise_signal, (signal.SIGKILL,)


def test_a_process_that_dies_amid_a_request_loses_only_this_one(run, pool):
    async def ask():
        # Both are sent in one batch.
        requests = (pool.read_drawing(Drawing(each)) for each in (CONTENT, Deadly()))
        return await asyncio.gather(*requests, return_exceptions=True)

    answered, lost = run(ask())

    assert isinstance(lost, ServerError)
    assert "died" in str(lost)
    assert answered.lines == ("17",)


def test_a_request_that_takes_too_long_is_given_up(run, pool, monkeypatch):
    pool.prepare()
    os.kill(pool._processes[0].pid, signal.SIGSTOP)
    monkeypatch.setattr(pool_module, "_SECONDS_PER_PICTURE", 0.0)

    with pytest.raises(PictureError, match="longer than"):
        run(pool.read_picture(CONTENT))
    assert pool._processes[0].pid is None


def test_a_process_that_was_killed_while_it_had_nothing_to_do_loses_nothing(run, pool):
    pool.prepare()
    os.kill(pool._processes[0].pid, signal.SIGKILL)
    pool._processes[0]._process.join()

    assert run(pool.read_drawing(Drawing(CONTENT))).lines == ("17",)


def test_a_pool_that_was_stopped_says_so(run, tmp_path):
    async def ask():
        pool = ReadingPool(ServerSettings(tmp_path, "sqlite://", workers=1))
        await pool.start()
        await pool.stop()
        await pool.read_drawing(Drawing(CONTENT))

    with pytest.raises(ServerError, match="stopping"):
        run(ask())
