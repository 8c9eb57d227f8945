"""Host names in the headers Host and Origin."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

_HIGHEST_PORT = 65_535
# Host names in ASCII (RFC 1123, and `_`, which some networks use) or addresses; `\Z`, since `$` allows a trailing
# newline.
_FORM = re.compile(
    r"(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?\Z"
)


@dataclass(frozen=True)
class Place:
    """Host and port.

    Attributes
    ----------
    name : str
        In lower case; an IPv6 address without brackets, in its shortest form.
    port : int or None
        None if not given.
    """

    name: str
    port: int | None

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The IP address, if the host is one and not a name."""
        try:
            return ip_address(self.name)
        except ValueError:
            return None


def read_place(text: str) -> Place | None:
    """Parse a host and an optional port.

    Parameters
    ----------
    text : str
        For example ``localhost:8000`` or ``[::1]``.

    Returns
    -------
    place : Place or None
        None if the text is not valid.
    """
    form = _FORM.match(text)
    if form is None or int(form["port"] or 0) > _HIGHEST_PORT:
        return None
    port = int(form["port"]) if form["port"] else None
    name = form["name"].lower()
    if not name.startswith("["):
        return Place(name, port)
    try:
        return Place(str(IPv6Address(name[1:-1])), port)
    except ValueError:
        return None


def read_name(text: str) -> Place | None:
    """Parse a host and an optional port in a setting, where an IPv6 address may lack brackets.

    Parameters
    ----------
    text : str

    Returns
    -------
    place : Place or None
        None if the text is not valid.
    """
    return read_place(f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text)
