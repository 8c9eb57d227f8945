"""Text of methods and libraries, which may be of any length and hold anything, as records can hold it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from hdr_bench.names import class_name, shorten, visible_prose

T = TypeVar("T")

LONGEST_VALUE = 2_000
"""Characters kept of a parameter's value."""

MOST_FAULTS = 20
"""Faults that one message names."""


def first_faults(faults: Sequence[T], describe: Callable[[T], str] = str) -> list[str]:
    """Return the first faults in words, and how many more there are.

    Parameters
    ----------
    faults : sequence
    describe : callable, default=str
        Says one of them in a sentence; it is called for the first ones only.

    Returns
    -------
    sentences : list of str
        At most `MOST_FAULTS`, and one that counts the others.

    Examples
    --------
    >>> first_faults(["no"] * 10_000)[-2:]
    ['no', 'and 9,980 more']
    """
    more = len(faults) - MOST_FAULTS
    return [*map(describe, faults[:MOST_FAULTS]), *([f"and {more:,} more"] if more > 0 else [])]


def pluralize(count: int, noun: str) -> str:
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
    >>> pluralize(1, "trial"), pluralize(3000, "trial")
    ('1 trial', '3,000 trials')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def join_notes(notes: Iterable[str]) -> str:
    """Return notes as one sentence without its full stop; a list that ends in dots keeps them.

    Parameters
    ----------
    notes : iterable of str
        Some may end in a full stop.

    Returns
    -------
    text : str

    Examples
    --------
    >>> join_notes(["All from MNIST.", "not found: 1.png, 2.png, ..."])
    'All from MNIST; not found: 1.png, 2.png, ...'
    """
    return "; ".join(note if note.endswith("..") else note.removesuffix(".") for note in notes)


def list_first(things: Sequence[T], describe: Callable[[T], str] = str, most: int = 5) -> str:
    """Return the first things in words, with commas between them, and ``...`` if there are more.

    Parameters
    ----------
    things : sequence
    describe : callable, default=str
        Says one of them in words; it is called for the first ones only.
    most : int, default=5
        How many are named.

    Returns
    -------
    words : str

    Examples
    --------
    >>> list_first(["a", "b"]), list_first(range(10_000), hex, 2)
    ('a, b', '0x0, 0x1, ...')
    """
    named = ", ".join(map(describe, things[:most]))
    return f"{named}, ..." if len(things) > most else named


def writable_content(content: Any) -> Any:
    """Return content of dicts, lists and tuples with each text in it, keys too, as `visible_prose` has it.

    Parameters
    ----------
    content : object
        Of any depth.

    Returns
    -------
    content : object
    """
    if isinstance(content, str):
        return visible_prose(content)
    if isinstance(content, dict):
        return {writable_content(key): writable_content(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        kind: Any = type(content)
        return kind(map(writable_content, content)) if kind is list or kind is tuple else content
    return content


def str_of(thing: Any, longest: int = LONGEST_VALUE) -> str:
    """Return `str(thing)`, writable and shortened, whatever it is that gives it.

    Parameters
    ----------
    thing : object
        Of any class.
    longest : int, default=LONGEST_VALUE
        Characters of the beginning and the end together.

    Returns
    -------
    text : str
    """
    try:
        return shorten(str.__str__(str(thing)), longest)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a foreign class raises when it is asked for its text
        return f"<{class_name(type(thing))} whose text could not be made: {class_name(type(error))}>"


def repr_of(thing: Any, longest: int = LONGEST_VALUE) -> str:
    """Return `repr(thing)`, writable and shortened, whatever it is that gives it.

    Parameters
    ----------
    thing : object
        Of any class.
    longest : int, default=LONGEST_VALUE
        Characters of the beginning and the end together.

    Returns
    -------
    text : str
    """
    try:
        return shorten(str.__str__(repr(thing)), longest)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # as above
        return f"<{class_name(type(thing))} whose repr could not be made: {class_name(type(error))}>"
