"""Keys that decide for a class on the page of a label audit."""

from collections import Counter
from collections.abc import Sequence

# Keys of the page's other commands, see audit.html and audit.js: with Caps Lock on, they come in upper case.
_COMMANDS = frozenset("gsnuo")


def class_keys(class_names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of the classes whose name is one character, in upper and lower case unless both are classes.

    Parameters
    ----------
    class_names : sequence of str

    Returns
    -------
    keys : dict of str to tuple of str
        By class; classes whose key belongs to a command, or whose name is longer, are left out.

    Examples
    --------
    >>> class_keys(["7", "D", "s", "B", "b", "six"])
    {'7': ('7',), 'D': ('D', 'd'), 'B': ('B',), 'b': ('b',)}
    """
    short = [name for name in class_names if len(name) == 1 and name.lower() not in _COMMANDS]
    counts = Counter(name.lower() for name in short)
    return {name: _cases_of(name) if counts[name.lower()] == 1 else (name,) for name in short}


def _cases_of(name: str) -> tuple[str, ...]:
    # Some letters have no single character in the other case.
    return tuple(key for key in dict.fromkeys((name, name.lower(), name.upper())) if len(key) == 1)
