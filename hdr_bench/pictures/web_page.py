"""Readings as a self-contained HTML page."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from hdr_bench.names import visible_prose
from hdr_bench.pictures.reading import PictureReadings, ReadDigit, Reading, Step
from hdr_bench.pictures.steps import draw_steps, to_png

# Longest side of pictures in the page, in pixels: sharp on a phone, while the page stays small.
_PICTURE, _STAGE = 1200, 800
# Maximum number of rejected marks shown; a page of letters has hundreds.
_MOST_REJECTED = 100


Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class _MarkAnswer:
    """A model's answer for a mark, as shown on the page; without a label, the model has no mark in this box."""

    model: str
    label: str = ""
    percent: str = ""
    second: str = ""
    line: str = ""
    rejected: bool = False

    @property
    def words(self) -> str:
        """Text of the answer without the model's name."""
        if not self.label:
            return "no mark here"
        return "rejected" if self.rejected else f"{self.label}, {self.percent}"


@dataclass(frozen=True)
class _Mark:
    """Box in the picture, with the answer of each model."""

    box: Box
    image: str
    answers: tuple[_MarkAnswer, ...]

    @property
    def is_rejected(self) -> bool:
        """Whether every model rejects it."""
        return all(each.rejected for each in self.answers if each.label)

    @property
    def is_disputed(self) -> bool:
        """Whether the models disagree, and at least one reads a digit."""
        return not self.is_rejected and len({each.label for each in self.answers}) > 1

    @property
    def title(self) -> str:
        """Text of the answers, with the models' names if there are several."""
        if len(self.answers) == 1:
            return self.answers[0].words
        return "; ".join(f"{each.model}: {each.words}" for each in self.answers)


@dataclass(frozen=True)
class _Answer:
    """A model's answer for the entire picture, with the notes that not all models share."""

    model: str
    lines: tuple[str, ...]
    n_rejected: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Stage:
    """Stage as shown on the page."""

    number: int
    name: str
    title: str
    image: str


@dataclass(frozen=True)
class _Section:
    """Readings of a picture that have the same orientation, as shown on the page."""

    file: str
    size: tuple[int, int]
    picture: str
    notes: tuple[str, ...]
    answers: tuple[_Answer, ...]
    marks: tuple[_Mark, ...]
    stages: tuple[_Stage, ...]


def render_page(pictures: Sequence[PictureReadings]) -> str:
    """Render readings as a page.

    Parameters
    ----------
    pictures : sequence of PictureReadings

    Returns
    -------
    text : str
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hdr_bench.pictures"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sections = [
        _section(picture.file, tuple(readings))
        for picture in pictures
        # Models may disagree about the orientation of a picture.
        for _, readings in groupby(sorted(picture.readings, key=_turns_of), key=_turns_of)
    ]
    failures = [(visible_prose(each.file), visible_prose(each.error)) for each in pictures if each.error]
    return environment.get_template("reading.html").render(sections=sections, failures=failures)


def _turns_of(reading: Reading) -> int:
    return reading.quarter_turns


def _section(file: str, readings: tuple[Reading, ...]) -> _Section:
    common = tuple(note for note in readings[0].notes if all(note in reading.notes for reading in readings))
    return _Section(
        file=visible_prose(file),
        size=readings[0].size,
        picture=_to_jpeg(readings[0].page.color, _PICTURE),
        notes=common,
        answers=tuple(_answer(reading, common) for reading in readings),
        marks=tuple(_marks(readings)),
        stages=tuple(_stages(readings)),
    )


def _answer(reading: Reading, common: tuple[str, ...]) -> _Answer:
    n_rejected = sum(digit.rejected for digit in reading.digits)
    own = tuple(note for note in reading.notes if note not in common)
    return _Answer(visible_prose(reading.model), reading.lines, n_rejected, own)


def _marks(readings: Sequence[Reading]) -> Iterator[_Mark]:
    """Yield each box of the readings once: marks that a model reads as digits, then some of the others."""
    of_models = [{digit.box: digit for digit in reading.digits} for reading in readings]
    marks = [_mark(box, readings, [digits.get(box) for digits in of_models]) for box in _boxes_in_order(readings)]
    yield from (mark for mark in marks if not mark.is_rejected)
    yield from [mark for mark in marks if mark.is_rejected][:_MOST_REJECTED]


def _boxes_in_order(readings: Sequence[Reading]) -> list[Box]:
    """Merge the boxes of all readings in reading order: a box of only one reading follows its predecessor there."""
    boxes: list[Box] = []
    for reading in readings:
        place = -1
        for digit in reading.digits:
            if digit.box not in boxes:
                boxes.insert(place + 1, digit.box)
            place = boxes.index(digit.box)
    return boxes


def _mark(box: Box, readings: Sequence[Reading], digits: Sequence[ReadDigit | None]) -> _Mark:
    first = next(digit for digit in digits if digit is not None)
    return _Mark(
        box=box,
        image=f"data:image/png;base64,{b64encode(to_png(first.image)).decode()}",
        answers=tuple(
            _mark_answer(visible_prose(reading.model), each) for reading, each in zip(readings, digits, strict=True)
        ),
    )


def _mark_answer(model: str, digit: ReadDigit | None) -> _MarkAnswer:
    if digit is None:
        return _MarkAnswer(model)
    second = digit.second
    return _MarkAnswer(
        model=model,
        label="–" if digit.digit is None else str(digit.digit),
        percent=_percent(digit.probability),
        second=f"{second.digit} ({_percent(second.probability)})",
        line="outside the lines" if digit.line is None else f"line {digit.line + 1}",
        rejected=digit.rejected,
    )


def _percent(probability: float) -> str:
    """Format a probability with one decimal; it is never shown as 0 or 100 %."""
    if probability > 0.999:
        return ">99.9\u00a0%"
    if probability < 0.001:
        return "<0.1\u00a0%"
    return f"{100 * probability:.1f}\u00a0%"


def _stages(readings: Sequence[Reading]) -> Iterator[_Stage]:
    """Yield the stages of readings: once if it is the same for all models, otherwise one per model with its name."""
    for number, steps in enumerate(zip(*map(draw_steps, readings), strict=True), start=1):
        if all(np.array_equal(step.image, steps[0].image) for step in steps):
            yield _stage(number, steps[0])
            continue
        for step, reading in zip(steps, readings, strict=True):
            yield _stage(number, step, f"{visible_prose(reading.model)}: ")


def _stage(number: int, step: Step, whose: str = "") -> _Stage:
    return _Stage(number, step.name, f"{whose}{step.title}", _to_jpeg(step.image, _STAGE))


def _to_jpeg(image: NDArray[np.uint8], longest: int) -> str:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(image))
    picture.thumbnail((longest, longest))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"
