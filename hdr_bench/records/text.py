"""Text from methods and libraries, of any length and content, in a form that records can hold."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from hdr_bench.names import class_name, shorten, visible_prose

T = TypeVar("T")

LONGEST_VALUE = 2_000
"""Maximum number of characters stored of a parameter's value."""

MOST_FAULTS = 20
"""Maximum number of faults listed in a message."""


def first_faults(faults: Sequence[T], describe: Callable[[T], str] = str) -> list[str]:
    """Describe the first faults, and count the others.

    Parameters
    ----------
    faults : sequence
    describe : callable, default=str
        Describes a fault in a sentence; called only for the first ones.

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
    """Return a number with its noun in the singular or plural.

    Parameters
    ----------
    count : int
    noun : str
        In the singular, with a regular plural.

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
    """Join notes to one sentence without a full stop; a list that ends with dots keeps them.

    Parameters
    ----------
    notes : iterable of str
        Some may end with a full stop.

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
    """List the first items separated by commas, followed by ``...`` if there are more.

    Parameters
    ----------
    things : sequence
    describe : callable, default=str
        Describes an item; called only for the first ones.
    most : int, default=5
        Maximum number of items.

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
    """Return content of dicts, lists and tuples with each text, including keys, cleaned by `visible_prose`.

    Parameters
    ----------
    content : object
        Nested to any depth.

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
    """Return `str(thing)`, writable and shortened, even if the call fails.

    Parameters
    ----------
    thing : object
        Of any class.
    longest : int, default=LONGEST_VALUE
        Number of characters from the beginning and the end together.

    Returns
    -------
    text : str
    """
    try:
        return shorten(str.__str__(str(thing)), longest)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # other libraries' classes may raise anything
        return f"<{class_name(type(thing))} whose text could not be made: {class_name(type(error))}>"


def repr_of(thing: Any, longest: int = LONGEST_VALUE) -> str:
    """Return `repr(thing)`, writable and shortened, even if the call fails.

    Parameters
    ----------
    thing : object
        Of any class.
    longest : int, default=LONGEST_VALUE
        Number of characters from the beginning and the end together.

    Returns
    -------
    text : str
    """
    try:
        return shorten(str.__str__(repr(thing)), longest)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # as above
        return f"<{class_name(type(thing))} whose repr could not be made: {class_name(type(error))}>"
