"""Rows of the web application's database, as its other parts make them."""

import numpy as np

from hdr_bench.web.database.pictures import add_reading
from hdr_bench.web.database.versions import add_version, serve_version
from hdr_bench.web.recognition.records import MarkAnswers, ModelAnswer, PictureAnswers, ServedVersion


def add_served(session, model="cnn", **columns):
    """Add a version of a model, serve it, and return it as the processes that read get it."""
    file = f"{model}.hdrm"
    columns = {"method": model, "origin": "embedded", "file": file, "sha256": "0" * 64, "n_images": 60_000, **columns}
    row = add_version(session, model=model, **columns)
    serve_version(session, model, row.number)
    return ServedVersion(row.id, model, row.number, row.file, row.sha256)


def make_mark(versions, digit=3, *, seed=0, certainty=0.91, rejected=False):
    """Make a mark that all versions took for one digit; the others got the same probability each."""
    probabilities = [(1 - certainty) / 9] * 10
    probabilities[digit] = certainty
    image = np.random.default_rng(seed).integers(0, 256, (28, 28), dtype=np.uint8)
    answers = tuple(ModelAnswer(version, digit, rejected, tuple(probabilities), 0.001) for version in versions)
    return MarkAnswers(0, (seed, 2, 20, 28), None if rejected else digit, image, answers)


def add_picture(session, versions, marks=None, **columns):
    """Store a picture of these marks, by default of one."""
    marks = (make_mark(versions),) if marks is None else tuple(marks)
    line = "".join(str(mark.digit) for mark in marks if mark.digit is not None)
    answers = PictureAnswers("image/png", (120, 80), (line,), marks, 0, ("a note",), versions[0], 0.25, b"small")
    columns = {"content": b"\x89PNG\r\n\x00\xff'\\", "kind": "upload", "name": "scan.png", "writer": "", **columns}
    return add_reading(session, answers=answers, **columns)
