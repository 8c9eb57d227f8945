"""Names that people give, of cases, suites, data sets and classes: what tables, pages and files can show."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

MOST_CHARACTERS = 200
"""Of a name: what a row of a table, or a file's name, has room for."""
_LONGEST_LINE = 300  # of a message on the console that a report has whole

# Control characters, line ends, direction marks, halves of characters, code points that are no characters: an SVG or a
# page with one of them is not valid, or shows something else.
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# Letters without ink: fillers of Hangul syllables, and the blank of Braille.
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
# Formats, spaces, and marks that need a letter to stand on.
_WITHOUT_INK = ("Cf", "Cc", "Z", "Mn", "Me")
# Selectors of variants, and joiners of graphemes, which Unicode counts among the marks.
_SELECTORS = re.compile(r"[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# In words of Persian or Hindi and in emoji they change what is seen: between two characters beyond ASCII, once.
_JOINERS = "\u200c\u200d"
_IDLE_JOINERS = re.compile(
    rf"(?<![^\x00-\x7f])[{_JOINERS}]+|[{_JOINERS}]+(?![^\x00-\x7f])|(?<=[{_JOINERS}])[{_JOINERS}]+"
)
# What Python makes of bytes in names of files that are not of its encoding.
_BYTES = range(0xDC80, 0xDD00)
_INVISIBLE_IN_PROSE = re.compile(_INVISIBLE.pattern.replace(r"\x00-\x1f", r"\x00-\x08\x0b-\x1f"))


def visible(text: str) -> str:
    r"""Return a text in one line that can be shown and written: what cannot be shown becomes an escape.

    Parameters
    ----------
    text : str

    Returns
    -------
    line : str

    Examples
    --------
    >>> visible("a\x01b\nc \udcff")
    'a\\x01b\\x0ac \\xff'
    """
    return _INVISIBLE.sub(_escape, text)


def visible_prose(text: str) -> str:
    r"""Return a text as `visible` does; ends of lines and tabs stay.

    Parameters
    ----------
    text : str

    Returns
    -------
    text : str

    Examples
    --------
    >>> visible_prose("two\nlines\x1b[31m")
    'two\nlines\\x1b[31m'
    """
    return _INVISIBLE_IN_PROSE.sub(_escape, text)


def shorten(text: str, longest: int) -> str:
    r"""Return a text as `visible_prose` has it; of a long one the beginning and the end.

    Between them stands how much was left out. The escapes count: what is written is no longer, whatever the text holds.

    Parameters
    ----------
    text : str
    longest : int
        Characters of the beginning and the end together.

    Returns
    -------
    text : str

    Examples
    --------
    >>> shorten("a" * 30, 10)
    'aaaaa [20 characters left out] aaaaa'
    >>> shorten("\x00" * 30, 10)
    '\\x00 [28 characters left out] \\x00'
    """
    if len(text) <= longest and len(shown := visible_prose(text)) <= longest:
        return shown
    half = longest // 2
    first, last = _n_that_fit(text[:half], half), _n_that_fit(reversed(text[-half:]), half)
    left_out = f"[{len(text) - first - last:,} characters left out]"
    return f"{visible_prose(text[:first])} {left_out} {visible_prose(text[len(text) - last :])}"


def class_name(cls: type) -> str:
    """Return a class's name as tables, pages and files can show it, also if its metaclass has a name of its own.

    Parameters
    ----------
    cls : type

    Returns
    -------
    name : str

    Examples
    --------
    >>> class_name(ValueError)
    'ValueError'
    """
    # What is stored may be of a class derived from `str`.
    return visible(str.__str__(type.__dict__["__name__"].__get__(cls))[:MOST_CHARACTERS])[:MOST_CHARACTERS]


def class_module(cls: type) -> str:
    """Return the module that a class is of, also if its metaclass has a module of its own; empty if it names none.

    Parameters
    ----------
    cls : type

    Returns
    -------
    module : str
    """
    try:
        module = type.__dict__["__module__"].__get__(cls)
    except AttributeError:
        return ""
    return str.__str__(module) if isinstance(module, str) else ""


def check_visible(text: str, what: str) -> str:
    """Return a text that can be shown in one line.

    Parameters
    ----------
    text : str
    what : str
        What errors call it, e.g. ``"the name"``.

    Returns
    -------
    text : str

    Raises
    ------
    ValueError
        If it holds a character that cannot be shown.
    """
    return _check(_INVISIBLE, text, what)


def check_prose(text: str, what: str) -> str:
    """Return a text that can be shown, in one line or several.

    Parameters
    ----------
    text : str
    what : str
        What errors call it, e.g. ``"the text"``.

    Returns
    -------
    text : str

    Raises
    ------
    ValueError
        If it holds a character that cannot be shown.
    """
    return _check(_INVISIBLE_IN_PROSE, text, what)


def check_name(name: str, what: str) -> str:
    """Return a name that tables, pages and files can hold.

    Parameters
    ----------
    name : str
    what : str
        What errors call it, e.g. ``"the name"``.

    Returns
    -------
    name : str

    Raises
    ------
    ValueError
        If nothing of it is seen, it is too long, or holds a character that cannot be shown.
    """
    check_ink(name, what)
    if len(name) > MOST_CHARACTERS:
        raise ValueError(
            f"{what} {name[:20]!r}... has {len(name):,} characters; at most {MOST_CHARACTERS} are allowed: shorten it"
        )
    return check_visible(name, what)


def check_ink(text: str, what: str) -> str:
    """Return a text of which something is seen.

    Parameters
    ----------
    text : str
    what : str
        What errors call it, e.g. ``"the name"``.

    Returns
    -------
    text : str

    Raises
    ------
    ValueError
        If it is empty, or of spaces and invisible characters alone.
    """
    if any(map(_has_ink, text)):
        return text
    came = f" {text[:20]!a}" if text.strip() else ""
    raise ValueError(f"{what}{came} is blank; give it at least one letter or digit")


def abbreviate(text: str) -> str:
    """Return a text in one line that a console has room for: of a long one the beginning.

    Parameters
    ----------
    text : str

    Returns
    -------
    line : str

    Examples
    --------
    >>> len(abbreviate("word " * 1000)), abbreviate("word " * 1000)[-7:]
    (300, 'd wo...')
    """
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 3].rstrip()}..."


