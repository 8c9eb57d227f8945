"""Text of methods and libraries, as files can hold it."""


def writable(text: str) -> str:
    r"""Return text that UTF-8 can hold: lone surrogates, as in the names of files with wrong bytes, become escapes.

    Examples
    --------
    >>> writable("cannot read \udcff.png")
    'cannot read \\udcff.png'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
