"""What a reading may take of the machine: memory, and the time of those who draw."""

import asyncio
import threading
from multiprocessing import get_context

import numpy as np

from hdr_bench.exceptions import PictureError
from hdr_bench.web.recognition import pool as pool_module
from hdr_bench.web.recognition import worker
from hdr_bench.web.recognition.pool import ReadingPool
from hdr_bench.web.recognition.records import ServedVersion
from hdr_bench.web.recognition.requests import Drawing, Outcome, ReadDrawings, ReadUpload
from hdr_bench.web.settings import ServerSettings

TOO_MUCH = 5 * 2**30


def take_too_much(*_):
    return np.zeros(TOO_MUCH, np.uint8)


def _end_with_answer(connection):
    worker._limit_memory()
    worker.read_upload = take_too_much
    connection.send(worker._answer(ReadUpload(b"", ()), None, 1))


def test_a_reading_that_takes_too_much_memory_fails_alone():
    context = get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_end_with_answer, args=(there,))
    process.start()
    (outcome,) = here.recv()
    process.join()

    assert isinstance(outcome.error, PictureError)
    assert "needs more memory" in str(outcome.error)


class HeldByUploads:
    """Stands in for a reading process: uploads take until they are let go."""

    let_go = threading.Event()

    def __init__(self, most_pixels):
        self.pid = None

    def ask(self, request, seconds):
        if isinstance(request, ReadUpload):
            self.let_go.wait()
        return [Outcome("read")] * (len(request.drawings) if isinstance(request, ReadDrawings) else 1)

    def end(self):
        self.let_go.set()


def test_uploads_do_not_hold_up_drawings(monkeypatch, tmp_path):
    monkeypatch.setattr(pool_module, "ReadingProcess", HeldByUploads)

    async def ask():
        pool = ReadingPool(ServerSettings(tmp_path, "sqlite://", workers=2))
        await pool.start()
        await pool.serve([ServedVersion(1, "cnn", 1, tmp_path, "")])
        uploads = [asyncio.ensure_future(pool.read_picture(b"")) for _ in range(3)]
        answers = [await pool.read_drawing(Drawing(b"")) for _ in range(20)]
        are_held = not any(upload.done() for upload in uploads)
        HeldByUploads.let_go.set()
        answers += await asyncio.gather(*uploads)
        await pool.stop()
        return answers, are_held

    answers, are_held = asyncio.run(ask())

    assert answers == ["read"] * 23
    assert are_held