def visual_key(name: str) -> str:
    r"""Return what two names share that look the same: composed letters, single spaces, nothing invisible.

    Parameters
    ----------
    name : str

    Returns
    -------
    key : str

    Examples
    --------
    >>> visual_key("k  NN ") == visual_key("k NN") == visual_key("k NN\u200b")
    True
    """
    visible_or_joining = (letter for letter in name if letter in _JOINERS or unicodedata.category(letter) != "Cf")
    text = _SELECTORS.sub("", "".join(visible_or_joining)).translate(dict.fromkeys(map(ord, _FILLERS), " "))
    return " ".join(unicodedata.normalize("NFC", _IDLE_JOINERS.sub("", text)).split())


def _n_that_fit(characters: Iterable[str], room: int) -> int:
    """Return how many characters, the first ones, have room once they are written."""
    return sum(total <= room for total in accumulate(len(visible_prose(character)) for character in characters))


def _has_ink(letter: str) -> bool:
    return letter not in _FILLERS and not unicodedata.category(letter).startswith(_WITHOUT_INK)


def _check(unwanted: "re.Pattern[str]", text: str, what: str) -> str:
    found = unwanted.search(text)
    if found is None:
        return text
    code, around = ord(found[0]), text[max(found.start() - 20, 0) : found.end() + 20]
    if code in _BYTES:
        byte = f"0x{code - 0xDC00:02x}"
        raise ValueError(f"{what} '{visible(around)}' has the byte {byte}, which is not UTF-8: leave it out")
    raise ValueError(
        f"{what} {around!r} has the character U+{code:04X}; control characters, line breaks and marks that change the "
        "direction of text cannot be shown: leave it out"
    )


def _escape(found: "re.Match[str]") -> str:
    code = ord(found[0])
    if code in _BYTES:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
