"""Numbers as texts, with no more digits than they deserve."""

import math

MISSING = "–"
"""In the place of a number that there is not."""

# A picosecond, and more bytes or seconds than there can be.
_LEAST, _MOST = 1e-12, 1e21
_THOUSAND = 1000


def percent_places(n: int) -> int:
    """Return the decimal places that a percentage of `n` images deserves: one image is about a unit of the last.

    Parameters
    ----------
    n : int
        Images.

    Returns
    -------
    places : int
        At most 4.

    Examples
    --------
    >>> percent_places(1000), percent_places(10_000), percent_places(360)
    (1, 2, 1)
    """
    return min(max(math.ceil(math.log10(max(n, 1)) - 0.1) - 2, 0), 4)


def significant(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits; as a power of ten only what no measurement gives.

    Parameters
    ----------
    value : float
        NaN and infinity are written as missing.
    digits : int, default=3
        Significant digits.

    Returns
    -------
    text : str

    Examples
    --------
    >>> significant(0.0123456), significant(12.3456), significant(1234.6), significant(0.0)
    ('0.0123', '12.3', '1235', '0')
    """
    if not math.isfinite(value):
        return MISSING
    if not _LEAST <= abs(value) < _MOST:
        return "0" if value == 0 else f"{value:.{digits}g}"
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{value:.{places}f}"


def write_cost(value: float) -> str:
    """Write a time or a size with two digits, as every table and sentence does: measured again, the third differs.

    Parameters
    ----------
    value : float
        In the unit that is shown; NaN is written as missing.

    Returns
    -------
    text : str
        Without the unit; thousands are separated.

    Examples
    --------
    >>> write_cost(14.73), write_cost(0.0328), write_cost(123.4), write_cost(12345)
    ('15', '0.033', '123', '12,345')
    """
    return f"{value:,.0f}" if _THOUSAND <= value < _MOST else significant(value, 2)
