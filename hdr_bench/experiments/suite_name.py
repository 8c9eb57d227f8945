"""A suite's name, and the name of its run's folder: letters of any script, and nothing that leads elsewhere."""

import hashlib
import re
import unicodedata

from hdr_bench.exceptions import shown
from hdr_bench.names import check_name

_SEPARATORS = "/\\"
# What every system, and a shell or a link with little care, can have in a folder's name; not at its beginning or end.
_SAFE_ASCII = frozenset(" +,-.=@_()")
_JOINERS = "\u200c\u200d"
# Of a folder's name, in bytes.
_LONGEST = 255
_HASH_LETTERS = 8
# Windows has devices of these names, whatever follows the first dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)", re.IGNORECASE)
# The index of runs is beside their folders; some systems take no notice of case.
_INDEX = "readme.md"


def check_suite_name(name: str) -> str:
    """Return a suite's name.

    Raises
    ------
    ValueError
        If nothing of it is seen, it is too long, or holds a separator of paths or a character that cannot be shown.
    """
    if any(separator in name for separator in _SEPARATORS):
        raise ValueError(f"{shown(name)} cannot name a suite: it must have neither / nor \\; leave it out")
    return check_name(name, "the suite's name")


def folder_name(suite: str, ending: str = "") -> str:
    """Return the name of the folder of a suite's run: the suite's own, if it can be one.

    Otherwise what a folder's name should not have becomes a hyphen, what is too long is cut, and a hash tells the
    suite from others with the same remainder. So do names that Windows cannot have, and that of the runs' index.

    Parameters
    ----------
    suite : str
    ending : str, default=""
        What follows the suite's name.

    Examples
    --------
    >>> folder_name("my suite (copy)"), folder_name("what: a try?"), folder_name("..")
    ('my suite (copy)', 'what-a try-cebd606c', 'suite-5ec1f7e7')
    >>> folder_name("con"), folder_name("con", "-mnist")
    ('con-1143da2b', 'con-mnist')
    """
    safe = "".join(letter if _is_safe(letter) else "\0" for letter in suite)
    name = re.sub(" *\0[ \0]*", "-", safe).lstrip(" .-")
    if name == suite and _can_be_a_folder(f"{suite}{ending}"):
        return f"{suite}{ending}"
    if _DEVICE.match(name):
        name = name.replace(".", "-", 1)
    digest = hashlib.sha256(suite.encode()).hexdigest()[:_HASH_LETTERS]
    room = _LONGEST - len(f"-{digest}{ending}".encode())
    beginning = name.encode()[:room].decode(errors="ignore").rstrip(" .-") or "suite"
    return f"{beginning}-{digest}{ending}"


def _can_be_a_folder(name: str) -> bool:
    if len(name.encode()) > _LONGEST or name.casefold() == _INDEX:
        return False
    # Windows leaves dots and spaces at the end out.
    return not name.endswith((".", " ")) and not _DEVICE.match(name)


def _is_safe(letter: str) -> bool:
    if letter.isascii():
        return letter.isalnum() or letter in _SAFE_ASCII
    return letter in _JOINERS or not unicodedata.category(letter).startswith(("C", "Z"))
