"""What an exception says, as a message can hold it: whatever its own code does when it is asked."""

from hdr_bench.names import class_name, shorten

LONGEST_TEXT = 1_000
"""Characters of an exception's text that a message takes over."""


def describe_error(error: BaseException, longest: int = LONGEST_TEXT) -> str:
    r"""Return an exception's class and text in one line, with its middle left out if it is long.

    Parameters
    ----------
    error : BaseException
        Of any class: what its own code does when it is asked for its text is caught.
    longest : int, default=1000
        Characters from which on the middle is left out.

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
    r"""Return an exception's text in one line, with its middle left out if it is long.

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
    """Return an exception's text as it is, whatever the exception does when it is asked for it.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    text : str
    """
    try:
        return str.__str__(str(error))
    # `__str__` is the code of whoever raised it: it may end the program, or interrupt it.
    except BaseException as problem:  # noqa: BLE001
        return f"(its text cannot be read: {class_name(type(problem))})"
