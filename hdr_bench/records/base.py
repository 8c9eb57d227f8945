"""Base classes of suites, trials and results, and parsing of quantities with their bounds."""

import re
import sys
from numbers import Integral, Real
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from hdr_bench.exceptions import FrozenRecordError, SuiteError, shown
from hdr_bench.names import check_ink, check_name, check_prose, visible, visible_prose
from hdr_bench.records.faults import describe_faults

STORED = {"is_stored": True}
"""Validation context for records on disk: earlier versions allowed names that are rejected today."""


class Record(BaseModel):
    """A record that cannot change and accepts no other keys."""

    # Infinity is a parameter like any other, and JSON as written by Python and JavaScript has a word for it.
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


class SuitePart(Record):
    """Part of a suite, which users also create in code, so its faults are reported as this library's errors.

    Parameters
    ----------
    **data : Any
        The fields by name.

    Raises
    ------
    SuiteError
        If a field is missing, unknown or not valid; the message names all such fields.
    """

    def __init__(self, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            faults = describe_faults(error, type(self), data)
            called = f"{type(self).__name__} {shown(data['name'])}" if "name" in data else type(self).__name__
            raise SuiteError("\n".join(f"{called}: {fault}" for fault in faults)) from error

    # pydantic then validates nested parts by itself, and faults keep their full place.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise FrozenRecordError(
            f"{name} of a {type(self).__name__} cannot be changed; create another one, e.g. with model_copy(update=...)"
        )

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenRecordError(f"{name} of a {type(self).__name__} cannot be deleted; create another record")


def _name(value: str, info: ValidationInfo) -> str:
    return visible(value) if info.context == STORED else check_name(value, "the name")


def _prose(value: str, info: ValidationInfo) -> str:
    return visible_prose(value) if info.context == STORED else check_prose(value, "the text")


def _check_ink(value: str, info: ValidationInfo) -> str:
    return value if info.context == STORED else check_ink(value, "the text")


Name = Annotated[str, AfterValidator(_name)]
"""Name of a method in tables: one printable line."""

Prose = Annotated[str, AfterValidator(_prose)]
"""A printable text by a suite's author, in one or more lines."""

Text = Annotated[Prose, Field(min_length=1), AfterValidator(_check_ink)]
"""A required text."""

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(s|min|h|d)?")
_DURATION = re.compile(r"[0-9]+(\.[0-9]+)?|([0-9]+(\.[0-9]+)? *(s|min|h|d) *)+")
_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgtp]?)(i?)b?\s*", re.IGNORECASE)
_POWERS = {prefix: power for power, prefix in enumerate(("", "k", "m", "g", "t", "p"))}
_LONGEST_TEXT = 60
# Upper bounds that the system's clocks and waits can handle: 31 years, and a thousand petabytes.
_MOST_SECONDS, _MOST_BYTES = 1e9, 10**18
_LARGEST = 1e300


def parse_seconds(value: Any) -> float:
    """Parse a duration in seconds.

    Parameters
    ----------
    value : float or str
        A number of seconds, or a text such as ``"90s"``, ``"10min"`` or ``"1h30min"``.

    Returns
    -------
    seconds : float

    Raises
    ------
    ValueError
        If it cannot be parsed, is not above 0, or is more than 31 years.

    Examples
    --------
    >>> parse_seconds("10min"), parse_seconds("1h30min"), parse_seconds(2)
    (600.0, 5400.0, 2.0)
    """
    if _is_number(value, Real):
        return _check_seconds(value, value)
    text = str(value).strip() if isinstance(value, str) else ""
    if len(text) > _LONGEST_TEXT or not _DURATION.fullmatch(text):
        raise ValueError(
            f"{shown(value)} is not a valid duration; write e.g. 90s, 10min, 2h, 1h30min, or a number of seconds"
        )
    return _check_seconds(sum(float(count) * _SECONDS[unit or "s"] for count, unit in _PART.findall(text)), value)


