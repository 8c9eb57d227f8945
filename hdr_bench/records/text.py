"""Text of methods and libraries, which may be of any length and hold anything, as records can hold it."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from hdr_bench.names import class_name, visible_prose

LONGEST_VALUE = 2_000
"""Characters kept of a parameter's value."""

MOST_FAULTS = 20
"""Faults that one message names."""


def first_faults(faults: Sequence[str]) -> list[str]:
    """Return the first faults, and how many more there are.

    Examples
    --------
    >>> first_faults(["no"] * 10_000)[-2:]
    ['no', 'and 9,980 more']
    """
    more = len(faults) - MOST_FAULTS
    return [*faults[:MOST_FAULTS], *([f"and {more:,} more"] if more > 0 else [])]


def counted(count: int, noun: str) -> str:
    """Return a number of things in words.

    Parameters
    ----------
    count : int
    noun : str
        In the singular, of a regular plural.

    Returns
    -------
    text : str

    Examples
    --------
    >>> counted(1, "trial"), counted(3000, "trial")
    ('1 trial', '3,000 trials')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


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
        kind: Any = type(content)
        return kind(map(writable_content, content)) if kind is list or kind is tuple else content
    return content


def shorten(text: str, longest: int) -> str:
    r"""Return a text as `writable` has it; of a long one beginning and end, and how much was left out between them.

    The escapes count: what is written is no longer, whatever the text holds.

    Examples
    --------
    >>> shorten("a" * 30, 10)
    'aaaaa [20 characters left out] aaaaa'
    >>> shorten("\x00" * 30, 10)
    '\\x00 [28 characters left out] \\x00'
    """
    if len(text) <= longest and len(whole := writable(text)) <= longest:
        return whole
    half = longest // 2
    first, last = _n_that_fit(text[:half], half), _n_that_fit(reversed(text[-half:]), half)
    left_out = f"[{len(text) - first - last:,} characters left out]"
    return f"{writable(text[:first])} {left_out} {writable(text[len(text) - last :])}"


def _n_that_fit(characters: Iterable[str], room: int) -> int:
    """Return how many characters, the first ones, have room once they are written."""
    return sum(total <= room for total in accumulate(len(writable(character)) for character in characters))


def str_of(thing: Any, longest: int = LONGEST_VALUE) -> str:
    """Return `str(thing)`, writable and shortened, whatever it is that gives it."""
    try:
        return shorten(str.__str__(str(thing)), longest)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a foreign class raises when it is asked for its text
        return f"<{class_name(type(thing))} whose text could not be made: {class_name(type(error))}>"


def repr_of(thing: Any, longest: int = LONGEST_VALUE) -> str:
    """Return `repr(thing)`, writable and shortened, whatever it is that gives it."""
    try:
        return shorten(str.__str__(repr(thing)), longest)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # as above
        return f"<{class_name(type(thing))} whose repr could not be made: {class_name(type(error))}>"
