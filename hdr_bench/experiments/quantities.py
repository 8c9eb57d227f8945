"""Times and sizes as people write them: ``"10min"``, ``"8GB"``."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ByteSize, Field


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
    import pandas as pd

    text = str(value).strip()
    try:
        # pandas takes a number without a unit for nanoseconds.
        return float(text) if _is_number(text) else float(pd.Timedelta(text).total_seconds())
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{value!r} is no duration; write e.g. 90s, 10min, 2h or 1h30min") from error


def _checked_size(value: Any) -> Any:
    if isinstance(value, int) or re.fullmatch(r"\s*\d+(\.\d+)?\s*([kmgtp]?i?b?)\s*", str(value), re.IGNORECASE):
        return value
    raise ValueError(f"{value!r} is no size; write e.g. 500MB or 8GB (powers of 10), or 8GiB (of 2)")


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


Seconds = Annotated[float, BeforeValidator(parse_seconds), Field(gt=0, allow_inf_nan=False)]
"""A duration in seconds, also read from a text."""

Bytes = Annotated[ByteSize, BeforeValidator(_checked_size), Field(gt=0)]
"""A size in bytes, also read from a text, as pydantic reads it."""
