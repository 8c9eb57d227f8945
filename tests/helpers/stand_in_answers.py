"""Answers of the embedded network in the form of the web application's API, read in this process."""

from base64 import b64encode
from functools import lru_cache

import numpy as np

from hdr_bench.pictures.drawing import find_drawn_ink
from hdr_bench.pictures.reader import FOR_DRAWINGS, read_picture, read_upright_page
from hdr_bench.pictures.recognize import load_recognizer


@lru_cache(maxsize=8)
def _read(content, shape):
    return read_picture(np.frombuffer(content, np.uint8).reshape(shape), load_recognizer())


def read_answers(picture):
    """Return lines, size and digits of an uploaded picture, uint8."""
    return _answers(picture, _read(picture.tobytes(), picture.shape))


def read_drawing_answers(picture):
    """Return lines, size and digits of a drawing, uint8."""
    return _answers(picture, read_upright_page(find_drawn_ink(picture), load_recognizer(), FOR_DRAWINGS))


def _answers(picture, reading):
    images = np.stack([digit.image for digit in reading.digits]) if reading.digits else np.empty((0, 28, 28), np.uint8)
    shares = load_recognizer().recognize(images).probabilities[:, :10]
    return {
        "lines": list(reading.lines),
        "size": [picture.shape[1], picture.shape[0]],
        "turned": 90 * reading.quarter_turns,
        "notes": list(reading.notes),
        "digits": [_digit(digit, probabilities) for digit, probabilities in zip(reading.digits, shares, strict=True)],
    }


def _digit(digit, probabilities):
    second = {"digit": digit.second.digit, "probability": digit.second.probability}
    answer = {
        "model": "cnn",
        "version": 1,
        "digit": digit.likeliest,
        "rejected": digit.rejected,
        "probability": digit.probability,
        "second": second,
        "probabilities": [float(share) for share in probabilities],
        "milliseconds": 1.25,
    }
    return {
        "digit": digit.digit,
        "line": digit.line,
        "box": [int(side) for side in digit.box],
        "probability": digit.probability,
        "second": second,
        "rejected": digit.rejected,
        "image": b64encode(digit.image.tobytes()).decode(),
        "answers": [answer, answer | {"model": "knn", "milliseconds": 20.5}],
    }
