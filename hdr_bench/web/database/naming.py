"""Names as they are stored: what every database takes, and finds again."""

from hdr_bench.names import visible

_NAME, _WRITER = 255, 64


def clean_name(name: str) -> str:
    r"""Return a picture's name as it is stored: in characters that can be shown, not too long.

    Parameters
    ----------
    name : str

    Returns
    -------
    stored : str

    Examples
    --------
    >>> clean_name("scan\x00 1.png ")
    'scan\\x00 1.png'
    """
    return _cut(name, _NAME)


def clean_writer(writer: str) -> str:
    """Return a writer's name as it is stored, and looked for.

    Parameters
    ----------
    writer : str

    Returns
    -------
    stored : str
    """
    return _cut(writer, _WRITER)


def _cut(text: str, length: int) -> str:
    # MySQL takes names for equal that differ in spaces at their ends.
    return visible(text).strip()[:length].rstrip()
