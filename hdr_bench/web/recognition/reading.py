"""Reading of pictures for the web application: one model segments them, all models classify the marks."""

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import HdrBenchError, PictureError
from hdr_bench.pictures.drawing import find_drawn_ink
from hdr_bench.pictures.load import LoadedPicture, load_content
from hdr_bench.pictures.page import find_ink
from hdr_bench.pictures.reader import FOR_DRAWINGS, WHILE_DRAWING, read_page, read_upright_page
from hdr_bench.pictures.reading import Reading
from hdr_bench.pictures.recognize import Recognizer
from hdr_bench.pictures.steps import draw_steps, to_png
from hdr_bench.web.recognition.loaded import LoadedVersions
from hdr_bench.web.recognition.records import MarkAnswers, ModelAnswer, PictureAnswers, ServedVersion, StepPicture
from hdr_bench.web.recognition.requests import Drawing, Outcome
from hdr_bench.web.recognition.showing import draw_thumbnail
from hdr_bench.web.recognition.sizes import MOST_DRAWN_PIXELS, check_drawing, check_picture

_DRAWING, _PICTURE = "the drawing", "the picture"


def read_drawings(
    drawings: Sequence[Drawing], versions: Sequence[ServedVersion], loaded: LoadedVersions, most_pixels: int
) -> list[Outcome]:
    """Read drawings; each model classifies the marks of all drawings in one call.

    Parameters
    ----------
    drawings : sequence of Drawing
    versions : sequence of ServedVersion
    loaded : LoadedVersions
    most_pixels : int

    Returns
    -------
    outcomes : list of Outcome
        `PictureAnswers` for each drawing, or why it cannot be read.
    """
    divided = [_divide(drawing, loaded.get(versions[0]), most_pixels) for drawing in drawings]
    images = [digit.image for each in divided if not isinstance(each, Exception) for digit in each[1].digits]
    answers = loaded.answer(np.array(images, np.uint8).reshape(-1, 28, 28), versions)
    outcomes, start = [], 0
    for drawing, each in zip(drawings, divided, strict=True):
        if isinstance(each, Exception):
            outcomes.append(Outcome(error=each))
            continue
        picture, reading, seconds = each
        stop = start + len(reading.digits)
        # Unfinished drawings are never stored, and the person drawing is waiting.
        thumbnail = draw_thumbnail(picture.color) if drawing.is_finished else b""
        outcomes.append(Outcome(_assemble(picture, reading, answers[start:stop], versions[0], seconds, thumbnail)))
        start = stop
    return outcomes


def read_upload(
    content: bytes, versions: Sequence[ServedVersion], loaded: LoadedVersions, most_pixels: int
) -> PictureAnswers:
    """Read a picture as `hdr-bench read` does.

    Parameters
    ----------
    content : bytes
    versions : sequence of ServedVersion
    loaded : LoadedVersions
    most_pixels : int

    Returns
    -------
    answers : PictureAnswers

    Raises
    ------
    PictureError
        If it cannot be read.
    """
    start = time.perf_counter()
    check_picture(content, most_pixels)
    picture = load_content(content, _PICTURE, most_pixels)
    reading = read_page(find_ink(picture.color), loaded.get(versions[0]))
    images = np.array([digit.image for digit in reading.digits], np.uint8).reshape(-1, 28, 28)
    answers = loaded.answer(images, versions)
    thumbnail = draw_thumbnail(picture.color)
    return _assemble(picture, reading, answers, versions[0], time.perf_counter() - start, thumbnail)


def picture_steps(content: bytes, kind: str, recognizer: Recognizer, most_pixels: int) -> tuple[StepPicture, ...]:
    """Draw the stages of a reading.

    Parameters
    ----------
    content : bytes
    kind : str
        ``"drawing"`` is read with the fast method, anything else as an upload.
    recognizer : Recognizer
    most_pixels : int

    Returns
    -------
    steps : tuple of StepPicture

    Raises
    ------
    PictureError
        If it cannot be read.
    """
    color = load_content(content, _PICTURE, most_pixels).color
    reading = _read_kind(kind, color, recognizer)
    return tuple(StepPicture(step.name, step.title, to_png(step.image)) for step in draw_steps(reading))


def _read_kind(kind: str, color: NDArray[np.uint8], recognizer: Recognizer) -> Reading:
    if kind == "drawing":
        return read_upright_page(find_drawn_ink(color), recognizer, FOR_DRAWINGS)
    return read_page(find_ink(color), recognizer)


def _divide(
    drawing: Drawing, recognizer: Recognizer, most_pixels: int
) -> tuple[LoadedPicture, Reading, float] | Exception:
    start = time.perf_counter()
    try:
        check_drawing(drawing.content)
        # If the header does not reveal the size, the decoder does.
        picture = load_content(drawing.content, _DRAWING, min(most_pixels, MOST_DRAWN_PIXELS))
        effort = FOR_DRAWINGS if drawing.is_finished else WHILE_DRAWING
        reading = read_upright_page(find_drawn_ink(picture.color), recognizer, effort)
    except MemoryError:
        return PictureError(f"{_DRAWING} needs more memory than a reading may take; send a smaller one")
    except HdrBenchError as error:
        return error
    return picture, reading, time.perf_counter() - start


def _assemble(
    picture: LoadedPicture,
    reading: Reading,
    answers: Sequence[tuple[ModelAnswer, ...]],
    reader: ServedVersion,
    seconds: float,
    thumbnail: bytes,
) -> PictureAnswers:
    height, width = picture.color.shape[:2]
    marks = tuple(
        MarkAnswers(digit.line, digit.box, digit.digit, digit.image, of_mark)
        for digit, of_mark in zip(reading.digits, answers, strict=True)
    )
    turned = 90 * reading.quarter_turns
    return PictureAnswers(
        picture.media_type,
        (width, height),
        reading.lines,
        marks,
        turned,
        reading.notes,
        reader,
        seconds,
        thumbnail,
    )
