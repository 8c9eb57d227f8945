"""Text of methods and libraries, which may be of any length and hold anything, as records can hold it."""

import traceback
from typing import Any

from hdr_bench.names import visible_prose

MOST_IN_A_LINE, MOST_IN_A_TRACEBACK, MOST_IN_A_VALUE = 2_000, 20_000, 2_000
"""Characters kept of an error or a warning, of a traceback, and of a parameter's value."""


def writable(text: str) -> str:
    r"""Return text that UTF-8 can hold and a terminal or page can show: everything else becomes escapes.

    Lone surrogates come of names of files with wrong bytes, control characters of programs that colour their output.
    Ends of lines and tabs stay.

    Examples
    --------
    >>> writable("cannot read \udcff.png")
    'cannot read \\udcff.png'
    """
    return visible_prose(text)


def writable_content(content: Any) -> Any:
    """Return content of dicts, lists and tuples with each text in it, keys too, as `writable` has it."""
    if isinstance(content, str):
        return writable(content)
    if isinstance(content, dict):
        return {writable_content(key): writable_content(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return type(content)(map(writable_content, content)) if type(content) in {list, tuple} else content
    return content


def bounded(text: str, most: int) -> str:
    """Return a text of at most about `most` characters: of a longer one the beginning and the end.

    Examples
    --------
    >>> bounded("a" * 50 + "b" * 50, 6)
    'aaa [94 characters left out] bbb'
    """
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]} [{len(text) - 2 * half:,} characters left out] {text[-half:]}"


def text_of(thing: Any, most: int = MOST_IN_A_LINE) -> str:
    """Return `str(thing)`, writable and bounded, whatever it is that gives it."""
    try:
        return writable(bounded(str(thing), most))
    except Exception as error:  # noqa: BLE001  # whatever a foreign class raises when it is asked for its text
        return f"<{type(thing).__name__} whose text could not be made: {type(error).__name__}>"


def repr_of(thing: Any, most: int = MOST_IN_A_VALUE) -> str:
    """Return `repr(thing)`, writable and bounded, whatever it is that gives it."""
    try:
        return writable(bounded(repr(thing), most))
    except Exception as error:  # noqa: BLE001  # as above
        return f"<{type(thing).__name__} whose repr could not be made: {type(error).__name__}>"


def describe_error(error: BaseException) -> str:
    """Return an error's class and text in one line, e.g. ``"ValueError: not today"``.

    Examples
    --------
    >>> describe_error(KeyError(0)), describe_error(ValueError())
    ('KeyError: 0', 'ValueError')
    """
    said = " ".join(text_of(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def traceback_of(error: BaseException) -> str:
    """Return an error's traceback, writable and bounded: of a long one the beginning and the end."""
    try:
        lines = traceback.format_exception(error)
    except Exception as failure:  # noqa: BLE001  # an error may be of a class that cannot be looked at
        return f"the traceback of {type(error).__name__} could not be made: {type(failure).__name__}"
    return writable(bounded("".join(lines), MOST_IN_A_TRACEBACK))
