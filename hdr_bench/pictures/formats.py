"""Readings as text, JSON, CSV and HTML."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from hdr_bench.names import visible_prose
from hdr_bench.pictures.reading import PictureReadings, ReadDigit, Reading

# Increased if a key is removed or changes its meaning.
JSON_FORMAT = 1
_FIELDS = (
    "digit",
    "line",
    "x",
    "y",
    "width",
    "height",
    "probability",
    "second_digit",
    "second_probability",
    "rejected",
)
# A no-break space before the percent sign.
_PERCENT = "\u00a0%"


def to_text(pictures: Sequence[PictureReadings]) -> str:
    """Format readings for a terminal: the digits by line, with the confidence of each.

    Parameters
    ----------
    pictures : sequence of PictureReadings

    Returns
    -------
    text : str
        Without a trailing newline.
    """
    return "\n\n".join("\n".join(_text_of(picture)) for picture in pictures if picture.readings)


def to_json(pictures: Sequence[PictureReadings]) -> str:
    """Format readings as JSON.

    With several models, there is one entry for each picture and model, which names the model. Boxes are in pixels of
    the upright picture; if it is rotated relative to the picture's EXIF orientation, `turned` gives the angle in
    degrees, counter-clockwise. A picture that could not be read has one entry without lines and digits, with the reason
    in `error`.

    Parameters
    ----------
    pictures : sequence of PictureReadings

    Returns
    -------
    text : str
    """
    entries = [entry for picture in pictures for entry in _entries_of(picture)]
    return json.dumps({"format": JSON_FORMAT, "pictures": entries}, indent=2)


def to_csv(pictures: Sequence[PictureReadings]) -> str:
    """Format readings as CSV, one row per mark; a picture without marks, or that could not be read, has no rows.

    Parameters
    ----------
    pictures : sequence of PictureReadings

    Returns
    -------
    text : str
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["file", "model", *_FIELDS])
    for picture in pictures:
        for reading in picture.readings:
            writer.writerows([picture.file, reading.model, *_cells(digit)] for digit in reading.digits)
    return buffer.getvalue().removesuffix("\n")


def to_html(pictures: Sequence[PictureReadings]) -> str:
    """Format readings as an HTML page: the picture with boxes, each digit as the model saw it, and every stage.

    Parameters
    ----------
    pictures : sequence of PictureReadings

    Returns
    -------
    text : str
        Self-contained page.
    """
    from hdr_bench.pictures.web_page import render_page

    return render_page(pictures)


FORMATS: dict[str, Callable[[Sequence[PictureReadings]], str]] = {
    "text": to_text,
    "json": to_json,
    "csv": to_csv,
    "html": to_html,
}


def _entries_of(picture: PictureReadings) -> list[dict[str, Any]]:
    if picture.error:
        return [{"file": picture.file, "error": picture.error, "lines": [], "digits": []}]
    return [
        {"file": picture.file}
        | ({"model": reading.model} if len(picture.readings) > 1 else {})
        | ({"turned": 90 * reading.quarter_turns} if reading.quarter_turns else {})
        | {"lines": list(reading.lines), "digits": [_record(digit) for digit in reading.digits]}
        for reading in picture.readings
    ]


def _text_of(picture: PictureReadings) -> list[str]:
    lines = [visible_prose(picture.file)]
    for reading in picture.readings:
        if len(picture.readings) > 1:
            lines.append(f"  {reading.model}:")
        lines += _lines_of(reading)
    return lines


def _lines_of(reading: Reading) -> list[str]:
    n_rejected = sum(digit.rejected for digit in reading.digits)
    lines = []
    for number in range(len(reading.lines)):
        members = [digit for digit in reading.digits if digit.line == number and not digit.rejected]
        cells = [(str(digit.digit), _percent(digit.probability)) for digit in members]
        widths = [max(map(len, cell)) for cell in cells]
        for part in range(2):
            row = "  ".join(cell[part].rjust(width) for cell, width in zip(cells, widths, strict=True))
            lines.append(f"  {row}{_PERCENT if part else ''}")
    if not reading.lines:
        lines.append("  no digits found")
    if reading.quarter_turns:
        lines.append(f"  turned by {90 * reading.quarter_turns} degrees, counter-clockwise, to be read")
    if n_rejected:
        lines.append(f"  {n_rejected} {'mark' if n_rejected == 1 else 'marks'} rejected: not a digit")
    return lines


def _percent(probability: float) -> str:
    # A reading is never shown as 100 % certain.
    return f"{min(99, int(100 * probability))}"


def _record(digit: ReadDigit) -> dict[str, Any]:
    return {
        "digit": digit.digit,
        "line": digit.line,
        "box": list(digit.box),
        "probability": round(digit.probability, 6),
        "second": {"digit": digit.second.digit, "probability": round(digit.second.probability, 6)},
        "rejected": digit.rejected,
    }


def _cells(digit: ReadDigit) -> list[object]:
    second = digit.second
    return [
        "" if digit.digit is None else digit.digit,
        "" if digit.line is None else digit.line,
        *digit.box,
        round(digit.probability, 6),
        second.digit,
        round(second.probability, 6),
        "true" if digit.rejected else "false",
    ]
