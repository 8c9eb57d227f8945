"""Construction of a page's reading from what was recognized on it."""

from collections.abc import Sequence

import numpy as np

from hdr_bench.pictures.answers import digit_shares, likeliest_digits
from hdr_bench.pictures.layout import box_of
from hdr_bench.pictures.marks import Mark
from hdr_bench.pictures.page import Page
from hdr_bench.pictures.reading import Choice, ReadDigit, Reading
from hdr_bench.pictures.straightening import Writing, degrees

# Maximum distance of a rejected mark from the nearest digit of a line, in its heights, to be part of the line.
_BESIDE = 3.0


def make_reading(page: Page, writing: Writing, quarters: int, model: str, notes: Sequence[str]) -> Reading:
    """Create the reading of a page.

    Parameters
    ----------
    page : Page
        Page after turning it upright.
    writing : Writing
        Its digits in lines.
    quarters : int
        Number of counter-clockwise quarter turns applied to the page.
    model : str
        Name of the model.
    notes : sequence of str
        Processing steps that were applied.

    Returns
    -------
    reading : Reading
    """
    digits = [_read_digit(page, writing, index, number) for number, line in enumerate(writing.lines) for index in line]
    rejected = sorted(np.flatnonzero(~writing.accepted), key=lambda index: writing.marks[index].middle)
    digits += [_read_digit(page, writing, int(index), _line_beside(writing, int(index))) for index in rejected]
    labels = likeliest_digits(writing.answers)
    lines = tuple("".join(str(labels[index]) for index in line) for line in writing.lines)
    height, width = (round(length / page.scale) for length in page.color.shape[:2])
    slope = float(np.median(writing.slopes)) if writing.slopes else 0.0
    return Reading(lines, tuple(digits), (width, height), quarters, slope, model, tuple(notes), page, writing)


def describe_page(page: Page, writing: Writing, quarters: int) -> list[str]:
    """Describe the processing of a page.

    Parameters
    ----------
    page : Page
    writing : Writing
    quarters : int
        Number of counter-clockwise quarter turns applied to the page.

    Returns
    -------
    notes : list of str
    """
    notes = [f"grey: {page.grey.channel}{', light ink on dark' if page.grey.was_light_on_dark else ''}"]
    if page.grey.n_panels:
        notes.append(f"{page.grey.n_panels} {'panel' if page.grey.n_panels == 1 else 'panels'} inverted")
    notes.append(f"contrast of the ink: {page.ink.contrast:.2f}")
    if page.ruling.lines.any():
        notes.append("ruled lines removed")
    if quarters:
        notes.append(f"turned by {90 * quarters} degrees")
    if writing.n_straightened:
        steepest = max(writing.slopes, key=abs)
        counted = f"{writing.n_straightened} sloping {'line' if writing.n_straightened == 1 else 'lines'}"
        notes.append(f"{counted} straightened, by up to {abs(degrees(steepest)):.0f} degrees")
    return notes


def _read_digit(page: Page, writing: Writing, index: int, line: int | None) -> ReadDigit:
    probabilities = digit_shares(writing.answers)[index]
    first, second = (int(label) for label in np.argsort(-probabilities, kind="stable")[:2])
    is_digit = bool(writing.accepted[index])
    return ReadDigit(
        digit=first if is_digit else None,
        line=line,
        box=_upright_box(writing.marks[index], page.scale),
        probability=float(probabilities[first]),
        second=Choice(second, float(probabilities[second])),
        rejected=not is_digit,
        image=writing.images[index],
        likeliest=first,
    )


def _upright_box(mark: Mark, scale: float) -> tuple[int, int, int, int]:
    left, top = int(mark.left / scale), int(mark.top / scale)
    right, bottom = round(mark.right / scale), round(mark.bottom / scale)
    return left, top, max(1, right - left), max(1, bottom - top)


def _line_beside(writing: Writing, index: int) -> int | None:
    """Return the line whose nearest digit is beside a mark, if any."""
    box = box_of(writing.marks[index])
    nearest: tuple[float, int] | None = None
    for number, (line, slope) in enumerate(zip(writing.lines, writing.slopes, strict=True)):
        for member in line:
            other = box_of(writing.marks[member])
            across = box.middle[1] - other.middle[1]
            down = abs(box.middle[0] - other.middle[0] - slope * across)
            distance = abs(across) / other.height
            if down < other.height / 2 and distance < _BESIDE and (nearest is None or distance < nearest[0]):
                nearest = distance, number
    return None if nearest is None else nearest[1]
