"""Text of methods and libraries, which may be of any length and hold anything, as records can hold it."""

from typing import Any

from hdr_bench.names import visible_prose

LONGEST_VALUE = 2_000
"""Characters kept of a parameter's value."""


def writable(text: str) -> str:
    r"""Return text that UTF-8 can hold and a terminal or page can show: everything else becomes escapes.

    Lone surrogates come of names of files with wrong bytes, control characters of programs that colour their output.
    Ends of lines and tabs stay.

    Examples
    --------
    >>> writable("cannot read \udcff.png")
    'cannot read \\xff.png'
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


def shorten(text: str, longest: int) -> str:
    """Return a text's beginning and end, and how much was left out between them.

    Examples
    --------
    >>> shorten("a" * 30, 10)
    'aaaaa [20 characters left out] aaaaa'
    """
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]} [{len(text) - 2 * half:,} characters left out] {text[-half:]}"


def str_of(thing: Any, longest: int = LONGEST_VALUE) -> str:
    """Return `str(thing)`, writable and shortened, whatever it is that gives it."""
    try:
        return writable(shorten(str(thing), longest))
    except Exception as error:  # noqa: BLE001  # whatever a foreign class raises when it is asked for its text
        return f"<{type(thing).__name__} whose text could not be made: {type(error).__name__}>"


def repr_of(thing: Any, longest: int = LONGEST_VALUE) -> str:
    """Return `repr(thing)`, writable and shortened, whatever it is that gives it."""
    try:
        return writable(shorten(repr(thing), longest))
    except Exception as error:  # noqa: BLE001  # as above
        return f"<{type(thing).__name__} whose repr could not be made: {type(error).__name__}>"
