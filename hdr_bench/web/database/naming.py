"""Normalization of names, so that every database can store and find them."""

from hdr_bench.names import visible

_NAME, _WRITER = 255, 64


def clean_name(name: str) -> str:
    r"""Return a picture's name for storage, with visible characters and limited length.

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
    """Return a writer's name for storage and search.

    Parameters
    ----------
    writer : str

    Returns
    -------
    stored : str
    """
    return _cut(writer, _WRITER)


def _cut(text: str, length: int) -> str:
    # MySQL ignores trailing spaces when it compares names.
    return visible(text).strip()[:length].rstrip()
