"""Text of exceptions, made safe to show in a message, whatever the exception's own code does."""

from hdr_bench.names import class_name, shorten

LONGEST_TEXT = 1_000
"""Maximum number of characters of an exception's text in a message."""


def describe_error(error: BaseException, longest: int = LONGEST_TEXT) -> str:
    r"""Return an exception's class and text in one line, with the middle left out if it is long.

    Parameters
    ----------
    error : BaseException
        Of any class: errors that its own code raises are caught.
    longest : int, default=1000
        Maximum number of characters; the middle of a longer text is left out.

    Returns
    -------
    line : str

    Examples
    --------
    >>> describe_error(ValueError("not\n  today"))
    'ValueError: not today'
    >>> describe_error(KeyboardInterrupt())
    'KeyboardInterrupt'
    """
    text = " ".join(error_text(error).split())
    name = class_name(type(error))
    return shorten(f"{name}: {text}" if text else name, longest)


def error_line(error: BaseException) -> str:
    r"""Return an exception's text in one line, with the middle left out if it is long.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    line : str

    Examples
    --------
    >>> error_line(ValueError("not\n  today"))
    'not today'
    """
    return shorten(" ".join(error_text(error).split()), LONGEST_TEXT)


def error_text(error: BaseException) -> str:
    """Return an exception's text unchanged, or a placeholder if its own code fails.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    text : str
    """
    try:
        return str.__str__(str(error))
    # `__str__` may be anyone's code: it may exit the program, or interrupt it.
    except BaseException as problem:  # noqa: BLE001
        return f"(its text cannot be read: {class_name(type(problem))})"