def parse_bytes(value: Any) -> int:
    """Parse a size in bytes.

    Parameters
    ----------
    value : int or str
        A number of bytes, or a text such as ``"500MB"`` or ``"8GiB"``.

    Returns
    -------
    size : int

    Raises
    ------
    ValueError
        If it cannot be parsed, is below one byte, or is above a thousand petabytes.

    Examples
    --------
    >>> parse_bytes("500MB"), parse_bytes("1 KiB"), parse_bytes("1.5k"), parse_bytes(2)
    (500000000, 1024, 1500, 2)
    """
    if _is_number(value, Integral):
        return _check_bytes(int(value), value)
    parts = _SIZE.fullmatch(value) if isinstance(value, str) and len(value) <= _LONGEST_TEXT else None
    if parts is None:
        raise ValueError(f"{shown(value)} is not a valid size; write e.g. 500MB or 8GB (powers of 10), or 8GiB (of 2)")
    count, prefix, binary = parts.groups()
    return _check_bytes(int(float(count) * (1024 if binary else 1000) ** _POWERS[prefix.lower()]), value)


def _check_seconds(seconds: Any, given: Any) -> float:
    if not 0 < seconds <= _MOST_SECONDS:
        raise ValueError(f"a duration must be above 0 s and at most {_MOST_SECONDS:,.0f} s, got {shown(given)}")
    return float(seconds)


def _check_bytes(size: int, given: Any) -> int:
    if not 0 < size <= _MOST_BYTES:
        raise ValueError(f"a size must be at least 1 byte and at most {_MOST_BYTES:,} bytes, got {shown(given)}")
    return size


def _to_whole(value: Any) -> int:
    if _is_number(value, Integral) or (
        _is_number(value, Real) and abs(value) <= _LARGEST and float(value).is_integer()
    ):
        return int(value)
    raise ValueError(f"must be a whole number, got {shown(value)}")


def _to_real(value: Any) -> float:
    if not _is_number(value, Real):
        raise ValueError(f"must be a number, got {shown(value)}")
    if not abs(value) <= _LARGEST:
        raise ValueError(f"must be a finite number of at most {_LARGEST:g}, got {shown(value)}")
    return float(value)


def _is_number(value: Any, kind: type) -> bool:
    """Return whether a value is a number of a kind, excluding true and false, which Python treats as 1 and 0."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _to_flag(value: Any) -> bool:
    # Accept numpy's booleans if numpy is loaded; the command line's help should not wait for its import.
    numpy = sys.modules.get("numpy")
    if not isinstance(value, bool if numpy is None else (bool, numpy.bool_)):
        raise ValueError(f"must be true or false, got {shown(value)}")
    return bool(value)


Whole = Annotated[int, BeforeValidator(_to_whole)]
"""A whole number, excluding texts, true and false."""

Number = Annotated[float, BeforeValidator(_to_real)]
"""A finite number, excluding texts, true and false."""

Flag = Annotated[bool, BeforeValidator(_to_flag)]
"""True or false, excluding numbers and texts."""

Seconds = Annotated[float, BeforeValidator(parse_seconds)]
"""A duration in seconds, which may be given as a text."""

Bytes = Annotated[int, BeforeValidator(parse_bytes)]
"""A size in bytes, which may be given as a text."""

MOST_REPEATS = 10_000
"""Largest number of repeats of a protocol: seeds, splits into folds, or draws of images."""

MOST_FOLDS = 1_000
"""Largest number of folds of a cross-validation or a grid search."""

MOST_SIZES = 1_000
"""Largest number of sizes of a learning curve."""

MOST_CANDIDATES = 100_000
"""Largest number of candidates of a grid search."""

MOST_TRIALS = 1_000_000
"""Largest number of trials of a run."""

MOST_SAMPLES = 10**9
"""Largest number of training images for a subsample or a size of a learning curve."""

MOST_THREADS = 4_096
"""Largest number of threads of a pool, and of concurrent trials."""

LARGEST_SEED = 2**32 - 1
"""Largest seed accepted by numpy and scikit-learn."""

DEEPEST = 50
"""Maximum nesting that all readers and writers of records support: pydantic writes 255 levels, other readers fewer."""


def is_deep(value: Any) -> bool:
    """Return whether lists and tables are nested in more than `DEEPEST` levels.

    Parameters
    ----------
    value : Any
        Must not contain itself.

    Returns
    -------
    is_deep : bool

    Examples
    --------
    >>> is_deep([{"a": [1]}])
    False
    """
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for outer in level for inner in _items_of(outer)]
    return bool(level)


def _items_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
