"""How deep lists and tables of a record may be nested."""

from typing import Any

DEEPEST = 50
"""Levels that every reader and writer of records follows: pydantic writes 255 of them, other readers fewer."""


def is_deep(value: Any) -> bool:
    """Whether lists and tables are nested in more than `DEEPEST` levels; they must not hold themselves.

    Examples
    --------
    >>> is_deep([{"a": [1]}])
    False
    """
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
