"""Times and sizes as people write them: ``"10min"``, ``"8GB"``."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ByteSize, Field

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(s|min|h|d)?")
_DURATION = re.compile(r"[0-9]+(\.[0-9]+)?|([0-9]+(\.[0-9]+)? *(s|min|h|d) *)+")


def parse_seconds(value: Any) -> float:
    """Return a duration in seconds: of a number of seconds, or of a text such as ``"90s"`` or ``"1h30min"``.

    Raises
    ------
    ValueError
        If it cannot be read.

    Examples
    --------
    >>> parse_seconds("10min"), parse_seconds("1h30min"), parse_seconds(2)
    (600.0, 5400.0, 2.0)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip()
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{value!r} is no duration; write e.g. 90s, 10min, 2h, 1h30min, or a number of seconds")
    return sum(float(count) * _SECONDS[unit or "s"] for count, unit in _PART.findall(text))


def _checked_size(value: Any) -> Any:
    if isinstance(value, int) or re.fullmatch(r"\s*\d+(\.\d+)?\s*([kmgtp]?i?b?)\s*", str(value), re.IGNORECASE):
        return value
    raise ValueError(f"{value!r} is no size; write e.g. 500MB or 8GB (powers of 10), or 8GiB (of 2)")


Seconds = Annotated[float, BeforeValidator(parse_seconds), Field(gt=0, allow_inf_nan=False)]
"""A duration in seconds, also read from a text."""

Bytes = Annotated[ByteSize, BeforeValidator(_checked_size), Field(gt=0)]
"""A size in bytes, also read from a text, as pydantic reads it."""
