"""User-given names of cases, suites, data sets and classes: checks that tables, pages and files can show them."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

MOST_CHARACTERS = 200
"""Maximum length of a name, so that it fits into a table row or a file name."""
# A message on the console is cut at this length; the report has all of it.
_LONGEST_LINE = 300

# Control characters, line ends, direction marks, lone surrogates and noncharacters: an SVG file or a page with one of
# them is invalid, or shows something else.
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# Letters without ink: Hangul fillers and the Braille blank.
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
# Format characters, spaces, and marks that combine with a letter.
_WITHOUT_INK = ("Cf", "Cc", "Z", "Mn", "Me")
# Variation selectors and the grapheme joiner, which Unicode counts as marks.
_SELECTORS = re.compile(r"[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# In Persian or Hindi words and in emoji a joiner changes what is seen: a single one, between two non-ASCII characters.
_JOINERS = "\u200c\u200d"
_IDLE_JOINERS = re.compile(
    rf"(?<![^\x00-\x7f])[{_JOINERS}]+|[{_JOINERS}]+(?![^\x00-\x7f])|(?<=[{_JOINERS}])[{_JOINERS}]+"
)
# How Python represents undecodable bytes in file names.
_BYTES = range(0xDC80, 0xDD00)
_INVISIBLE_IN_PROSE = re.compile(_INVISIBLE.pattern.replace(r"\x00-\x1f", r"\x00-\x08\x0b-\x1f"))


def visible(text: str) -> str:
    r"""Return a text as one line that can be shown and written; other characters are escaped.

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
    r"""Return a text as `visible` does, but keep line breaks and tabs.

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
    r"""Return a text as `visible_prose` does; a long one is reduced to its beginning and end.

    Between them, the text says how much was left out. The length counts escapes as they are written.

    Parameters
    ----------
    text : str
    longest : int
        Maximum number of characters of the beginning and the end together.

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
    """Return a class's name as tables, pages and files can show it, even if its metaclass overrides ``__name__``.

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
    # The stored name may be an instance of a subclass of `str`.
    return visible(str.__str__(type.__dict__["__name__"].__get__(cls))[:MOST_CHARACTERS])[:MOST_CHARACTERS]


def class_module(cls: type) -> str:
    """Return the module of a class, even if its metaclass overrides ``__module__``; empty if it names none.

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
    """Check that a text can be shown in one line, and return it.

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
    """Check that a text can be shown, in one line or several, and return it.

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
    """Check that tables, pages and files can hold a name, and return it.

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
        If it is blank, too long, or holds a character that cannot be shown.
    """
    check_ink(name, what)
    if len(name) > MOST_CHARACTERS:
        raise ValueError(
            f"{what} {name[:20]!r}... has {len(name):,} characters; at most {MOST_CHARACTERS} are allowed: shorten it"
        )
    return check_visible(name, what)


def check_ink(text: str, what: str) -> str:
    """Check that a text is not blank, and return it.

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
        If it is empty, or has only spaces and invisible characters.
    """
    if any(map(_has_ink, text)):
        return text
    came = f" {text[:20]!a}" if text.strip() else ""
    raise ValueError(f"{what}{came} is blank; give it at least one letter or digit")


def abbreviate(text: str) -> str:
    """Return a text as one line that fits the console; a long one is cut.

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
    r"""Return a key that is equal for names that look the same: composed letters, single spaces, nothing invisible.

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
    """Return how many of the first characters fit into `room` as they are written."""
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
        raise ValueError(f"{what} '{visible(around)}' has the byte {byte}, which is not UTF-8: remove it")
    raise ValueError(
        f"{what} {around!r} has the character U+{code:04X}; control characters, line breaks and marks that change the "
        "direction of text cannot be shown: remove it"
    )


def _escape(found: "re.Match[str]") -> str:
    code = ord(found[0])
    if code in _BYTES:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
