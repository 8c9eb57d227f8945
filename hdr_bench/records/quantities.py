"""Text of durations and sizes."""

_ENDLESS = 1e7
_UNITS = (("h", 3600), ("min", 60), ("s", 1))
# Three digits would need an exponent from here on; rounded to three, it is one of the next unit.
_FOUR_DIGITS = 999.5
_SIZES = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def duration(seconds: float) -> str:
    """Format a duration in a suitable unit.

    Parameters
    ----------
    seconds : float
        At least 0; from 10^7 s on, including infinity, there is no meaningful bound.

    Returns
    -------
    text : str
        In seconds, minutes or hours, with at most one decimal.

    Examples
    --------
    >>> duration(12.34), duration(250), duration(2400), duration(5400), duration(float("inf"))
    ('12.3 s', '4.2 min', '40 min', '1.5 h', 'no bound')
    """
    if seconds > _ENDLESS:
        return "no bound"
    unit, size = next((pair for pair in _UNITS if seconds >= pair[1]), _UNITS[-1])
    return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"


def clock(seconds: float) -> str:
    """Format a duration like a clock.

    Parameters
    ----------
    seconds : float
        At least 0.

    Returns
    -------
    text : str
        Hours if any, minutes and seconds.

    Examples
    --------
    >>> clock(65), clock(7207)
    ('1:05', '2:00:07')
    """
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def format_bytes(count: int) -> str:
    """Format a size in a suitable decimal unit.

    Parameters
    ----------
    count : int
        Bytes.

    Returns
    -------
    text : str
        With three digits, or all digits before the point from 1,000 on.

    Examples
    --------
    >>> format_bytes(512), format_bytes(54_951_234), format_bytes(999_600), format_bytes(8 * 10**9)
    ('512 bytes', '55 MB', '1 MB', '8 GB')
    """
    for unit, size in _SIZES:
        value = count / size
        if value >= _FOUR_DIGITS / 1000:
            return f"{value:.3g} {unit}" if value < _FOUR_DIGITS else f"{value:.0f} {unit}"
    return f"{count} bytes"
