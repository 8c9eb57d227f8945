"""Reading of a picture's digits, stage by stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hdr_bench.pictures.context import accept_in_context, choose_marks
from hdr_bench.pictures.cuts import MOST_CUTS
from hdr_bench.pictures.cutting import cut_marks
from hdr_bench.pictures.load import MOST_PIXELS, load_color
from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.normalize import SIDE
from hdr_bench.pictures.orientation import find_turn
from hdr_bench.pictures.page import Page, find_ink, turn_page
from hdr_bench.pictures.placing import describe_page, make_reading
from hdr_bench.pictures.reading import Reading
from hdr_bench.pictures.recognize import Answers, Recognizer, load_recognizer
from hdr_bench.pictures.segmentation import Division, divide
from hdr_bench.pictures.straightening import Writing, put_in_lines, straighten
from hdr_bench.pictures.stroke import WORKING_SIDE


@dataclass(frozen=True)
class Effort:
    """Amount of work spent on a reading.

    Attributes
    ----------
    most_cuts : int
        Maximum number of cuts of a mark that may be several digits.
    working_side : int
        Longest side of a mark, in pixels, while its stroke width is measured.
    """

    most_cuts: int = MOST_CUTS
    working_side: int = WORKING_SIDE


_FOR_PICTURES = Effort()
FOR_DRAWINGS = Effort(most_cuts=4, working_side=56)
"""For a finished drawing."""
WHILE_DRAWING = Effort(most_cuts=0, working_side=56)
"""For an unfinished drawing: a half-drawn digit is wide, and would be cut at many places."""


def read_picture(
    picture: str | Path | NDArray[np.generic], model: Any = None, *, most_pixels: int = MOST_PIXELS
) -> Reading:
    """Read the handwritten digits in a picture, such as a photo, a scan or a drawing.

    Parameters
    ----------
    picture : path or ndarray
        A picture file, or pixels of shape (height, width), (height, width, 3) or (height, width, 4).
    model : path, estimator or Recognizer, optional
        Model that recognizes the digits: a model file, a fitted estimator that takes raw pixels of 28x28 images, or the
        result of `load_recognizer`, which is fastest for many pictures. By default the embedded model.
    most_pixels : int, default=50_000_000
        Pictures with more pixels are refused.

    Returns
    -------
    reading : Reading

    Raises
    ------
    PictureError
        If the picture cannot be read, or is too large.
    MissingDependencyError
        If scikit-image is not installed, or pillow-heif for a HEIC picture.
    ModelFileError, ModelNotFoundError
        If the model's file cannot be read or used.
    ValueError
        If the model is not a fitted classifier, does not take images of 28x28 pixels, or has no digits among its
        classes.
    PredictionsError
        If the model's answers are not probabilities of its classes.

    Examples
    --------
    >>> import numpy as np
    >>> read_picture(np.full((300, 400), 255, np.uint8)).lines  # doctest: +SKIP
    ()
    """
    color = load_color(picture, most_pixels)
    return read_page(find_ink(color), load_recognizer(model))


def read_page(page: Page, recognizer: Recognizer) -> Reading:
    """Read the digits of a page whose ink has been found.

    Parameters
    ----------
    page : Page
    recognizer : Recognizer

    Returns
    -------
    reading : Reading

    Raises
    ------
    PredictionsError
        If the model's answers are not probabilities of its classes.
    """
    marks, images, answers = _look_at(page, recognizer, _FOR_PICTURES)
    quarters = find_turn(marks, images, answers, recognizer)
    if quarters:
        page = turn_page(page, quarters)
        marks, images, answers = _look_at(page, recognizer, _FOR_PICTURES)
    return _read_marks(page, marks, images, answers, recognizer, quarters, _FOR_PICTURES)


def read_upright_page(page: Page, recognizer: Recognizer, effort: Effort) -> Reading:
    """Read the digits of a page that is known to be upright, such as a drawing on a canvas.

    Parameters
    ----------
    page : Page
    recognizer : Recognizer
    effort : Effort

    Returns
    -------
    reading : Reading

    Raises
    ------
    PredictionsError
        If the model's answers are not probabilities of its classes.
    """
    marks, images, answers = _look_at(page, recognizer, effort)
    return _read_marks(page, marks, images, answers, recognizer, 0, effort)


def _read_marks(
    page: Page,
    marks: tuple[Mark, ...],
    images: NDArray[np.uint8],
    answers: Answers,
    recognizer: Recognizer,
    quarters: int,
    effort: Effort,
) -> Reading:
    division = divide(marks, answers, lambda others: recognizer.recognize(_cut(others, page, effort)), effort.most_cuts)
    known = dict(zip(map(id, marks), images, strict=True))
    writing = _write(page, division, known, recognizer, effort)
    notes = [*describe_page(page, writing, quarters), *_describe_division(division)]
    return make_reading(page, writing, quarters, recognizer.name, notes)


def _look_at(page: Page, recognizer: Recognizer, effort: Effort) -> tuple[tuple[Mark, ...], NDArray[np.uint8], Answers]:
    marks = choose_marks(page.marks, page.ink.mask.shape, page.digit_height)
    images = _cut(marks, page, effort)
    return marks, images, recognizer.recognize(images)


def _write(
    page: Page, division: Division, known: Mapping[int, NDArray[np.uint8]], recognizer: Recognizer, effort: Effort
) -> Writing:
    """Put the digits in lines, and rotate those of sloping lines upright; reuse the images of unchanged marks."""
    light, marks, answers = page.grey.values, division.marks, division.answers
    cut = iter(_cut([mark for mark in marks if id(mark) not in known], page, effort))
    images = np.array([known[id(mark)] if id(mark) in known else next(cut) for mark in marks], np.uint8)
    images = images.reshape(len(marks), SIDE, SIDE)
    writing = put_in_lines(marks, images, answers, accept_in_context(marks, answers, light))
    straight = straighten(writing, lambda some, slopes: _cut(some, page, effort, slopes), recognizer.recognize)
    if not straight.n_straightened:
        return writing
    accepted = accept_in_context(marks, straight.answers, light)
    again = put_in_lines(marks, straight.images, straight.answers, accepted)
    return replace(again, n_straightened=straight.n_straightened)


def _cut(marks: Sequence[Mark], page: Page, effort: Effort, slopes: Sequence[float] | None = None) -> NDArray[np.uint8]:
    return cut_marks(marks, page.ink.soft, slopes, effort.working_side)


def _describe_division(division: Division) -> list[str]:
    counted = (("joined from pieces", division.n_joined), ("split into digits", division.n_split))
    return [f"{count} {'mark' if count == 1 else 'marks'} {what}" for what, count in counted if count]
