"""Readings as a page that needs no other file."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from hdr_bench.names import visible_prose
from hdr_bench.pictures.reading import PictureReadings, ReadDigit, Reading, Step
from hdr_bench.pictures.steps import to_png

# Longest side of pictures in the page, in pixels: sharp on a phone, and the page stays small.
_PICTURE, _STAGE = 1200, 800
# Rejected marks that are shown; a page of letters has hundreds.
_MOST_REJECTED = 100


@dataclass(frozen=True)
class _Mark:
    """A digit, or a rejected mark, as the page shows it."""

    label: str
    line: str
    percent: str
    second: str
    image: str
    box: tuple[int, int, int, int]
    rejected: bool


@dataclass(frozen=True)
class _Stage:
    """A stage as the page shows it."""

    number: int
    name: str
    title: str
    image: str


@dataclass(frozen=True)
class _Section:
    """A reading as the page shows it."""

    file: str
    model: str
    lines: tuple[str, ...]
    size: tuple[int, int]
    picture: str
    marks: tuple[_Mark, ...]
    n_rejected: int
    notes: tuple[str, ...]
    stages: tuple[_Stage, ...]


def render_page(pictures: Sequence[PictureReadings]) -> str:
    """Return the page of readings.

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
    sections = [_section(picture.file, reading) for picture in pictures for reading in picture.readings]
    failures = [(visible_prose(each.file), visible_prose(each.error)) for each in pictures if each.error]
    return environment.get_template("reading.html").render(sections=sections, failures=failures)


def _section(file: str, reading: Reading) -> _Section:
    rejected = [digit for digit in reading.digits if digit.rejected]
    shown = [digit for digit in reading.digits if not digit.rejected] + rejected[:_MOST_REJECTED]
    return _Section(
        file=visible_prose(file),
        model=visible_prose(reading.model),
        lines=reading.lines,
        size=reading.size,
        picture=_to_jpeg(reading.page.color, _PICTURE),
        marks=tuple(map(_mark, shown)),
        n_rejected=len(rejected),
        notes=reading.notes,
        stages=tuple(_stage(number, step) for number, step in enumerate(reading.steps, start=1)),
    )


def _mark(digit: ReadDigit) -> _Mark:
    second = digit.second
    return _Mark(
        label="–" if digit.digit is None else str(digit.digit),
        line="outside the lines" if digit.line is None else f"line {digit.line + 1}",
        percent=_percent(digit.probability),
        second=f"{second.digit} ({_percent(second.probability)})",
        image=f"data:image/png;base64,{b64encode(to_png(digit.image)).decode()}",
        box=digit.box,
        rejected=digit.rejected,
    )


def _percent(probability: float) -> str:
    """Return a probability with one decimal; it is never shown as 0 or 100 %."""
    if probability > 0.999:
        return ">99.9\u00a0%"
    if probability < 0.001:
        return "<0.1\u00a0%"
    return f"{100 * probability:.1f}\u00a0%"


def _stage(number: int, step: Step) -> _Stage:
    return _Stage(number, step.name, step.title, _to_jpeg(step.image, _STAGE))


def _to_jpeg(image: NDArray[np.uint8], longest: int) -> str:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(image))
    picture.thumbnail((longest, longest))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"
